//! `aws_dynamodb_table`

use std::collections::BTreeMap;

use super::{table_object, table_plan, table_request, table_schema, table_update};
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::aws::gather::one_by_one;
use crate::provider::{
    Actions, CreateCx, Deletion, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, Readiness,
    RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::Schema;

pub struct Table;

impl ResourceType for Table {
    type Client = Client;
    const NAME: &'static str = "aws_dynamodb_table";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["name"];
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &[
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:ListTagsOfResource",
        ],
        create: &[
            "dynamodb:CreateTable",
            "dynamodb:TagResource",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateTimeToLive",
        ],
        update: &[
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateTable",
            "dynamodb:UpdateTimeToLive",
        ],
        delete: &["dynamodb:DeleteTable"],
    };

    fn schema() -> Schema {
        table_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        table_schema::check(change);
        table_plan::customize(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| read_one(client, id.as_str())).await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = want.string("name").unwrap_or_default();
        table_request::create(cx.client, &name, want).await?;
        let id = RemoteId::from(name);
        cx.created(&id);
        let on = |block: &str| want.object(block).and_then(|b| b.bool("enabled")) == Some(true);
        if on("ttl") || on("point_in_time_recovery") {
            // Both need a table that is active.
            table_update::advance(cx.client, id.as_str(), want).await?;
        }
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        table_update::advance(client, id.as_str(), want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.dynamodb().delete_table().table_name(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.string("_busy") {
            Some(why) => Readiness::Pending(why),
            None => Readiness::Ready,
        }
    }

    /// Many tables at once are too many, and a table that changes takes no other change.
    fn retries(operation: Operation, error: &Error) -> bool {
        let taken = operation == Operation::Create && error.message.contains("already exists");
        let busy = matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || error.has_code("LimitExceededException")
            || error.has_code("ContinuousBackupsUnavailableException");
        busy && !taken
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("name") else { return Ok(None) };
        Ok(table_object::describe(client, name).await?.map(|_| name.as_str().into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(30, 60, 10)
    }
}

async fn read_one(client: &Client, name: &str) -> Result<Found> {
    let Some(table) = table_object::describe(client, name).await? else { return Ok(Found::Gone) };
    let arn = table.table_arn.clone().unwrap_or_default();
    let (ttl, recovery, tags) = futures::try_join!(
        table_object::ttl(client, name),
        table_object::recovery(client, name),
        table_object::live_tags(client, &arn),
    )?;
    Ok(Found::Object(table_object::object(table, ttl, recovery, tags)))
}
