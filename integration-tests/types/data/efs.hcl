data "aws_availability_zones" "all" {
  state = "available"
}

resource "aws_vpc" "one" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "one" {
  vpc_id            = aws_vpc.one.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = data.aws_availability_zones.all.names[0]
}

resource "aws_efs_file_system" "one" {
  creation_token = "one"
  encrypted      = true
  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }
  tags = { Name = "one" }
}

resource "aws_efs_mount_target" "one" {
  file_system_id = aws_efs_file_system.one.id
  subnet_id      = aws_subnet.one.id
}

resource "aws_efs_access_point" "one" {
  file_system_id = aws_efs_file_system.one.id
  posix_user {
    uid            = 1000
    gid            = 1000
    secondary_gids = [1001]
  }
  root_directory {
    path = "/data"
    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "755"
    }
  }
  tags = { a = "1" }
}

data "aws_efs_file_system" "by_id" {
  file_system_id = aws_efs_file_system.one.id
  depends_on     = [aws_efs_mount_target.one]
}

data "aws_efs_file_system" "by_token" {
  creation_token = aws_efs_file_system.one.creation_token
  depends_on = [aws_efs_file_system.one]
}

data "aws_efs_file_system" "by_tag" {
  tags       = { Name = "one" }
  depends_on = [aws_efs_file_system.one]
}

data "aws_efs_mount_target" "by_id" {
  mount_target_id = aws_efs_mount_target.one.id
}

data "aws_efs_mount_target" "by_file_system" {
  file_system_id = aws_efs_file_system.one.id
  depends_on     = [aws_efs_mount_target.one]
}

data "aws_efs_mount_target" "by_access_point" {
  access_point_id = aws_efs_access_point.one.id
  depends_on      = [aws_efs_mount_target.one]
}

data "aws_efs_access_point" "one" {
  access_point_id = aws_efs_access_point.one.id
}

data "aws_efs_access_points" "all" {
  file_system_id = aws_efs_file_system.one.id
  depends_on     = [aws_efs_access_point.one]
}
