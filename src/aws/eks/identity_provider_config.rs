//! `aws_eks_identity_provider_config`. Its id is `cluster:name`.

use std::collections::BTreeMap;

use aws_sdk_eks::types::OidcIdentityProviderConfigRequest;
use aws_sdk_eks::types::{ConfigStatus, IdentityProviderConfig as Named, OidcIdentityProviderConfig as Live};

use super::{read, tags};
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{
    Actions, CreateCx, Deletion, Error, ErrorKind, Found, Intent, Object, Operation, Readiness, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Block, Schema, list_block, map_of, string};
use crate::value::{Type, Value};

/// The only kind there is.
const KIND: &str = "oidc";

pub struct IdentityProviderConfig;

impl ResourceType for IdentityProviderConfig {
    type Client = Client;
    const NAME: &'static str = "aws_eks_identity_provider_config";
    const READ_BATCH: usize = 100;
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &["eks:DescribeIdentityProviderConfig"],
        create: &["eks:AssociateIdentityProviderConfig", "eks:TagResource"],
        update: &["eks:TagResource", "eks:UntagResource"],
        delete: &["eks:DisassociateIdentityProviderConfig"],
    };

    fn schema() -> Schema {
        let optional = || string().optional().force_new();
        let oidc = Block::new()
            .attr("client_id", string().required().force_new().check(not_empty))
            .attr("groups_claim", optional())
            .attr("groups_prefix", optional())
            .attr("identity_provider_config_name", string().required().force_new().check(not_empty))
            .attr("issuer_url", string().required().force_new().check(issuer))
            .attr("required_claims", map_of(Type::String).optional().force_new())
            .attr("username_claim", optional())
            .attr("username_prefix", optional());
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("cluster_name", string().required().force_new().check(not_empty))
            .attr("id", string().optional().computed())
            .attr("status", string().computed())
            .block("oidc", list_block(oidc).min(1).max(1).force_new())
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
                Ok((id.clone(), live.map_or(Found::Gone, |c| Found::Object(object(id, c)))))
            });
        }
        Ok(gather(calls).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let cluster = want.string("cluster_name").unwrap_or_default();
        let block = want.object(KIND).unwrap_or_default();
        let claims = block.string_map("required_claims");
        let oidc = OidcIdentityProviderConfigRequest::builder()
            .set_client_id(block.string("client_id"))
            .set_groups_claim(block.string("groups_claim"))
            .set_groups_prefix(block.string("groups_prefix"))
            .set_identity_provider_config_name(block.string("identity_provider_config_name"))
            .set_issuer_url(block.string("issuer_url"))
            .set_required_claims((!claims.is_empty()).then(|| claims.into_iter().collect()))
            .set_username_claim(block.string("username_claim"))
            .set_username_prefix(block.string("username_prefix"))
            .build()
            .map_err(|e| Error::other(e.to_string()))?;
        cx.client
            .eks()
            .associate_identity_provider_config()
            .cluster_name(&cluster)
            .oidc(oidc)
            .set_tags(tags::wanted(want))
            .client_request_token(cx.token)
            .send()
            .await?;
        let id = format!("{cluster}:{}", block.str("identity_provider_config_name").unwrap_or_default()).into();
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        tags::update(client, prior.str("arn").unwrap_or_default(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (cluster, name) = id.pair(':')?;
        let call = client.eks().disassociate_identity_provider_config().cluster_name(cluster);
        match read::unless_gone(call.identity_provider_config(named(name)?).send().await) {
            // It is leaving already.
            Err(e) if e.kind == ErrorKind::InUse && is_leaving(client, cluster, name).await? => Ok(()),
            Err(e) if e.has_code("InvalidRequestException") && e.message.contains("not associated with cluster") => {
                Ok(())
            }
            other => other.map(drop),
        }
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("status") {
            Some("ACTIVE") => Readiness::Ready,
            Some("CREATING") => Readiness::Pending("the cluster takes the provider up".into()),
            Some("DELETING") => Readiness::Pending("the cluster lets the provider go".into()),
            // EKS tells of a failure by taking the object away.
            other => Readiness::Failed(format!("the provider is in state \"{}\"", other.unwrap_or_default())),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(40, 40, 40)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        read::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let name = want.object(KIND).and_then(|o| o.string("identity_provider_config_name"));
        let pairs = [("cluster_name", want.string("cluster_name")), ("name", name)];
        pairs.into_iter().filter_map(|(k, v)| Some((k.to_owned(), v?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let (Some(cluster), Some(name)) = (intent.identity.get("cluster_name"), intent.identity.get("name")) else {
            return Ok(None);
        };
        Ok(describe(client, cluster, name).await?.map(|_| format!("{cluster}:{name}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once(':') {
            Some((cluster, name)) if !cluster.is_empty() && !name.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected cluster-name:config-name"))),
        }
    }
}

fn named(name: &str) -> Result<Named> {
    Named::builder().r#type(KIND).name(name).build().map_err(|e| Error::other(e.to_string()))
}

async fn describe(client: &Client, cluster: &str, name: &str) -> Result<Option<Live>> {
    let call = client.eks().describe_identity_provider_config().cluster_name(cluster);
    let answer = read::unless_gone(call.identity_provider_config(named(name)?).send().await)?;
    Ok(answer.and_then(|a| a.identity_provider_config).and_then(|c| c.oidc))
}

async fn is_leaving(client: &Client, cluster: &str, name: &str) -> Result<bool> {
    Ok(describe(client, cluster, name).await?.is_none_or(|c| c.status == Some(ConfigStatus::Deleting)))
}

fn object(id: &RemoteId, config: Live) -> Object {
    let claims: BTreeMap<String, String> = config.required_claims.unwrap_or_default().into_iter().collect();
    let oidc = Object::new()
        .with("client_id", config.client_id)
        .with("groups_claim", config.groups_claim)
        .with("groups_prefix", config.groups_prefix)
        .with("identity_provider_config_name", config.identity_provider_config_name)
        .with("issuer_url", config.issuer_url)
        .with("required_claims", claims)
        .with("username_claim", config.username_claim)
        .with("username_prefix", config.username_prefix);
    let mut object = Object::new()
        .with("arn", config.identity_provider_config_arn)
        .with("cluster_name", config.cluster_name)
        .with("id", id.as_str())
        .with(KIND, vec![oidc])
        .with("status", config.status.as_ref().map(|s| s.as_str()));
    tags::set(&mut object, config.tags);
    object
}

fn not_empty(value: &Value) -> Result<(), String> {
    if value.as_str() == Some("") { Err("The value cannot be empty.".into()) } else { Ok(()) }
}

fn issuer(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty()) {
        return Ok(());
    }
    Err(format!("\"{text}\" is not an HTTPS URL."))
}
