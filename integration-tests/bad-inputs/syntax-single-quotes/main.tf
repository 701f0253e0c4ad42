locals {
  name = 'platform'
}
