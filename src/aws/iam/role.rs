//! `aws_iam_role`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::Tag;

use super::{naming, read, tags};
use crate::aws::policy::decode_document;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Block, Normal, Schema, boolean, number, set_block, set_of, string};
use crate::value::policy::same_policy;
use crate::value::{Type, Value};

pub struct Role;

impl ResourceType for Role {
    type Client = Client;
    const NAME: &'static str = "aws_iam_role";
    const READ_BATCH: usize = 10_000;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &[
            "iam:GetRole",
            "iam:ListRolePolicies",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:GetAccountAuthorizationDetails",
            "iam:ListRoles",
        ],
        create: &["iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"],
        update: &[
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:PutRolePermissionsBoundary",
            "iam:DeleteRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:DeleteRolePolicy",
            "iam:AttachRolePolicy",
            "iam:DetachRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
        ],
        delete: &[
            "iam:DeleteRole",
            "iam:ListInstanceProfilesForRole",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:ListAttachedRolePolicies",
            "iam:DetachRolePolicy",
            "iam:ListRolePolicies",
            "iam:DeleteRolePolicy",
        ],
    };

    fn schema() -> Schema {
        let inline = Block::new()
            .attr("name", string().optional().check(naming::valid))
            .attr("policy", string().optional().normal(Normal::Policy).check(validate::json));
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("assume_role_policy", string().required().normal(Normal::Policy).check(validate::json))
            .attr("create_date", string().computed())
            .attr("description", string().optional().check(description))
            .attr("force_detach_policies", boolean().optional().default(false))
            .attr("id", string().optional().computed())
            .attr("managed_policy_arns", set_of(Type::String).optional().computed().deprecated(EXCLUSIVE_ARNS))
            .attr("max_session_duration", number().optional().default(3600).check(session))
            .attr("name", string().optional().computed().force_new().check(naming::valid_role))
            .attr("name_prefix", string().optional().computed().force_new())
            .attr("path", string().optional().default("/").force_new().check(naming::valid_path))
            .attr("permissions_boundary", string().optional().check(validate::arn))
            .attr("unique_id", string().computed())
            .block("inline_policy", set_block(inline).computed().deprecated(EXCLUSIVE_INLINE))
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        naming::check_conflict(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found = BTreeMap::new();
        if ids.len() > read::SINGLE_READS {
            let (account, roles) = tokio::try_join!(read::account(client), read::listed_roles(client))?;
            for id in ids {
                let live = account.roles.get(id.as_str()).zip(roles.get(id.as_str()));
                let object = live.map(|(detail, role)| {
                    let attached = detail.attached_managed_policies.iter().flatten();
                    Live {
                        role,
                        trust: detail.assume_role_policy_document.as_deref(),
                        boundary: detail.permissions_boundary.as_ref(),
                        tags: detail.tags.as_deref().unwrap_or_default(),
                        inline: read::inline_policies(detail),
                        attached: attached.filter_map(|p| p.policy_arn.clone()).collect(),
                    }
                    .object(prior.get(id))
                });
                found.insert(id.clone(), object.map_or(Found::Gone, Found::Object));
            }
            return Ok(found);
        }
        for id in ids {
            let object = read::unless_gone(single(client, id.as_str(), prior.get(id)).await)?;
            found.insert(id.clone(), object.map_or(Found::Gone, Found::Object));
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = naming::name(want, cx.token);
        cx.client
            .iam()
            .create_role()
            .role_name(&name)
            .set_path(want.string("path"))
            .set_assume_role_policy_document(want.string("assume_role_policy"))
            .set_description(want.string("description"))
            .set_max_session_duration(want.i32("max_session_duration"))
            .set_permissions_boundary(want.string("permissions_boundary"))
            .set_tags(tags::wanted(want)?)
            .send()
            .await?;
        let id = RemoteId::from(name);
        cx.created(&id);
        policies(cx.client, id.as_str(), &Object::new(), want).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (iam, name) = (client.iam(), id.as_str());
        let differs = |key: &str| prior.string(key) != want.string(key);
        if differs("assume_role_policy") {
            let document = want.string("assume_role_policy");
            iam.update_assume_role_policy().role_name(name).set_policy_document(document).send().await?;
        }
        if differs("description") || prior.i64("max_session_duration") != want.i64("max_session_duration") {
            iam.update_role()
                .role_name(name)
                .description(want.str("description").unwrap_or_default())
                .set_max_session_duration(want.i32("max_session_duration"))
                .send()
                .await?;
        }
        if differs("permissions_boundary") {
            match want.string("permissions_boundary") {
                Some(arn) => {
                    iam.put_role_permissions_boundary().role_name(name).permissions_boundary(arn).send().await?;
                }
                None => {
                    let answer = iam.delete_role_permissions_boundary().role_name(name).send().await;
                    read::unless_gone(answer)?;
                }
            }
        }
        policies(client, name, prior, want).await?;
        let (removed, changed) = tags::difference(prior, want)?;
        if !removed.is_empty() {
            iam.untag_role().role_name(name).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            iam.tag_role().role_name(name).set_tags(Some(changed)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        match delete(client, id.as_str(), prior).await {
            Ok(()) => Ok(()),
            Err(e) => e.unless_not_found(),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 5, 5)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        naming::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        naming::identity(want, &[])
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let name = naming::intended(intent);
        let found = read::unless_gone(client.iam().get_role().role_name(&name).send().await)?;
        Ok(found.map(|_| name.into()))
    }
}

const EXCLUSIVE_INLINE: &str = "Use aws_iam_role_policy.";

const EXCLUSIVE_ARNS: &str = "Use aws_iam_role_policy_attachment.";

fn session(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(3600..=43200) => Ok(()),
        _ => Err("max_session_duration must be from 3600 (1 hour) to 43200 (12 hours) seconds.".into()),
    }
}

fn description(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().chars().count() {
        0..=1000 => Ok(()),
        n => Err(format!("A description of a role may have 1000 characters, this one has {n}.")),
    }
}

/// What AWS tells about a role, from wherever it was read.
struct Live<'a> {
    role: &'a aws_sdk_iam::types::Role,
    trust: Option<&'a str>,
    boundary: Option<&'a aws_sdk_iam::types::AttachedPermissionsBoundary>,
    tags: &'a [Tag],
    inline: BTreeMap<String, String>,
    attached: Vec<String>,
}

impl Live<'_> {
    fn object(self, prior: Option<&Object>) -> Object {
        let role = self.role;
        let boundary = self.boundary.and_then(|b| b.permissions_boundary_arn.clone());
        let mut object = Object::new()
            .with("arn", &role.arn)
            .with("assume_role_policy", decode_document(self.trust.unwrap_or_default()))
            .with("create_date", read::timestamp(&role.create_date))
            .with("description", role.description.clone().unwrap_or_default())
            .with("id", &role.role_name)
            .with("managed_policy_arns", self.attached)
            .with("max_session_duration", role.max_session_duration.unwrap_or(3600))
            .with("name", &role.role_name)
            .with("name_prefix", naming::prefix(&role.role_name))
            .with("path", &role.path)
            .with("permissions_boundary", boundary.unwrap_or_default())
            .with("unique_id", &role.role_id);
        // The spelling in state stays where it means the same.
        if !prior.is_some_and(|p| p.has("inline_policy") && same_inline(&inline(p), &self.inline)) {
            let blocks =
                self.inline.into_iter().map(|(name, policy)| Object::new().with("name", name).with("policy", policy));
            object.set("inline_policy", blocks.collect::<Vec<_>>());
        }
        all_tags::set(&mut object, tags::pairs(self.tags));
        object
    }
}

async fn single(client: &Client, name: &str, prior: Option<&Object>) -> Result<Object> {
    let answer = client.iam().get_role().role_name(name).send().await?;
    let role = answer.role.ok_or_else(|| Error::not_found(format!("there is no role \"{name}\"")))?;
    let inline = inline_of(client, name).await?;
    let live = Live {
        trust: role.assume_role_policy_document.as_deref(),
        boundary: role.permissions_boundary.as_ref(),
        tags: role.tags.as_deref().unwrap_or_default(),
        inline,
        attached: read::attached_policies(client, name).await?,
        role: &role,
    };
    Ok(live.object(prior))
}

/// Inline policies of a role by name; many come with the account's details.
async fn inline_of(client: &Client, role: &str) -> Result<BTreeMap<String, String>> {
    let names = read::inline_policy_names(client, role).await?;
    if names.len() > read::SINGLE_READS {
        let account = read::account(client).await?;
        return Ok(account.roles.get(role).map(read::inline_policies).unwrap_or_default());
    }
    let mut inline = BTreeMap::new();
    for policy in names {
        if let Some(document) = read::inline_policy(client, role, &policy).await? {
            inline.insert(policy, document);
        }
    }
    Ok(inline)
}

/// Inline policies of an object by name. A block without a name and a policy stands for none.
fn inline(object: &Object) -> BTreeMap<String, String> {
    let blocks = object.objects("inline_policy");
    blocks.iter().filter_map(|b| Some((b.string("name")?, b.string("policy").unwrap_or_default()))).collect()
}

fn same_inline(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> bool {
    a.len() == b.len() && a.iter().all(|(name, policy)| b.get(name).is_some_and(|other| same_policy(policy, other)))
}

/// Brings inline and managed policies from `prior` to `want`.
async fn policies(client: &Client, role: &str, prior: &Object, want: &Object) -> Result<()> {
    let (old, new) = (inline(prior), inline(want));
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        delete_inline(client, role, name).await?;
    }
    for (name, policy) in &new {
        if !old.get(name).is_some_and(|before| same_policy(before, policy)) {
            client.iam().put_role_policy().role_name(role).policy_name(name).policy_document(policy).send().await?;
        }
    }
    let arns = |object: &Object| object.strings("managed_policy_arns").into_iter().collect::<BTreeSet<_>>();
    let (old, new) = (arns(prior), arns(want));
    for arn in old.difference(&new) {
        detach(client, role, arn).await?;
    }
    for arn in new.difference(&old) {
        client.iam().attach_role_policy().role_name(role).policy_arn(arn).send().await?;
    }
    Ok(())
}

/// Takes away what IAM would not delete a role with, as far as the role itself manages it, then the role.
async fn delete(client: &Client, name: &str, prior: &Object) -> Result<()> {
    let iam = client.iam();
    let mut profiles = iam.list_instance_profiles_for_role().role_name(name).into_paginator().send();
    while let Some(page) = profiles.next().await {
        for profile in page?.instance_profiles {
            let profile = profile.instance_profile_name;
            let answer = iam.remove_role_from_instance_profile().instance_profile_name(profile).role_name(name);
            read::unless_gone(answer.send().await)?;
        }
    }
    let force = prior.bool("force_detach_policies") == Some(true);
    if force || !prior.strings("managed_policy_arns").is_empty() {
        for arn in read::attached_policies(client, name).await? {
            detach(client, name, &arn).await?;
        }
    }
    if force || !inline(prior).is_empty() {
        for policy in read::inline_policy_names(client, name).await? {
            delete_inline(client, name, &policy).await?;
        }
    }
    iam.delete_role().role_name(name).send().await?;
    Ok(())
}

async fn detach(client: &Client, role: &str, arn: &str) -> Result<()> {
    read::unless_gone(client.iam().detach_role_policy().role_name(role).policy_arn(arn).send().await)?;
    Ok(())
}

async fn delete_inline(client: &Client, role: &str, name: &str) -> Result<()> {
    read::unless_gone(client.iam().delete_role_policy().role_name(role).policy_name(name).send().await)?;
    Ok(())
}
