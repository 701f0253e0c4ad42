//! `aws_route53_hosted_zone_dnssec`: whether a zone is signed. Its id is that of the zone.

use std::collections::BTreeMap;

use super::dnssec;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, Readiness, RemoteId, ResourceType, Result,
    Timeouts,
};
use crate::schema::{Schema, string};
use crate::value::Value;

const SIGNING: &str = "SIGNING";
const NOT_SIGNING: &str = "NOT_SIGNING";

pub struct HostedZoneDnssec;

impl ResourceType for HostedZoneDnssec {
    type Client = Client;
    const NAME: &'static str = "aws_route53_hosted_zone_dnssec";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["route53:GetDNSSEC"],
        create: &["route53:DisableHostedZoneDNSSEC", "route53:EnableHostedZoneDNSSEC"],
        update: &["route53:DisableHostedZoneDNSSEC", "route53:EnableHostedZoneDNSSEC"],
        delete: &["route53:DisableHostedZoneDNSSEC"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("hosted_zone_id", string().required().force_new())
            .attr("id", string().optional().computed())
            .attr("signing_status", string().optional().default(SIGNING).check(status))
            .timeouts(&["create", "delete", "update"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let live = dnssec::of(client, id.as_str()).await?;
            let status = live.as_ref().as_ref().map(|live| live.status.clone());
            let object = status.map(|status| {
                let signature = status.and_then(|s| s.serve_signature);
                Object::new()
                    .with("hosted_zone_id", id.as_str())
                    .with("id", id.as_str())
                    .with("signing_status", signature.unwrap_or_default())
            });
            Ok(object.map_or(Found::Gone, Found::Object))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("hosted_zone_id").unwrap_or_default());
        put(cx.client, id.as_str(), want.str("signing_status")).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        if prior.string("signing_status") != want.string("signing_status") {
            put(client, id.as_str(), want.str("signing_status")).await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        match put(client, id.as_str(), Some(NOT_SIGNING)).await {
            Err(e) if e.has_code("DNSSECNotFound") => Ok(()),
            Err(e) => e.unless_not_found(),
            Ok(()) => Ok(()),
        }
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("signing_status") {
            Some("DELETING") => Readiness::Pending("the signatures are being taken away".into()),
            Some("INTERNAL_FAILURE") => Readiness::Failed("Route 53 reports INTERNAL_FAILURE".into()),
            _ => Readiness::Ready,
        }
    }

    /// A key that signs may be one that was made a moment ago.
    fn retries(operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || (operation != Operation::Delete && error.has_code("KeySigningKeyWithActiveStatusNotFound"))
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        ["hosted_zone_id", "signing_status"].into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    /// The signing of a zone is there with it: only whether it is as it was to be tells that a creation had its effect.
    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(zone) = intent.identity.get("hosted_zone_id") else { return Ok(None) };
        let live = dnssec::of(client, zone).await?;
        let status = live.as_ref().as_ref().and_then(|live| live.status.as_ref()?.serve_signature.as_ref());
        Ok((status.is_some() && status == intent.identity.get("signing_status")).then(|| zone.as_str().into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 5, 5)
    }
}

async fn put(client: &Client, zone: &str, status: Option<&str>) -> Result<()> {
    if status == Some(NOT_SIGNING) {
        client.route53().disable_hosted_zone_dnssec().hosted_zone_id(zone).send().await?;
    } else {
        client.route53().enable_hosted_zone_dnssec().hosted_zone_id(zone).send().await?;
    }
    Ok(())
}

fn status(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &[SIGNING, NOT_SIGNING])
}
