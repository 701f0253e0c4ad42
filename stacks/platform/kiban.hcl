# What this stack tells kiban beyond the Terraform language.

# The GitOps repository of the cluster, which `kiban tenant` works on.
gitops {
  path    = "../../examples/gitops"
  tenants = "tenants"
}
