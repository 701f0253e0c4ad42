resource "aws_vpc" "one" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_route53_zone" "open" {
  name    = "example.org"
  comment = "For the test"
  tags    = { a = "1" }
}

resource "aws_route53_zone" "closed" {
  name = "example.org"
  vpc {
    vpc_id = aws_vpc.one.id
  }
}

resource "aws_route53_record" "one" {
  zone_id = aws_route53_zone.open.id
  name    = "www"
  type    = "A"
  ttl     = 60
  records = ["192.0.2.1"]
}

data "aws_route53_zone" "by_id" {
  zone_id    = aws_route53_zone.open.id
  depends_on = [aws_route53_record.one]
}

data "aws_route53_zone" "by_name" {
  name       = "example.org."
  depends_on = [aws_route53_zone.open, aws_route53_zone.closed, aws_route53_record.one]
}

data "aws_route53_zone" "by_tag" {
  name       = "example.org"
  tags       = { a = "1" }
  depends_on = [aws_route53_zone.open, aws_route53_zone.closed, aws_route53_record.one]
}

data "aws_route53_zone" "private" {
  name         = "example.org"
  private_zone = true
  depends_on   = [aws_route53_zone.open, aws_route53_zone.closed]
}

data "aws_route53_zone" "of_vpc" {
  name       = "example.org"
  vpc_id     = aws_vpc.one.id
  depends_on = [aws_route53_zone.open, aws_route53_zone.closed]
}
