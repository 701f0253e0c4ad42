resource "terraform_data" "config" {
  input = { region = "b", zones = ["2", "3", "4"] }
}

resource "terraform_data" "zone" {
  for_each = toset(terraform_data.config.input.zones)
  input    = "${terraform_data.config.output.region}${each.key}"
}

resource "terraform_data" "summary" {
  input            = join(",", [for z in terraform_data.zone : z.output])
  triggers_replace = length(terraform_data.zone)
}

output "summary" {
  value = terraform_data.summary.output
}
