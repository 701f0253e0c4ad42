variables {
  x = "y"
}
