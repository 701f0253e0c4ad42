//! What the provider chooses: unknown while it is planned, declared or null once it is made.
//!
//! Knows nothing of files.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Path, Step};
use crate::provider::mock::definition::{Attribute, Definition, Kind, Nested};
use crate::provider::{Object, PlannedChange};
use crate::value::{Kind as Shape, Type, Value};

use super::format::value_from;

type Attributes = BTreeMap<String, Attribute>;
type Blocks = BTreeMap<String, Nested>;

/// Completes the plan of a change: what the configuration leaves open stays as it is, or comes to be known after apply.
pub(super) fn plan(definition: &Definition, change: &mut PlannedChange) {
    let id = change.planned.get("id").cloned().unwrap_or_else(|| Value::unknown(Type::String));
    let config = change.config.clone().into_value();
    let (attributes, blocks) = (&definition.attributes, &definition.blocks);
    let unknown = |attribute: &Attribute| Value::unknown(attribute.ty());
    let Some(prior) = change.prior.clone().map(Object::into_value) else {
        change.planned = with_id(&complete(attributes, blocks, &config, &unknown), id);
        return;
    };
    let kept = with_id(&keep(attributes, blocks, &config, &prior), id.clone()).into_value();
    change.planned = match kept.same_content(&prior) {
        true => Object::from_value(&kept),
        false => with_id(&complete(attributes, blocks, &kept, &unknown), id),
    };
    replaced(attributes, blocks, &prior, &change.planned.clone().into_value(), &Path::root(), &mut change.replace);
}

/// The object as it is made: what is still open gets the declared value, or none.
pub(super) fn settle(definition: &Definition, want: &Object) -> Object {
    let declared = |attribute: &Attribute| {
        let value = attribute.value.as_ref().and_then(|v| value_from(v, &attribute.ty()).ok());
        let value = value.unwrap_or_else(|| Value::null(attribute.ty()));
        // The declared value may hold objects in which something is chosen too.
        inside(attribute, &value, &|attribute| Value::null(attribute.ty()))
    };
    let object = want.clone().into_value().unmark_deep().0;
    let made = complete(&definition.attributes, &definition.blocks, &object, &declared);
    let made = made.map_deep(&mut |v| match v.kind {
        Shape::Unknown(ty, _) => Value::null(ty),
        kind => Value { kind, marks: v.marks },
    });
    Object::from_value(&made)
}

fn with_id(object: &Value, id: Value) -> Object {
    let mut object = Object::from_value(object);
    object.0.insert("id".into(), id);
    object
}

/// Fills computed attributes that are null or unknown, at any depth.
fn complete(attributes: &Attributes, blocks: &Blocks, object: &Value, fill: &dyn Fn(&Attribute) -> Value) -> Value {
    let Shape::Object(entries) = &object.kind else { return object.clone() };
    let entries = entries.iter().map(|(name, value)| {
        let value = match (attributes.get(&**name), blocks.get(&**name)) {
            (Some(a), _) if a.computed && (value.is_null() || !value.is_known()) => fill(a),
            (Some(a), _) => inside(a, value, fill),
            (_, Some(nested)) => each(value, &|_, v| complete(&nested.attributes, &nested.blocks, v, fill)),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    Value::object(entries.collect()).mark(object.marks)
}

fn inside(attribute: &Attribute, value: &Value, fill: &dyn Fn(&Attribute) -> Value) -> Value {
    if attribute.skip_nested_metadata {
        return value.clone();
    }
    match (attribute.kind, attribute.element()) {
        (Kind::Object, _) => complete(&attribute.object, &BTreeMap::new(), value, fill),
        (_, Some(element)) => each(value, &|_, v| inside(element, v, fill)),
        _ => value.clone(),
    }
}

/// The configuration with what was chosen before in the places that it leaves open.
fn keep(attributes: &Attributes, blocks: &Blocks, config: &Value, prior: &Value) -> Value {
    let Shape::Object(entries) = &config.kind else { return config.clone() };
    let entries = entries.iter().map(|(name, value)| {
        let before = prior.get(name);
        let value = match (before, attributes.get(&**name), blocks.get(&**name)) {
            (Some(before), Some(attribute), _) => keep_value(attribute, value, before),
            (Some(before), _, Some(nested)) => {
                paired(value, before, &|v, p| keep(&nested.attributes, &nested.blocks, v, p))
            }
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    Value::object(entries.collect()).mark(config.marks)
}

fn keep_value(attribute: &Attribute, config: &Value, prior: &Value) -> Value {
    if attribute.computed && config.is_null() {
        return prior.clone();
    }
    if attribute.skip_nested_metadata {
        return config.clone();
    }
    match (attribute.kind, attribute.element()) {
        (Kind::Object, _) => keep(&attribute.object, &BTreeMap::new(), config, prior),
        (_, Some(element)) => paired(config, prior, &|v, p| keep_value(element, v, p)),
        _ => config.clone(),
    }
}

/// A collection with each of its elements changed; the number tells which of them it is.
fn each(value: &Value, change: &dyn Fn(usize, &Value) -> Value) -> Value {
    let all = |items: &[Value]| items.iter().enumerate().map(|(i, v)| change(i, v)).collect::<Vec<_>>();
    let changed = match &value.kind {
        Shape::List(t, items) => Value::list(t.clone(), all(items)),
        Shape::Set(t, items) => Value::set(t.clone(), all(items)),
        Shape::Map(t, m) => {
            let entries = m.iter().enumerate().map(|(i, (k, v))| (k.clone(), change(i, v)));
            Value::map(t.clone(), entries.collect())
        }
        _ => return value.clone(),
    };
    changed.mark(value.marks)
}

/// A collection with each of its elements changed by the prior element that it corresponds to: by position, by key, or
/// in a set the one that it equals once what is open is taken from there.
fn paired(config: &Value, prior: &Value, change: &dyn Fn(&Value, &Value) -> Value) -> Value {
    let before = prior.as_slice().unwrap_or_default();
    match &config.kind {
        Shape::Set(..) => each(config, &|_, v| {
            let same = before.iter().map(|p| (change(v, p), p)).find(|(kept, p)| kept.same_content(p));
            same.map_or_else(|| v.clone(), |(kept, _)| kept)
        }),
        Shape::Map(t, m) => {
            let kept = m.iter().map(|(k, v)| (k.clone(), prior.get(k).map_or_else(|| v.clone(), |p| change(v, p))));
            Value::map(t.clone(), kept.collect()).mark(config.marks)
        }
        _ => each(config, &|i, v| before.get(i).map_or_else(|| v.clone(), |p| change(v, p))),
    }
}

/// Paths of values within values whose difference replaces the object; of attributes themselves the schema knows.
fn replaced(
    attributes: &Attributes,
    blocks: &Blocks,
    prior: &Value,
    planned: &Value,
    at: &Path,
    out: &mut BTreeSet<Path>,
) {
    for (name, attribute) in attributes {
        let (Some(before), Some(after)) = (prior.get(name), planned.get(name)) else { continue };
        replaced_in(attribute, before, after, &at.then(Step::Attr(name.as_str().into())), out);
    }
    for (name, nested) in blocks {
        let (Some(before), Some(after)) = (prior.get(name), planned.get(name)) else { continue };
        let at = at.then(Step::Attr(name.as_str().into()));
        for (i, (before, after)) in pairs(before, after).into_iter().enumerate() {
            let at = at.then(Step::Index(i as u64));
            replaced(&nested.attributes, &nested.blocks, before, after, &at, out);
        }
    }
}

fn replaced_in(attribute: &Attribute, before: &Value, after: &Value, at: &Path, out: &mut BTreeSet<Path>) {
    if before.same_content(after) || attribute.skip_nested_metadata {
        return;
    }
    if attribute.replace {
        out.insert(at.clone());
        return;
    }
    match (attribute.kind, attribute.element()) {
        (Kind::Object, _) => replaced(&attribute.object, &BTreeMap::new(), before, after, at, out),
        (Kind::List, Some(element)) => {
            for (i, (before, after)) in pairs(before, after).into_iter().enumerate() {
                replaced_in(element, before, after, &at.then(Step::Index(i as u64)), out);
            }
        }
        (Kind::Map, Some(element)) => {
            for (key, after) in after.as_map().into_iter().flatten() {
                if let Some(before) = before.get(key) {
                    replaced_in(element, before, after, &at.then(Step::Key(key.clone())), out);
                }
            }
        }
        _ => {}
    }
}

/// Elements at the same positions; those of sets have none.
fn pairs<'v>(before: &'v Value, after: &'v Value) -> Vec<(&'v Value, &'v Value)> {
    match (&before.kind, &after.kind) {
        (Shape::List(_, a), Shape::List(_, b)) => a.iter().zip(b.iter()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::provider::mock::definition::declared;

    fn definition() -> Definition {
        let text = r#"{"t": {
            "attributes": {
                "name":  {"type": "string", "optional": true},
                "fixed": {"type": "string", "computed": true, "value": {"string": "chosen"}},
                "free":  {"type": "integer", "computed": true},
                "parts": {"type": "set", "optional": true, "set": {"type": "object", "object": {
                    "key": {"type": "string", "required": true},
                    "mac": {"type": "string", "optional": true, "computed": true, "value": {"string": "m"}},
                    "zone": {"type": "string", "optional": true, "replace": true}
                }}},
                "pair": {"type": "object", "optional": true, "object": {
                    "key": {"type": "string", "optional": true, "replace": true}
                }}
            },
            "blocks": {"rule": {"attributes": {"arn": {"type": "string", "computed": true}}}}
        }}"#;
        declared(text).expect("types").remove("t").expect("type")
    }

    fn object(text: &str) -> Object {
        let loose = crate::value::json::from_json(&serde_json::from_str(text).expect("JSON"));
        Object::from_value(&definition().resource().block.conform(&loose).expect("conforms"))
    }

    fn change(prior: Option<Object>, config: &str) -> PlannedChange {
        let config = object(config);
        let mut planned = config.clone();
        match &prior {
            Some(prior) => drop(planned.set("id", prior.get("id").expect("id").clone())),
            None => drop(planned.set("id", Value::unknown(Type::String))),
        }
        let replace = BTreeSet::new();
        let mut change = PlannedChange { prior, config, planned, replace, diagnostics: Diagnostics::new() };
        plan(&definition(), &mut change);
        change
    }

    #[test]
    fn what_is_chosen_is_unknown_until_it_is_made() {
        let planned = change(None, r#"{"parts": [{"key": "k"}], "rule": [{}]}"#).planned;
        for name in ["id", "fixed", "free", "parts", "rule"] {
            assert!(planned.is_unknown(name), "{name}");
        }
        let made = settle(&definition(), &planned);
        assert_eq!(made.str("fixed"), Some("chosen"));
        assert!(made.get("free").is_some_and(Value::is_null));
        assert_eq!(made.objects("parts")[0].str("mac"), Some("m"));
    }

    #[test]
    fn what_was_chosen_stays() {
        let prior = object(
            r#"{"id": "i", "fixed": "chosen", "parts": [{"key": "a", "mac": "m"}, {"key": "b", "mac": "n"}],
                "rule": [{"arn": "r"}]}"#,
        );
        let config = r#"{"parts": [{"key": "b"}, {"key": "a"}], "rule": [{}]}"#;
        assert_eq!(change(Some(prior.clone()), config).planned, prior);
        let changed = change(Some(prior), &config.replacen('{', r#"{"name": "new","#, 1)).planned;
        assert_eq!((changed.str("id"), changed.str("fixed")), (Some("i"), Some("chosen")));
        // It has never been chosen.
        assert!(changed.is_unknown("free"));
    }

    #[test]
    fn a_nested_difference_replaces() {
        let prior = object(r#"{"id": "i", "pair": {"key": "a"}}"#);
        let change = change(Some(prior), r#"{"pair": {"key": "b"}}"#);
        let paths: Vec<String> = change.replace.iter().map(ToString::to_string).collect();
        assert_eq!(paths, ["pair.key"]);
    }
}
