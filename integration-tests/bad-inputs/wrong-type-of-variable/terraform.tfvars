nodes = {
  general = { min = 1, max = 3 }
  builds  = { min = 1, maximum = 5 }
  spot    = { min = "few", max = 5 }
}
zones = "ap-northeast-1a"
