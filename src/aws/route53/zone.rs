//! `aws_route53_zone`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_route53::operation::get_hosted_zone::GetHostedZoneOutput;
use aws_sdk_route53::types::{ChangeAction, HostedZoneConfig, TagResourceType, Vpc, VpcRegion};

use super::record_sets::{self, Key};
use super::{dns, tags, zone_name};
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Block, Normal, Schema, boolean, list_of, set_block, string};
use crate::value::{Type, Value};

const KIND: TagResourceType = TagResourceType::Hostedzone;

/// Records that one batch deletes.
const DELETE_BATCH: usize = 100;

/// Id and region of a VPC.
type VpcKey = (String, String);

pub struct Zone;

impl ResourceType for Zone {
    type Client = Client;
    const NAME: &'static str = "aws_route53_zone";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResources"],
        create: &[
            "ec2:DescribeVpcs",
            "route53:AssociateVPCWithHostedZone",
            "route53:ChangeTagsForResource",
            "route53:CreateHostedZone",
            "route53:ListHostedZonesByName",
        ],
        update: &[
            "ec2:DescribeVpcs",
            "route53:AssociateVPCWithHostedZone",
            "route53:ChangeTagsForResource",
            "route53:DisassociateVPCFromHostedZone",
            "route53:UpdateHostedZoneComment",
        ],
        delete: &["route53:ChangeResourceRecordSets", "route53:DeleteHostedZone", "route53:ListResourceRecordSets"],
    };

    fn schema() -> Schema {
        let vpc = Block::new().attr("vpc_id", string().required()).attr("vpc_region", string().optional().computed());
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("comment", string().optional().default("Managed by Terraform"))
            .attr("delegation_set_id", string().optional().force_new())
            .attr("force_destroy", boolean().optional().default(false))
            .attr("id", string().optional().computed())
            .attr("name", string().required().force_new().normal(Normal::DnsName))
            .attr("name_servers", list_of(Type::String).computed())
            .attr("primary_name_server", string().computed())
            .attr("zone_id", string().computed())
            .block("vpc", set_block(vpc))
            .tags()
            .timeouts(&["create", "delete", "update"])
    }

    fn customize_plan(change: &mut PlannedChange) {
        let private = change.config.get("vpc").and_then(Value::as_slice).is_some_and(|v| !v.is_empty());
        if private && change.configured("delegation_set_id") {
            change.error("delegation_set_id", "A private zone (with vpc blocks) has no delegation set.");
        }
        let Some(prior) = &change.prior else { return };
        let regions: BTreeMap<String, String> = prior.objects("vpc").iter().filter_map(stored_vpc).collect();
        if change.planned.get("vpc").is_some_and(Value::is_known) {
            let vpcs = change.planned.objects("vpc");
            // The region of a VPC that is associated already is known.
            let known = vpcs.into_iter().map(|vpc| match vpc.str("vpc_id").and_then(|id| regions.get(id)) {
                Some(region) if !vpc.has("vpc_region") => vpc.with("vpc_region", region),
                _ => vpc,
            });
            let known: Vec<Value> = known.map(Object::into_value).collect();
            if let Some(Type::Set(element)) = change.planned.get("vpc").map(Value::ty) {
                change.planned.set("vpc", Value::set((*element).clone(), known));
            }
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let reads = ids.iter().map(|id| async move {
            match client.route53().get_hosted_zone().id(id.as_str()).send().await {
                Ok(answer) => Ok((id, Some(answer))),
                Err(e) => Error::from(e).unless_not_found().map(|()| (id, None)),
            }
        });
        let zones = gather(reads.collect()).await?;
        let there: Vec<String> = zones.iter().filter(|(_, z)| z.is_some()).map(|(id, _)| id.to_string()).collect();
        let batches = there.chunks(tags::BATCH).map(|ids| tags::of(client, KIND, ids.to_vec()));
        let mut found: BTreeMap<String, all_tags::Tags> =
            gather(batches.collect()).await?.into_iter().flatten().collect();
        let objects = zones.into_iter().map(|(id, zone)| {
            let tags = found.remove(id.as_str()).unwrap_or_default();
            async move {
                Ok(match zone {
                    Some(zone) => (id.clone(), Found::Object(object(client, id.as_str(), zone, tags).await?)),
                    None => (id.clone(), Found::Gone),
                })
            }
        });
        Ok(gather(objects.collect()).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = want.string("name").unwrap_or_default();
        let mut vpcs = vpcs(want, cx.client.region()).into_iter();
        let first = vpcs.next();
        let config =
            HostedZoneConfig::builder().set_comment(want.string("comment")).private_zone(first.is_some()).build();
        let answer = cx
            .client
            .route53()
            .create_hosted_zone()
            .name(&name)
            .caller_reference(cx.token)
            .hosted_zone_config(config)
            .set_delegation_set_id(want.string("delegation_set_id"))
            .set_vpc(first.as_ref().map(vpc))
            .send()
            .await;
        let id = match answer.map_err(Error::from) {
            Ok(made) => made.hosted_zone.map(|z| dns::zone_id(&z.id).to_owned()),
            // The reference is of this creation alone: an earlier attempt has made the zone.
            Err(e) if e.has_code("HostedZoneAlreadyExists") => by_reference(cx.client, &name, cx.token).await?,
            Err(e) => return Err(e),
        };
        let id = RemoteId::from(id.ok_or_else(|| Error::other("the answer names no zone"))?);
        cx.created(&id);
        tags::change(cx.client, KIND, id.as_str(), Vec::new(), all_tags::wanted(want)).await?;
        for other in vpcs {
            associate(cx.client, &id, &other).await?;
        }
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        if prior.string("comment") != want.string("comment") {
            let comment = want.str("comment").unwrap_or_default();
            client.route53().update_hosted_zone_comment().id(id.as_str()).comment(comment).send().await?;
        }
        let (old, new) = (vpcs(prior, client.region()), vpcs(want, client.region()));
        // A private zone keeps at least one VPC: add before taking away.
        for added in new.difference(&old) {
            associate(client, id, added).await?;
        }
        for removed in old.difference(&new) {
            let call = client.route53().disassociate_vpc_from_hosted_zone().hosted_zone_id(id.as_str());
            match call.vpc(vpc(removed)).send().await.map_err(Error::from) {
                Err(e) if !e.has_code("VPCAssociationNotFound") => return Err(e),
                _ => {}
            }
        }
        let (removed, changed) = all_tags::difference(prior, want);
        tags::change(client, KIND, id.as_str(), removed, changed).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        if prior.bool("force_destroy") == Some(true)
            && let Err(e) = delete_records(client, id.as_str()).await
        {
            return e.unless_not_found();
        }
        match client.route53().delete_hosted_zone().id(id.as_str()).send().await.map_err(Error::from) {
            Ok(_) => Ok(()),
            Err(e) if e.has_code("HostedZoneNotEmpty") => Err(e.hint(
                "The zone holds records that this configuration does not manage. Delete them, or set force_destroy \
                 to true and apply before destroying.",
            )),
            Err(e) => e.unless_not_found(),
        }
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("name") else { return Ok(None) };
        Ok(by_reference(client, name, &intent.token).await?.map(RemoteId::from))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(30, 30, 30)
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        Ok(dns::zone_id(text).into())
    }
}

async fn object(client: &Client, id: &str, zone: GetHostedZoneOutput, tags: all_tags::Tags) -> Result<Object> {
    let hosted = zone.hosted_zone.ok_or_else(|| Error::other("the answer describes no zone"))?;
    let private = hosted.config.as_ref().is_some_and(|c| c.private_zone);
    let set = zone.delegation_set;
    let set_id = set.as_ref().and_then(|s| s.id.clone()).unwrap_or_default();
    let mut servers = if private {
        // Of private zones only the record tells.
        let key = Key { fqdn: dns::normal(&hosted.name), kind: "NS".into(), set: String::new() };
        let record = record_sets::find(client, id, std::slice::from_ref(&key)).await?.remove(&key);
        let records = record.and_then(|r| r.resource_records).unwrap_or_default();
        let mut servers: Vec<String> = records.into_iter().map(|r| r.value).collect();
        servers.sort();
        servers
    } else {
        set.map(|s| s.name_servers).unwrap_or_default()
    };
    let primary = servers.first().cloned().unwrap_or_default();
    servers.sort();
    let vpcs = zone.vpcs.unwrap_or_default().into_iter().map(|v| {
        let region = v.vpc_region.as_ref().map_or("", VpcRegion::as_str);
        Object::new().with("vpc_id", v.vpc_id.unwrap_or_default()).with("vpc_region", region)
    });
    let mut object = Object::new()
        .with("arn", format!("arn:{}:route53:::hostedzone/{id}", client.partition()))
        .with("comment", hosted.config.and_then(|c| c.comment).unwrap_or_default())
        .with("delegation_set_id", set_id.strip_prefix("/delegationset/").unwrap_or(&set_id))
        .with("id", id)
        .with("name", hosted.name.strip_suffix('.').unwrap_or(&hosted.name))
        .with("name_servers", servers)
        .with("primary_name_server", primary)
        .with("vpc", vpcs.collect::<Vec<_>>())
        .with("zone_id", id);
    all_tags::set(&mut object, tags);
    Ok(object)
}

/// The zone of that name made with a caller reference.
async fn by_reference(client: &Client, name: &str, reference: &str) -> Result<Option<String>> {
    let wanted = dns::normal(name);
    let mut next = (Some(name.to_owned()), None);
    loop {
        let call = client.route53().list_hosted_zones_by_name().set_dns_name(next.0).set_hosted_zone_id(next.1);
        let answer = call.send().await?;
        if let Some(zone) = answer.hosted_zones.iter().find(|z| z.caller_reference == reference) {
            return Ok(Some(dns::zone_id(&zone.id).to_owned()));
        }
        let same = answer.next_dns_name.as_ref().is_some_and(|n| dns::normal(n) == wanted);
        if !answer.is_truncated || !same {
            return Ok(None);
        }
        next = (answer.next_dns_name, answer.next_hosted_zone_id);
    }
}

/// Deletes all records but those that the zone itself has.
async fn delete_records(client: &Client, id: &str) -> Result<()> {
    let zone = zone_name::get(client, id).await?;
    let own = |name: &str, kind: &str| dns::normal(name) == zone && matches!(kind, "NS" | "SOA");
    let records = record_sets::all(client, id).await?;
    let mut changes = Vec::new();
    for record in records.into_iter().filter(|r| !own(&r.name, r.r#type.as_str())) {
        changes.push(record_sets::change(ChangeAction::Delete, record)?);
    }
    for batch in changes.chunks(DELETE_BATCH) {
        record_sets::apply(client, id, batch.to_vec()).await?;
    }
    Ok(())
}

async fn associate(client: &Client, id: &RemoteId, key: &VpcKey) -> Result<()> {
    let call = client.route53().associate_vpc_with_hosted_zone().hosted_zone_id(id.as_str());
    call.vpc(vpc(key)).send().await?;
    Ok(())
}

fn vpc((id, region): &VpcKey) -> Vpc {
    Vpc::builder().vpc_id(id).vpc_region(VpcRegion::from(region.as_str())).build()
}

/// The VPCs of an object; those without region are in that of the provider.
fn vpcs(object: &Object, region: &str) -> BTreeSet<VpcKey> {
    let all = object.objects("vpc").into_iter();
    all.filter_map(|v| Some((v.string("vpc_id")?, v.string("vpc_region").unwrap_or_else(|| region.to_owned()))))
        .collect()
}

fn stored_vpc(vpc: &Object) -> Option<VpcKey> {
    Some((vpc.string("vpc_id")?, vpc.string("vpc_region")?))
}
