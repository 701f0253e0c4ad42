//! `aws_secretsmanager_secret_version`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_secretsmanager::types::SecretValueEntry;
use aws_smithy_types::Blob;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::request_token;
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, boolean, number, set_of, string};
use crate::value::{Type, Value};

/// Most secrets of one call.
const SECRETS: usize = 20;

/// The label of the version that is given out. It can be moved, not removed.
const CURRENT: &str = "AWSCURRENT";

/// The label that the service moves by itself along with [`CURRENT`].
const PREVIOUS: &str = "AWSPREVIOUS";

const BOTH: &str = "secret_string_wo and secret_string_wo_version must be set together.";

pub struct SecretVersion;

impl ResourceType for SecretVersion {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_secret_version";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["kms:Decrypt", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"],
        create: &["kms:GenerateDataKey", "secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"],
        update: &["secretsmanager:DescribeSecret", "secretsmanager:UpdateSecretVersionStage"],
        delete: &["secretsmanager:UpdateSecretVersionStage"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("has_secret_string_wo", boolean().computed())
            .attr("id", string().optional().computed())
            .attr("secret_binary", string().optional().sensitive().force_new().check(base64_text))
            .attr("secret_id", string().required().force_new())
            .attr("secret_string", string().optional().sensitive().force_new())
            .attr("secret_string_wo", string().optional().sensitive().write_only())
            .attr("secret_string_wo_version", number().optional().force_new())
            .attr("version_id", string().computed())
            .attr("version_stages", set_of(Type::String).optional().computed())
    }

    fn customize_plan(change: &mut PlannedChange) {
        let values = ["secret_binary", "secret_string", "secret_string_wo"];
        if let [_, second, ..] = values.into_iter().filter(|v| change.configured(v)).collect::<Vec<_>>().as_slice() {
            change.error(second, "Only one of secret_string, secret_binary and secret_string_wo may be set.");
        }
        let written = change.configured("secret_string_wo");
        // A value that is not stored shows a change by its version alone.
        if written && !change.configured("secret_string_wo_version") {
            change.error("secret_string_wo", BOTH);
        }
        if !written && change.configured("secret_string_wo_version") {
            change.error("secret_string_wo_version", BOTH);
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut parts = Vec::with_capacity(ids.len());
        for id in ids {
            parts.push((id, id.pair('|')?));
        }
        let current = current(client, &parts.iter().map(|(_, (secret, _))| *secret).collect()).await?;
        let none = &Object::new();
        let reads = parts.into_iter().map(|(id, (secret, version))| {
            let known = current.iter().find(|v| belongs(v, secret) && v.version_id() == Some(version)).cloned();
            let prior = prior.get(id).unwrap_or(none);
            async move {
                let value = match known {
                    Some(value) => Some(value),
                    None => one(client, secret, version).await?,
                };
                let found = value.map_or(Found::Gone, |v| Found::Object(object(id, secret, v, prior)));
                Ok((id.clone(), found))
            }
        });
        Ok(gather(reads.collect()).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let secret = want.string("secret_id").unwrap_or_default();
        let version = request_token(cx.token);
        let stages = want.strings("version_stages");
        let binary = want.string("secret_binary").map(|text| STANDARD.decode(text)).transpose();
        let binary = binary.map_err(|_| Error::other("secret_binary is not valid base64"))?;
        // The same token with the same value makes no second version.
        let answer = cx
            .client
            .secretsmanager()
            .put_secret_value()
            .secret_id(&secret)
            .client_request_token(&version)
            .set_secret_binary(binary.map(Blob::new))
            .set_secret_string(want.string("secret_string_wo").or_else(|| want.string("secret_string")))
            .set_version_stages((!stages.is_empty()).then_some(stages))
            .send()
            .await?;
        let id = RemoteId::from(format!("{secret}|{}", answer.version_id.unwrap_or(version)));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (secret, version) = id.pair('|')?;
        let stages = |o: &Object| BTreeSet::from_iter(o.strings("version_stages"));
        let (old, new) = (stages(prior), stages(want));
        if old == new || !want.has("version_stages") {
            return Ok(());
        }
        let holders = holders(client, secret).await?;
        for stage in new.difference(&old) {
            let holder = holders.get(stage).filter(|h| *h != version).cloned();
            let call = client.secretsmanager().update_secret_version_stage().secret_id(secret).version_stage(stage);
            call.move_to_version_id(version).set_remove_from_version_id(holder).send().await?;
        }
        let moved = new.contains(CURRENT) && !old.contains(CURRENT);
        for stage in old.difference(&new).filter(|s| *s != CURRENT && !(moved && *s == PREVIOUS)) {
            remove_stage(client, secret, version, stage).await?;
        }
        Ok(())
    }

    /// A version cannot be deleted: without labels the service forgets it. The current one goes with its secret.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let (secret, version) = id.pair('|')?;
        for stage in prior.strings("version_stages").iter().filter(|s| *s != CURRENT) {
            match remove_stage(client, secret, version, stage).await {
                Err(e) if is_deleted(&e) => return Ok(()),
                other => other?,
            }
        }
        Ok(())
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("secret_id").map(|id| ("secret_id".to_owned(), id)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(secret) = intent.identity.get("secret_id") else { return Ok(None) };
        let version = request_token(&intent.token);
        let held = match holders(client, secret).await {
            Err(e) => return e.unless_not_found().map(|()| None),
            Ok(holders) => holders.values().any(|v| *v == version),
        };
        Ok(held.then(|| format!("{secret}|{version}").into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once('|') {
            Some((secret, version)) if !secret.is_empty() && !version.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("\"{text}\" does not name a version of a secret."))
                .hint("Write SECRET_ARN|VERSION_ID.")),
        }
    }
}

/// Current versions of many secrets, in few calls. What is missing here is asked for one by one.
async fn current(client: &Client, secrets: &BTreeSet<&str>) -> Result<Vec<SecretValueEntry>> {
    if secrets.len() < 2 {
        return Ok(Vec::new());
    }
    let secrets: Vec<String> = secrets.iter().map(|s| (*s).to_owned()).collect();
    let calls = secrets.chunks(SECRETS).map(|some| async move {
        let call = client.secretsmanager().batch_get_secret_value().set_secret_id_list(Some(some.to_vec()));
        match call.send().await.map_err(Error::from) {
            Ok(answer) => Ok(answer.secret_values.unwrap_or_default()),
            Err(e) if matches!(e.kind, ErrorKind::Denied | ErrorKind::NotFound | ErrorKind::Other) => Ok(Vec::new()),
            Err(e) => Err(e),
        }
    });
    Ok(gather(calls.collect()).await?.into_iter().flatten().collect())
}

fn belongs(value: &SecretValueEntry, secret: &str) -> bool {
    value.arn() == Some(secret) || value.name() == Some(secret)
}

async fn one(client: &Client, secret: &str, version: &str) -> Result<Option<SecretValueEntry>> {
    let answer = client.secretsmanager().get_secret_value().secret_id(secret).version_id(version).send().await;
    match answer.map_err(Error::from) {
        Ok(value) => Ok(Some(
            SecretValueEntry::builder()
                .set_arn(value.arn)
                .set_version_id(value.version_id)
                .set_secret_binary(value.secret_binary)
                .set_secret_string(value.secret_string)
                .set_version_stages(value.version_stages)
                .build(),
        )),
        Err(e) if is_deleted(&e) => Ok(None),
        Err(e) => Err(e),
    }
}

fn object(id: &RemoteId, secret: &str, value: SecretValueEntry, prior: &Object) -> Object {
    let written = prior.bool("has_secret_string_wo") == Some(true) || prior.has("secret_string_wo_version");
    let text = value.secret_string.filter(|_| !written).unwrap_or_default();
    let binary = value.secret_binary.map(|b| STANDARD.encode(b)).unwrap_or_default();
    Object::new()
        .with("arn", value.arn)
        .with("has_secret_string_wo", written.then_some(true))
        .with("id", id.as_str())
        .with("secret_binary", Value::from(binary).sensitive())
        .with("secret_id", secret)
        .with("secret_string", Value::from(text).sensitive())
        .with("version_id", value.version_id)
        .with("version_stages", value.version_stages.unwrap_or_default())
}

/// The version that holds each label.
async fn holders(client: &Client, secret: &str) -> Result<BTreeMap<String, String>> {
    let answer = client.secretsmanager().describe_secret().secret_id(secret).send().await?;
    let versions = answer.version_ids_to_stages.unwrap_or_default().into_iter();
    Ok(versions.flat_map(|(version, stages)| stages.into_iter().map(move |s| (s, version.clone()))).collect())
}

async fn remove_stage(client: &Client, secret: &str, version: &str, stage: &str) -> Result<()> {
    let call = client.secretsmanager().update_secret_version_stage().secret_id(secret).version_stage(stage);
    call.remove_from_version_id(version).send().await?;
    Ok(())
}

/// The version or its secret is gone, or waits for its deletion.
fn is_deleted(error: &Error) -> bool {
    let says = |words: &str| error.message.contains(words);
    error.is_not_found()
        || error.has_code("InvalidRequestException")
            && (says("was deleted") || says("marked for deletion") || says("marked deleted"))
}

fn base64_text(value: &Value) -> Result<(), String> {
    match STANDARD.decode(value.as_str().unwrap_or_default()) {
        Ok(_) => Ok(()),
        Err(_) => Err("The value is not valid base64.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> SecretValueEntry {
        SecretValueEntry::builder().arn("arn:s").version_id("v1").secret_string("hunter2").build()
    }

    #[test]
    fn values_that_are_written_only_are_not_kept() {
        let id = RemoteId::from("arn:s|v1");
        let kept = object(&id, "arn:s", entry(), &Object::new());
        assert_eq!(kept.str("secret_string"), Some("hunter2"));
        assert!(!kept.has("has_secret_string_wo"));
        assert!(!format!("{kept:?}").contains("hunter2"));
        let prior = Object::new().with("secret_string_wo_version", 1);
        let written = object(&id, "arn:s", entry(), &prior);
        assert_eq!(written.str("secret_string"), Some(""));
        assert_eq!(written.bool("has_secret_string_wo"), Some(true));
    }

    #[test]
    fn import_ids() {
        assert!(SecretVersion::import_id("arn:s|v1").is_ok());
        assert!(SecretVersion::import_id("arn:s").is_err());
        assert!(base64_text(&"aGk=".into()).is_ok());
        assert!(base64_text(&"?".into()).is_err());
    }
}
