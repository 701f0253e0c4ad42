variable "region" {
  default = "ap-northeast-1"
}
