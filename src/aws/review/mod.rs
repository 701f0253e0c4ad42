//! What AWS would refuse of a plan, and what parts of a plan undo of each other: told before anything is changed.
//!
//! One file a rule. Rules without calls look at every plan; the others only at what is made or changed. A call that fails
//! keeps nobody from planning: it leaves a warning.

mod addon_versions;
mod autoscaler;
mod colliding_names;
mod eks_versions;
mod instance_types;
mod instances;
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

/// What a rule looks at, and what its calls need.
struct Rule {
    /// Types whose objects it judges.
    of: &'static [&'static str],
    /// Types whose objects it judges them by.
    beside: &'static [&'static str],
    /// IAM actions of its calls.
    actions: &'static [&'static str],
}

/// Rules that look at some types only. Names collide for every type that has unique ones.
const RULES: [Rule; 9] = [
    addon_versions::RULE,
    autoscaler::RULE,
    eks_versions::RULE,
    instance_types::RULE,
    instances::RULE,
    leftovers::RULE,
    mount_targets::RULE,
    secret_names::RULE,
    security_group_rules::RULE,
];

/// IAM actions of the calls that rules make for objects of a type.
pub fn actions(kind: &str) -> Vec<&'static str> {
    RULES.iter().filter(|rule| rule.of.contains(&kind)).flat_map(|rule| rule.actions).copied().collect()
}

/// Whether some rule looks at objects of a type.
pub fn looks_at(resource: &dyn AnyResource<Client>) -> bool {
    let kind = resource.name();
    !resource.unique().is_empty() || RULES.iter().any(|rule| rule.of.contains(&kind) || rule.beside.contains(&kind))
}

/// Judges a plan by all rules.
pub async fn review(client: &Client, types: &Registry<Client>, objects: &[PlannedObject]) -> Diagnostics {
    let plan = Plan(objects);
    let mut found = Diagnostics::new();
    found.extend(colliding_names::check(&plan, types));
    found.extend(security_group_rules::check(&plan));
    found.extend(eks_versions::check(&plan));
    found.extend(autoscaler::check(&plan));
    let (addons, machines, instances, mounts, secrets, left) = futures::join!(
        addon_versions::check(client, &plan),
        instance_types::check(client, &plan),
        instances::check(client, &plan),
        mount_targets::check(client, &plan),
        secret_names::check(client, &plan),
        leftovers::check(client, &plan),
    );
    for result in [addons, machines, instances, mounts, secrets, left] {
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
