//! What is read of instances: lists for all of them, and the attributes that EC2 tells of one instance at a time.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::operation::describe_instance_attribute::DescribeInstanceAttributeOutput as Attribute;
use aws_sdk_ec2::types::{
    Filter, Instance as Live, InstanceAttributeName as Name, InstanceStateName as State, InstanceTypeInfo,
    LaunchTemplate, Reservation, SpotInstanceRequest, Vpc,
};
use futures::try_join;

use super::DEFAULT_VERSION;
use super::devices::Volumes;
use crate::aws::Client;
use crate::aws::ec2::read::FILTER_VALUES;
use crate::aws::ec2::{launch_template, tags};
use crate::aws::gather::gather;
use crate::provider::{Error, Object, RemoteId, Result};

/// Tag by which AWS tells the launch template of an instance.
const TEMPLATE: &str = "aws:ec2launchtemplate:id";
const TEMPLATE_VERSION: &str = "aws:ec2launchtemplate:version";

/// Instances that match, whatever their state.
pub async fn all(client: &Client, filters: Vec<Filter>) -> Result<Vec<Live>> {
    let pages = client.ec2().describe_instances().set_filters(Some(filters).filter(|f| !f.is_empty()));
    let all: Vec<Reservation> = pages.into_paginator().items().send().try_collect().await?;
    Ok(all.into_iter().filter_map(|r| r.instances).flatten().collect())
}

/// Instances that match, but those that have ended, which are shown for an hour.
pub async fn instances(client: &Client, filters: Vec<Filter>) -> Result<Vec<Live>> {
    let all = all(client, filters).await?.into_iter();
    Ok(all.filter(|i| state(i) != Some(&State::Terminated)).collect())
}

/// One instance that has not ended.
pub async fn one(client: &Client, id: &str) -> Result<Option<Live>> {
    Ok(instances(client, vec![tags::filter("instance-id", [id])]).await?.pop())
}

pub fn state(live: &Live) -> Option<&State> {
    live.state.as_ref()?.name.as_ref()
}

/// What stands around instances, by id.
#[derive(Default)]
pub struct Around {
    pub volumes: Volumes,
    /// Credits for processor time, of burstable instances.
    pub credits: BTreeMap<String, String>,
    /// VPCs that AWS has made.
    pub default_vpcs: BTreeSet<String>,
    pub spots: BTreeMap<String, SpotInstanceRequest>,
    pub templates: BTreeMap<RemoteId, LaunchTemplate>,
}

impl Around {
    /// Of instances as resources; `named` has the names of launch templates, by id, as far as they are known.
    pub async fn of(client: &Client, all: &[Live], named: &BTreeMap<RemoteId, Object>) -> Result<Self> {
        let (volumes, credits, default_vpcs, spots, templates) = try_join!(
            volumes(client, all),
            credits(client, all),
            default_vpcs(client, all),
            spots(client, all),
            templates(client, all, named)
        )?;
        Ok(Self { volumes, credits, default_vpcs, spots, templates })
    }

    /// Groups by id, and by name where the VPC is the default one.
    pub fn groups(&self, object: &mut Object, live: &Live) {
        let of = |pick: fn(&aws_sdk_ec2::types::GroupIdentifier) -> Option<String>| {
            live.security_groups.iter().flatten().filter_map(pick).collect::<Vec<_>>()
        };
        let has_subnet = live.subnet_id.as_ref().is_some_and(|s| !s.is_empty());
        let named = live.vpc_id.as_ref().map_or(!has_subnet, |vpc| self.default_vpcs.contains(vpc));
        object.set("security_groups", if named { of(|g| g.group_name.clone()) } else { Vec::new() });
        object.set("vpc_security_group_ids", if has_subnet { of(|g| g.group_id.clone()) } else { Vec::new() });
    }

    /// The launch template of an instance, with the version as the configuration may have named it.
    pub fn template(&self, live: &Live, prior: &Object) -> Option<Object> {
        let id = template_id(live)?;
        let template = self.templates.get(&RemoteId::from(id.as_str()))?;
        let of_instance = tag(live, TEMPLATE_VERSION).unwrap_or_default();
        let known = prior.object("launch_template").and_then(|t| t.string("version")).unwrap_or_default();
        let now = |version: Option<i64>| version.is_some_and(|v| v.to_string() == of_instance);
        // An imported instance has no version in state: the default one is what most configurations mean.
        let version = match known.as_str() {
            "$Default" | "" if now(template.default_version_number) => DEFAULT_VERSION.to_owned(),
            "$Latest" | "" if now(template.latest_version_number) => "$Latest".to_owned(),
            _ => of_instance,
        };
        let name = template.launch_template_name.clone();
        Some(Object::new().with("id", id).with("name", name).with("version", version))
    }
}

pub fn template_id(live: &Live) -> Option<String> {
    tag(live, TEMPLATE)
}

fn tag(live: &Live, key: &str) -> Option<String> {
    tags::pairs(live.tags.as_ref()).find(|(k, _)| k == key).map(|(_, value)| value)
}

pub async fn volumes(client: &Client, all: &[Live]) -> Result<Volumes> {
    let ids: Vec<String> = all.iter().flat_map(super::devices::ids).collect();
    let reads = ids.chunks(FILTER_VALUES).map(|some| async move {
        let call = client.ec2().describe_volumes().filters(tags::filter("volume-id", some));
        let live: Vec<_> = call.into_paginator().items().send().try_collect().await?;
        Ok(live)
    });
    let live = gather(reads.collect()).await?.into_iter().flatten();
    Ok(live.filter_map(|v| Some((v.volume_id.clone()?, v))).collect())
}

/// Types by name, as far as they exist.
pub async fn types(client: &Client, names: Vec<String>) -> Result<BTreeMap<String, std::sync::Arc<InstanceTypeInfo>>> {
    client
        .load("ec2 instance types", &names, |names| async move {
            let mut found = BTreeMap::new();
            for some in names.chunks(FILTER_VALUES) {
                let call = client.ec2().describe_instance_types().filters(tags::filter("instance-type", some));
                let live: Vec<InstanceTypeInfo> = call.into_paginator().items().send().try_collect().await?;
                let named = |info: InstanceTypeInfo| Some((info.instance_type.as_ref()?.as_str().to_owned(), info));
                found.extend(live.into_iter().filter_map(named));
            }
            Ok(found)
        })
        .await
}

/// Only what is burstable has credits, and the call fails for what is not.
pub async fn credits(client: &Client, all: &[Live]) -> Result<BTreeMap<String, String>> {
    let type_of = |live: &Live| live.instance_type.as_ref().map(|t| t.as_str().to_owned());
    let names: BTreeSet<String> = all.iter().filter_map(type_of).collect();
    let types = types(client, names.into_iter().collect()).await?;
    let bursts = |live: &&Live| {
        let info = type_of(live).and_then(|t| types.get(&t));
        info.is_some_and(|info| info.burstable_performance_supported == Some(true))
    };
    let ids: Vec<String> = all.iter().filter(bursts).filter_map(|i| i.instance_id.clone()).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let call = client.ec2().describe_instance_credit_specifications().set_instance_ids(Some(ids));
    let answer: Result<Vec<_>> = call.into_paginator().items().send().try_collect().await.map_err(Error::from);
    let live = match answer {
        Ok(live) => live,
        // Not in all partitions, and not of what went away between the calls.
        Err(e) if e.has_code("UnsupportedOperation") || e.is_not_found() => Vec::new(),
        Err(e) => return Err(e),
    };
    Ok(live.into_iter().filter_map(|c| Some((c.instance_id?, c.cpu_credits?))).collect())
}

async fn default_vpcs(client: &Client, all: &[Live]) -> Result<BTreeSet<String>> {
    let ids: BTreeSet<String> = all.iter().filter_map(|i| i.vpc_id.clone()).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let found = client
        .load("ec2 vpcs of instances", &ids, |ids| async move {
            let mut found = BTreeMap::new();
            for some in ids.chunks(FILTER_VALUES) {
                let call = client.ec2().describe_vpcs().filters(tags::filter("vpc-id", some));
                let live: Vec<Vpc> = call.into_paginator().items().send().try_collect().await?;
                found.extend(live.into_iter().filter_map(|v| Some((v.vpc_id?, v.is_default == Some(true)))));
            }
            Ok(found)
        })
        .await?;
    Ok(found.into_iter().filter(|(_, default)| **default).map(|(id, _)| id).collect())
}

async fn spots(client: &Client, all: &[Live]) -> Result<BTreeMap<String, SpotInstanceRequest>> {
    let ids: Vec<String> =
        all.iter().filter_map(|i| i.spot_instance_request_id.clone()).filter(|i| !i.is_empty()).collect();
    let mut found = BTreeMap::new();
    for some in ids.chunks(FILTER_VALUES) {
        let filter = tags::filter("spot-instance-request-id", some);
        let call = client.ec2().describe_spot_instance_requests().filters(filter);
        let live: Vec<SpotInstanceRequest> = call.into_paginator().items().send().try_collect().await?;
        found.extend(live.into_iter().filter_map(|r| Some((r.spot_instance_request_id.clone()?, r))));
    }
    Ok(found)
}

async fn templates(
    client: &Client,
    all: &[Live],
    named: &BTreeMap<RemoteId, Object>,
) -> Result<BTreeMap<RemoteId, LaunchTemplate>> {
    let ids: BTreeSet<RemoteId> = all.iter().filter_map(template_id).map(RemoteId::from).collect();
    let ids: Vec<RemoteId> = ids.into_iter().collect();
    launch_template::templates(client, &ids, named).await
}

/// What EC2 tells of one instance and one attribute at a time.
#[derive(Default)]
pub struct Told {
    pub disable_api_stop: Option<bool>,
    pub disable_api_termination: Option<bool>,
    pub shutdown_behavior: Option<String>,
    /// In base64; `None` where there is none.
    pub user_data: Option<String>,
}

const TOLD: [Name; 4] =
    [Name::DisableApiStop, Name::DisableApiTermination, Name::InstanceInitiatedShutdownBehavior, Name::UserData];

impl Told {
    fn add(&mut self, answer: Attribute) {
        let Attribute { disable_api_stop, disable_api_termination, .. } = &answer;
        self.disable_api_stop = self.disable_api_stop.or(disable_api_stop.as_ref().and_then(|v| v.value));
        let termination = disable_api_termination.as_ref().and_then(|v| v.value);
        self.disable_api_termination = self.disable_api_termination.or(termination);
        if let Some(behavior) = answer.instance_initiated_shutdown_behavior.and_then(|v| v.value) {
            self.shutdown_behavior = Some(behavior);
        }
        if let Some(data) = answer.user_data.and_then(|v| v.value).filter(|data| !data.is_empty()) {
            self.user_data = Some(data);
        }
    }
}

/// All attributes of instances. What went away between the calls is left out.
pub async fn told(client: &Client, ids: &[String]) -> Result<BTreeMap<String, Told>> {
    let calls = ids.iter().flat_map(|id| TOLD.map(|name| (id, name)));
    let calls = calls.map(|(id, name)| async move {
        let call = client.ec2().describe_instance_attribute().instance_id(id).attribute(name.clone());
        match call.send().await.map_err(Error::from) {
            Ok(answer) => Ok((id, Some(answer))),
            Err(e) if e.is_not_found() => Ok((id, None)),
            // Not in all partitions.
            Err(e) if e.has_code("UnsupportedOperation") && name == Name::DisableApiStop => {
                Ok((id, Some(Attribute::builder().build())))
            }
            Err(e) => Err(e),
        }
    });
    let mut found: BTreeMap<String, Option<Told>> = BTreeMap::new();
    for (id, answer) in gather(calls.collect()).await? {
        let told = found.entry(id.clone()).or_insert_with(|| Some(Told::default()));
        match (answer, told.as_mut()) {
            (Some(answer), Some(told)) => told.add(answer),
            _ => *told = None,
        }
    }
    Ok(found.into_iter().filter_map(|(id, told)| Some((id, told?))).collect())
}

/// The encrypted password of an administrator; empty as long as there is none.
pub async fn password(client: &Client, id: &str) -> Result<String> {
    let answer = client.ec2().get_password_data().instance_id(id).send().await?;
    Ok(answer.password_data.unwrap_or_default().trim().to_owned())
}
