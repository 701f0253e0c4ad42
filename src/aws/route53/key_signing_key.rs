//! `aws_route53_key_signing_key`. Its id is that of the zone and its name: `zone,name`.

use std::collections::BTreeMap;

use aws_sdk_route53::types::KeySigningKey as Live;

use super::dnssec;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, Readiness, RemoteId, ResourceType, Result,
    Timeouts,
};
use crate::schema::{Schema, number, string};
use crate::value::Value;

const ACTIVE: &str = "ACTIVE";
const INACTIVE: &str = "INACTIVE";

pub struct KeySigningKey;

impl ResourceType for KeySigningKey {
    type Client = Client;
    const NAME: &'static str = "aws_route53_key_signing_key";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["name", "hosted_zone_id"];
    const ACTIONS: Actions = Actions {
        read: &["route53:GetDNSSEC"],
        create: &[
            "kms:CreateGrant",
            "kms:DescribeKey",
            "kms:GetPublicKey",
            "kms:Sign",
            "route53:CreateKeySigningKey",
            "route53:GetDNSSEC",
        ],
        update: &["route53:ActivateKeySigningKey", "route53:DeactivateKeySigningKey"],
        delete: &["route53:DeactivateKeySigningKey", "route53:DeleteKeySigningKey"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("digest_algorithm_mnemonic", string().computed())
            .attr("digest_algorithm_type", number().computed())
            .attr("digest_value", string().computed())
            .attr("dnskey_record", string().computed())
            .attr("ds_record", string().computed())
            .attr("flag", number().computed())
            .attr("hosted_zone_id", string().required().force_new())
            .attr("id", string().optional().computed())
            .attr("key_management_service_arn", string().required().force_new().check(validate::arn))
            .attr("key_tag", number().computed())
            .attr("name", string().required().force_new().check(name))
            .attr("public_key", string().computed())
            .attr("signing_algorithm_mnemonic", string().computed())
            .attr("signing_algorithm_type", number().computed())
            .attr("status", string().optional().default(ACTIVE).check(status))
            .timeouts(&["create", "delete", "update"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let (zone, name) = id.pair(',')?;
            let live = dnssec::of(client, zone).await?;
            let key = live.as_ref().as_ref().and_then(|live| named(&live.key_signing_keys, name));
            Ok(key.map_or(Found::Gone, |key| Found::Object(object(key, id, zone))))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let (zone, name) = (want.string("hosted_zone_id").unwrap_or_default(), want.string("name").unwrap_or_default());
        let call = cx.client.route53().create_key_signing_key().caller_reference(cx.token).hosted_zone_id(&zone);
        call.set_key_management_service_arn(want.string("key_management_service_arn"))
            .name(&name)
            .status(want.str("status").unwrap_or(ACTIVE))
            .send()
            .await?;
        let id = RemoteId::from(format!("{zone},{name}"));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (zone, name) = id.pair(',')?;
        if prior.string("status") == want.string("status") {
            return Ok(());
        }
        if want.str("status") == Some(INACTIVE) {
            client.route53().deactivate_key_signing_key().hosted_zone_id(zone).name(name).send().await?;
        } else {
            client.route53().activate_key_signing_key().hosted_zone_id(zone).name(name).send().await?;
        }
        Ok(())
    }

    /// Only a key that does not sign can be deleted.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let (zone, name) = id.pair(',')?;
        if prior.str("status") != Some(INACTIVE) {
            let answer = client.route53().deactivate_key_signing_key().hosted_zone_id(zone).name(name).send().await;
            match answer.map_err(Error::from) {
                Err(e) if !e.has_code("NoSuchKeySigningKey") => e.unless_not_found()?,
                _ => {}
            }
        }
        let answer = client.route53().delete_key_signing_key().hosted_zone_id(zone).name(name).send().await;
        match answer.map_err(Error::from) {
            Err(e) if e.has_code("NoSuchKeySigningKey") => Ok(()),
            other => other.map(drop).or_else(Error::unless_not_found),
        }
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("status") {
            Some("INTERNAL_FAILURE") => Readiness::Failed("Route 53 reports INTERNAL_FAILURE".into()),
            _ => Readiness::Ready,
        }
    }

    /// The last key of a zone that is signed stays active until the signing has ended everywhere.
    fn retries(operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || (operation == Operation::Delete && error.has_code("KeySigningKeyInUse"))
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        ["hosted_zone_id", "key_management_service_arn", "name"]
            .into_iter()
            .filter_map(|k| Some((k.to_owned(), want.string(k)?)))
            .collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let (Some(zone), Some(name)) = (intent.identity.get("hosted_zone_id"), intent.identity.get("name")) else {
            return Ok(None);
        };
        let live = dnssec::of(client, zone).await?;
        let key = live.as_ref().as_ref().and_then(|live| named(&live.key_signing_keys, name));
        let ours = key.is_some_and(|k| k.kms_arn.as_ref() == intent.identity.get("key_management_service_arn"));
        Ok(ours.then(|| RemoteId::from(format!("{zone},{name}"))))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once(',') {
            Some((zone, name)) if !zone.is_empty() && !name.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected hosted-zone-id,name"))),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 5, 5)
    }
}

fn named<'a>(keys: &'a [Live], name: &str) -> Option<&'a Live> {
    keys.iter().find(|key| key.name.as_deref() == Some(name))
}

fn object(live: &Live, id: &RemoteId, zone: &str) -> Object {
    Object::new()
        .with("digest_algorithm_mnemonic", live.digest_algorithm_mnemonic.clone())
        .with("digest_algorithm_type", live.digest_algorithm_type)
        .with("digest_value", live.digest_value.clone())
        .with("dnskey_record", live.dnskey_record.clone())
        .with("ds_record", live.ds_record.clone())
        .with("flag", live.flag)
        .with("hosted_zone_id", zone)
        .with("id", id.as_str())
        .with("key_management_service_arn", live.kms_arn.clone())
        .with("key_tag", live.key_tag)
        .with("name", live.name.clone())
        .with("public_key", live.public_key.clone())
        .with("signing_algorithm_mnemonic", live.signing_algorithm_mnemonic.clone())
        .with("signing_algorithm_type", live.signing_algorithm_type)
        .with("status", live.status.clone())
}

fn name(value: &Value) -> std::result::Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let fits = (3..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits { Ok(()) } else { Err(format!("\"{text}\" must be 3 to 128 letters, digits and underscores.")) }
}

fn status(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &[ACTIVE, INACTIVE])
}
