resource "aws_vpc" "main" {
  cidr_block = each.value
  tags = {
    Index = count.index
    Own   = self.id
  }
}
resource "aws_vpc" "counted" {
  count      = 2
  cidr_block = "10.0.0.0/16"
}
output "one" {
  value = aws_vpc.counted.id
}
output "three" {
  value = aws_vpc.counted[2].id
}
output "single" {
  value = aws_vpc.main[0].id
}
output "path" {
  value = path.modul
}
output "ws" {
  value = terraform.workspce
}
