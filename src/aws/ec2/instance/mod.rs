//! `aws_instance`

mod changes;
pub(super) mod devices;
pub(super) mod object;
mod plan;
pub(super) mod read;
mod request;
mod schema;
mod states;
pub(super) mod user_data;
mod volumes;

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{AttributeBooleanValue, Instance as Live};

use super::read::{gone, texts};
use super::tags;
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{
    Actions, CreateCx, Deletion, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, Readiness,
    RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::Schema;
use read::{Around, Told};

/// The version of a launch template where none is named.
const DEFAULT_VERSION: &str = "$Default";

/// Why an instance that runs is not ready yet: an attribute of what is read, not of the schema.
const WAITS: &str = "_waits";

pub struct Instance;

impl ResourceType for Instance {
    type Client = Client;
    const NAME: &'static str = "aws_instance";
    const READ_BATCH: usize = 200;
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &[
            "ec2:DescribeInstances",
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstanceCreditSpecifications",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplates",
            "ec2:DescribeSpotInstanceRequests",
            "ec2:DescribeVolumes",
            "ec2:DescribeVpcs",
            "ec2:GetPasswordData",
        ],
        create: &[
            "ec2:RunInstances",
            "ec2:CreateTags",
            "ec2:DescribeImages",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:ModifyInstanceAttribute",
            "iam:PassRole",
        ],
        update: &[
            "ec2:AssignIpv6Addresses",
            "ec2:AssignPrivateIpAddresses",
            "ec2:AssociateIamInstanceProfile",
            "ec2:CreateTags",
            "ec2:DeleteTags",
            "ec2:DescribeIamInstanceProfileAssociations",
            "ec2:DescribeVolumesModifications",
            "ec2:DisassociateIamInstanceProfile",
            "ec2:ModifyInstanceAttribute",
            "ec2:ModifyInstanceCapacityReservationAttributes",
            "ec2:ModifyInstanceCreditSpecification",
            "ec2:ModifyInstanceMaintenanceOptions",
            "ec2:ModifyInstanceMetadataOptions",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:ModifyPrivateDnsNameOptions",
            "ec2:ModifyVolume",
            "ec2:MonitorInstances",
            "ec2:ReplaceIamInstanceProfileAssociation",
            "ec2:StartInstances",
            "ec2:StopInstances",
            "ec2:UnassignIpv6Addresses",
            "ec2:UnassignPrivateIpAddresses",
            "ec2:UnmonitorInstances",
            "iam:PassRole",
        ],
        delete: &["ec2:CancelSpotInstanceRequests", "ec2:ModifyInstanceAttribute", "ec2:TerminateInstances"],
    };

    fn schema() -> Schema {
        schema::schema()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let all = read::instances(client, vec![tags::filter("instance-id", texts(ids))]).await?;
        let named = template_names(prior);
        let around = Around::of(client, &all, &named).await?;
        let live: Vec<String> = all.iter().filter_map(|i| i.instance_id.clone()).collect();
        let told = read::told(client, &live).await?;
        let empty = Object::new();
        let mut found = gone(ids);
        for live in &all {
            let id = RemoteId::from(live.instance_id.as_deref().unwrap_or_default());
            // Without its attributes it went away between the calls.
            if let Some(told) = told.get(id.as_str()) {
                let object = object(client, live, &around, told, prior.get(&id).unwrap_or(&empty)).await?;
                found.insert(id, Found::Object(object));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        plan::complete(change);
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let root = match want.object("root_block_device") {
            Some(_) => Some(volumes::root_device(cx.client, want).await?),
            None => None,
        };
        let answer = request::call(cx.client, want, root).client_token(cx.token).send().await?;
        let live = answer.instances.unwrap_or_default().pop().ok_or_else(|| Error::other("no instance"))?;
        let id = RemoteId::from(live.instance_id.ok_or_else(|| Error::other("no id"))?);
        cx.created(&id);
        if changes::after_launch(want) {
            return Err(Error::new(ErrorKind::NotYet, "the rest is done once it runs"));
        }
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        changes::apply(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let ec2 = client.ec2();
        if prior.bool("disable_api_termination") == Some(true) {
            let off = AttributeBooleanValue::builder().value(false).build();
            let call = ec2.modify_instance_attribute().instance_id(id.as_str()).disable_api_termination(off);
            match call.send().await.map_err(Error::from) {
                Err(e) if e.is_not_found() => return Ok(()),
                Err(e) if !states::not_for_spot(&e) => return Err(e),
                _ => {}
            }
        }
        let spot = prior.string("spot_instance_request_id").filter(|_| prior.str("instance_lifecycle") == Some("spot"));
        if let Some(request) = spot {
            // A persistent request would run another instance.
            deleted(ec2.cancel_spot_instance_requests().spot_instance_request_ids(request).send().await)?;
        }
        deleted(ec2.terminate_instances().instance_ids(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("instance_state") {
            // Who stopped it meant to.
            Some("running" | "stopped") | None => object.string(WAITS).map_or(Readiness::Ready, Readiness::Pending),
            Some(other) => Readiness::Pending(other.to_owned()),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 20)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        // A profile and its role are not known to EC2 for some seconds.
        let profile = operation != Operation::Delete
            && (error.message.contains("Invalid IAM Instance Profile")
                || error.message.contains("has no associated IAM Roles"));
        profile || matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let live = read::instances(client, vec![tags::filter("client-token", [intent.token.as_str()])]).await?;
        let mut made = live.into_iter().filter(|i| i.client_token.as_deref() == Some(intent.token.as_str()));
        Ok(made.find_map(|i| i.instance_id).map(RemoteId::from))
    }
}

/// Names of launch templates by id, as far as state knows them.
fn template_names(prior: &BTreeMap<RemoteId, Object>) -> BTreeMap<RemoteId, Object> {
    let templates = prior.values().filter_map(|p| p.object("launch_template"));
    templates
        .filter_map(|t| Some((RemoteId::from(t.string("id")?), Object::new().with("name", t.string("name")?))))
        .collect()
}

/// The whole object, with what the configuration decides about how it is read.
async fn object(client: &Client, live: &Live, around: &Around, told: &Told, prior: &Object) -> Result<Object> {
    let id = live.instance_id.as_deref().unwrap_or_default();
    let mut object = object::of(live);
    object.set("arn", client.arn("ec2", &format!("instance/{id}")).await?);
    around.groups(&mut object, live);
    object.set("launch_template", around.template(live, prior).into_iter().collect::<Vec<_>>());
    object.set("network_interface", object::interfaces(live, prior));
    let request = live.spot_instance_request_id.as_ref().and_then(|id| around.spots.get(id));
    object::spot(&mut object, live, request);
    devices::set(client, &mut object, live, &around.volumes, prior);
    if prior.objects("ephemeral_block_device").is_empty() {
        object.set("ephemeral_block_device", Vec::<Object>::new());
    }
    let credits = around.credits.get(id).map(|c| Object::new().with("cpu_credits", c.as_str()));
    object.set("credit_specification", credits.into_iter().collect::<Vec<_>>());
    object
        .set("disable_api_stop", told.disable_api_stop)
        .set("disable_api_termination", told.disable_api_termination)
        .set("instance_initiated_shutdown_behavior", told.shutdown_behavior.clone());
    if let Some(data) = &told.user_data {
        match prior.string("user_data_base64") {
            Some(_) => object.set("user_data_base64", data.as_str()),
            None => object.set("user_data", user_data::digest(data)),
        };
    }
    let mut waits = states::waits(live);
    let wanted = prior.bool("get_password_data") == Some(true);
    object.set("get_password_data", wanted);
    object.set("password_data", "");
    if wanted {
        let password = read::password(client, id).await?;
        if password.is_empty() {
            waits = waits.or(Some("the password is not there yet"));
        }
        object.set("password_data", password);
    }
    object.set(WAITS, waits);
    Ok(object)
}
