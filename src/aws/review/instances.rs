//! Instances of a type that there is not, that the zone of the subnet does not have, or that cannot run the image.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::Image;

use super::instance_types::{architectures, offers};
use super::plan::{Key, Plan, at, named};
use super::{Findings, Rule, places};
use crate::aws::Client;
use crate::aws::ec2::{FILTER_VALUES, filter};
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::Result;

pub(super) const RULE: Rule = Rule {
    of: &["aws_instance"],
    beside: &["aws_subnet"],
    actions: &[
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeSubnets",
    ],
};

pub async fn check(client: &Client, plan: &Plan<'_>) -> Findings {
    let all: Vec<_> = plan.written("aws_instance").filter(|i| i.planned.has("instance_type")).collect();
    let mut found = Diagnostics::new();
    if all.is_empty() {
        return Ok(found);
    }
    let of = |name: &str| all.iter().filter_map(|i| i.planned.string(name)).collect::<BTreeSet<String>>();
    let (types, images) = (of("instance_type"), of("ami"));
    let subnets: BTreeSet<Key> = all.iter().filter_map(|i| named(&i.planned, "subnet_id")).collect();
    let (architectures, images, offers, zones) = futures::try_join!(
        architectures(client, &types),
        images_of(client, &images),
        offers(client, &types),
        places::zones(client, plan, &subnets)
    )?;
    for instance in all {
        let wanted = instance.planned.string("instance_type").unwrap_or_default();
        let error =
            |summary: &'static str, detail: String| at(instance, "instance_type", Diagnostic::error(summary, detail));
        let Some(able) = architectures.get(&wanted) else {
            let detail = format!("There is no instance type \"{wanted}\" in {}.", client.region());
            let hint = "`aws ec2 describe-instance-types` lists what there is.";
            found.push(error("No such instance type", detail).hint(hint));
            continue;
        };
        let image = instance.planned.string("ami");
        if let Some((image, needs)) = image.and_then(|id| images.get_key_value(&id))
            && !able.contains(needs)
        {
            let has = able.join(", ");
            let detail = format!("{wanted} is a machine of {has}, and the image {image} is for {needs}.");
            let hint = "Choose an image for the processor of the instance type, or another type.";
            found.push(error("Instance type does not fit the image", detail).hint(hint));
        }
        let subnet = named(&instance.planned, "subnet_id").and_then(|key| zones.get(&key));
        if let Some(zone) =
            subnet.filter(|zone| !offers.is_empty() && !offers.contains(&(wanted.clone(), (*zone).clone())))
        {
            let detail = format!("The subnet is in {zone}, where AWS does not offer {wanted}.");
            let hint = "Choose a subnet in another zone, or another instance type.";
            found.push(error("Instance type is not offered in a zone", detail).hint(hint));
        }
    }
    Ok(found)
}

/// Architectures of images, by id. One that cannot be found is for the call that needs it to tell.
async fn images_of(client: &Client, ids: &BTreeSet<String>) -> Result<BTreeMap<String, String>> {
    let all: Vec<&String> = ids.iter().collect();
    let mut found = BTreeMap::new();
    for some in all.chunks(FILTER_VALUES) {
        let call = client.ec2().describe_images().filters(filter("image-id", some.iter().copied()));
        let live: Vec<Image> = call.into_paginator().items().send().try_collect().await?;
        found.extend(live.into_iter().filter_map(|i| Some((i.image_id?, i.architecture?.as_str().to_owned()))));
    }
    Ok(found)
}
