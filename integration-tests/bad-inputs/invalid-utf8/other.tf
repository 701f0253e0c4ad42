locals {
  size = = 1
}
