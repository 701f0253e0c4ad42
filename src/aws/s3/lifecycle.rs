//! `aws_s3_bucket_lifecycle_configuration`

use std::collections::BTreeMap;

use aws_sdk_s3::types::{BucketLifecycleConfiguration, LifecycleRule, TransitionDefaultMinimumObjectSize as Minimum};

use super::{lifecycle_rule, lifecycle_schema, part};
use crate::aws::Client;
use crate::aws::gather::one_by_one;
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::Schema;

pub struct Lifecycle;

impl ResourceType for Lifecycle {
    type Client = Client;
    const NAME: &'static str = "aws_s3_bucket_lifecycle_configuration";
    const READ_BATCH: usize = 100;
    const PLANS_EXACTLY: bool = true;
    const ACTIONS: Actions = Actions {
        read: &["s3:GetLifecycleConfiguration"],
        create: &["s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"],
        update: &["s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"],
        delete: &["s3:PutLifecycleConfiguration"],
    };

    fn schema() -> Schema {
        lifecycle_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        lifecycle_schema::check(change);
        lifecycle_schema::complete(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let Some((rules, minimum)) = live(client, id).await? else { return Ok(Found::Gone) };
            let known = prior.get(id).map(|p| p.objects("rule")).unwrap_or_default();
            let object = part::named(id)
                .with("rule", lifecycle_rule::objects(&rules, &known))
                .with("transition_default_minimum_object_size", minimum);
            Ok(Found::Object(object))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = part::id(want);
        put(cx.client, &id, want).await?;
        cx.created(&id);
        arrived(cx.client, &id, want).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, id, want).await?;
        arrived(client, id, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (bucket, owner) = part::parts(id);
        let call = client.s3().delete_bucket_lifecycle().bucket(bucket).set_expected_bucket_owner(owner);
        part::found(call.send().await).map(drop)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(3, 3, 3)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        part::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        part::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = part::intended(&intent.identity) else { return Ok(None) };
        Ok(live(client, &id).await?.map(|_| id))
    }
}

/// The rules of a bucket and the least size of objects that move; `None` where there are no rules.
async fn live(client: &Client, id: &RemoteId) -> Result<Option<(Vec<LifecycleRule>, String)>> {
    let (bucket, owner) = part::parts(id);
    let call = client.s3().get_bucket_lifecycle_configuration().bucket(bucket).set_expected_bucket_owner(owner);
    let Some(answer) = part::found(call.send().await)? else { return Ok(None) };
    let minimum = answer.transition_default_minimum_object_size.as_ref().map_or("", Minimum::as_str).to_owned();
    Ok(Some((answer.rules.unwrap_or_default(), minimum)).filter(|(rules, _)| !rules.is_empty()))
}

async fn put(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    let (bucket, owner) = part::parts(id);
    let rules: Result<Vec<_>> = want.objects("rule").iter().map(lifecycle_rule::request).collect();
    let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules?)).build();
    let minimum = want.string("transition_default_minimum_object_size");
    client
        .s3()
        .put_bucket_lifecycle_configuration()
        .bucket(bucket)
        .set_expected_bucket_owner(owner)
        .lifecycle_configuration(configuration.map_err(|e| Error::other(e.to_string()))?)
        .set_transition_default_minimum_object_size(minimum.as_deref().map(Minimum::from))
        .send()
        .await?;
    Ok(())
}

/// AWS shows rules some time after they were put.
async fn arrived(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    let wanted = want.objects("rule");
    let live = live(client, id).await?.map(|(rules, _)| lifecycle_rule::objects(&rules, &wanted)).unwrap_or_default();
    let block = lifecycle_schema::schema().block;
    let of = |rules: Vec<Object>| block.conform(&Object::new().with("rule", rules).into_value()).map_err(Error::other);
    if block.same(&of(wanted)?, &of(live)?) { Ok(()) } else { Err(part::late("lifecycle")) }
}
