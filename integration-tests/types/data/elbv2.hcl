resource "aws_vpc" "told" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "told" {
  count             = 2
  vpc_id            = aws_vpc.told.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = ["ap-northeast-1a", "ap-northeast-1c"][count.index]
}

resource "aws_lb" "application" {
  name         = "told-application"
  internal     = true
  subnets      = aws_subnet.told[*].id
  idle_timeout = 70
  tags = {
    team = "a"
  }
}

resource "aws_lb" "network" {
  name               = "told-network"
  load_balancer_type = "network"
  internal           = true
  subnets            = aws_subnet.told[*].id
  tags = {
    team = "b"
  }
}

data "aws_lb" "by_arn" {
  arn = aws_lb.application.arn
}

data "aws_lb" "by_name" {
  name = aws_lb.network.name
}

data "aws_lb" "by_tags" {
  tags = {
    team = "a"
  }
  depends_on = [aws_lb.application, aws_lb.network]
}

data "aws_lbs" "all" {
  depends_on = [aws_lb.application, aws_lb.network]
}

data "aws_lbs" "tagged" {
  tags = {
    team = "b"
  }
  depends_on = [aws_lb.application, aws_lb.network]
}
