//! Inline rules and rules of their own on one security group: each apply of the one takes away the other.
//!
//! The documentation of hashicorp/aws warns of it at `aws_security_group`.

use std::collections::BTreeMap;

use super::Rule;
use super::plan::{Key, Plan, at, named, own, some};
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::PlannedObject;

const GROUPS: [&str; 2] = ["aws_security_group", "aws_default_security_group"];
const RULES: [&str; 3] =
    ["aws_security_group_rule", "aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule"];

pub(super) const RULE: Rule = Rule { of: &GROUPS, beside: &RULES, actions: &[] };

pub fn check(plan: &Plan<'_>) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut rules: BTreeMap<(Key, &str), Vec<String>> = BTreeMap::new();
    for rule in RULES.into_iter().flat_map(|kind| plan.of(kind)) {
        if let (Some(group), Some(direction)) = (named(&rule.planned, "security_group_id"), opens(rule)) {
            rules.entry((group, direction)).or_default().push(rule.address.clone());
        }
    }
    for group in GROUPS.into_iter().flat_map(|kind| plan.of(kind)) {
        let Some(key) = own(group) else { continue };
        for direction in ["ingress", "egress"].into_iter().filter(|d| group.config.get(d).is_some_and(|v| !v.is_null()))
        {
            let Some(apart) = rules.get(&(key.clone(), direction)) else { continue };
            let detail = format!(
                "{} sets \"{direction}\" itself, so it takes away every other rule that it finds, and these add rules to it: \
                 {}. Each apply undoes what the one before has done.",
                group.address,
                some(apart)
            );
            let hint = format!(
                "Keep to one way: move the {direction} of the group into rules of their own, or these into the group."
            );
            let warning = Diagnostic::warning("Inline and separate rules on one security group", detail).hint(hint);
            found.push(at(group, direction, warning));
        }
    }
    found
}

/// What a rule is part of.
fn opens(rule: &PlannedObject) -> Option<&str> {
    match &*rule.kind {
        "aws_vpc_security_group_ingress_rule" => Some("ingress"),
        "aws_vpc_security_group_egress_rule" => Some("egress"),
        _ => rule.planned.str("type"),
    }
}
