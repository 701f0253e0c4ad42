resource "aws_security_group" "a" {
  name = "a"
  dynamic "ingres" {
    for_each = [1]
    content {
      from_port = 1
    }
  }
  dynamic "ingress" {
    for_each = [80]
    content {
      from_port = ingres.value
      to_port   = ingress.value
      protocol  = "tcp"
    }
  }
  dynamic "egress" {
    content {
      from_port = 1
    }
  }
}
