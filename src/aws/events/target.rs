//! `aws_cloudwatch_event_target`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_eventbridge::types::Target as Live;

use super::{rule_name, target_parts, target_schema};
use crate::aws::gather::gather;
use crate::aws::{Client, name};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result,
};
use crate::schema::Schema;

const PREFIX: &str = "terraform-";

pub struct Target;

/// Bus, rule and target. Names of buses may hold slashes, the others may not.
type Key<'a> = (&'a str, &'a str, &'a str);

impl ResourceType for Target {
    type Client = Client;
    const NAME: &'static str = "aws_cloudwatch_event_target";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["events:ListTargetsByRule"],
        create: &["events:PutTargets", "iam:PassRole"],
        update: &["events:PutTargets", "iam:PassRole"],
        delete: &["events:RemoveTargets"],
    };

    fn schema() -> Schema {
        target_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        let inputs = ["input", "input_path", "input_transformer"];
        let config = &change.config;
        let given =
            inputs.into_iter().filter(|name| config.has(name) && !config.get(name).is_some_and(|v| v.is_zero()));
        let given: Vec<&str> = given.collect();
        if let [first, second, ..] = given.as_slice() {
            let (first, second) = ((*first).to_owned(), *second);
            change.error(second, format!("{first} and {second} exclude each other."));
        }
    }

    /// The id in state joins its parts with dashes, which the parts may hold as well.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        let bus = object.string("event_bus_name");
        Some(remote_id(bus.as_deref(), &object.string("rule")?, &object.string("target_id")?))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let keys = ids.iter().map(|id| Ok((id, parts(id)?))).collect::<Result<Vec<_>>>()?;
        let rules: BTreeSet<(&str, &str)> = keys.iter().map(|(_, (bus, rule, _))| (*bus, *rule)).collect();
        let reads =
            rules.into_iter().map(|(bus, rule)| async move { Ok(((bus, rule), list(client, bus, rule).await?)) });
        let targets: BTreeMap<_, _> = gather(reads.collect()).await?.into_iter().collect();
        let found = keys.into_iter().map(|(id, (bus, rule, target))| {
            let live = targets.get(&(bus, rule)).and_then(|all| all.iter().find(|t| t.id == target));
            (id.clone(), live.map_or(Found::Gone, |live| Found::Object(object(bus, rule, live))))
        });
        Ok(found.collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let target = want.string("target_id").unwrap_or_else(|| name::of(&Object::new(), cx.token, PREFIX));
        put(cx.client, &target, want).await?;
        let bus = want.string("event_bus_name");
        let id = remote_id(bus.as_deref(), want.str("rule").unwrap_or_default(), &target);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, parts(id)?.2, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let (bus, rule, target) = parts(id)?;
        let call = client.events().remove_targets().event_bus_name(bus).rule(rule).ids(target);
        let force = prior.bool("force_destroy").filter(|force| *force);
        match call.set_force(force).send().await {
            Ok(answer) => match answer.failed_entries().first() {
                Some(failed) if failed.error_code() == Some("ResourceNotFoundException") => Ok(()),
                Some(failed) => Err(refused(failed.error_code(), failed.error_message())),
                None => Ok(()),
            },
            Err(e) => Error::from(e).unless_not_found(),
        }
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || error.has_code("ConcurrentModificationException")
            || error.message.contains("cannot be assumed by principal")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let parts = ["event_bus_name", "rule", "target_id"].into_iter();
        parts.filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let get = |key: &str| intent.identity.get(key).map(String::as_str);
        let Some(rule) = get("rule") else { return Ok(None) };
        let bus = get("event_bus_name").unwrap_or(rule_name::DEFAULT_BUS);
        let chosen = || name::of(&Object::new(), &intent.token, PREFIX);
        let target = get("target_id").map_or_else(chosen, str::to_owned);
        let there = list(client, bus, rule).await?.iter().any(|t| t.id == target);
        Ok(there.then(|| remote_id(Some(bus), rule, &target)))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split('/').collect::<Vec<_>>().as_slice() {
            [rule, target] => Ok(remote_id(None, rule, target)),
            [_, .., _, _] => Ok(text.into()),
            _ => Err(Error::other(format!("\"{text}\" is neither EVENTBUS/RULE/TARGET nor RULE/TARGET"))),
        }
    }
}

fn remote_id(bus: Option<&str>, rule: &str, target: &str) -> RemoteId {
    format!("{}/{rule}/{target}", bus.unwrap_or(rule_name::DEFAULT_BUS)).into()
}

fn parts(id: &RemoteId) -> Result<Key<'_>> {
    let mut parts = id.as_str().rsplitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(target), Some(rule), Some(bus)) => Ok((bus, rule, target)),
        _ => Err(Error::other(format!("unexpected id \"{id}\""))),
    }
}

async fn list(client: &Client, bus: &str, rule: &str) -> Result<Vec<Live>> {
    let mut targets = Vec::new();
    let mut next = None;
    loop {
        let call = client.events().list_targets_by_rule().event_bus_name(bus).rule(rule).set_next_token(next);
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(e) => return Error::from(e).unless_not_found().map(|()| Vec::new()),
        };
        targets.extend(answer.targets.unwrap_or_default());
        next = answer.next_token;
        if next.is_none() {
            return Ok(targets);
        }
    }
}

async fn put(client: &Client, target: &str, want: &Object) -> Result<()> {
    let made = target_parts::request(target, want).map_err(|e| Error::other(e.to_string()))?;
    let call = client.events().put_targets().set_rule(want.string("rule")).targets(made);
    let answer = call.set_event_bus_name(want.string("event_bus_name")).send().await?;
    match answer.failed_entries().first() {
        Some(failed) => Err(refused(failed.error_code(), failed.error_message())),
        None => Ok(()),
    }
}

/// EventBridge answers with success where it refuses a target.
fn refused(code: Option<&str>, message: Option<&str>) -> Error {
    let kind = if code == Some("ConcurrentModificationException") { ErrorKind::InUse } else { ErrorKind::Other };
    Error { code: code.map(str::to_owned), ..Error::new(kind, message.unwrap_or("EventBridge refuses the target")) }
}

fn object(bus: &str, rule: &str, live: &Live) -> Object {
    let front = if bus == rule_name::DEFAULT_BUS { String::new() } else { format!("{bus}-") };
    target_parts::object(live)
        .with("event_bus_name", bus)
        .with("id", format!("{front}{rule}-{}", live.id))
        .with("rule", rule)
}
