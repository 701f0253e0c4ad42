run "makes" {
}

run "plans" {
  command = plan
}
