region = "ap-northeast-1
nodes  = { a = }
