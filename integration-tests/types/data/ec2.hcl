# differs: aws_vpc.state: the provider leaves it out
# differs: aws_vpc_endpoint_service.arn: without a region in the answer, the provider writes none
resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
  tags = {
    Name = "main"
  }
}

resource "aws_subnet" "main" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = "ap-northeast-1a"
  tags = {
    Name  = "subnet-${count.index}"
    first = count.index == 0
  }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
  tags = {
    Name = "main"
  }
}

resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main[0].id
  route_table_id = aws_route_table.main.id
}

resource "aws_eip" "main" {
  domain     = "vpc"
  depends_on = [aws_internet_gateway.main]
  tags = {
    Name = "main"
  }
}

resource "aws_nat_gateway" "main" {
  allocation_id = aws_eip.main.id
  subnet_id     = aws_subnet.main[0].id
  tags = {
    Name = "main"
  }
}

resource "aws_security_group" "main" {
  name        = "main"
  description = "all"
  vpc_id      = aws_vpc.main.id
  tags = {
    Name = "main"
  }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.ap-northeast-1.s3"
  route_table_ids = [aws_route_table.main.id]
  tags = {
    Name = "s3"
  }
}

resource "aws_launch_template" "main" {
  name          = "main"
  instance_type = "t3.micro"
  image_id      = "ami-12345678"
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 20
      encrypted   = true
    }
  }
  network_interfaces {
    delete_on_termination = true
    security_groups       = [aws_security_group.main.id]
  }
  tag_specifications {
    resource_type = "instance"
    tags = {
      a = "b"
    }
  }
  tags = {
    Name = "main"
  }
}

data "aws_vpc" "id" {
  id = aws_vpc.main.id
}

data "aws_vpc" "tag" {
  tags = {
    Name = "main"
  }
  depends_on = [aws_vpc.main]
}

data "aws_vpc" "default" {
  default = true
}

data "aws_vpcs" "all" {}

data "aws_vpcs" "filter" {
  filter {
    name   = "cidr"
    values = [aws_vpc.main.cidr_block]
  }
}

data "aws_subnet" "id" {
  id = aws_subnet.main[0].id
}

data "aws_subnet" "arguments" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = aws_subnet.main[1].cidr_block
  availability_zone = "ap-northeast-1a"
}

data "aws_subnets" "all" {
  filter {
    name   = "vpc-id"
    values = [aws_subnet.main[0].vpc_id]
  }
}

data "aws_security_group" "name" {
  name   = aws_security_group.main.name
  vpc_id = aws_vpc.main.id
}

data "aws_security_groups" "all" {
  filter {
    name   = "group-name"
    values = [aws_security_group.main.name, "none"]
  }
}

data "aws_route_table" "subnet" {
  subnet_id = aws_route_table_association.main.subnet_id
}

data "aws_route_tables" "all" {
  vpc_id = aws_route_table.main.vpc_id
}

data "aws_internet_gateway" "attached" {
  filter {
    name   = "attachment.vpc-id"
    values = [aws_internet_gateway.main.vpc_id]
  }
}

data "aws_nat_gateway" "subnet" {
  subnet_id = aws_nat_gateway.main.subnet_id
  state     = "available"
}

data "aws_eip" "id" {
  id = aws_nat_gateway.main.allocation_id
}

data "aws_eip" "ip" {
  public_ip  = aws_eip.main.public_ip
  depends_on = [aws_nat_gateway.main]
}

data "aws_eips" "tags" {
  tags = {
    Name = "main"
  }
  depends_on = [aws_nat_gateway.main]
}

data "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc_endpoint.s3.vpc_id
  service_name = aws_vpc_endpoint.s3.service_name
}

data "aws_vpc_endpoint_service" "s3" {
  service      = "s3"
  service_type = "Gateway"
}

data "aws_prefix_list" "s3" {
  name = "com.amazonaws.ap-northeast-1.s3"
}

data "aws_ec2_managed_prefix_list" "s3" {
  name = "com.amazonaws.ap-northeast-1.s3"
}

data "aws_launch_template" "name" {
  name       = "main"
  depends_on = [aws_launch_template.main]
}

data "aws_launch_template" "id" {
  id = aws_launch_template.main.id
}

data "aws_network_acls" "all" {
  vpc_id = aws_vpc.main.id
}



data "aws_availability_zone" "name" {
  name = "ap-northeast-1a"
}

data "aws_ec2_instance_type" "small" {
  instance_type = "t3.micro"
}

data "aws_ec2_instance_type" "accelerated" {
  instance_type = "p4d.24xlarge"
}

data "aws_ec2_instance_type" "disks" {
  instance_type = "i3en.large"
}

data "aws_ec2_instance_types" "micro" {
  filter {
    name   = "instance-type"
    values = ["t3.*"]
  }
}

data "aws_ec2_instance_type_offerings" "zones" {
  location_type = "availability-zone"
  filter {
    name   = "instance-type"
    values = ["t3.micro"]
  }
}

data "aws_instances" "none" {
  instance_tags = {
    Name = "none"
  }
}
