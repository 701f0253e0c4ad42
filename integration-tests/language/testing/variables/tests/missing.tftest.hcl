run "no_value" {}
