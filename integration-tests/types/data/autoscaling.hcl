resource "aws_vpc" "told" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "told" {
  count             = 2
  vpc_id            = aws_vpc.told.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = ["ap-northeast-1a", "ap-northeast-1c"][count.index]
}

resource "aws_launch_template" "told" {
  name          = "told"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "plain" {
  name                  = "plain"
  min_size              = 0
  max_size              = 2
  vpc_zone_identifier   = aws_subnet.told[*].id
  suspended_processes   = ["AZRebalance"]
  enabled_metrics       = ["GroupMinSize"]
  protect_from_scale_in = true
  launch_template {
    id      = aws_launch_template.told.id
    version = "$Latest"
  }
  instance_maintenance_policy {
    min_healthy_percentage = 90
    max_healthy_percentage = 120
  }
  warm_pool {
    pool_state = "Stopped"
    instance_reuse_policy {
      reuse_on_scale_in = true
    }
  }
  tag {
    key                 = "team"
    value               = "a"
    propagate_at_launch = true
  }
}

resource "aws_autoscaling_group" "mixed" {
  name                = "mixed"
  min_size            = 0
  max_size            = 2
  vpc_zone_identifier = aws_subnet.told[*].id
  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity = 1
    }
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.told.id
      }
      override {
        instance_requirements {
          memory_mib {
            min = 512
          }
          vcpu_count {
            min = 1
          }
        }
      }
    }
  }
}

data "aws_autoscaling_group" "plain" {
  name = aws_autoscaling_group.plain.name
}

data "aws_autoscaling_group" "mixed" {
  name = aws_autoscaling_group.mixed.name
}

data "aws_autoscaling_groups" "all" {
  depends_on = [aws_autoscaling_group.plain, aws_autoscaling_group.mixed]
}

data "aws_autoscaling_groups" "tagged" {
  filter {
    name   = "tag:team"
    values = ["a"]
  }
  depends_on = [aws_autoscaling_group.plain]
}
