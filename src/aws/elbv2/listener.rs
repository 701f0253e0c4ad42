//! `aws_lb_listener`: a listener of a load balancer, known by its ARN.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    AdvertiseTrustStoreCaNamesEnum, Certificate, Listener as Live, ListenerAttribute, MutualAuthenticationAttributes,
    ProtocolEnum,
};

use super::attributes::{self, Live as Attributes, differs};
use super::listener_schema::{SETTINGS, schema};
use super::{listener_actions, read, tags};
use crate::aws::blocks::each;
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::Schema;
use crate::value::Value;

/// Arguments of a listener beside its attributes and tags.
const OWN: [&str; 7] =
    ["alpn_policy", "certificate_arn", "default_action", "mutual_authentication", "port", "protocol", "ssl_policy"];

/// Blocks of an action, named as its types.
const BLOCKS: [&str; 5] = ["authenticate_cognito", "authenticate_oidc", "fixed_response", "forward", "redirect"];

pub struct Listener;

impl ResourceType for Listener {
    type Client = Client;
    const NAME: &'static str = "aws_lb_listener";
    const READ_BATCH: usize = 400;
    const ACTIONS: Actions = Actions {
        read: &[
            "elasticloadbalancing:DescribeListenerAttributes",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeTags",
        ],
        create: &[
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateListener",
            "elasticloadbalancing:ModifyListenerAttributes",
        ],
        update: &[
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:ModifyListener",
            "elasticloadbalancing:ModifyListenerAttributes",
            "elasticloadbalancing:RemoveTags",
        ],
        delete: &["elasticloadbalancing:DeleteListener"],
    };

    fn schema() -> Schema {
        schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        actions(change);
        authentication(change);
        let prior = change.prior.clone();
        each(&mut change.planned, prior.as_ref(), "default_action", &|action, before| {
            each(action, before, "forward", &|forward, before| sticky(forward, before));
            foreign(action, before);
        });
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let live = read::listeners(client, ids).await?;
        let arns: Vec<String> = live.iter().filter_map(|l| l.listener_arn.clone()).collect();
        let mut tags = read::tags(client, &arns).await?;
        let objects = live.into_iter().map(|listener| {
            let arn = listener.listener_arn.clone().unwrap_or_default();
            let tags = tags.remove(&arn).unwrap_or_default();
            async move {
                let attributes = read::listener_attributes(client, &arn).await?;
                let id = RemoteId::from(arn);
                let object = attributes.map(|attributes| object(&listener, &attributes, prior.get(&id), tags));
                Ok(object.map(|object| (id, Found::Object(object))))
            }
        });
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        found.extend(gather(objects.collect()).await?.into_iter().flatten());
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let balancer = want.string("load_balancer_arn").unwrap_or_default();
        let answer = cx
            .client
            .elbv2()
            .create_listener()
            .load_balancer_arn(&balancer)
            .set_alpn_policy(want.string("alpn_policy").map(|policy| vec![policy]))
            .set_certificates(certificates(want))
            .set_default_actions(Some(listener_actions::wanted(want)))
            .set_mutual_authentication(mutual(want))
            .set_port(want.i32("port"))
            .set_protocol(protocol(want, &balancer))
            .set_ssl_policy(want.string("ssl_policy"))
            .set_tags(tags::wanted(want))
            .send()
            .await?;
        let made = answer.listeners.unwrap_or_default().into_iter().next();
        let arn = made.and_then(|l| l.listener_arn).ok_or_else(|| Error::other("the answer names no listener"))?;
        cx.created(&arn.as_str().into());
        modify(cx.client, &arn, attributes::first(&schema(), SETTINGS, kind(&arn), want)).await?;
        Ok(arn.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let arn = id.as_str();
        if OWN.iter().any(|name| differs(prior, want, name)) {
            let none = differs(prior, want, "alpn_policy").then(|| vec!["None".to_owned()]);
            let mutual_off = || MutualAuthenticationAttributes::builder().mode("off").build();
            let changed = differs(prior, want, "mutual_authentication");
            client
                .elbv2()
                .modify_listener()
                .listener_arn(arn)
                .set_alpn_policy(want.string("alpn_policy").map(|policy| vec![policy]).or(none))
                .set_certificates(certificates(want))
                .set_default_actions(differs(prior, want, "default_action").then(|| listener_actions::wanted(want)))
                .set_mutual_authentication(changed.then(|| mutual(want).unwrap_or_else(mutual_off)))
                .set_port(want.i32("port"))
                .set_protocol(protocol(want, ""))
                .set_ssl_policy(want.string("ssl_policy"))
                .send()
                .await?;
        }
        modify(client, arn, attributes::changed(SETTINGS, kind(arn), prior, want)).await?;
        tags::update(client, arn, prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.elbv2().delete_listener().listener_arn(id.as_str()).send().await)
    }

    /// A certificate that was just made is not there everywhere yet.
    fn retries(operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || operation != Operation::Delete && error.has_code("CertificateNotFound")
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 5, 5)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let balancer = want.string("load_balancer_arn").map(|arn| ("load_balancer_arn".to_owned(), arn));
        let port = want.i64("port").map(|port| ("port".to_owned(), port.to_string()));
        balancer.into_iter().chain(port).collect()
    }

    /// A load balancer has one listener for each port.
    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(balancer) = intent.identity.get("load_balancer_arn") else { return Ok(None) };
        let port = intent.identity.get("port").and_then(|port| port.parse::<i32>().ok());
        let pages = client.elbv2().describe_listeners().load_balancer_arn(balancer).into_paginator().items().send();
        let live: Vec<Live> = match pages.try_collect().await.map_err(Error::from) {
            Ok(live) => live,
            Err(error) => error.unless_not_found().map(|()| Vec::new())?,
        };
        let found = live.into_iter().find(|l| l.port == port).and_then(|l| l.listener_arn);
        Ok(found.map(RemoteId::from))
    }
}

/// What each action has to have, and what it must not.
fn actions(change: &mut PlannedChange) {
    for action in change.config.objects("default_action") {
        let Some(kind) = action.str("type").map(str::to_ascii_lowercase) else { continue };
        let set = |name: &str| action.get(name).is_some_and(|v| !v.is_known() || !v.is_zero());
        let block = kind.replace('-', "_");
        if kind == "forward" {
            if !set("forward") && !set("target_group_arn") {
                change.error(
                    "default_action",
                    "An action of type \"forward\" needs a target_group_arn or a forward block.",
                );
            }
        } else if !set(&block) {
            change.error("default_action", format!("An action of type \"{kind}\" needs a {block} block."));
        }
    }
}

/// Whose certificates are checked against a trust store has to name it.
fn authentication(change: &mut PlannedChange) {
    let Some(mutual) = change.config.object("mutual_authentication") else { return };
    let Some(mode) = mutual.str("mode") else { return };
    let trusted = mutual.get("trust_store_arn").is_some_and(|v| !v.is_zero());
    match (mode, trusted) {
        ("verify", false) => change.error("mutual_authentication", "Mode \"verify\" needs a trust_store_arn."),
        ("off" | "passthrough", true) => {
            let why = format!("Mode \"{mode}\" takes no trust_store_arn.");
            change.error("mutual_authentication", why);
        }
        _ => {}
    }
}

/// What belongs to actions of another type stays as it is.
fn foreign(action: &mut Object, before: Option<&Object>) {
    let Some(kind) = action.str("type").map(|kind| kind.to_ascii_lowercase().replace('-', "_")) else { return };
    for name in BLOCKS.into_iter().filter(|name| *name != kind) {
        if let Some(kept) = before.and_then(|b| b.get(name)) {
            action.set(name, kept.clone());
        }
    }
    if kind != "forward"
        && let Some(kept) = before.and_then(|b| b.get("target_group_arn"))
    {
        action.set("target_group_arn", kept.clone());
    }
}

/// AWS always tells of stickiness: what the configuration does not mention stays as it is.
fn sticky(forward: &mut Object, before: Option<&Object>) {
    let mentioned = forward.get("stickiness").is_some_and(|v| !v.is_known() || !v.is_zero());
    if let Some(kept) = before.and_then(|b| b.get("stickiness")).filter(|_| !mentioned) {
        forward.set("stickiness", kept.clone());
    }
}

fn certificates(want: &Object) -> Option<Vec<Certificate>> {
    want.string("certificate_arn").map(|arn| vec![Certificate::builder().certificate_arn(arn).build()])
}

/// An application load balancer speaks HTTP where nothing else is said.
fn protocol(want: &Object, balancer: &str) -> Option<ProtocolEnum> {
    let said = want.string("protocol").map(|p| ProtocolEnum::from(p.to_ascii_uppercase().as_str()));
    said.or_else(|| balancer.contains(":loadbalancer/app/").then_some(ProtocolEnum::Http))
}

fn mutual(want: &Object) -> Option<MutualAuthenticationAttributes> {
    let mutual = want.object("mutual_authentication")?;
    let mode = mutual.string("mode").unwrap_or_else(|| "off".into());
    let verifies = mode == "verify";
    let advertised = mutual.string("advertise_trust_store_ca_names").filter(|_| verifies);
    let attributes = MutualAuthenticationAttributes::builder().mode(mode);
    let attributes = attributes
        .set_trust_store_arn(mutual.string("trust_store_arn").filter(|_| verifies))
        .set_ignore_client_certificate_expiry(mutual.bool("ignore_client_certificate_expiry").filter(|_| verifies))
        .set_advertise_trust_store_ca_names(advertised.map(|a| AdvertiseTrustStoreCaNamesEnum::from(a.as_str())));
    Some(attributes.build())
}

/// The kind of load balancer that a listener belongs to, by its ARN.
fn kind(arn: &str) -> &'static str {
    match arn.split_once(":listener/").map_or("", |(_, rest)| rest).split('/').next() {
        Some("net") => "network",
        Some("gwy") => "gateway",
        _ => "application",
    }
}

async fn modify(client: &Client, arn: &str, told: Vec<(String, String)>) -> Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    let all = told.into_iter().map(|(key, value)| ListenerAttribute::builder().key(key).value(value).build());
    client.elbv2().modify_listener_attributes().listener_arn(arn).set_attributes(Some(all.collect())).send().await?;
    Ok(())
}

fn object(live: &Live, attributes: &Attributes, prior: Option<&Object>, tags: all_tags::Tags) -> Object {
    let arn = live.listener_arn.as_deref().unwrap_or_default();
    let certificate = live.certificates.iter().flatten().next().and_then(|c| c.certificate_arn.clone());
    let mutual = live.mutual_authentication.as_ref().map(|m| {
        Object::new()
            .with("advertise_trust_store_ca_names", m.advertise_trust_store_ca_names.as_ref().map(|a| a.as_str()))
            .with("ignore_client_certificate_expiry", m.ignore_client_certificate_expiry.unwrap_or_default())
            .with("mode", m.mode.clone())
            .with("trust_store_arn", m.trust_store_arn.clone())
    });
    let mut object = Object::new()
        .with("alpn_policy", live.alpn_policy.iter().flatten().next().cloned())
        .with("arn", arn)
        .with("certificate_arn", certificate)
        .with("default_action", listener_actions::told(live.default_actions.as_deref().unwrap_or_default(), prior))
        .with("id", arn)
        .with("load_balancer_arn", live.load_balancer_arn.clone())
        .with("mutual_authentication", Vec::from_iter(mutual))
        .with("port", live.port.map_or_else(|| Value::from(0), Value::from))
        .with("protocol", live.protocol.as_ref().map_or("", ProtocolEnum::as_str))
        .with("ssl_policy", live.ssl_policy.clone().unwrap_or_default());
    attributes::set(&mut object, &schema(), SETTINGS, attributes);
    all_tags::set(&mut object, tags);
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_tells_the_kind_of_load_balancer() {
        let arn = |kind: &str| format!("arn:aws:elasticloadbalancing:r:1:listener/{kind}/a/1/2");
        assert_eq!(["app", "net", "gwy"].map(|k| kind(&arn(k))), ["application", "network", "gateway"]);
    }

    #[test]
    fn application_load_balancers_speak_http() {
        let balancer = "arn:aws:elasticloadbalancing:r:1:loadbalancer/app/a/1";
        assert_eq!(protocol(&Object::new(), balancer), Some(ProtocolEnum::Http));
        assert_eq!(protocol(&Object::new().with("protocol", "https"), balancer), Some(ProtocolEnum::Https));
        assert_eq!(protocol(&Object::new(), ""), None);
    }
}
