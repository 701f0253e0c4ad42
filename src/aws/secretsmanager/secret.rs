//! `aws_secretsmanager_secret`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_secretsmanager::types::{ReplicaRegionType, ReplicationStatusType, StatusType, Tag};
use aws_smithy_types::date_time::Format;

use super::read::{self, Described};
use super::request_token;
use crate::aws::gather::gather;
use crate::aws::{Client, name, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, Readiness, RemoteId,
    ResourceType, Result, Timeouts,
};
use crate::schema::{Block, Normal, Schema, boolean, number, set_block, string};
use crate::value::{Type, Value};

/// What a name begins with where nothing is configured.
const PREFIX: &str = "terraform-";

/// Days in which a deleted secret can be restored, where nothing is configured.
const RECOVERY_DAYS: i64 = 30;

pub struct Secret;

impl ResourceType for Secret {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_secret";
    const READ_BATCH: usize = 500;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecrets"],
        create: &[
            "secretsmanager:CreateSecret",
            "secretsmanager:PutResourcePolicy",
            "secretsmanager:ReplicateSecretToRegions",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
        ],
        update: &[
            "secretsmanager:DeleteResourcePolicy",
            "secretsmanager:PutResourcePolicy",
            "secretsmanager:RemoveRegionsFromReplication",
            "secretsmanager:ReplicateSecretToRegions",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
            "secretsmanager:UpdateSecret",
        ],
        delete: &["secretsmanager:DeleteSecret", "secretsmanager:RemoveRegionsFromReplication"],
    };

    fn schema() -> Schema {
        let replica = Block::new()
            .attr("kms_key_id", string().optional().computed())
            .attr("last_accessed_date", string().computed())
            .attr("region", string().required())
            .attr("status", string().computed())
            .attr("status_message", string().computed());
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("description", string().optional())
            .attr("force_overwrite_replica_secret", boolean().optional().default(false))
            .attr("id", string().optional().computed())
            .attr("kms_key_id", string().optional())
            .attr("name", string().optional().computed().force_new().check(valid_name))
            .attr("name_prefix", string().optional().computed().force_new().check(valid_name))
            .attr("policy", string().optional().computed().normal(Normal::Policy).check(validate::json))
            .attr("recovery_window_in_days", number().optional().default(RECOVERY_DAYS).check(recovery_window))
            .block("replica", set_block(replica).computed())
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        if change.configured("name") && change.configured("name_prefix") {
            change.error("name_prefix", "name and name_prefix exclude each other.");
        }
        let Some(prior) = change.prior.clone() else { return };
        // An empty document stands for no policy.
        if let Some(none) = prior.get("policy").filter(|p| p.is_zero())
            && change.planned.str("policy").is_some_and(|p| p.trim() == "{}")
        {
            change.planned.set("policy", none.clone());
        }
        if change.changes("replica") && change.planned.get("replica").is_some_and(Value::is_known) {
            // A replica is told apart by all of its values: what AWS has not told yet may come with the change.
            let mut planned = change.planned.objects("replica");
            for replica in &mut planned {
                if replica.get("last_accessed_date").is_none_or(Value::is_zero) {
                    replica.set("last_accessed_date", Value::unknown(Type::String));
                }
            }
            change.planned.set("replica", planned);
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut secrets = read::describe(client, ids, prior).await?;
        let reads = ids.iter().map(|id| {
            let secret = secrets.remove(id);
            let unset = prior.get(id).and_then(|p| p.get("policy")).is_some_and(Value::is_zero);
            async move {
                Ok(match secret {
                    Some(secret) if unset && !client.is_thorough() => (id.clone(), Found::Object(object(secret))),
                    Some(secret) => (id.clone(), with_policy(client, id, secret).await?),
                    None => (id.clone(), Found::Gone),
                })
            }
        });
        Ok(gather(reads.collect()).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = name::of(want, cx.token, PREFIX);
        let policy = wanted_policy(want);
        let mut tags = all_tags::wanted(want);
        // Tells a retry after a refused policy from a secret that was there before.
        if policy.is_some() {
            tags.insert(all_tags::TOKEN.into(), cx.token.into());
        }
        let added = replicas(want).into_iter().map(replica_region).collect::<Vec<_>>();
        let answer = cx
            .client
            .secretsmanager()
            .create_secret()
            .name(&name)
            .client_request_token(request_token(cx.token))
            .set_description(want.string("description"))
            .set_kms_key_id(want.string("kms_key_id"))
            .set_force_overwrite_replica_secret(want.bool("force_overwrite_replica_secret"))
            .set_add_replica_regions((!added.is_empty()).then_some(added))
            .set_tags((!tags.is_empty()).then(|| list(&tags)))
            .send()
            .await;
        let arn = match answer.map_err(Error::from) {
            Ok(made) => made.arn.ok_or_else(|| Error::other("the answer names no secret"))?,
            Err(e) if e.kind == ErrorKind::Exists || waits_for_deletion(&e) => match read::one(cx.client, &name).await?
            {
                Some(there) if there.tags.get(all_tags::TOKEN).is_some_and(|t| t == cx.token) => there.arn,
                _ => return Err(blocked(cx.client, &name, e).await?),
            },
            Err(e) => return Err(e),
        };
        cx.created(&arn.as_str().into());
        if let Some(policy) = policy {
            remove_token(cx.client, &arn).await?;
            put_policy(cx.client, &arn, policy).await?;
        }
        Ok(arn.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (id, secrets) = (id.as_str(), client.secretsmanager());
        let (old, new) = (replicas(prior), replicas(want));
        let removed = old.difference(&new).map(|(region, _)| region.clone()).collect::<Vec<_>>();
        if !removed.is_empty() {
            remove_replicas(client, id, removed).await?;
        }
        let added = new.difference(&old).cloned().map(replica_region).collect::<Vec<_>>();
        if !added.is_empty() {
            let call = secrets.replicate_secret_to_regions().secret_id(id).set_add_replica_regions(Some(added));
            let force = want.bool("force_overwrite_replica_secret");
            call.set_force_overwrite_replica_secret(force).send().await?;
        }
        let key_differs = prior.string("kms_key_id") != want.string("kms_key_id");
        if key_differs || prior.string("description") != want.string("description") {
            // An empty key stands for that of the service.
            let key = key_differs.then(|| want.string("kms_key_id").unwrap_or_default());
            let text = want.string("description").unwrap_or_default();
            secrets.update_secret().secret_id(id).description(text).set_kms_key_id(key).send().await?;
        }
        match (wanted_policy(prior), wanted_policy(want)) {
            (old, Some(new)) if old.as_ref() != Some(&new) => put_policy(client, id, new).await?,
            (Some(_), None) => drop(secrets.delete_resource_policy().secret_id(id).send().await?),
            _ => {}
        }
        let (removed, changed) = all_tags::difference(prior, want);
        if !removed.is_empty() {
            secrets.untag_resource().secret_id(id).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            secrets.tag_resource().secret_id(id).set_tags(Some(list(&changed))).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let regions: Vec<String> = replicas(prior).into_iter().map(|(region, _)| region).collect();
        if !regions.is_empty()
            && let Err(e) = remove_replicas(client, id.as_str(), regions).await
        {
            e.unless_not_found()?;
        }
        let days = prior.i64("recovery_window_in_days").unwrap_or(RECOVERY_DAYS);
        let call = client.secretsmanager().delete_secret().secret_id(id.as_str());
        let call =
            if days == 0 { call.force_delete_without_recovery(true) } else { call.recovery_window_in_days(days) };
        match call.send().await.map_err(Error::from) {
            Ok(_) => Ok(()),
            Err(e) if waits_for_deletion(&e) => Ok(()),
            Err(e) => e.unless_not_found(),
        }
    }

    fn readiness(object: &Object) -> Readiness {
        let replicas = object.objects("replica");
        let with = |status: &str| replicas.iter().find(|r| r.str("status") == Some(status));
        let region = |replica: &Object| replica.string("region").unwrap_or_default();
        if let Some(failed) = with("Failed") {
            let why = failed.string("status_message").unwrap_or_default();
            return Readiness::Failed(format!("the replica in {} failed: {why}", region(failed)));
        }
        match with("InProgress") {
            Some(replica) => Readiness::Pending(format!("the replica in {} is being made", region(replica))),
            None => Readiness::Ready,
        }
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        // A role that was just made is not known to the service at once.
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || error.has_code("MalformedPolicyDocumentException") && error.message.contains("principal")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        name::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(secret) = read::one(client, &name::of_intent(intent, PREFIX)).await? else { return Ok(None) };
        let another = secret.tags.get(all_tags::TOKEN).is_some_and(|token| *token != intent.token);
        Ok((!another).then(|| secret.arn.into()))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        remove_token(client, id.as_str()).await
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }
}

async fn with_policy(client: &Client, id: &RemoteId, secret: Described) -> Result<Found> {
    let policy = match client.secretsmanager().get_resource_policy().secret_id(id.as_str()).send().await {
        Ok(answer) => answer.resource_policy.unwrap_or_default(),
        Err(e) => return Error::from(e).unless_not_found().map(|()| Found::Gone),
    };
    Ok(Found::Object(object(secret).with("policy", policy)))
}

/// A secret without its policy.
fn object(secret: Described) -> Object {
    let replicas: Vec<Object> = secret.replicas.iter().map(replica_object).collect();
    let mut object = Object::new()
        .with("arn", secret.arn.as_str())
        .with("description", secret.description)
        .with("id", secret.arn)
        .with("kms_key_id", secret.kms_key_id)
        .with("name", secret.name.as_str())
        .with("name_prefix", name::prefix(&secret.name))
        .with("replica", replicas);
    all_tags::set(&mut object, secret.tags);
    object
}

fn replica_object(replica: &ReplicationStatusType) -> Object {
    let accessed = replica.last_accessed_date.and_then(|d| d.fmt(Format::DateTime).ok());
    Object::new()
        .with("kms_key_id", replica.kms_key_id.clone().unwrap_or_default())
        .with("last_accessed_date", accessed.unwrap_or_default())
        .with("region", replica.region.clone().unwrap_or_default())
        .with("status", replica.status.as_ref().map_or("", StatusType::as_str))
        .with("status_message", replica.status_message.clone().unwrap_or_default())
}

/// Regions and keys of the replicas of an object.
fn replicas(object: &Object) -> BTreeSet<(String, Option<String>)> {
    let blocks = object.objects("replica").into_iter();
    blocks.filter_map(|b| Some((b.string("region")?, b.string("kms_key_id")))).collect()
}

fn replica_region((region, key): (String, Option<String>)) -> ReplicaRegionType {
    ReplicaRegionType::builder().region(region).set_kms_key_id(key).build()
}

async fn remove_replicas(client: &Client, id: &str, regions: Vec<String>) -> Result<()> {
    let call = client.secretsmanager().remove_regions_from_replication().secret_id(id);
    call.set_remove_replica_regions(Some(regions)).send().await?;
    Ok(())
}

/// The policy of an object; an empty one stands for none.
fn wanted_policy(object: &Object) -> Option<String> {
    object.string("policy").filter(|p| p.trim() != "{}")
}

async fn put_policy(client: &Client, id: &str, policy: String) -> Result<()> {
    client.secretsmanager().put_resource_policy().secret_id(id).resource_policy(policy).send().await?;
    Ok(())
}

async fn remove_token(client: &Client, id: &str) -> Result<()> {
    client.secretsmanager().untag_resource().secret_id(id).tag_keys(all_tags::TOKEN).send().await?;
    Ok(())
}

fn list(tags: &all_tags::Tags) -> Vec<Tag> {
    tags.iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect()
}

/// The service refuses what is said of a secret in its recovery window.
fn waits_for_deletion(error: &Error) -> bool {
    let says = |words: &str| error.message.contains(words);
    error.has_code("InvalidRequestException")
        && (says("scheduled for deletion")
            || says("marked for deletion")
            || says("marked deleted")
            || says("was deleted"))
}

/// Why a name cannot be used: its last secret either is being deleted this moment, or can still be restored.
async fn blocked(client: &Client, name: &str, error: Error) -> Result<Error> {
    let answer = client.secretsmanager().describe_secret().secret_id(name).send().await.map_err(Error::from);
    match answer {
        Err(e) if e.is_not_found() => Ok(Error { kind: ErrorKind::NotYet, ..error }),
        Err(e) => Err(e),
        Ok(answer) if answer.deleted_date.is_none() => {
            Ok(error.hint(format!("Import the secret \"{name}\", or give this one another name.")))
        }
        Ok(_) => Ok(Error { kind: ErrorKind::Exists, ..error }.hint(format!(
            "A deleted secret of this name is in its recovery window. Either restore it with `aws secretsmanager \
             restore-secret --secret-id {name}` and import it, or remove it for good with `aws secretsmanager \
             delete-secret --secret-id {name} --force-delete-without-recovery`."
        ))),
    }
}

fn recovery_window(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(0 | 7..=30) => Ok(()),
        _ => Err("The recovery window must be 7 to 30 days, or 0 for deletion at once.".into()),
    }
}

fn valid_name(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+=.@-".contains(&b));
    if allowed && text.len() <= 512 {
        return Ok(());
    }
    Err(format!("\"{text}\" must have at most 512 letters, digits and / _ + = . @ - only."))
}
