//! `aws_eks_access_entry`. Its id is `cluster:principal`.

use std::collections::BTreeMap;

use aws_sdk_eks::types::AccessEntry as Live;

use super::{read, tags};
use crate::aws::gather::gather;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, set_of, string};
use crate::value::{Type, Value};

pub struct AccessEntry;

impl ResourceType for AccessEntry {
    type Client = Client;
    const NAME: &'static str = "aws_eks_access_entry";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["principal_arn", "cluster_name"];
    const ACTIONS: Actions = Actions {
        read: &["eks:DescribeAccessEntry"],
        create: &["eks:CreateAccessEntry", "eks:TagResource"],
        update: &["eks:UpdateAccessEntry", "eks:TagResource", "eks:UntagResource"],
        delete: &["eks:DeleteAccessEntry"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("access_entry_arn", string().computed())
            .attr("cluster_name", string().required().force_new().check(read::cluster_name))
            .attr("created_at", string().computed())
            .attr("id", string().optional().computed())
            .attr("kubernetes_groups", set_of(Type::String).optional().computed())
            .attr("modified_at", string().computed())
            .attr("principal_arn", string().required().force_new().check(validate::arn))
            .attr("type", string().optional().default("STANDARD").force_new().check(kind))
            .attr("user_name", string().optional().computed())
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
            let (cluster, principal) = id.pair(':')?;
            calls.push(async move {
                let live = describe(client, cluster, principal).await?;
                Ok((id.clone(), live.map_or(Found::Gone, |e| Found::Object(object(id, e)))))
            });
        }
        Ok(gather(calls).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let (cluster, principal) = (want.string("cluster_name"), want.string("principal_arn"));
        let groups = want.strings("kubernetes_groups");
        cx.client
            .eks()
            .create_access_entry()
            .set_cluster_name(cluster.clone())
            .set_principal_arn(principal.clone())
            .set_kubernetes_groups((!groups.is_empty()).then_some(groups))
            .set_type(want.string("type"))
            .set_username(want.string("user_name"))
            .set_tags(tags::wanted(want))
            .client_request_token(cx.token)
            .send()
            .await?;
        let id = RemoteId::from(format!("{}:{}", cluster.unwrap_or_default(), principal.unwrap_or_default()));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (cluster, principal) = id.pair(':')?;
        let differs =
            |key: &str| prior.get(key).is_none_or(|old| want.get(key).is_some_and(|new| !old.same_content(new)));
        if differs("kubernetes_groups") || differs("user_name") {
            client
                .eks()
                .update_access_entry()
                .cluster_name(cluster)
                .principal_arn(principal)
                .set_kubernetes_groups(Some(want.strings("kubernetes_groups")))
                .set_username(want.string("user_name"))
                .send()
                .await?;
        }
        tags::update(client, prior.str("access_entry_arn").unwrap_or_default(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (cluster, principal) = id.pair(':')?;
        let call = client.eks().delete_access_entry().cluster_name(cluster).principal_arn(principal);
        read::unless_gone(call.send().await)?;
        Ok(())
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(20, 20, 40)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        read::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        ["cluster_name", "principal_arn"].into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let (Some(cluster), Some(principal)) =
            (intent.identity.get("cluster_name"), intent.identity.get("principal_arn"))
        else {
            return Ok(None);
        };
        Ok(describe(client, cluster, principal).await?.map(|_| format!("{cluster}:{principal}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once(':') {
            Some((cluster, principal)) if !cluster.is_empty() && principal.starts_with("arn:") => Ok(text.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected cluster-name:principal-arn"))),
        }
    }
}

async fn describe(client: &Client, cluster: &str, principal: &str) -> Result<Option<Live>> {
    let call = client.eks().describe_access_entry().cluster_name(cluster).principal_arn(principal);
    Ok(read::unless_gone(call.send().await)?.and_then(|a| a.access_entry))
}

fn object(id: &RemoteId, entry: Live) -> Object {
    let mut object = Object::new()
        .with("access_entry_arn", entry.access_entry_arn)
        .with("cluster_name", entry.cluster_name)
        .with("created_at", read::timestamp(entry.created_at.as_ref()))
        .with("id", id.as_str())
        .with("kubernetes_groups", entry.kubernetes_groups.unwrap_or_default())
        .with("modified_at", read::timestamp(entry.modified_at.as_ref()))
        .with("principal_arn", entry.principal_arn)
        .with("type", entry.r#type)
        .with("user_name", entry.username);
    tags::set(&mut object, entry.tags);
    object
}

fn kind(value: &Value) -> std::result::Result<(), String> {
    let kinds = ["STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX"];
    read::one_of("type", value, &kinds)
}
