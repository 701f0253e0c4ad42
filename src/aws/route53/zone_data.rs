//! `data "aws_route53_zone"`: a zone by id, or by name and what tells zones of one name apart.

use std::collections::BTreeMap;

use aws_sdk_route53::types::{HostedZone, TagResourceType};

use super::record_sets::{self, Key};
use super::{dns, zone_association};
use crate::aws::{Client, data};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, list_of, map_of, number, string};
use crate::value::{Type, Value};

pub struct ZoneData;

impl DataSource for ZoneData {
    type Client = Client;
    const NAME: &'static str = "aws_route53_zone";
    const ACTIONS: &'static [&'static str] = &[
        "ec2:DescribeVpcs",
        "route53:GetHostedZone",
        "route53:ListHostedZonesByName",
        "route53:ListHostedZonesByVPC",
        "route53:ListResourceRecordSets",
        "route53:ListTagsForResource",
    ];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("caller_reference", string().computed())
            .attr("comment", string().computed())
            .attr("id", string().optional().computed())
            .attr("linked_service_description", string().computed())
            .attr("linked_service_principal", string().computed())
            .attr("name", string().optional().computed())
            .attr("name_servers", list_of(Type::String).computed())
            .attr("primary_name_server", string().computed())
            .attr("private_zone", boolean().optional().default(false))
            .attr("resource_record_set_count", number().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("vpc_id", string().optional().computed())
            .attr("zone_id", string().optional().computed())
    }

    fn validate(config: &Value) -> Vec<String> {
        let set = |name: &str| config.get(name).is_some_and(|v| !v.is_null());
        if set("zone_id") && (set("name") || set("vpc_id")) {
            return vec!["zone_id excludes name and vpc_id.".into()];
        }
        Vec::new()
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let id = match config.string("zone_id") {
            Some(id) => dns::zone_id(&id).to_owned(),
            None => chosen(client, config).await?,
        };
        let answer = client.route53().get_hosted_zone().id(&id).send().await.map_err(Error::from)?;
        let zone = answer.hosted_zone.ok_or_else(|| Error::other("the answer describes no zone"))?;
        let linked = zone.linked_service.clone();
        let private = is_private(&zone);
        let mut servers = match answer.delegation_set {
            Some(set) if !set.name_servers.is_empty() => set.name_servers,
            // Of private zones only the record tells.
            _ => {
                let key = Key { fqdn: dns::normal(&zone.name), kind: "NS".into(), set: String::new() };
                let record = record_sets::find(client, &id, std::slice::from_ref(&key)).await?.remove(&key);
                record.and_then(|r| r.resource_records).unwrap_or_default().into_iter().map(|r| r.value).collect()
            }
        };
        let primary = servers.first().cloned().unwrap_or_default();
        servers.sort();
        let object = config
            .clone()
            .with("arn", format!("arn:{}:route53:::hostedzone/{id}", client.partition()))
            .with("caller_reference", zone.caller_reference)
            .with("comment", zone.config.and_then(|c| c.comment).unwrap_or_default())
            .with("id", id.as_str())
            .with("linked_service_description", linked.as_ref().and_then(|l| l.description.clone()))
            .with("linked_service_principal", linked.and_then(|l| l.service_principal))
            .with("name", zone.name.strip_suffix('.').unwrap_or(&zone.name))
            .with("name_servers", servers)
            .with("primary_name_server", primary)
            .with("private_zone", private)
            .with("resource_record_set_count", zone.resource_record_set_count.unwrap_or_default())
            .with("tags", data::tags_of(client, tags(client, &id).await?))
            .with("zone_id", id)
            .leaving_out(&["linked_service_description", "linked_service_principal", "vpc_id"]);
        Ok(object)
    }
}

fn is_private(zone: &HostedZone) -> bool {
    zone.config.as_ref().is_some_and(|c| c.private_zone)
}

/// The one zone of that name that is private or not as asked, with the VPC and the tags.
async fn chosen(client: &Client, config: &Object) -> Result<String> {
    let Some(name) = config.string("name") else {
        return Err(Error::other("set zone_id, or name"));
    };
    let vpc = config.string("vpc_id");
    let private = config.bool("private_zone") == Some(true) || vpc.is_some();
    let of_vpc = match &vpc {
        Some(vpc) => Some(zone_association::zones(client, vpc, client.region()).await?),
        None => None,
    };
    let wanted = config.string_map("tags");
    let mut found = Vec::new();
    for zone in named(client, &name).await?.into_iter().filter(|z| is_private(z) == private) {
        let id = dns::zone_id(&zone.id).to_owned();
        if of_vpc.as_ref().is_some_and(|zones| !zones.iter().any(|z| zone_association::of(z, &id))) {
            continue;
        }
        if !wanted.is_empty() {
            let live = tags(client, &id).await?;
            if !wanted.iter().all(|(k, v)| live.get(k) == Some(v)) {
                continue;
            }
        }
        found.push(id);
    }
    let kind = if private { "private" } else { "public" };
    match found.as_slice() {
        [id] => Ok(id.clone()),
        [] => Err(Error::not_found(format!("there is no {kind} zone \"{name}\" as described"))
            .hint("private_zone tells private zones from public ones; it is false where it is not set.")),
        many => Err(Error::other(format!("{} {kind} zones \"{name}\" are as described", many.len()))
            .hint("Say more: vpc_id, tags, or the zone_id.")),
    }
}

async fn named(client: &Client, name: &str) -> Result<Vec<HostedZone>> {
    let wanted = dns::normal(name);
    let mut next = (Some(name.to_owned()), None);
    let mut all = Vec::new();
    loop {
        let call = client.route53().list_hosted_zones_by_name().set_dns_name(next.0).set_hosted_zone_id(next.1);
        let answer = call.send().await?;
        all.extend(answer.hosted_zones.into_iter().filter(|z| dns::normal(&z.name) == wanted));
        let same = answer.next_dns_name.as_ref().is_some_and(|n| dns::normal(n) == wanted);
        if !answer.is_truncated || !same {
            return Ok(all);
        }
        next = (answer.next_dns_name, answer.next_hosted_zone_id);
    }
}

async fn tags(client: &Client, id: &str) -> Result<BTreeMap<String, String>> {
    let call = client.route53().list_tags_for_resource().resource_type(TagResourceType::Hostedzone).resource_id(id);
    let tags = call.send().await?.resource_tag_set.and_then(|s| s.tags).unwrap_or_default();
    Ok(tags.into_iter().filter_map(|t| Some((t.key?, t.value.unwrap_or_default()))).collect())
}
