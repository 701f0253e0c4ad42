# A sample   of most things.
variable region {
  type="string"
    default = "eu-central-1"   # here
  description="größe"   // there
}
variable "l" { type = list }

locals {
a=1
  longer_name   = { b=2, "c d"=3
  (var.region)=[1,2 ,3]
  }


  neg = - 1 - -2*3
  not = ! true||false
  cond = var.region=="x"?[for i,v in var.l:v if v!=null]:[]
  text = "${var.region}"
  mixed = "a ${ upper ( var.region ) }-%{ if true }x%{ endif }"
  lines = "${
    var.region
  }"
  doc = <<-EOT
      kept   as = it is
    ${ join ( "," , var.l ) }
  EOT
  call=merge({a=1},
  {
  b=2}, var.l...)
  splat = var.l [*] . name [ 0 ]  /* so */
}
resource "a" b { # open
provider = x.y
lifecycle { prevent_destroy=true }

dynamic "c" {
for_each = { for k,v in{}:k=>v... }
    content {
          x = provider::aws::arn_parse( c.value ) . account_id
    }
  }
}
