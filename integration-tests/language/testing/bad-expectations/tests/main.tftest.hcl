run "a" {
  expect_failures = [local.y, module.z, path.module, run.a]
}

run "b" {
}
