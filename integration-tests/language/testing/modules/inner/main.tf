resource "terraform_data" "i" { 
 input = "inner-v" 
  lifecycle {
    postcondition {
      condition = self.output == "zz"
      error_message = "inner post"
    }
  }
}
output "v" { value = terraform_data.i.output }
