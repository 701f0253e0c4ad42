//! A number of nodes that the plan sets back, while something else may be choosing it.

use super::Rule;
use super::plan::{Plan, at, within};
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::{Fate, Object, PlannedObject};

pub(super) const RULE: Rule = Rule { of: &["aws_autoscaling_group", "aws_eks_node_group"], beside: &[], actions: &[] };

pub fn check(plan: &Plan<'_>) -> Diagnostics {
    let mut found = Diagnostics::new();
    for group in plan.of("aws_eks_node_group").filter(|g| g.fate == Fate::Updated) {
        let prior = group.prior.as_ref().and_then(|p| p.object("scaling_config"));
        let planned = group.planned.object("scaling_config");
        if let (Some(prior), Some(planned)) = (prior, planned)
            && let Some(warning) = set_back(group, &prior, &planned, "desired_size", "scaling_config[0].desired_size")
        {
            found.push(within(group, "scaling_config", "desired_size", warning));
        }
    }
    for group in plan.of("aws_autoscaling_group").filter(|g| g.fate == Fate::Updated) {
        if let Some(prior) = &group.prior
            && let Some(warning) = set_back(group, prior, &group.planned, "desired_capacity", "desired_capacity")
        {
            found.push(at(group, "desired_capacity", warning));
        }
    }
    found
}

/// A size changes between bounds that stay, and leave room for an autoscaler.
fn set_back(group: &PlannedObject, prior: &Object, planned: &Object, size: &str, path: &str) -> Option<Diagnostic> {
    let (old, new) = (prior.i64(size)?, planned.i64(size)?);
    let bounds = ["min_size", "max_size"];
    let same = bounds.iter().all(|b| prior.i64(b) == planned.i64(b));
    if old == new || !same || prior.i64("min_size") == prior.i64("max_size") {
        return None;
    }
    let detail = format!(
        "{} has {old} instances, and the plan sets {size} to {new}. If an autoscaler has chosen {old}, the two will go on \
         undoing each other.",
        group.address
    );
    let kind = &group.kind;
    let hint = format!(
        "To leave {size} to the autoscaler in the whole stack, write into kiban.hcl: ignore_changes {{ {kind} = [{path}] }}"
    );
    Some(Diagnostic::warning("Size of a group that may be scaled", detail).hint(hint))
}
