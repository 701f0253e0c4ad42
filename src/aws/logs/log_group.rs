//! `aws_cloudwatch_log_group`

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cloudwatchlogs::types::{LogGroup as Group, LogGroupClass};

use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, name, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, boolean, number, string};
use crate::value::Value;

/// What a name begins with where nothing is configured.
const PREFIX: &str = "terraform-";

/// Names that are asked for one by one rather than turning more pages of a list.
const SINGLE_READS: usize = 8;

/// Days that AWS keeps logs; 0 is for ever.
const RETENTIONS: [i64; 24] =
    [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, 9999];

pub struct LogGroup;

impl ResourceType for LogGroup {
    type Client = Client;
    const NAME: &'static str = "aws_cloudwatch_log_group";
    const READ_BATCH: usize = 500;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["logs:DescribeLogGroups", "logs:ListTagsForResource"],
        create: &["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"],
        update: &[
            "logs:AssociateKmsKey",
            "logs:DeleteRetentionPolicy",
            "logs:DisassociateKmsKey",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ],
        delete: &["logs:DeleteLogGroup"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("kms_key_id", string().optional().check(validate::arn))
            .attr("log_group_class", string().optional().computed().force_new().check(class))
            .attr("name", string().optional().computed().force_new().check(valid_name))
            .attr("name_prefix", string().optional().computed().force_new().check(valid_name))
            .attr("retention_in_days", number().optional().default(0).check(retention))
            .attr("skip_destroy", boolean().optional().default(false))
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        if change.configured("name") && change.configured("name_prefix") {
            change.error("name_prefix", "name and name_prefix exclude each other.");
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut groups = describe(client, ids).await?;
        let reads = ids.iter().map(|id| read_one(client, id.clone(), groups.remove(id.as_str())));
        Ok(gather(reads.collect()).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = name::of(want, cx.token, PREFIX);
        let tags: HashMap<String, String> = all_tags::wanted(want).into_iter().collect();
        cx.client
            .logs()
            .create_log_group()
            .log_group_name(&name)
            .set_kms_key_id(want.string("kms_key_id"))
            .set_log_group_class(want.string("log_group_class").map(|c| LogGroupClass::from(c.as_str())))
            .set_tags((!tags.is_empty()).then_some(tags))
            .send()
            .await?;
        cx.created(&name.as_str().into());
        if want.i32("retention_in_days").is_some_and(|days| days > 0) {
            retain(cx.client, &name, want).await?;
        }
        Ok(name.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (name, logs) = (id.as_str(), client.logs());
        if prior.i32("retention_in_days").unwrap_or_default() != want.i32("retention_in_days").unwrap_or_default() {
            retain(client, name, want).await?;
        }
        if prior.string("kms_key_id") != want.string("kms_key_id") {
            match want.string("kms_key_id") {
                Some(key) => drop(logs.associate_kms_key().log_group_name(name).kms_key_id(key).send().await?),
                None => drop(logs.disassociate_kms_key().log_group_name(name).send().await?),
            }
        }
        let (removed, changed) = all_tags::difference(prior, want);
        let arn = prior.str("arn").unwrap_or_default();
        if !removed.is_empty() {
            logs.untag_resource().resource_arn(arn).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            logs.tag_resource().resource_arn(arn).set_tags(Some(changed.into_iter().collect())).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        if prior.bool("skip_destroy") == Some(true) {
            return Ok(());
        }
        deleted(client.logs().delete_log_group().log_group_name(id.as_str()).send().await)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        name::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let id = RemoteId::from(name::of_intent(intent, PREFIX));
        Ok(describe(client, std::slice::from_ref(&id)).await?.contains_key(id.as_str()).then_some(id))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }
}

/// One group by name, as the list tells it.
pub async fn described(client: &Client, name: &str) -> Result<Option<Group>> {
    Ok(describe(client, &[RemoteId::from(name)]).await?.remove(name))
}

/// Groups by name. The call knows prefixes only: a page of what all names begin with mostly holds them all; what is
/// not on it is asked for by name where that takes fewer calls than further pages may.
async fn describe(client: &Client, ids: &[RemoteId]) -> Result<BTreeMap<String, Group>> {
    let mut found = BTreeMap::new();
    let mut missing: Vec<&str> = ids.iter().map(RemoteId::as_str).collect();
    if missing.len() > 1 {
        let prefix = common_prefix(&missing);
        let mut next = None;
        loop {
            let call = client.logs().describe_log_groups().set_next_token(next);
            let answer = call.set_log_group_name_prefix((!prefix.is_empty()).then(|| prefix.to_owned())).send().await?;
            collect(&mut found, answer.log_groups, ids);
            missing.retain(|n| !found.contains_key(*n));
            next = answer.next_token;
            if next.is_none() || missing.is_empty() {
                return Ok(found);
            }
            if missing.len() <= SINGLE_READS {
                break;
            }
        }
    }
    let reads = missing.into_iter().map(|name| async move {
        // A name comes first among all names that it begins.
        let answer = client.logs().describe_log_groups().log_group_name_prefix(name).send().await?;
        Ok(answer.log_groups)
    });
    for groups in gather(reads.collect()).await? {
        collect(&mut found, groups, ids);
    }
    Ok(found)
}

fn collect(found: &mut BTreeMap<String, Group>, groups: Option<Vec<Group>>, ids: &[RemoteId]) {
    for group in groups.unwrap_or_default() {
        if let Some(name) = group.log_group_name.clone().filter(|n| ids.iter().any(|id| id.as_str() == n)) {
            found.insert(name, group);
        }
    }
}

/// The longest text that all begin with.
fn common_prefix<'a>(names: &[&'a str]) -> &'a str {
    let Some((first, rest)) = names.split_first() else { return "" };
    rest.iter().fold(*first, |prefix, name| {
        let same = prefix.char_indices().zip(name.chars()).take_while(|((_, a), b)| a == b);
        let end = same.last().map_or(0, |((at, c), _)| at + c.len_utf8());
        prefix.get(..end).unwrap_or_default()
    })
}

async fn read_one(client: &Client, id: RemoteId, group: Option<Group>) -> Result<(RemoteId, Found)> {
    let Some(group) = group else { return Ok((id, Found::Gone)) };
    let arn = group.log_group_arn.or_else(|| group.arn.map(|a| a.trim_end_matches(":*").to_owned()));
    let arn = arn.unwrap_or_default();
    let live = match client.logs().list_tags_for_resource().resource_arn(&arn).send().await {
        Ok(answer) => answer.tags.unwrap_or_default(),
        Err(e) => return Error::from(e).unless_not_found().map(|()| (id, Found::Gone)),
    };
    let mut object = Object::new()
        .with("arn", arn)
        .with("id", id.as_str())
        .with("kms_key_id", group.kms_key_id.unwrap_or_default())
        .with("name", id.as_str())
        .with("name_prefix", name::prefix(id.as_str()))
        .with("retention_in_days", group.retention_in_days.unwrap_or_default());
    // Not answered everywhere.
    if let Some(class) = &group.log_group_class {
        object.set("log_group_class", class.as_str());
    }
    all_tags::set(&mut object, live);
    Ok((id, Found::Object(object)))
}

async fn retain(client: &Client, name: &str, want: &Object) -> Result<()> {
    match want.i32("retention_in_days").filter(|days| *days > 0) {
        Some(days) => {
            let call = client.logs().put_retention_policy().log_group_name(name);
            call.retention_in_days(days).send().await?;
        }
        None => {
            client.logs().delete_retention_policy().log_group_name(name).send().await?;
        }
    }
    Ok(())
}

fn retention(value: &Value) -> Result<(), String> {
    if value.as_i64().is_some_and(|days| RETENTIONS.contains(&days)) {
        return Ok(());
    }
    let days: Vec<String> = RETENTIONS.iter().map(i64::to_string).collect();
    Err(format!("Logs can be kept for one of these numbers of days: {}.", days.join(", ")))
}

fn class(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"])
}

fn valid_name(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/#".contains(&b));
    if allowed && (1..=512).contains(&text.len()) {
        return Ok(());
    }
    Err(format!("\"{text}\" must have 1 to 512 letters, digits and . _ - / # only."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_prefixes() {
        assert_eq!(common_prefix(&["/aws/eks/a", "/aws/eks/b", "/aws/lambda"]), "/aws/");
        assert_eq!(common_prefix(&["a", "b"]), "");
        assert_eq!(common_prefix(&["same"]), "same");
    }

    #[test]
    fn retention_is_one_of_few() {
        assert!(retention(&Value::from(30)).is_ok());
        assert!(retention(&Value::from(31)).is_err());
    }
}
