//! `aws_launch_template`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{LaunchTemplate as Live, LaunchTemplateVersion, ResourceType as Kind};

use super::equality::{is_set, same};
use super::read::{FILTER_VALUES, arn, gone};
use super::{launch_template_object as flat, launch_template_request as request, launch_template_schema, names, tags};
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::Schema;
use crate::value::Value;

pub struct LaunchTemplate;

/// Attributes that are not part of a version's data.
const UNVERSIONED: [&str; 9] = [
    "arn",
    "default_version",
    "id",
    "latest_version",
    "name",
    "name_prefix",
    "tags",
    "tags_all",
    "update_default_version",
];

/// Up to so many templates their versions are read one by one; beyond, those of all templates of the account together.
const FEW: usize = 2;

const LATEST: &str = "$Latest";

impl ResourceType for LaunchTemplate {
    type Client = Client;
    const NAME: &'static str = "aws_launch_template";
    const READ_BATCH: usize = 200;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions"],
        create: &["ec2:CreateLaunchTemplate", "ec2:CreateTags"],
        update: &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate", "ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DeleteLaunchTemplate"],
    };

    fn schema() -> Schema {
        launch_template_schema::schema()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let templates = templates(client, ids, prior).await?;
        let versions = versions(client, &templates).await?;
        let mut found = gone(ids);
        for (id, template) in &templates {
            // Without its version it went away between the calls.
            if let Some(version) = versions.get(id.as_str()) {
                found.insert(id.clone(), Found::Object(object(client, template, version).await?));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        for (one, other) in [
            ("name", "name_prefix"),
            ("update_default_version", "default_version"),
            ("security_group_names", "vpc_security_group_ids"),
        ] {
            if is_set(change, one) && is_set(change, other) {
                change.error(other, format!("Only one of \"{one}\" and \"{other}\" may be set."));
            }
        }
        if is_set(change, "instance_type") && !change.config.objects("instance_requirements").is_empty() {
            change.error("instance_type", "Only one of \"instance_type\" and \"instance_requirements\" may be set.");
        }
        let Some(prior) = change.prior.clone() else { return };
        let follows = change.planned.bool("update_default_version") == Some(true);
        // As the provider plans it: other tags may come with a new version too.
        let versions = new_version(&prior, &change.planned) || change.changes("tags_all");
        if versions {
            change.set_unknown("latest_version");
        }
        if follows && (versions || change.changes("update_default_version")) {
            change.set_unknown("default_version");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = names::name(want.string("name"), want.string("name_prefix"), cx.token);
        let answer = cx
            .client
            .ec2()
            .create_launch_template()
            .client_token(cx.token)
            .launch_template_name(name)
            .set_version_description(want.string("description"))
            .launch_template_data(request::data(want))
            .set_tag_specifications(tags::specification(Kind::LaunchTemplate, want).map(|t| vec![t]))
            .send()
            .await?;
        let id = answer.launch_template.and_then(|t| t.launch_template_id).ok_or_else(|| Error::other("no id"))?;
        let id = RemoteId::from(id);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let mut latest = prior.i64("latest_version");
        if new_version(prior, want) {
            let call = client.ec2().create_launch_template_version().launch_template_id(id.as_str());
            let call = call.set_version_description(want.string("description"));
            let answer = call.launch_template_data(request::data(want)).send().await?;
            latest = answer.launch_template_version.and_then(|v| v.version_number);
        }
        let default = match want.bool("update_default_version") {
            Some(true) => latest,
            _ => want.i64("default_version"),
        };
        if let Some(version) = default.filter(|version| prior.i64("default_version") != Some(*version)) {
            let call = client.ec2().modify_launch_template().launch_template_id(id.as_str());
            call.default_version(version.to_string()).send().await?;
        }
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.ec2().delete_launch_template().launch_template_id(id.as_str()).send().await)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let names = ["name", "name_prefix"];
        names.into_iter().filter_map(|name| Some((name.to_owned(), want.string(name)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let of = |name: &str| intent.identity.get(name).cloned();
        let name = names::name(of("name"), of("name_prefix"), &intent.token);
        let filter = tags::filter("launch-template-name", [name]);
        let answer = client.ec2().describe_launch_templates().filters(filter).send().await?;
        let mut found = answer.launch_templates.unwrap_or_default().into_iter();
        Ok(found.find_map(|t| t.launch_template_id).map(RemoteId::from))
    }
}

/// Whether the change makes a new version.
fn new_version(prior: &Object, want: &Object) -> bool {
    let differs = |(name, value): (&crate::addr::Name, &Value)| {
        !UNVERSIONED.contains(&&**name) && !same(prior.get(name), Some(value))
    };
    want.0.iter().any(differs)
}

/// Templates by id. There is no filter by id, and a list of ids fails for one that is gone: they are asked for by the
/// names in state, which never change, and one by one where there is no name.
pub(super) async fn templates(
    client: &Client,
    ids: &[RemoteId],
    prior: &BTreeMap<RemoteId, Object>,
) -> Result<BTreeMap<RemoteId, Live>> {
    let name_of = |id: &RemoteId| prior.get(id).and_then(|p| p.string("name"));
    let names: Vec<String> = ids.iter().filter_map(name_of).collect();
    let mut templates = BTreeMap::new();
    for some in names.chunks(FILTER_VALUES) {
        let call = client.ec2().describe_launch_templates().filters(tags::filter("launch-template-name", some));
        let all: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        let by_id = all.into_iter().filter_map(|t| Some((RemoteId::from(t.launch_template_id.clone()?), t)));
        // A name may have gone to another template.
        templates.extend(by_id.filter(|(id, _)| ids.contains(id)));
    }
    for id in ids.iter().filter(|id| name_of(id).is_none()) {
        let call = client.ec2().describe_launch_templates().launch_template_ids(id.as_str());
        match call.send().await.map_err(Error::from) {
            Ok(answer) => templates.extend(answer.launch_templates.unwrap_or_default().pop().map(|t| (id.clone(), t))),
            Err(e) if e.is_not_found() => {}
            Err(e) => return Err(e),
        }
    }
    Ok(templates)
}

/// The latest version of each template.
pub(super) async fn versions(
    client: &Client,
    templates: &BTreeMap<RemoteId, Live>,
) -> Result<BTreeMap<String, LaunchTemplateVersion>> {
    let mut versions = BTreeMap::new();
    let mut add = |all: Vec<LaunchTemplateVersion>| {
        versions.extend(all.into_iter().filter_map(|v| Some((v.launch_template_id.clone()?, v))));
    };
    if templates.len() > FEW {
        let call = client.ec2().describe_launch_template_versions().versions(LATEST);
        add(call.into_paginator().items().send().try_collect().await?);
        return Ok(versions);
    }
    for id in templates.keys() {
        let call = client.ec2().describe_launch_template_versions().launch_template_id(id.as_str()).versions(LATEST);
        match call.send().await.map_err(Error::from) {
            Ok(answer) => add(answer.launch_template_versions.unwrap_or_default()),
            Err(e) if e.is_not_found() => {}
            Err(e) => return Err(e),
        }
    }
    Ok(versions)
}

pub(super) async fn object(client: &Client, template: &Live, version: &LaunchTemplateVersion) -> Result<Object> {
    let id = template.launch_template_id.as_deref().unwrap_or_default();
    let name = template.launch_template_name.as_deref().unwrap_or_default();
    let account = client.account().await?;
    let mut object = Object::new()
        .with("arn", arn(client, Some(account), &format!("launch-template/{id}")))
        .with("default_version", template.default_version_number)
        .with("description", version.version_description.clone().unwrap_or_default())
        .with("id", id)
        .with("latest_version", template.latest_version_number)
        .with("name", name)
        .with("name_prefix", names::prefix(name));
    if let Some(data) = &version.launch_template_data {
        flat::set(&mut object, data);
    }
    all_tags::set(&mut object, tags::pairs(template.tags.as_ref()));
    Ok(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_data_makes_a_version() {
        let prior = Object::new().with("image_id", "").with("latest_version", 1).with("description", "a");
        let tagged = prior.clone().with("update_default_version", true).with("tags", Value::tuple(vec![]));
        assert!(!new_version(&prior, &tagged));
        let null = Value::null(crate::value::Type::String);
        assert!(!new_version(&prior, &prior.clone().with("image_id", null)));
        assert!(new_version(&prior, &prior.clone().with("image_id", "ami-1")));
        assert!(new_version(&prior, &prior.clone().with("description", "b")));
    }
}
