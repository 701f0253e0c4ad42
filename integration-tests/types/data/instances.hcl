resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
  enable_dns_hostnames             = true
}

resource "aws_subnet" "main" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.0.0/24"
  ipv6_cidr_block   = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 0)
  availability_zone = "ap-northeast-1a"
}

resource "aws_instance" "main" {
  ami                         = "ami-02b76b739f98bb809"
  instance_type               = "t3.micro"
  associate_public_ip_address = true
  disable_api_stop            = true
  ipv6_address_count          = 1
  monitoring                  = true
  private_ip                  = "10.0.0.10"
  secondary_private_ips       = ["10.0.0.11"]
  subnet_id                   = aws_subnet.main.id
  user_data                   = "#!/bin/sh\n"
  ebs_block_device {
    device_name = "/dev/sdf"
    volume_size = 10
    volume_type = "gp3"
    tags = {
      Name = "data"
    }
  }
  tags = {
    Name = "main"
  }
}

resource "aws_instance" "plain" {
  ami           = "ami-02b76b739f98bb809"
  instance_type = "m5.large"
  tags = {
    Name = "plain"
  }
}

data "aws_instance" "by_id" {
  instance_id   = aws_instance.main.id
  get_user_data = true
}

data "aws_instance" "by_tags" {
  instance_tags = {
    Name = "plain"
  }
  depends_on = [aws_instance.plain]
}

data "aws_instance" "by_filter" {
  filter {
    name   = "private-ip-address"
    values = ["10.0.0.10"]
  }
  depends_on = [aws_instance.main]
}
