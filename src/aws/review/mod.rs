//! What AWS would refuse of a plan, and what parts of a plan undo of each other: told before anything is changed.
//!
//! One file a rule. Rules without calls look at every plan; the others only at what is made or changed. A call that fails
//! keeps nobody from planning: it leaves a warning.

mod addon_versions;
mod autoscaler;
mod colliding_names;
mod eks_versions;
mod instance_types;
mod leftovers;
mod mount_targets;
mod places;
mod plan;
mod secret_names;
mod security_group_rules;

use super::Client;
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::registry::{AnyResource, Registry};
use crate::provider::{PlannedObject, Result};
use plan::Plan;

/// Types that rules look at beside those whose names are unique.
const KINDS: [&str; 12] = [
    "aws_autoscaling_group",
    "aws_default_security_group",
    "aws_efs_mount_target",
    "aws_eks_addon",
    "aws_eks_cluster",
    "aws_eks_node_group",
    "aws_secretsmanager_secret",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_subnet",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
];

/// IAM actions of the calls that rules make for objects of a type.
pub fn actions(kind: &str) -> &'static [&'static str] {
    match kind {
        "aws_efs_mount_target" => &["ec2:DescribeSubnets"],
        "aws_eks_addon" => &["eks:DescribeAddonVersions"],
        "aws_eks_node_group" => {
            &["ec2:DescribeInstanceTypeOfferings", "ec2:DescribeInstanceTypes", "ec2:DescribeSubnets"]
        }
        "aws_secretsmanager_secret" => &["secretsmanager:ListSecrets"],
        "aws_security_group" | "aws_subnet" => &["ec2:DescribeNetworkInterfaces"],
        _ => &[],
    }
}

/// Whether some rule looks at objects of a type.
pub fn looks_at(resource: &dyn AnyResource<Client>) -> bool {
    !resource.unique().is_empty() || KINDS.contains(&resource.name())
}

/// Judges a plan by all rules.
pub async fn review(client: &Client, types: &Registry<Client>, objects: &[PlannedObject]) -> Diagnostics {
    let plan = Plan(objects);
    let mut found = Diagnostics::new();
    found.extend(colliding_names::check(&plan, types));
    found.extend(security_group_rules::check(&plan));
    found.extend(eks_versions::check(&plan));
    found.extend(autoscaler::check(&plan));
    let (addons, machines, mounts, secrets, left) = futures::join!(
        addon_versions::check(client, &plan),
        instance_types::check(client, &plan),
        mount_targets::check(client, &plan),
        secret_names::check(client, &plan),
        leftovers::check(client, &plan),
    );
    for result in [addons, machines, mounts, secrets, left] {
        found.extend(result.unwrap_or_else(|e| unchecked(&e.to_string())));
    }
    found
}

fn unchecked(why: &str) -> Diagnostics {
    let detail = format!("A call that looks ahead has failed: {why}");
    let hint = "Nothing else depends on it. `kiban iam-policy` lists the actions that planning needs.";
    Diagnostic::warning("Part of the plan was not checked", detail).hint(hint).into()
}

/// Findings, or why a call did not give them.
type Findings = Result<Diagnostics>;
