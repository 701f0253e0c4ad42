//! Schema of `aws_s3_bucket_lifecycle_configuration`, and what Terraform plans of it where the configuration says nothing.

use aws_sdk_s3::types::{TransitionDefaultMinimumObjectSize as Minimum, TransitionStorageClass};

use crate::aws::validate;
use crate::provider::{Object, PlannedChange};
use crate::schema::{Attribute, Block, Schema, list_block, map_of, number, set_block, string};
use crate::value::{Type, Value};

/// Arguments of a filter, of which there is one.
const FILTERS: [&str; 5] = ["and", "object_size_greater_than", "object_size_less_than", "prefix", "tag"];

const SIZES: [&str; 2] = ["object_size_greater_than", "object_size_less_than"];

pub fn schema() -> Schema {
    Schema::new(1)
        .attr("bucket", string().required().force_new())
        .attr("expected_bucket_owner", string().optional().computed().force_new().check(validate::account))
        .attr(
            "id",
            string().computed().deprecated("This attribute will be removed in a future version of the provider."),
        )
        .attr("transition_default_minimum_object_size", string().optional().computed().check(minimum))
        .block("rule", list_block(rule()))
        .timeouts(&["create", "update"])
}

fn rule() -> Block {
    let size = || number().optional().computed().check(natural);
    let prefix = || string().optional().computed();
    let and = Block::new()
        .attr(SIZES[0], size())
        .attr(SIZES[1], size())
        .attr("prefix", prefix())
        .attr("tags", map_of(Type::String).optional());
    let tag = Block::new().attr("key", string().required()).attr("value", string().required());
    let filter = Block::new()
        .attr(SIZES[0], size())
        .attr(SIZES[1], size())
        .attr("prefix", prefix())
        .block("and", list_block(and))
        .block("tag", list_block(tag));
    let abort = Block::new().attr("days_after_initiation", number().optional().check(natural));
    let expiration = Block::new()
        .attr("date", string().optional().check(date))
        .attr("days", number().optional().computed().check(natural))
        .attr("expired_object_delete_marker", crate::schema::boolean().optional().computed());
    let newer = || number().optional().computed().check(natural);
    let noncurrent_expiration = Block::new()
        .attr("newer_noncurrent_versions", newer())
        .attr("noncurrent_days", number().required().check(natural));
    let noncurrent_transition = Block::new()
        .attr("newer_noncurrent_versions", newer())
        .attr("noncurrent_days", number().required().check(natural))
        .attr("storage_class", storage_class());
    let transition = Block::new()
        .attr("date", string().optional().check(date))
        .attr("days", number().optional().computed().check(natural))
        .attr("storage_class", storage_class());
    Block::new()
        .attr("id", string().required().check(rule_id))
        .attr("prefix", prefix().deprecated("Specify a prefix using 'filter' instead"))
        .attr("status", string().required().check(status))
        .block("abort_incomplete_multipart_upload", list_block(abort))
        .block("expiration", list_block(expiration))
        .block("filter", list_block(filter))
        .block("noncurrent_version_expiration", list_block(noncurrent_expiration))
        .block("noncurrent_version_transition", set_block(noncurrent_transition))
        .block("transition", set_block(transition))
}

pub fn check(change: &mut PlannedChange) {
    let rules = change.config.objects("rule");
    if rules.is_empty() && !change.config.is_unknown("rule") {
        change.error("rule", "A lifecycle configuration needs at least one rule.");
    }
    for why in rules.iter().flat_map(problems) {
        change.error("rule", why);
    }
}

fn problems(rule: &Object) -> Vec<String> {
    let id = rule.str("id").unwrap_or_default();
    // What is empty or off is not said: so an import writes it.
    let given = |object: &Object, name: &str| object.get(name).is_some_and(|v| !v.is_zero());
    let mut found = Vec::new();
    let blocks = ["abort_incomplete_multipart_upload", "expiration", "filter", "noncurrent_version_expiration"];
    for name in blocks.into_iter().filter(|name| rule.objects(name).len() > 1) {
        found.push(format!("The rule \"{id}\" has more than one block \"{name}\"."));
    }
    let filter = rule.object("filter").unwrap_or_default();
    if FILTERS.into_iter().filter(|name| given(&filter, name)).count() > 1 {
        found.push(format!("The filter of the rule \"{id}\" has more than one of {}.", FILTERS.join(", ")));
    }
    if given(rule, "filter") && given(rule, "prefix") {
        found.push(format!("The rule \"{id}\" has both a filter and a prefix."));
    }
    if rule.objects("transition").iter().any(|t| given(t, "date") && given(t, "days")) {
        found.push(format!("A transition of the rule \"{id}\" has both a date and days."));
    }
    let expiration = rule.object("expiration").unwrap_or_default();
    if ["date", "days", "expired_object_delete_marker"].into_iter().filter(|name| given(&expiration, name)).count() > 1
    {
        found.push(format!(
            "The expiration of the rule \"{id}\" has more than one of date, days, expired_object_delete_marker."
        ));
    }
    found
}

/// What nobody has said is planned as what it means.
pub fn complete(change: &mut PlannedChange) {
    change.predict("transition_default_minimum_object_size", Minimum::AllStorageClasses128K.as_str());
    let known =
        |v: &&Value| v.is_known() && !v.is_null() && v.as_slice().is_some_and(|i| i.iter().all(Value::is_known));
    let Some(rules) = change.config.get("rule").filter(known) else { return };
    let marks = rules.marks;
    let filled = change.config.objects("rule").into_iter().map(|rule| spelled(rule).into_value());
    let rules = Value::list(rule().ty(), filled.collect()).mark(marks);
    change.planned.set("rule", rules);
}

/// A rule with what Terraform stores where nothing is said.
fn spelled(mut rule: Object) -> Object {
    let block = self::rule();
    fill(&mut rule, "prefix", "");
    each(&mut rule, &block, "expiration", |expiration| {
        fill(expiration, "days", 0);
        fill(expiration, "expired_object_delete_marker", false);
    });
    each(&mut rule, &block, "filter", |filter| {
        let said = FILTERS.iter().any(|name| filter.get(name).is_some_and(|v| !v.is_zero()));
        if !said {
            fill(filter, "prefix", "");
        }
        if let Some(inner) = block.blocks.get("filter") {
            each(filter, &inner.block, "and", |and| {
                SIZES.into_iter().for_each(|name| fill(and, name, 0));
                fill(and, "prefix", "");
            });
        }
    });
    each(&mut rule, &block, "transition", |transition| {
        if transition.get("date").is_some_and(Value::is_null) {
            fill(transition, "days", 0);
        }
    });
    rule
}

/// Changes all nested blocks of a name.
fn each(object: &mut Object, block: &Block, name: &str, change: impl Fn(&mut Object)) {
    let (Some(held), Some(nested)) = (object.get(name), block.blocks.get(name)) else { return };
    let Some(items) = held.as_slice().filter(|items| items.iter().all(Value::is_known)) else { return };
    let (ty, marks) = (nested.block.ty(), held.marks);
    let changed = items.iter().map(|item| {
        let mut object = Object::from_value(item);
        change(&mut object);
        object.into_value().mark(item.marks)
    });
    let changed: Vec<Value> = changed.collect();
    let value = if name == "transition" { Value::set(ty, changed) } else { Value::list(ty, changed) };
    object.set(name, value.mark(marks));
}

fn fill(object: &mut Object, name: &str, value: impl Into<Value>) {
    if object.get(name).is_none_or(Value::is_null) {
        object.set(name, value);
    }
}

fn storage_class() -> Attribute {
    string().required().check(class)
}

fn class(value: &Value) -> Result<(), String> {
    validate::one_of(value, TransitionStorageClass::values())
}

fn minimum(value: &Value) -> Result<(), String> {
    validate::one_of(value, Minimum::values())
}

fn status(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["Disabled", "Enabled"])
}

fn natural(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(0..) => Ok(()),
        _ => Err("The value must be an integer, not less than 0.".into()),
    }
}

fn rule_id(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().len() {
        1..=255 => Ok(()),
        _ => Err("The id of a rule has 1 to 255 characters.".into()),
    }
}

fn date(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match text.parse::<jiff::Timestamp>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("\"{text}\" is not a time such as 2030-01-01T00:00:00Z.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_spelled() {
        let null = || Value::null(Type::String);
        let filter = |prefix: Value| {
            let none = || Value::null(Type::Number);
            Object::new().with("prefix", prefix).with(SIZES[0], none()).with(SIZES[1], none())
        };
        let rule = |prefix: Value| {
            Object::new()
                .with("prefix", null())
                .with("filter", Value::list(Type::Dynamic, vec![filter(prefix).into_value()]))
        };
        let all = spelled(rule(null()));
        assert_eq!(all.get("prefix").and_then(Value::as_str), Some(""));
        assert_eq!(all.object("filter").and_then(|f| f.get("prefix").cloned()), Some("".into()));
        assert_eq!(
            spelled(rule("logs/".into())).object("filter").and_then(|f| f.string("prefix")),
            Some("logs/".into())
        );
    }

    #[test]
    fn one_filter_is_enough() {
        let filter = Object::new().with("prefix", "a").with("object_size_less_than", 5);
        assert_eq!(problems(&Object::new().with("id", "r").with("filter", vec![filter])).len(), 1);
        let expiration = Object::new().with("days", 5).with("date", "2030-01-01T00:00:00Z");
        assert_eq!(problems(&Object::new().with("id", "r").with("expiration", vec![expiration])).len(), 1);
    }
}
