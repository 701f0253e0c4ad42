//! `aws_iam_instance_profile`. Its id is its name.

use std::collections::BTreeMap;

use aws_sdk_iam::types::InstanceProfile as Live;

use super::{naming, read, tags};
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, string};

pub struct InstanceProfile;

impl ResourceType for InstanceProfile {
    type Client = Client;
    const NAME: &'static str = "aws_iam_instance_profile";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["iam:GetInstanceProfile"],
        create: &[
            "iam:CreateInstanceProfile",
            "iam:TagInstanceProfile",
            "iam:AddRoleToInstanceProfile",
            "iam:PassRole",
        ],
        update: &[
            "iam:AddRoleToInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:PassRole",
            "iam:TagInstanceProfile",
            "iam:UntagInstanceProfile",
        ],
        delete: &["iam:DeleteInstanceProfile", "iam:RemoveRoleFromInstanceProfile"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("create_date", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed().force_new().check(naming::valid))
            .attr("name_prefix", string().optional().computed().force_new().check(naming::valid))
            .attr("path", string().optional().default("/").force_new().check(naming::valid_path))
            .attr("role", string().optional().check(naming::valid_role))
            .attr("unique_id", string().computed())
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        naming::check_conflict(change);
    }

    /// The list of all profiles lacks their tags.
    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let calls = ids.iter().map(|id| async move {
            let live = get(client, id.as_str()).await?;
            Ok((id.clone(), live.map_or(Found::Gone, |p| Found::Object(object(&p)))))
        });
        Ok(gather(calls.collect()).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = naming::name(want, cx.token);
        let call = cx.client.iam().create_instance_profile().instance_profile_name(&name);
        call.set_path(want.string("path")).set_tags(tags::wanted(want)?).send().await?;
        let id = RemoteId::from(name);
        cx.created(&id);
        if let Some(role) = want.string("role") {
            add(cx.client, id.as_str(), &role).await?;
        }
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (iam, name) = (client.iam(), id.as_str());
        let (old, new) = (prior.string("role"), want.string("role"));
        if old != new {
            if let Some(role) = old {
                remove(client, name, &role).await?;
            }
            if let Some(role) = new {
                add(client, name, &role).await?;
            }
        }
        let (removed, changed) = tags::difference(prior, want)?;
        if !removed.is_empty() {
            iam.untag_instance_profile().instance_profile_name(name).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            iam.tag_instance_profile().instance_profile_name(name).set_tags(Some(changed)).send().await?;
        }
        Ok(())
    }

    /// IAM deletes no profile that holds a role.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        if let Some(role) = prior.string("role") {
            remove(client, id.as_str(), &role).await?;
        }
        let call = client.iam().delete_instance_profile().instance_profile_name(id.as_str());
        read::unless_gone(call.send().await)?;
        Ok(())
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        naming::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        naming::identity(want, &[])
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let name = naming::intended(intent);
        Ok(get(client, &name).await?.map(|_| name.into()))
    }
}

async fn get(client: &Client, name: &str) -> Result<Option<Live>> {
    let answer = read::unless_gone(client.iam().get_instance_profile().instance_profile_name(name).send().await)?;
    Ok(answer.and_then(|a| a.instance_profile))
}

async fn add(client: &Client, profile: &str, role: &str) -> Result<()> {
    client.iam().add_role_to_instance_profile().instance_profile_name(profile).role_name(role).send().await?;
    Ok(())
}

async fn remove(client: &Client, profile: &str, role: &str) -> Result<()> {
    let call = client.iam().remove_role_from_instance_profile().instance_profile_name(profile).role_name(role);
    read::unless_gone(call.send().await)?;
    Ok(())
}

fn object(profile: &Live) -> Object {
    let mut object = Object::new()
        .with("arn", &profile.arn)
        .with("create_date", read::timestamp(&profile.create_date))
        .with("id", &profile.instance_profile_name)
        .with("name", &profile.instance_profile_name)
        .with("name_prefix", naming::prefix(&profile.instance_profile_name))
        .with("path", &profile.path)
        .with("role", profile.roles.first().map(|r| r.role_name.clone()))
        .with("unique_id", &profile.instance_profile_id);
    all_tags::set(&mut object, tags::pairs(profile.tags.as_deref().unwrap_or_default()));
    object
}
