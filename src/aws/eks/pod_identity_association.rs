//! `aws_eks_pod_identity_association`. Its `id` is that of the association; it is read as `cluster,association`.

use std::collections::BTreeMap;

use aws_sdk_eks::types::PodIdentityAssociation as Live;

use super::{read, tags};
use crate::aws::gather::gather;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, map_of, string};
use crate::value::Type;

pub struct PodIdentityAssociation;

impl ResourceType for PodIdentityAssociation {
    type Client = Client;
    const NAME: &'static str = "aws_eks_pod_identity_association";
    const READ_BATCH: usize = 100;
    const PLANS_EXACTLY: bool = true;
    const ACTIONS: Actions = Actions {
        read: &["eks:DescribePodIdentityAssociation", "eks:ListPodIdentityAssociations"],
        create: &["eks:CreatePodIdentityAssociation", "eks:TagResource", "iam:PassRole", "iam:GetRole"],
        update: &[
            "eks:UpdatePodIdentityAssociation",
            "eks:TagResource",
            "eks:UntagResource",
            "iam:PassRole",
            "iam:GetRole",
        ],
        delete: &["eks:DeletePodIdentityAssociation"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("association_arn", string().computed())
            .attr("association_id", string().computed())
            .attr("cluster_name", string().required().force_new().check(read::cluster_name))
            .attr("id", string().computed())
            .attr("namespace", string().required().force_new())
            .attr("role_arn", string().required().check(validate::arn))
            .attr("service_account", string().required().force_new())
            .attr("tags", map_of(Type::String).optional())
            .attr("tags_all", map_of(Type::String).computed())
    }

    fn remote_id(object: &Object) -> Option<RemoteId> {
        let association = object.string("association_id").or_else(|| object.string("id"))?;
        Some(format!("{},{association}", object.string("cluster_name")?).into())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut calls = Vec::new();
        for id in ids {
            let (cluster, association) = id.pair(',')?;
            calls.push(async move {
                let live = describe(client, cluster, association).await?;
                Ok((id.clone(), live.map_or(Found::Gone, |a| Found::Object(object(a)))))
            });
        }
        Ok(gather(calls).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let cluster = want.string("cluster_name").unwrap_or_default();
        let answer = cx
            .client
            .eks()
            .create_pod_identity_association()
            .cluster_name(&cluster)
            .set_namespace(want.string("namespace"))
            .set_service_account(want.string("service_account"))
            .set_role_arn(want.string("role_arn"))
            .set_tags(tags::wanted(want))
            .client_request_token(cx.token)
            .send()
            .await?;
        let association = answer.association.and_then(|a| a.association_id);
        let association = association.ok_or_else(|| Error::other("CreatePodIdentityAssociation answered no id"))?;
        let id = RemoteId::from(format!("{cluster},{association}"));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (cluster, association) = id.pair(',')?;
        if prior.str("role_arn") != want.str("role_arn") {
            client
                .eks()
                .update_pod_identity_association()
                .cluster_name(cluster)
                .association_id(association)
                .set_role_arn(want.string("role_arn"))
                .send()
                .await?;
        }
        tags::update(client, prior.str("association_arn").unwrap_or_default(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (cluster, association) = id.pair(',')?;
        let call = client.eks().delete_pod_identity_association().cluster_name(cluster).association_id(association);
        read::unless_gone(call.send().await)?;
        Ok(())
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 5, 5)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        read::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["cluster_name", "namespace", "service_account"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let key = |key: &str| intent.identity.get(key).cloned();
        let Some(cluster) = key("cluster_name") else { return Ok(None) };
        let call = client.eks().list_pod_identity_associations().cluster_name(&cluster);
        let call = call.set_namespace(key("namespace")).set_service_account(key("service_account"));
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let Some(page) = read::unless_gone(page)? else { return Ok(None) };
            let found = page.associations.unwrap_or_default().into_iter().find_map(|a| a.association_id);
            if let Some(association) = found {
                return Ok(Some(format!("{cluster},{association}").into()));
            }
        }
        Ok(None)
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once(',') {
            Some((cluster, association)) if !cluster.is_empty() && !association.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected cluster-name,association-id"))),
        }
    }
}

/// One association; addons ask too.
pub async fn describe(client: &Client, cluster: &str, association: &str) -> Result<Option<Live>> {
    let call = client.eks().describe_pod_identity_association().cluster_name(cluster).association_id(association);
    Ok(read::unless_gone(call.send().await)?.and_then(|a| a.association))
}

fn object(association: Live) -> Object {
    let mut object = Object::new()
        .with("association_arn", association.association_arn)
        .with("association_id", association.association_id.clone())
        .with("cluster_name", association.cluster_name)
        .with("id", association.association_id)
        .with("namespace", association.namespace)
        .with("role_arn", association.role_arn)
        .with("service_account", association.service_account);
    tags::set(&mut object, association.tags);
    object
}
