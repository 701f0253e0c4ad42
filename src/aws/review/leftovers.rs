//! Network interfaces that nothing uses any more and that would keep a security group or subnet from being deleted.

use super::plan::Plan;
use super::{Findings, Rule};
use crate::aws::Client;
use crate::aws::ec2::interfaces;
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::Fate;

pub(super) const RULE: Rule =
    Rule { of: &["aws_security_group", "aws_subnet"], beside: &[], actions: &["ec2:DescribeNetworkInterfaces"] };

pub async fn check(client: &Client, plan: &Plan<'_>) -> Findings {
    let mut found = Diagnostics::new();
    let deleted = |kind: &str| -> Vec<String> {
        let gone = plan.0.iter().filter(|o| o.kind == kind && o.fate == Fate::Deleted);
        gone.filter_map(|o| o.prior.as_ref()?.string("id")).collect()
    };
    let (groups, subnets) = (deleted("aws_security_group"), deleted("aws_subnet"));
    let left = interfaces::left_behind(client, &groups, &subnets).await?;
    if left.is_empty() {
        return Ok(found);
    }
    let lines: String = left.iter().map(|i| format!("\n - {i}")).collect();
    let detail = format!(
        "Network interfaces that pods or load balancers have left behind keep security groups and subnets from being \
         deleted. They are used by nothing, and are deleted with them:{lines}"
    );
    found.push(Diagnostic::warning("Network interfaces are deleted as well", detail));
    Ok(found)
}
