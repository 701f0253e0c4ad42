//! `aws_route53_record`

use std::collections::BTreeMap;

use aws_sdk_route53::types::{ChangeAction, ResourceRecordSet};

use super::record_sets::{self, Key};
use super::{dns, record_schema, record_set, zone_name};
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::Schema;
use crate::value::{Type, Value};

/// Arguments that together identify a record.
const IDENTITY: [&str; 4] = ["zone_id", "name", "type", "set_identifier"];

pub struct Record;

impl ResourceType for Record {
    type Client = Client;
    const NAME: &'static str = "aws_route53_record";
    const READ_BATCH: usize = 10_000;
    const ACTIONS: Actions = Actions {
        read: &["route53:GetHostedZone", "route53:ListResourceRecordSets"],
        create: &["route53:ChangeResourceRecordSets"],
        update: &["route53:ChangeResourceRecordSets"],
        delete: &["route53:ChangeResourceRecordSets"],
    };

    fn schema() -> Schema {
        record_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        record_schema::check(change);
        spell_alias(&mut change.planned);
        // State holds the name without its last dot, as the provider does: another spelling would replace the record.
        if let Some(planned) = change.planned.get("name").filter(|v| v.is_known())
            && let Some(name) = planned.as_str()
        {
            let name = Value::from(dns::stored(name)).mark(planned.marks);
            change.planned.set("name", name);
        }
        let Some(prior) = change.prior.clone() else { return };
        // Both are part of the id and are changed in place.
        if change.changes("type") || change.changes("set_identifier") {
            change.set_unknown("id");
        }
        if same_alias(&prior, &change.planned)
            && let Some(alias) = prior.get("alias")
        {
            change.planned.set("alias", alias.clone());
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        let mut zones: BTreeMap<String, Vec<(RemoteId, Object)>> = BTreeMap::new();
        for id in ids {
            let known = complete(prior.get(id), id)?;
            zones.entry(zone_of(&known).to_owned()).or_default().push((id.clone(), known));
        }
        let reads = zones.into_iter().map(|(zone, records)| read_zone(client, zone, records));
        for (id, object) in gather(reads.collect()).await?.into_iter().flatten() {
            found.insert(id, Found::Object(object));
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let key = key(cx.client, want).await?;
        put(cx.client, want, &key, None).await?;
        let id = RemoteId::from(id_of(want));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (old, new) = (key(client, prior).await?, key(client, want).await?);
        if old == new {
            let upsert = want.clone().with("allow_overwrite", true);
            return put(client, &upsert, &new, None).await;
        }
        let zone = zone_of(prior);
        let replaced = record_sets::find(client, zone, std::slice::from_ref(&old)).await?.remove(&old);
        put(client, want, &new, replaced).await
    }

    async fn delete(client: &Client, _id: &RemoteId, prior: &Object) -> Result<()> {
        // A record is deleted by naming it as it is.
        let live = match live(client, prior).await {
            Err(e) => return e.unless_not_found(),
            Ok(None) => return Ok(()),
            Ok(Some(live)) => live,
        };
        let change = record_sets::change(ChangeAction::Delete, live)?;
        match record_sets::apply(client, zone_of(prior), vec![change]).await {
            Err(e) if e.has_code("InvalidChangeBatch") && e.message.contains("not found") => Ok(()),
            Err(e) => e.unless_not_found(),
            ok => ok,
        }
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        IDENTITY.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let known = intent.identity.iter().fold(Object::new(), |o, (k, v)| o.with(k, v));
        match live(client, &known).await {
            Ok(live) => Ok(live.map(|_| id_of(&known).into())),
            Err(e) => e.unless_not_found().map(|()| None),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(30, 30, 30)
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        parse(text)?;
        Ok(text.into())
    }
}

async fn read_zone(client: &Client, zone: String, records: Vec<(RemoteId, Object)>) -> Result<Vec<(RemoteId, Object)>> {
    let mut keys = Vec::with_capacity(records.len());
    for (_, known) in &records {
        match key(client, known).await {
            Ok(key) => keys.push(key),
            Err(e) => return e.unless_not_found().map(|()| Vec::new()),
        }
    }
    let distinct: Vec<Key> = std::collections::BTreeSet::from_iter(keys.iter().cloned()).into_iter().collect();
    let live = match record_sets::find(client, &zone, &distinct).await {
        Err(e) => return e.unless_not_found().map(|()| Vec::new()),
        Ok(live) => live,
    };
    let objects = records.into_iter().zip(&keys).filter_map(|((id, known), key)| {
        let mut object = record_set::object(live.get(key)?, &known)
            .with("fqdn", key.fqdn.as_str())
            .with("id", id_of(&known))
            .with("name", known.str("name").map_or_else(|| key.fqdn.clone(), dns::stored))
            .with("zone_id", known.string("zone_id"));
        if !known.has("allow_overwrite") {
            object.set("allow_overwrite", Value::null(Type::Bool));
        }
        Some((id, object))
    });
    Ok(objects.collect())
}

/// Creates or overwrites a record, in one batch with the removal of the one whose place it takes.
async fn put(client: &Client, want: &Object, key: &Key, replaced: Option<ResourceRecordSet>) -> Result<()> {
    let overwrite = want.bool("allow_overwrite") == Some(true);
    let action = if overwrite { ChangeAction::Upsert } else { ChangeAction::Create };
    let mut changes = Vec::new();
    if let Some(old) = replaced {
        changes.push(record_sets::change(ChangeAction::Delete, old)?);
    }
    changes.push(record_sets::change(action, record_set::wanted(want, &key.fqdn)?)?);
    record_sets::apply(client, zone_of(want), changes).await
}

async fn live(client: &Client, known: &Object) -> Result<Option<ResourceRecordSet>> {
    let key = key(client, known).await?;
    Ok(record_sets::find(client, zone_of(known), std::slice::from_ref(&key)).await?.remove(&key))
}

/// The key of a record; its full name where state has it, else made with the name of the zone.
async fn key(client: &Client, record: &Object) -> Result<Key> {
    let fqdn = match record.string("fqdn") {
        Some(fqdn) => dns::normal(&fqdn),
        None => {
            let zone = zone_name::get(client, zone_of(record)).await?;
            dns::expand(record.str("name").unwrap_or_default(), &zone)
        }
    };
    let text = |name: &str| record.string(name).unwrap_or_default();
    Ok(Key { fqdn, kind: text("type"), set: text("set_identifier") })
}

fn zone_of(record: &Object) -> &str {
    dns::zone_id(record.str("zone_id").unwrap_or_default())
}

/// The id as Terraform forms it.
fn id_of(record: &Object) -> String {
    let name = dns::stored(record.str("name").unwrap_or_default());
    let id = format!("{}_{name}_{}", zone_of(record), record.str("type").unwrap_or_default());
    match record.string("set_identifier") {
        Some(set) => format!("{id}_{set}"),
        None => id,
    }
}

/// What is known of a record; what the prior object lacks is taken from the id.
fn complete(prior: Option<&Object>, id: &RemoteId) -> Result<Object> {
    let mut known = prior.cloned().unwrap_or_default();
    if ["zone_id", "name", "type"].iter().any(|k| known.str(k).is_none()) {
        for (name, value) in IDENTITY.into_iter().zip(parse(id.as_str())?) {
            known.set(name, value);
        }
    }
    Ok(known)
}

/// Zone, name, type and set identifier of an id. Names and set identifiers may hold underscores.
fn parse(id: &str) -> Result<[String; 4]> {
    let parts: Vec<&str> = id.split('_').collect();
    let kind = parts.iter().skip(1).position(|p| record_schema::KINDS.contains(p)).map(|at| at + 1);
    let split = kind.and_then(|at| Some((parts.first()?, parts.get(1..at)?, parts.get(at)?, parts.get(at + 1..)?)));
    match split {
        Some((zone, name, kind, set)) if !zone.is_empty() && !name.is_empty() => {
            Ok([(*zone).to_owned(), dns::stored(&name.join("_")), (*kind).to_owned(), set.join("_")])
        }
        _ => Err(Error::new(ErrorKind::Other, format!("\"{id}\" does not name a record.")).hint(
            "Write ZONEID_NAME_TYPE or ZONEID_NAME_TYPE_SETIDENTIFIER, for example Z4KAPRWWNC7JR_www.example.com_A.",
        )),
    }
}

/// Plans the target of an alias as state will hold it.
fn spell_alias(planned: &mut Object) {
    let mut alias = planned.objects("alias");
    let Some(target) = alias.first_mut() else { return };
    if let Some(name) = target.str("name").map(dns::alias_target) {
        target.set("name", name);
        planned.set("alias", alias);
    }
}

/// Two aliases that differ in the spelling of their target only.
fn same_alias(prior: &Object, planned: &Object) -> bool {
    let parts = |o: &Object| {
        let alias = o.object("alias")?;
        let name = dns::normal(&dns::alias_target(alias.str("name")?));
        Some((name, alias.string("zone_id")?, alias.bool("evaluate_target_health")?))
    };
    parts(prior).is_some_and(|p| Some(p) == parts(planned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_and_read_as_terraform_does() {
        let record = Object::new()
            .with("zone_id", "/hostedzone/Z1")
            .with("name", "_dmarc.Example.com.")
            .with("type", "TXT")
            .with("set_identifier", "a_b");
        assert_eq!(id_of(&record), "Z1__dmarc.example.com_TXT_a_b");
        assert_eq!(parse("Z1__dmarc.example.com_TXT_a_b").expect("parses"), ["Z1", "_dmarc.example.com", "TXT", "a_b"]);
        assert_eq!(parse("Z1_x_A").expect("parses"), ["Z1", "x", "A", ""]);
        assert!(parse("Z1_x").is_err());
        assert!(parse("").is_err());
    }

    #[test]
    fn spelling_of_a_target_is_no_change() {
        let alias = |name: &str| {
            let alias = Object::new().with("name", name).with("zone_id", "Z").with("evaluate_target_health", false);
            Object::new().with("alias", vec![alias])
        };
        assert!(same_alias(&alias("lb.aws.com"), &alias("dualstack.LB.aws.com.")));
        assert!(!same_alias(&alias("lb.aws.com"), &alias("other.aws.com")));
        assert!(!same_alias(&Object::new(), &Object::new()));
    }
}
