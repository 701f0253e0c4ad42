//! What a plan tells of AWS before anything is changed, and what a destroy clears away.

use std::time::Duration;

use aws_sdk_ec2::types::NetworkInterface;
use libtest_mimic::Trial;

use crate::support::{Account, controllable, runtime};
use crate::trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("review::what_is_new", what_is_new),
        trial("review::zones_without_an_instance_type", zones),
        trial("review::instances", instances),
        trial("review::a_look_that_is_denied", blind),
        trial("review::what_changes", what_changes),
        trial("review::policies", policies),
        trial("review::sizes_that_others_choose", sizes),
        trial("review::secrets_pending_deletion", secrets),
        trial("review::interfaces_that_pods_leave_behind", leftovers),
        trial("review::interfaces_that_are_in_use", held),
    ]
}

/// A network, a role that everything may take, and a cluster with nodes and an add-on.
pub const CLUSTER: &str = include_str!("cluster.tf");

fn what_is_new() {
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    // None of the ids is known yet.
    account.write(
        "wrong.tf",
        r#"
resource "aws_eks_node_group" "arm" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "arm"
  node_role_arn   = aws_iam_role.main.arn
  subnet_ids      = aws_subnet.main[*].id
  ami_type        = "AL2023_ARM_64_STANDARD"
  instance_types  = ["m7g.large", "m5.large", "m5.enormous"]
  version         = "1.32"
  scaling_config {
    desired_size = 1
    max_size     = 1
    min_size     = 1
  }
}
resource "aws_eks_addon" "proxy" {
  cluster_name  = aws_eks_cluster.main.name
  addon_name    = "kube-proxy"
  addon_version = "v1.2.3-eksbuild.1"
}
module "storage" {
  source  = "./storage"
  subnets = concat(aws_subnet.main[*].id, [aws_subnet.third.id])
}
resource "aws_subnet" "third" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.9.0/24"
  availability_zone = "ap-northeast-1a"
}
resource "aws_security_group" "both" {
  name   = "both"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["10.0.0.0/8"]
  }
}
resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.both.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "10.0.0.0/8"
}
resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.both.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
"#,
    );
    account.write(
        "storage/main.tf",
        r#"
variable "subnets" {
  type = list(string)
}
resource "aws_efs_file_system" "main" {}
resource "aws_efs_mount_target" "main" {
  count          = length(var.subnets)
  file_system_id = aws_efs_file_system.main.id
  subnet_id      = var.subnets[count.index]
}
"#,
    );
    let text = account.expect(".", &["plan"], 1);
    let summaries = [
        "Error: Instance type does not fit the image",
        "Error: No such instance type",
        "Error: Nodes newer than their cluster",
        "Error: Unsupported add-on version",
        "Error: Two mount targets in one zone",
        "Warning: Inline and separate rules on one security group",
    ];
    for summary in summaries {
        assert_eq!(text.matches(summary).count(), 1, "{summary}: {text}");
    }
    assert_eq!(text.matches("Error: ").count(), 5, "{text}");
    // Of the rules only the one that goes the same way is at odds with the group.
    assert!(!text.contains("aws_vpc_security_group_egress_rule.all"), "{text}");
    assert!(text.contains("module.storage.aws_efs_mount_target.main[2]"), "{text}");
    assert!(text.contains("wrong.tf"), "{text}");
}

/// Images of both architectures; AWS has a1 in one of the two zones only.
fn instances() {
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    let instance = |name: &str, image: &str, kind: &str, subnet: u8| {
        format!(
            "resource \"aws_instance\" \"{name}\" {{\n  ami = \"{image}\"\n  instance_type = \"{kind}\"\n  \
             subnet_id = aws_subnet.main[{subnet}].id\n}}\n"
        )
    };
    let (intel, arm) = ("ami-02b76b739f98bb809", "ami-0915ef0ee8f09e973");
    let right = instance("intel", intel, "t3.micro", 0) + &instance("arm", arm, "t4g.micro", 1);
    account.write("instances.tf", &right);
    account.expect(".", &["plan"], 0);
    let wrong = [
        instance("other", intel, "t4g.micro", 0),
        instance("none", intel, "m5.enormous", 0),
        instance("elsewhere", arm, "a1.large", 1),
    ];
    account.write("instances.tf", &(right + &wrong.concat()));
    let text = account.expect(".", &["plan"], 1);
    for summary in ["does not fit the image", "No such instance type", "is not offered in a zone"] {
        assert_eq!(text.matches(summary).count(), 1, "{summary}: {text}");
    }
    assert_eq!(text.matches("Error: ").count(), 3, "{text}");
}

/// AWS has a1 in one of the two zones only.
fn zones() {
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    let group = |types: &str| {
        let text = format!(
            "resource \"aws_eks_node_group\" \"main\" {{\n  ami_type = \"AL2023_ARM_64_STANDARD\"\n  instance_types = [{types}]\n}}\n"
        );
        account.write("override.tf", &text);
    };
    group("\"a1.large\"");
    let text = account.expect(".", &["plan"], 1);
    assert!(text.contains("Error: Instance type is not offered in a zone"), "{text}");
    assert!(text.contains("aws_eks_node_group.main has a subnet in ap-northeast-1c"), "{text}");
    assert!(!text.contains("subnet in ap-northeast-1a"), "{text}");
    group("\"a1.large\", \"m7g.large\"");
    let text = account.expect(".", &["plan"], 0);
    assert!(text.contains("Warning: Instance type is not offered in a zone"), "{text}");
    group("\"m7g.large\"");
    let text = account.expect(".", &["plan"], 0);
    assert!(!text.contains("not offered"), "{text}");
}

/// Without the permission to look ahead, the plan is made all the same.
fn blind() {
    if !controllable("review::a_look_that_is_denied") {
        return;
    }
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    let rule = r#"{"kind":"error","code":"AccessDeniedException","status":403,"message":"not allowed","match":{"service":"eks","action":"DescribeAddonVersions"}}"#;
    account.control("POST", "faults", rule);
    let text = account.expect(".", &["plan"], 0);
    assert!(text.contains("Warning: Part of the plan was not checked") && text.contains("iam-policy"), "{text}");
}

fn what_changes() {
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    let plan = |arguments: &[&str], code: i32| {
        account.expect(".", &[&["plan", "-detailed-exitcode"], arguments].concat(), code)
    };
    account.expect(".", &["apply", "-auto-approve"], 0);
    plan(&[], 0);
    let text = plan(&["-var=kubernetes=1.33"], 1);
    assert!(text.contains("Error: EKS version skipped") && text.contains("version = \"1.32\""), "{text}");
    let text = plan(&["-var=kubernetes=1.30"], 1);
    assert!(text.contains("Error: Downgrade of an EKS cluster"), "{text}");
    // The add-on stays, and would no longer be supported.
    let text = plan(&["-var=kubernetes=1.32"], 2);
    assert!(text.contains("Warning: Unsupported add-on version"), "{text}");

    account.write("override.tf", "resource \"aws_iam_role\" \"main\" {\n  path = \"/other/\"\n  lifecycle {\n    create_before_destroy = true\n  }\n}\n");
    let text = plan(&[], 1);
    assert!(text.contains("Error: Name is still taken") && text.contains("name_prefix"), "{text}");
    account.write("override.tf", "resource \"aws_iam_role\" \"main\" {\n  path = \"/other/\"\n}\n");
    let text = plan(&["-target=aws_iam_role.main"], 2);
    assert!(!text.contains("Error"), "{text}");
}

fn sizes() {
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    account.expect(".", &["apply", "-auto-approve"], 0);
    let sdk = account.sdk();
    runtime().block_on(async {
        let eks = aws_sdk_eks::Client::new(&sdk);
        let sizes =
            aws_sdk_eks::types::NodegroupScalingConfig::builder().desired_size(7).min_size(1).max_size(10).build();
        let call = eks.update_nodegroup_config().cluster_name("main").nodegroup_name("main").scaling_config(sizes);
        call.send().await.expect("scaled");
        let desired = async || {
            let call = eks.describe_nodegroup().cluster_name("main").nodegroup_name("main");
            let group = call.send().await.expect("described").nodegroup.expect("group");
            group.scaling_config.and_then(|s| s.desired_size)
        };
        for _ in 0..100 {
            if desired().await == Some(7) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the group was not scaled");
    });
    let text = account.expect(".", &["plan", "-detailed-exitcode"], 2);
    assert!(text.contains("Warning: Size of a group that may be scaled") && text.contains("kiban.hcl"), "{text}");
    account.write("kiban.hcl", "ignore_changes {\n  aws_eks_node_group = [scaling_config[0].desired_size]\n}\n");
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
    account.expect(".", &["drift"], 0);
    account.write("kiban.hcl", "ignore_changes {\n  aws_eks_node_group = [scalingconfig]\n}\n");
    let text = account.expect(".", &["plan"], 1);
    assert!(text.contains("kiban.hcl") && text.contains("scaling_config"), "{text}");
}

fn secrets() {
    let account = Account::new();
    account.write("main.tf", "variable \"key\" {\n  default = null\n}\nresource \"aws_secretsmanager_secret\" \"main\" {\n  name = \"team/git\"\n}\n");
    account.expect(".", &["apply", "-auto-approve"], 0);
    account.expect(".", &["destroy", "-auto-approve"], 0);
    let text = account.expect(".", &["plan"], 1);
    assert!(text.contains("Error: Name of a secret pending deletion"), "{text}");
    assert!(text.contains("restore-secret") && text.contains("--force-delete-without-recovery"), "{text}");
}

fn policies() {
    let account = Account::new();
    account.write("main.tf", "resource \"aws_sqs_queue\" \"main\" {\n  name = \"main\"\n}\n");
    let has = |actions: &[String], action: &str| actions.iter().any(|a| a == action);
    let (all, _) = account.policy(&[]);
    assert!(["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes"].iter().all(|a| has(&all, a)), "{all:?}");
    let (changes, _) = account.policy(&["-for=changes"]);
    assert!(has(&changes, "sqs:CreateQueue") && !has(&changes, "sqs:DeleteQueue"), "{changes:?}");
    account.expect(".", &["apply", "-auto-approve"], 0);
    let (changes, _) = account.policy(&["-for=changes"]);
    assert!(has(&changes, "sqs:GetQueueAttributes") && !has(&changes, "sqs:CreateQueue"), "{changes:?}");
    let (changes, _) = account.policy(&["-for=changes", "-destroy"]);
    assert!(has(&changes, "sqs:DeleteQueue"), "{changes:?}");
    // What only the state has is deleted too.
    account.write("main.tf", "terraform {}\n");
    let (all, _) = account.policy(&[]);
    assert!(has(&all, "sqs:DeleteQueue") && !has(&all, "sqs:CreateQueue"), "{all:?}");
    account.write(
        "main.tf",
        "terraform {\n  backend \"s3\" {\n    bucket = \"states\"\n    key    = \"a/b.tfstate\"\n  }\n}\n",
    );
    let (all, resources) = account.policy(&["-for=drift"]);
    assert_eq!(all, ["s3:GetObject", "s3:ListBucket"]);
    assert!(has(&resources, "arn:*:s3:::states/a/b.tfstate"), "{resources:?}");
}

const GROUP: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
  timeouts {
    delete = "5s"
  }
}
resource "aws_security_group" "nodes" {
  name   = "nodes"
  vpc_id = aws_vpc.main.id
  timeouts {
    delete = "5s"
  }
}
output "subnet" {
  value = aws_subnet.main.id
}
output "group" {
  value = aws_security_group.nodes.id
}
"#;

/// An interface in the subnet and the group of the stack.
fn interface(account: &Account, description: &str) -> NetworkInterface {
    let output = |name: &str| account.expect(".", &["output", "-raw", name], 0);
    let (subnet, group) = (output("subnet"), output("group"));
    let sdk = account.sdk();
    runtime().block_on(async {
        let ec2 = aws_sdk_ec2::Client::new(&sdk);
        let call =
            ec2.create_network_interface().subnet_id(subnet.trim()).groups(group.trim()).description(description);
        call.send().await.expect("made").network_interface.expect("interface")
    })
}

fn leftovers() {
    let account = Account::new();
    let before = account.census();
    account.write("main.tf", GROUP);
    account.expect(".", &["apply", "-auto-approve"], 0);
    let left = interface(&account, "aws-K8S-i-0123456789abcdef0");
    let id = left.network_interface_id().expect("id");
    let text = account.expect(".", &["plan", "-destroy"], 0);
    assert!(text.contains("Network interfaces are deleted as well") && text.contains(id), "{text}");
    account.expect(".", &["destroy", "-auto-approve"], 0);
    assert_eq!(account.census(), before);
}

fn held() {
    let account = Account::new();
    account.write("main.tf", GROUP);
    account.expect(".", &["apply", "-auto-approve"], 0);
    let held = interface(&account, "somebody's");
    let id = held.network_interface_id().expect("id").to_owned();
    let text = account.expect(".", &["destroy", "-auto-approve"], 1);
    assert!(!text.contains("Network interfaces are deleted as well"), "{text}");
    assert!(text.contains(&format!("held by network interface {id} \"somebody's\"")), "{text}");
    let sdk = account.sdk();
    runtime().block_on(async {
        let ec2 = aws_sdk_ec2::Client::new(&sdk);
        ec2.delete_network_interface().network_interface_id(&id).send().await.expect("deleted");
    });
    account.expect(".", &["destroy", "-auto-approve"], 0);
}
