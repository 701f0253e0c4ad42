locals {
  name  = "a-${upper("x"}"
  other = "b-${"
}
