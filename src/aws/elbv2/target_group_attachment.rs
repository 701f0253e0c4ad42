//! `aws_lb_target_group_attachment`: a target of a target group.
//!
//! Terraform gives it a random `id`; what AWS knows it by are its arguments. All targets of a group come with one call.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{
    TargetDescription, TargetHealthDescription, TargetHealthReasonEnum as Reason,
};

use crate::aws::Client;
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, number, string};

/// What stands between the parts of an id.
const COMMA: char = ',';

pub struct TargetGroupAttachment;

impl ResourceType for TargetGroupAttachment {
    type Client = Client;
    const NAME: &'static str = "aws_lb_target_group_attachment";
    const READ_BATCH: usize = 10_000;
    const ACTIONS: Actions = Actions {
        read: &["elasticloadbalancing:DescribeTargetHealth"],
        create: &["elasticloadbalancing:RegisterTargets"],
        update: &[],
        delete: &["elasticloadbalancing:DeregisterTargets"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("availability_zone", string().optional().force_new())
            .attr("id", string().optional().computed())
            .attr("port", number().optional().force_new())
            .attr("target_group_arn", string().required().force_new())
            .attr("target_id", string().required().force_new())
    }

    fn remote_id(object: &Object) -> Option<RemoteId> {
        Some(id(&object.string("target_group_arn")?, &Target::of(object)?))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let parsed = ids.iter().map(|id| Ok((id, parts(id)?))).collect::<Result<Vec<_>>>()?;
        let groups: BTreeSet<&str> = parsed.iter().map(|(_, (group, _))| *group).collect();
        let reads = groups.into_iter().map(|group| async move { Ok((group, registered(client, group).await?)) });
        let live: BTreeMap<&str, Vec<Target>> = gather(reads.collect()).await?.into_iter().collect();
        let mut found = BTreeMap::new();
        for (id, (group, target)) in parsed {
            let there = live.get(group).is_some_and(|all| all.iter().any(|live| target.is(live)));
            let object = if there { Found::Object(object(group, &target, prior.get(id))) } else { Found::Gone };
            found.insert(id.clone(), object);
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let missing = || Error::other("target_group_arn and target_id must be set");
        let (group, target) =
            (want.string("target_group_arn").ok_or_else(missing)?, Target::of(want).ok_or_else(missing)?);
        let call = cx.client.elbv2().register_targets().target_group_arn(&group);
        call.targets(target.description()).send().await?;
        let id = id(&group, &target);
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (group, target) = parts(id)?;
        let call = client.elbv2().deregister_targets().target_group_arn(group).targets(target.description());
        match call.send().await.map_err(Error::from) {
            Err(error) if error.has_code("InvalidTarget") => Ok(()),
            other => deleted(other),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    /// An instance that was just started is no valid target yet.
    fn retries(operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || operation == Operation::Create && error.has_code("InvalidTarget")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        Self::remote_id(want).map(|id| ("id".to_owned(), id.as_str().to_owned())).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("id").map(|id| RemoteId::from(id.as_str())) else { return Ok(None) };
        let (group, target) = parts(&id)?;
        let there = registered(client, group).await?.iter().any(|live| target.is(live));
        Ok(there.then_some(id))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        let id = RemoteId::from(text);
        match parts(&id) {
            Ok((group, target)) if group.starts_with("arn:") && !target.id.is_empty() => Ok(self::id(group, &target)),
            _ => Err(Error::other(format!(
                "unexpected id \"{text}\": expected target-group-arn,target-id, and then ,port and ,zone if they are set"
            ))),
        }
    }
}

/// A target as it is configured, or as it is registered.
#[derive(Clone, Debug, PartialEq)]
struct Target {
    id: String,
    port: Option<i32>,
    zone: Option<String>,
}

impl Target {
    fn of(object: &Object) -> Option<Self> {
        let port = object.i32("port").filter(|port| *port != 0);
        Some(Self { id: object.string("target_id")?, port, zone: object.string("availability_zone") })
    }

    /// A target without a port has that of its group, of which the id says nothing.
    fn is(&self, live: &Target) -> bool {
        self.id == live.id && (self.port.is_none() || self.port == live.port)
    }

    fn description(&self) -> TargetDescription {
        let target = TargetDescription::builder().id(&self.id);
        target.set_port(self.port).set_availability_zone(self.zone.clone()).build()
    }
}

fn id(group: &str, target: &Target) -> RemoteId {
    let port = target.port.map(|port| port.to_string()).unwrap_or_default();
    let zone = target.zone.as_deref().unwrap_or_default();
    format!("{group}{COMMA}{}{COMMA}{port}{COMMA}{zone}", target.id).into()
}

fn parts(id: &RemoteId) -> Result<(&str, Target)> {
    let wrong = || Error::other(format!("unexpected id \"{id}\""));
    let mut parts = id.as_str().split(COMMA);
    let (Some(group), Some(target)) = (parts.next(), parts.next()) else { return Err(wrong()) };
    let port = parts.next().filter(|port| !port.is_empty());
    let port = port.map(|port| port.parse().map_err(|_| wrong())).transpose()?;
    let zone = parts.next().filter(|zone| !zone.is_empty()).map(str::to_owned);
    Ok((group, Target { id: target.to_owned(), port, zone }))
}

/// The targets of a group, without those that are leaving it; none where the group is gone.
async fn registered(client: &Client, group: &str) -> Result<Vec<Target>> {
    let answer = client.elbv2().describe_target_health().target_group_arn(group).send().await;
    let all = match answer.map_err(Error::from) {
        Ok(answer) => answer.target_health_descriptions.unwrap_or_default(),
        Err(error) => error.unless_not_found().map(|()| Vec::new())?,
    };
    let stays = |d: &TargetHealthDescription| {
        let reason = d.target_health.as_ref().and_then(|h| h.reason.as_ref());
        !matches!(reason, Some(Reason::DeregistrationInProgress | Reason::NotRegistered))
    };
    let target = |d: TargetHealthDescription| {
        let target = d.target?;
        Some(Target { id: target.id?, port: target.port, zone: target.availability_zone })
    };
    Ok(all.into_iter().filter(stays).filter_map(target).collect())
}

/// An id that state has already stays.
fn object(group: &str, target: &Target, prior: Option<&Object>) -> Object {
    let object = Object::new()
        .with("availability_zone", target.zone.clone())
        .with("port", target.port)
        .with("target_group_arn", group)
        .with("target_id", target.id.as_str());
    if prior.is_some_and(|p| p.has("id")) { object } else { object.with("id", id(group, target).as_str()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_is_known_by_its_arguments() {
        let want = Object::new().with("target_group_arn", "arn:g").with("target_id", "10.0.0.1").with("port", 80);
        let id = TargetGroupAttachment::remote_id(&want).expect("has both");
        assert_eq!(id.as_str(), "arn:g,10.0.0.1,80,");
        let (group, target) = parts(&id).expect("an id");
        assert_eq!((group, target.port, target.zone.as_deref()), ("arn:g", Some(80), None));
        assert_eq!(TargetGroupAttachment::import_id("arn:g,i-1").expect("an id").as_str(), "arn:g,i-1,,");
        assert!(TargetGroupAttachment::import_id("arn:g").is_err());
    }
}
