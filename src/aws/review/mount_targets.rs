//! Two mount targets of one file system in one zone: EFS allows one a zone.
//!
//! <https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html>

use std::collections::BTreeMap;

use super::plan::{Key, Plan, at, named};
use super::{Findings, Rule, places};
use crate::aws::Client;
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::PlannedObject;

pub(super) const RULE: Rule =
    Rule { of: &["aws_efs_mount_target"], beside: &["aws_subnet"], actions: &["ec2:DescribeSubnets"] };

pub async fn check(client: &Client, plan: &Plan<'_>) -> Findings {
    let mut systems: BTreeMap<Key, Vec<(&PlannedObject, Key)>> = BTreeMap::new();
    for target in plan.of("aws_efs_mount_target") {
        if let (Some(system), Some(subnet)) =
            (named(&target.planned, "file_system_id"), named(&target.planned, "subnet_id"))
        {
            systems.entry(system).or_default().push((target, subnet));
        }
    }
    systems.retain(|_, targets| targets.len() > 1 && targets.iter().any(|(t, _)| t.is_written()));
    let mut found = Diagnostics::new();
    if systems.is_empty() {
        return Ok(found);
    }
    let subnets = systems.values().flatten().map(|(_, subnet)| subnet.clone()).collect();
    let zones = places::zones(client, plan, &subnets).await?;
    for targets in systems.values() {
        let mut first: BTreeMap<&String, &PlannedObject> = BTreeMap::new();
        for (target, subnet) in targets {
            let Some(zone) = zones.get(subnet) else { continue };
            let Some(other) = first.insert(zone, target) else { continue };
            let detail = format!(
                "{} and {} are mount targets of one file system in the zone {zone}. EFS has one a zone, which serves all \
                 subnets of it.",
                other.address, target.address
            );
            let hint = "Choose one subnet of each zone.";
            found.push(at(target, "subnet_id", Diagnostic::error("Two mount targets in one zone", detail).hint(hint)));
        }
    }
    Ok(found)
}
