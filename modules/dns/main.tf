resource "aws_route53_zone" "this" {
  name    = var.zone_name
  comment = var.comment
}

# Names that no tenant has lead to the load balancer's default page, which lists the Jenkins servers there are.
resource "aws_route53_record" "catch_all" {
  count = var.catch_all ? 1 : 0

  zone_id = aws_route53_zone.this.zone_id
  name    = "*.${var.zone_name}"
  type    = "CNAME"
  ttl     = 300
  records = [var.load_balancer_name]
}

# Only these authorities may issue certificates for the zone.
resource "aws_route53_record" "caa" {
  zone_id = aws_route53_zone.this.zone_id
  name    = var.zone_name
  type    = "CAA"
  ttl     = 3600
  records = concat(
    [for authority in var.certificate_authorities : "0 issue \"${authority}\""],
    ["0 iodef \"mailto:${var.contact}\""],
  )
}
