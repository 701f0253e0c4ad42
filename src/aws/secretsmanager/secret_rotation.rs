//! `aws_secretsmanager_secret_rotation`. Its id is that of the secret.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::RotationRulesType;

use super::request_token;
use crate::aws::Client;
use crate::aws::gather::one_by_one;
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Block, Schema, boolean, list_block, number, string};
use crate::value::Value;

pub struct SecretRotation;

impl ResourceType for SecretRotation {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_secret_rotation";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["secretsmanager:DescribeSecret"],
        create: &["lambda:InvokeFunction", "secretsmanager:RotateSecret"],
        update: &["lambda:InvokeFunction", "secretsmanager:RotateSecret"],
        delete: &["secretsmanager:CancelRotateSecret"],
    };

    fn schema() -> Schema {
        let rules = Block::new()
            .attr("automatically_after_days", number().optional().check(days))
            .attr("duration", string().optional().check(duration))
            .attr("schedule_expression", string().optional().check(schedule));
        Schema::new(1)
            .attr("id", string().optional().computed())
            .attr("rotate_immediately", boolean().optional().default(true))
            .attr("rotation_enabled", boolean().computed())
            .attr("rotation_lambda_arn", string().optional())
            .attr("secret_id", string().required().force_new())
            .block("rotation_rules", list_block(rules).min(1).max(1))
    }

    fn customize_plan(change: &mut PlannedChange) {
        let Some(rules) = change.config.object("rotation_rules") else { return };
        if rules.has("automatically_after_days") && rules.has("schedule_expression") {
            change.error(
                "rotation_rules",
                "automatically_after_days and schedule_expression exclude each other: set one of them.",
            );
        }
        let set = |name: &str| rules.get(name).is_some_and(|v| !v.is_null());
        if !set("automatically_after_days") && !set("schedule_expression") {
            change.error("rotation_rules", "Set automatically_after_days or schedule_expression.");
        }
    }

    /// A secret whose rotation somebody has switched off is still there: the next plan switches it on.
    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let secret = describe(client, id.as_str()).await?;
            Ok(secret.map_or(Found::Gone, |s| Found::Object(object(id, s))))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("secret_id").unwrap_or_default());
        rotate(cx.client, &id, want, Some(request_token(cx.token))).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let differs = |name: &str| prior.get(name) != want.get(name);
        if differs("rotation_lambda_arn") || differs("rotation_rules") || prior.bool("rotation_enabled") == Some(false)
        {
            rotate(client, id, want, None).await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let answer = client.secretsmanager().cancel_rotate_secret().secret_id(id.as_str()).send().await;
        match answer.map_err(Error::from) {
            Ok(_) => Ok(()),
            // The secret waits for its deletion, or does not rotate.
            Err(e) if e.has_code("InvalidRequestException") && describe(client, id.as_str()).await?.is_none() => Ok(()),
            Err(e) => e.unless_not_found(),
        }
    }

    /// A function, and the permission to call it, are not known to the service at once.
    fn retries(operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || operation != Operation::Delete && error.kind == ErrorKind::Denied && error.message.contains("Lambda")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("secret_id").map(|id| ("secret_id".to_owned(), id)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("secret_id") else { return Ok(None) };
        let secret = describe(client, id).await?;
        Ok(secret.is_some_and(|s| s.rotation_enabled == Some(true)).then(|| id.as_str().into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }
}

async fn describe(client: &Client, id: &str) -> Result<Option<DescribeSecretOutput>> {
    match client.secretsmanager().describe_secret().secret_id(id).send().await {
        Ok(secret) => Ok(secret.deleted_date.is_none().then_some(secret)),
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

async fn rotate(client: &Client, id: &RemoteId, want: &Object, token: Option<String>) -> Result<()> {
    let rules = want.object("rotation_rules").map(|block| {
        RotationRulesType::builder()
            .set_automatically_after_days(block.i64("automatically_after_days").filter(|n| *n > 0))
            .set_duration(block.string("duration"))
            .set_schedule_expression(block.string("schedule_expression"))
            .build()
    });
    client
        .secretsmanager()
        .rotate_secret()
        .secret_id(id.as_str())
        .set_client_request_token(token)
        .set_rotate_immediately(want.bool("rotate_immediately"))
        .set_rotation_lambda_arn(want.string("rotation_lambda_arn"))
        .set_rotation_rules(rules)
        .send()
        .await?;
    Ok(())
}

fn object(id: &RemoteId, secret: DescribeSecretOutput) -> Object {
    let enabled = secret.rotation_enabled.unwrap_or_default();
    let rules = secret.rotation_rules.filter(|_| enabled).map(|r| {
        // The service tells the days of a schedule too, which nobody has configured.
        let days = r.automatically_after_days.filter(|_| r.schedule_expression.is_none());
        Object::new()
            .with("automatically_after_days", days.unwrap_or_default())
            .with("duration", r.duration.unwrap_or_default())
            .with("schedule_expression", r.schedule_expression.unwrap_or_default())
    });
    Object::new()
        .with("id", id.as_str())
        .with("rotation_enabled", enabled)
        .with("rotation_lambda_arn", secret.rotation_lambda_arn.filter(|_| enabled).unwrap_or_default())
        .with("rotation_rules", Vec::from_iter(rules))
        .with("secret_id", id.as_str())
}

fn days(value: &Value) -> Result<(), String> {
    crate::aws::validate::between(value, 1, 1000)
}

fn duration(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let hours = text.strip_suffix('h').and_then(|n| n.parse::<u32>().ok());
    if hours.is_some() || text.is_empty() {
        Ok(())
    } else {
        Err(format!("\"{text}\" is not a number of hours such as 3h."))
    }
}

fn schedule(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let call = |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.ends_with(')'));
    if text.is_empty() || call("rate(") || call("cron(") {
        return Ok(());
    }
    Err(format!("\"{text}\" is not a schedule such as rate(10 days) or cron(0 8 1 * ? *)."))
}
