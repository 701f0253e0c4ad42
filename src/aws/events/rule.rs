//! `aws_cloudwatch_event_rule`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_eventbridge::types::{Rule as Live, RuleState, Tag};

use super::rule_name;
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, name, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Normal, Schema, boolean, string};
use crate::value::Value;

const PREFIX: &str = "terraform-";

/// Reads of single rules that are cheaper than listing those of the bus.
const SINGLE_READS: usize = 10;

pub struct Rule;

impl ResourceType for Rule {
    type Client = Client;
    const NAME: &'static str = "aws_cloudwatch_event_rule";
    const READ_BATCH: usize = 1000;
    const UNIQUE: &'static [&'static str] = &["name", "event_bus_name"];
    const ACTIONS: Actions = Actions {
        read: &["events:DescribeRule", "events:ListRules", "events:ListTagsForResource"],
        create: &["events:PutRule", "events:TagResource", "iam:PassRole"],
        update: &["events:PutRule", "events:TagResource", "events:UntagResource", "iam:PassRole"],
        delete: &["events:DeleteRule"],
    };

    fn schema() -> Schema {
        Schema::new(1)
            .attr("arn", string().computed())
            .attr("description", string().optional().check(description))
            .attr(
                "event_bus_name",
                string().optional().default(rule_name::DEFAULT_BUS).force_new().check(rule_name::valid_bus),
            )
            .attr("event_pattern", string().optional().normal(Normal::Json).check(pattern))
            .attr("force_destroy", boolean().optional().default(false))
            .attr("id", string().optional().computed())
            .attr("is_enabled", boolean().optional().deprecated("Use \"state\" instead."))
            .attr("name", string().optional().computed().force_new().check(rule_name::valid))
            .attr("name_prefix", string().optional().computed().force_new().check(rule_name::valid_prefix))
            .attr("role_arn", string().optional().check(validate::arn))
            .attr("schedule_expression", string().optional().check(schedule))
            .attr("state", string().optional().check(state))
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        for (one, other) in [("name_prefix", "name"), ("is_enabled", "state")] {
            if change.configured(one) && change.configured(other) {
                change.error(one, format!("{one} and {other} exclude each other."));
            }
        }
        if !change.configured("event_pattern") && !change.configured("schedule_expression") {
            change.error("event_pattern", "A rule needs event_pattern or schedule_expression, or both.");
        }
        // What is not configured is as it was.
        let Some(prior) = &change.prior else { return };
        for name in ["is_enabled", "state"] {
            if let Some(value) = prior.get(name).filter(|_| !change.configured(name)) {
                change.planned.set(name, value.clone());
            }
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut listed = BTreeMap::new();
        if ids.len() > SINGLE_READS {
            let buses: BTreeSet<&str> = ids.iter().map(|id| rule_name::parts(id.as_str()).0).collect();
            for bus in buses {
                let rules = client.once(&format!("events rules of {bus}"), || list(client, bus)).await?;
                listed.insert(bus, rules);
            }
        }
        let listed = &listed;
        let reads = ids.iter().map(|id| async move {
            let (bus, name) = rule_name::parts(id.as_str());
            let rule = match listed.get(bus) {
                Some(rules) => rules.get(name).cloned(),
                None => describe(client, bus, name).await?,
            };
            Ok(match rule {
                Some(rule) => (id.clone(), with_tags(client, id, bus, rule).await?),
                None => (id.clone(), Found::Gone),
            })
        });
        Ok(gather(reads.collect()).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = name::of(want, cx.token, PREFIX);
        put(cx.client, &name, None, want).await?;
        let id = RemoteId::from(rule_name::id(want.string("event_bus_name"), &name));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        put(client, rule_name::parts(id.as_str()).1, Some(prior), want).await?;
        let (removed, changed) = all_tags::difference(prior, want);
        let arn = want.string("arn").or_else(|| prior.string("arn"));
        if !removed.is_empty() {
            let call = client.events().untag_resource().set_resource_arn(arn.clone());
            call.set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            let tags = list_of_tags(&changed)?;
            client.events().tag_resource().set_resource_arn(arn).set_tags(Some(tags)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let (bus, name) = rule_name::parts(id.as_str());
        let call = client.events().delete_rule().name(name).event_bus_name(bus);
        let force = prior.bool("force_destroy").filter(|force| *force);
        deleted(call.set_force(force).send().await)
    }

    /// Its last target was taken away this moment, or its role was made.
    fn retries(operation: Operation, error: &Error) -> bool {
        let says = |words: &str| error.has_code("ValidationException") && error.message.contains(words);
        error.kind == ErrorKind::InUse
            || error.has_code("ConcurrentModificationException")
            || match operation {
                Operation::Delete => says("has targets"),
                _ => says("cannot be assumed by principal"),
            }
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let bus = want.string("event_bus_name").map(|bus| ("bus".to_owned(), bus));
        name::identity(want).into_iter().chain(bus).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let bus = intent.identity.get("bus").map_or(rule_name::DEFAULT_BUS, String::as_str);
        let name = name::of_intent(intent, PREFIX);
        let found = describe(client, bus, &name).await?;
        Ok(found.map(|_| rule_name::id(Some(bus.to_owned()), &name).into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 5)
    }
}

async fn list(client: &Client, bus: &str) -> Result<BTreeMap<String, Live>> {
    let mut rules = BTreeMap::new();
    let mut next = None;
    loop {
        let answer = client.events().list_rules().event_bus_name(bus).set_next_token(next).send().await;
        let answer = match answer.map_err(Error::from) {
            Ok(answer) => answer,
            Err(e) => return e.unless_not_found().map(|()| rules),
        };
        let page = answer.rules.unwrap_or_default().into_iter();
        rules.extend(page.filter_map(|rule| Some((rule.name.clone()?, rule))));
        next = answer.next_token;
        if next.is_none() {
            return Ok(rules);
        }
    }
}

async fn describe(client: &Client, bus: &str, name: &str) -> Result<Option<Live>> {
    match client.events().describe_rule().name(name).event_bus_name(bus).send().await {
        Ok(o) => Ok(Some(
            Live::builder()
                .set_arn(o.arn)
                .set_description(o.description)
                .set_event_pattern(o.event_pattern)
                .set_name(o.name)
                .set_role_arn(o.role_arn)
                .set_schedule_expression(o.schedule_expression)
                .set_state(o.state)
                .build(),
        )),
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

async fn with_tags(client: &Client, id: &RemoteId, bus: &str, rule: Live) -> Result<Found> {
    let tags = match client.events().list_tags_for_resource().set_resource_arn(rule.arn.clone()).send().await {
        Ok(answer) => answer.tags.unwrap_or_default(),
        Err(e) => return Error::from(e).unless_not_found().map(|()| Found::Gone),
    };
    let name = rule.name.unwrap_or_default();
    let state = rule.state.as_ref().map_or("", RuleState::as_str);
    let mut object = Object::new()
        .with("arn", rule.arn)
        .with("description", rule.description.unwrap_or_default())
        .with("event_bus_name", bus)
        .with("event_pattern", rule.event_pattern.unwrap_or_default())
        .with("id", id.as_str())
        .with("is_enabled", state == RuleState::Enabled.as_str())
        .with("name_prefix", name::prefix(&name))
        .with("name", name)
        .with("role_arn", rule.role_arn.unwrap_or_default())
        .with("schedule_expression", rule.schedule_expression.unwrap_or_default())
        .with("state", state);
    all_tags::set(&mut object, tags.into_iter().map(|t| (t.key, t.value)));
    Ok(Found::Object(object))
}

/// Tags go along with a creation only: for a rule that is there AWS ignores them.
async fn put(client: &Client, name: &str, prior: Option<&Object>, want: &Object) -> Result<()> {
    let tags = if prior.is_none() { all_tags::wanted(want) } else { all_tags::Tags::new() };
    let switched = want.bool("is_enabled").map(|on| if on { RuleState::Enabled } else { RuleState::Disabled });
    let chosen = want.str("state").filter(|s| !s.is_empty()).map(RuleState::from);
    // Both speak of the same; the one that changes is meant.
    let state = match prior {
        Some(p) if p.str("state") == want.str("state") && p.bool("is_enabled") != want.bool("is_enabled") => {
            switched.or(chosen)
        }
        _ => chosen.or(switched),
    };
    client
        .events()
        .put_rule()
        .name(name)
        .set_event_bus_name(want.string("event_bus_name"))
        .set_description(want.string("description"))
        .set_event_pattern(want.string("event_pattern"))
        .set_role_arn(want.string("role_arn"))
        .set_schedule_expression(want.string("schedule_expression"))
        .state(state.unwrap_or(RuleState::Enabled))
        .set_tags((!tags.is_empty()).then(|| list_of_tags(&tags)).transpose()?)
        .send()
        .await?;
    Ok(())
}

fn list_of_tags(tags: &all_tags::Tags) -> Result<Vec<Tag>> {
    let made = tags.iter().map(|(k, v)| Tag::builder().key(k).value(v).build());
    made.collect::<Result<_, _>>().map_err(|e| Error::other(e.to_string()))
}

fn description(value: &Value) -> Result<(), String> {
    longest(value, 512)
}

fn schedule(value: &Value) -> Result<(), String> {
    longest(value, 256)
}

fn longest(value: &Value, most: usize) -> Result<(), String> {
    match value.as_str().map(|t| t.chars().count()) {
        Some(length) if length > most => Err(format!("The text has {length} characters, more than {most}.")),
        _ => Ok(()),
    }
}

fn pattern(value: &Value) -> Result<(), String> {
    validate::json(value)?;
    longest(value, 4096)
}

fn state(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["DISABLED", "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"])
}
