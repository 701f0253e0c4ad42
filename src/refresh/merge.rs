//! A live answer over what is known already.

use std::collections::BTreeMap;

use crate::provider::Object;
use crate::schema::normal::equivalent;
use crate::schema::{Block, NestedBlock, Nesting, Normal};
use crate::value::{Kind, Type, Value};

/// The object as it is now: what the answer leaves out keeps its prior value, and another spelling of the prior value
/// is no change. Nothing in it is unknown. An error says which attribute has the wrong type.
pub fn merge(block: &Block, prior: &Value, live: &Object) -> Result<Value, String> {
    let typed = block.conform(&live.clone().into_value())?;
    let merged = merge_block(block, Some(prior), &live.clone().into_value(), &typed);
    let merged = merged.map_deep(&mut |v| match v.kind {
        Kind::Unknown(ty, _) => Value::null(ty).mark(v.marks),
        kind => Value { kind, marks: v.marks },
    });
    Ok(block.mark_sensitive(merged))
}

fn merge_block(block: &Block, prior: Option<&Value>, given: &Value, typed: &Value) -> Value {
    let mut out = BTreeMap::new();
    let null = Value::null(Type::Dynamic);
    for (name, attribute) in &block.attributes {
        let before = prior.and_then(|p| p.get(name));
        let live = typed.get(name).unwrap_or(&null);
        let value = match (given.get(name), before) {
            (None, Some(before)) => before.clone(),
            (Some(_), Some(before)) if keeps(attribute.normal, before, live) => before.clone(),
            (Some(_), Some(before)) => live.clone().mark(before.marks),
            _ => live.clone(),
        };
        let value = if attribute.write_only { Value::null(attribute.ty.clone()) } else { value };
        out.insert(name.clone(), value);
    }
    for (name, nested) in &block.blocks {
        let before = prior.and_then(|p| p.get(name));
        let value = match (given.get(name), typed.get(name)) {
            (Some(given), Some(live)) => merge_nested(nested, before, given, live),
            (_, live) => before.or(live).cloned().unwrap_or_else(|| nested.empty()),
        };
        out.insert(name.clone(), value);
    }
    Value::object(out)
}

/// Whether the prior value stays. What AWS answers empty, Terraform stores as empty, but collections.
fn keeps(normal: Normal, before: &Value, live: &Value) -> bool {
    let shown = before.is_null() && matches!(live.kind, Kind::String(_) | Kind::Number(_) | Kind::Bool(_));
    equivalent(normal, before, live) && !shown
}

fn merge_nested(nested: &NestedBlock, prior: Option<&Value>, given: &Value, live: &Value) -> Value {
    if nested.nesting == Nesting::Single {
        return match live.is_null() {
            true => live.clone(),
            false => merge_block(&nested.block, prior.filter(|p| !p.is_null()), given, live),
        };
    }
    let before = prior.and_then(Value::as_slice).unwrap_or_default();
    let items = live.as_slice().unwrap_or_default();
    // One object may stand for a list of one.
    let loose: Vec<&Value> = match given.as_slice() {
        Some(items) => items.iter().collect(),
        None => vec![given],
    };
    let object = nested.block.ty();
    if nested.nesting == Nesting::List {
        let merged = items
            .iter()
            .enumerate()
            .map(|(i, live)| merge_block(&nested.block, before.get(i), loose.get(i).copied().unwrap_or(live), live));
        return Value::list(object, merged.collect());
    }
    // Elements of a set have no place to tell them by: each takes the spelling of the prior one that it equals.
    let merged = items.iter().map(|live| {
        let same = before.iter().find(|p| nested.block.same(p, live));
        same.cloned().unwrap_or_else(|| live.clone())
    });
    Value::set(object, merged.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{boolean, list_block, string};

    fn block() -> Block {
        Block::new()
            .attr("id", string().computed())
            .attr("force", boolean().optional())
            .attr("name", string().required().normal(Normal::CaseInsensitive))
            .block(
                "disk",
                list_block(Block::new().attr("size", string().optional()).attr("keep", boolean().optional())),
            )
    }

    #[test]
    fn what_the_answer_leaves_out_stays_and_other_spellings_do_not_count() {
        let disk = |size: &str| Object::new().with("size", size).with("keep", true);
        let prior = Object::new().with("force", true).with("name", "Web").with("disk", vec![disk("1")]);
        let prior = block().conform(&prior.into_value()).expect("conforms");
        let live =
            Object::new().with("id", "i-1").with("name", "web").with("disk", vec![Object::new().with("size", "2")]);
        let merged = merge(&block(), &prior, &live).expect("merges");
        assert_eq!(merged.get("name").and_then(Value::as_str), Some("Web"));
        assert_eq!(merged.get("force").and_then(Value::as_bool), Some(true));
        let disk = merged.get("disk").and_then(Value::as_slice).expect("disks");
        assert_eq!(disk[0].get("size").and_then(Value::as_str), Some("2"));
        assert_eq!(disk[0].get("keep").and_then(Value::as_bool), Some(true));
    }

    #[test]
    fn nothing_stays_unknown() {
        let planned = Value::object([("id".into(), Value::unknown(Type::String)), ("name".into(), "a".into())].into());
        let planned = block().conform(&planned).expect("conforms");
        let merged = merge(&block(), &planned, &Object::new()).expect("merges");
        assert!(merged.is_wholly_known());
    }
}
