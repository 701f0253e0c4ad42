variable "nodes" {
  type = map(object({
    min = number
    max = number
  }))
}
variable "zones" {
  type = list(string)
}
