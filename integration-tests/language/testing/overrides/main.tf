resource "terraform_data" "a" { input = 1 }
module "m" { 
  source = "./m" 
  count = 2
  x = count.index
}
output "m" { value = module.m[*].o }
output "td" { value = terraform_data.a }
