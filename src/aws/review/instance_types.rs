//! Instance types of node groups that do not fit the architecture of the image, or that no zone of the group has.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{InstanceTypeInfo, InstanceTypeOffering, LocationType};

use super::plan::{Key, Plan, all_named, at};
use super::{Findings, Rule, places};
use crate::aws::Client;
use crate::aws::ec2::{FILTER_VALUES, filter};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::provider::{PlannedObject, Result};

pub(super) const RULE: Rule = Rule {
    of: &["aws_eks_node_group"],
    beside: &["aws_subnet"],
    actions: &["ec2:DescribeInstanceTypeOfferings", "ec2:DescribeInstanceTypes", "ec2:DescribeSubnets"],
};

pub async fn check(client: &Client, plan: &Plan<'_>) -> Findings {
    let groups: Vec<Group<'_>> = plan.written("aws_eks_node_group").filter_map(Group::of).collect();
    let mut found = Diagnostics::new();
    if groups.is_empty() {
        return Ok(found);
    }
    let types: BTreeSet<String> = groups.iter().flat_map(|g| g.types.iter().cloned()).collect();
    let subnets: BTreeSet<Key> = groups.iter().flat_map(|g| g.subnets.iter().cloned()).collect();
    let (architectures, offers, zones) = futures::try_join!(
        architectures(client, &types),
        offers(client, &types),
        places::zones(client, plan, &subnets)
    )?;
    for group in &groups {
        found.extend(group.types.iter().filter_map(|t| group.fits(t, architectures.get(t), client.region())));
        let zones: BTreeSet<&String> = group.subnets.iter().filter_map(|s| zones.get(s)).collect();
        found.extend(zones.into_iter().filter_map(|zone| group.has_in(zone, &offers)));
    }
    Ok(found)
}

/// A node group that names its instance types.
struct Group<'a> {
    object: &'a PlannedObject,
    types: Vec<String>,
    image: Option<&'a str>,
    subnets: Vec<Key>,
}

impl<'a> Group<'a> {
    fn of(object: &'a PlannedObject) -> Option<Self> {
        let types = object.planned.strings("instance_types");
        // A planned set with an unknown element is unknown as a whole: the configuration still tells the elements apart.
        let (image, subnets) = (object.planned.str("ami_type"), all_named(&object.config, "subnet_ids"));
        (!types.is_empty()).then_some(Self { object, types, image, subnets })
    }

    fn fits(&self, instance_type: &str, architectures: Option<&Vec<String>>, region: &str) -> Option<Diagnostic> {
        let Some(architectures) = architectures else {
            let detail = format!("There is no instance type \"{instance_type}\" in {region}.");
            let hint = "`aws ec2 describe-instance-types` lists what there is.";
            return Some(at(
                self.object,
                "instance_types",
                Diagnostic::error("No such instance type", detail).hint(hint),
            ));
        };
        let image = self.image?;
        let wanted = architecture(image)?;
        if architectures.iter().any(|a| a == wanted) {
            return None;
        }
        let has = architectures.join(", ");
        let detail = format!("{instance_type} is a machine of {has}, and images of ami_type {image} are for {wanted}.");
        let hint = match wanted {
            "arm64" => "Choose an instance type with a Graviton processor, or an ami_type for x86_64.",
            _ => "Choose an instance type of x86_64, or an ami_type for ARM_64.",
        };
        Some(at(
            self.object,
            "instance_types",
            Diagnostic::error("Instance type does not fit the image", detail).hint(hint),
        ))
    }

    /// Of several types some may be missing in a zone: the others serve there.
    fn has_in(&self, zone: &str, offers: &BTreeSet<(String, String)>) -> Option<Diagnostic> {
        let missing: Vec<&str> = self
            .types
            .iter()
            .filter(|t| !offers.contains(&((*t).clone(), zone.to_owned())))
            .map(String::as_str)
            .collect();
        if missing.is_empty() || offers.is_empty() {
            return None;
        }
        let severity = if missing.len() == self.types.len() { Severity::Error } else { Severity::Warning };
        let detail =
            format!("{} has a subnet in {zone}, where AWS does not offer {}.", self.object.address, missing.join(", "));
        let hint = "Leave the subnets of that zone out of subnet_ids, or choose other instance types.";
        let finding = Diagnostic { severity, ..Diagnostic::error("Instance type is not offered in a zone", detail) };
        Some(at(self.object, "subnet_ids", finding.hint(hint)))
    }
}

/// The architecture of the images of an AMI type; `None` where the launch template brings its own.
fn architecture(ami_type: &str) -> Option<&'static str> {
    let ami_type = ami_type.to_ascii_uppercase();
    match () {
        () if ami_type == "CUSTOM" => None,
        () if ami_type.contains("ARM_64") => Some("arm64"),
        () => Some("x86_64"),
    }
}

pub(super) async fn architectures(client: &Client, types: &BTreeSet<String>) -> Result<BTreeMap<String, Vec<String>>> {
    let all: Vec<&String> = types.iter().collect();
    let mut found = BTreeMap::new();
    for some in all.chunks(FILTER_VALUES) {
        // A filter, unlike the list of types, does not fail the call for one that does not exist.
        let call = client.ec2().describe_instance_types().filters(filter("instance-type", some.iter().copied()));
        let live: Vec<InstanceTypeInfo> = call.into_paginator().items().send().try_collect().await?;
        for info in live {
            let processors = info.processor_info.and_then(|p| p.supported_architectures).unwrap_or_default();
            let names = processors.iter().map(|a| a.as_str().to_owned()).collect();
            found.insert(info.instance_type.map(|t| t.as_str().to_owned()).unwrap_or_default(), names);
        }
    }
    Ok(found)
}

/// Pairs of type and zone.
pub(super) async fn offers(client: &Client, types: &BTreeSet<String>) -> Result<BTreeSet<(String, String)>> {
    let all: Vec<&String> = types.iter().collect();
    let mut found = BTreeSet::new();
    for some in all.chunks(FILTER_VALUES) {
        let call = client.ec2().describe_instance_type_offerings().location_type(LocationType::AvailabilityZone);
        let call = call.filters(filter("instance-type", some.iter().copied()));
        let live: Vec<InstanceTypeOffering> = call.into_paginator().items().send().try_collect().await?;
        found.extend(live.into_iter().filter_map(|o| Some((o.instance_type?.as_str().to_owned(), o.location?))));
    }
    Ok(found)
}
