//! `aws_eks_fargate_profile`. Its id is `cluster:profile`.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{FargateProfile as Live, FargateProfileSelector, FargateProfileStatus};

use super::{read, tags};
use crate::aws::gather::gather;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, ErrorKind, Found, Intent, Object, Operation, Readiness, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Block, Schema, map_of, set_block, set_of, string};
use crate::value::{Type, Value};

pub struct FargateProfile;

impl ResourceType for FargateProfile {
    type Client = Client;
    const NAME: &'static str = "aws_eks_fargate_profile";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["fargate_profile_name", "cluster_name"];
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &["eks:DescribeFargateProfile"],
        create: &["eks:CreateFargateProfile", "eks:TagResource", "iam:PassRole", "iam:CreateServiceLinkedRole"],
        update: &["eks:TagResource", "eks:UntagResource"],
        delete: &["eks:DeleteFargateProfile"],
    };

    fn schema() -> Schema {
        let selector = Block::new()
            .attr("labels", map_of(Type::String).optional().force_new())
            .attr("namespace", string().required().force_new());
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("cluster_name", string().required().force_new().check(read::cluster_name))
            .attr("fargate_profile_name", string().required().force_new().check(not_empty))
            .attr("id", string().optional().computed())
            .attr("pod_execution_role_arn", string().required().force_new().check(validate::arn))
            .attr("status", string().computed())
            .attr("subnet_ids", set_of(Type::String).optional().force_new())
            .block("selector", set_block(selector).min(1).force_new())
            .tags()
            .timeouts(&["create", "delete"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut calls = Vec::new();
        for id in ids {
            let (cluster, name) = id.pair(':')?;
            calls.push(async move {
                let live = describe(client, cluster, name).await?;
                Ok((id.clone(), live.map_or(Found::Gone, |p| Found::Object(object(id, p)))))
            });
        }
        Ok(gather(calls).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let (cluster, name) = (want.string("cluster_name"), want.string("fargate_profile_name"));
        let subnets = want.strings("subnet_ids");
        cx.client
            .eks()
            .create_fargate_profile()
            .set_cluster_name(cluster.clone())
            .set_fargate_profile_name(name.clone())
            .set_pod_execution_role_arn(want.string("pod_execution_role_arn"))
            .set_selectors(Some(want.objects("selector").iter().map(selector).collect()))
            .set_subnets((!subnets.is_empty()).then_some(subnets))
            .set_tags(tags::wanted(want))
            .client_request_token(cx.token)
            .send()
            .await?;
        let id = RemoteId::from(format!("{}:{}", cluster.unwrap_or_default(), name.unwrap_or_default()));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        tags::update(client, prior.str("arn").unwrap_or_default(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (cluster, name) = id.pair(':')?;
        let call = client.eks().delete_fargate_profile().cluster_name(cluster).fargate_profile_name(name);
        match read::unless_gone(call.send().await) {
            // It is being deleted already.
            Err(e) if e.kind == ErrorKind::InUse && is_leaving(client, cluster, name).await? => Ok(()),
            other => other.map(drop),
        }
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("status") {
            Some("ACTIVE") => Readiness::Ready,
            Some(status @ ("CREATE_FAILED" | "DELETE_FAILED")) => {
                let health = object.str("_health").unwrap_or_default();
                Readiness::Failed(format!("the profile is {status}: {health}"))
            }
            status => Readiness::Pending(format!("the profile is {}", status.unwrap_or_default().to_ascii_lowercase())),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    /// A cluster makes or deletes one profile at a time.
    fn retries(operation: Operation, error: &Error) -> bool {
        read::retries(operation, error)
            || (operation == Operation::Create
                && error.has_code("InvalidParameterException")
                && error.message.contains("Misconfigured PodExecutionRole Trust Policy"))
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["cluster_name", "fargate_profile_name"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let key = |key: &str| intent.identity.get(key);
        let (Some(cluster), Some(name)) = (key("cluster_name"), key("fargate_profile_name")) else { return Ok(None) };
        Ok(describe(client, cluster, name).await?.map(|_| format!("{cluster}:{name}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once(':') {
            Some((cluster, name)) if !cluster.is_empty() && !name.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected cluster-name:fargate-profile-name"))),
        }
    }
}

async fn describe(client: &Client, cluster: &str, name: &str) -> Result<Option<Live>> {
    let call = client.eks().describe_fargate_profile().cluster_name(cluster).fargate_profile_name(name);
    Ok(read::unless_gone(call.send().await)?.and_then(|a| a.fargate_profile))
}

async fn is_leaving(client: &Client, cluster: &str, name: &str) -> Result<bool> {
    let live = describe(client, cluster, name).await?;
    Ok(live.is_none_or(|p| p.status == Some(FargateProfileStatus::Deleting)))
}

fn selector(block: &Object) -> FargateProfileSelector {
    let labels = block.string_map("labels");
    FargateProfileSelector::builder()
        .set_namespace(block.string("namespace"))
        .set_labels((!labels.is_empty()).then(|| labels.into_iter().collect()))
        .build()
}

fn object(id: &RemoteId, profile: Live) -> Object {
    let health = profile.health.and_then(|h| h.issues).unwrap_or_default();
    let health = health
        .iter()
        .map(|i| read::issue(i.code.as_ref().map(|c| c.as_str()), i.message.as_deref(), i.resource_ids.as_ref()));
    let selectors = profile.selectors.unwrap_or_default().into_iter().map(|s| {
        let labels: BTreeMap<String, String> = s.labels.unwrap_or_default().into_iter().collect();
        Object::new().with("labels", labels).with("namespace", s.namespace)
    });
    let mut object = Object::new()
        .with("_health", health.collect::<Vec<_>>().join("; "))
        .with("arn", profile.fargate_profile_arn)
        .with("cluster_name", profile.cluster_name)
        .with("fargate_profile_name", profile.fargate_profile_name)
        .with("id", id.as_str())
        .with("pod_execution_role_arn", profile.pod_execution_role_arn)
        .with("selector", selectors.collect::<Vec<_>>())
        .with("status", profile.status.as_ref().map(|s| s.as_str()))
        .with("subnet_ids", profile.subnets.unwrap_or_default());
    tags::set(&mut object, profile.tags);
    object
}

fn not_empty(value: &Value) -> Result<(), String> {
    if value.as_str() == Some("") { Err("The name of a Fargate profile cannot be empty.".into()) } else { Ok(()) }
}
