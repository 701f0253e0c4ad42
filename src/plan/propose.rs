//! The proposed new state, and what of it really differs from the prior one.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Name, Path, Step};
use crate::schema::normal::equivalent;
use crate::schema::{Attribute, Block, NestedBlock, Nesting, Normal};
use crate::value::{Type, Value};

/// Configuration where it says something, else what the provider chose before; for a new object, what the provider
/// will choose is unknown.
pub fn propose(block: &Block, prior: Option<&Value>, config: &Value) -> Value {
    let prior = prior.filter(|p| !p.is_null());
    if !config.is_known() {
        return config.clone();
    }
    let mut out = BTreeMap::new();
    for (name, attribute) in &block.attributes {
        let before = prior.and_then(|p| p.get(name));
        let null = Value::null(attribute.ty.clone());
        let value = propose_attribute(attribute, before, config.get(name).unwrap_or(&null), prior.is_none());
        out.insert(name.clone(), value);
    }
    for (name, nested) in &block.blocks {
        let before = prior.and_then(|p| p.get(name));
        let value = match config.get(name) {
            Some(config) => propose_nested(nested, before, config, prior.is_none()),
            None => nested.empty(),
        };
        out.insert(name.clone(), value);
    }
    Value::object(out).mark(config.marks)
}

/// What a create or update hands to the type: the planned state with what the configuration says in place of what plan
/// and state hold of it, and with its write-only values, of which they hold nothing.
pub fn written(block: &Block, planned: &Value, config: &Value) -> Value {
    let (Some(entries), Some(given)) = (planned.as_map(), config.as_map()) else { return planned.clone() };
    if !block.has_write_only() && !block.stores_otherwise() {
        return planned.clone();
    }
    let filled = entries.iter().map(|(name, value)| {
        let value = match (block.attributes.get(name), block.blocks.get(name), given.get(name)) {
            (Some(attribute), _, Some(config)) if attribute.write_only => config.clone(),
            // Where a change is ignored, the plan is not about what the configuration says.
            (Some(attribute), _, Some(config)) if attribute.stored.is_some() => {
                if attribute.stored(config).same_content(value) { config.clone() } else { value.clone() }
            }
            (_, Some(nested), Some(config)) => nested_written(nested, value, config),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    Value::object(filled.collect()).mark(planned.marks)
}

fn nested_written(nested: &NestedBlock, planned: &Value, config: &Value) -> Value {
    // Elements of sets cannot be told apart without such values, so they have none.
    match (nested.nesting, planned.as_slice(), config.as_slice()) {
        (Nesting::Single, ..) => written(&nested.block, planned, config),
        (Nesting::List, Some(items), Some(given)) if items.len() == given.len() => {
            let items = items.iter().zip(given).map(|(p, c)| written(&nested.block, p, c));
            Value::list(nested.block.ty(), items.collect()).mark(planned.marks)
        }
        _ => planned.clone(),
    }
}

fn propose_attribute(attribute: &Attribute, prior: Option<&Value>, config: &Value, new: bool) -> Value {
    if attribute.write_only {
        return Value::null(attribute.ty.clone());
    }
    if !config.is_null() {
        return match prior {
            Some(prior) if equivalent(attribute.normal, prior, config) => keep(prior, config),
            _ => config.clone(),
        };
    }
    if let Some(default) = &attribute.default {
        return match prior {
            Some(prior) if equivalent(attribute.normal, prior, default) => keep(prior, config),
            _ => default.clone(),
        };
    }
    match prior {
        Some(prior) if attribute.computed || equivalent(attribute.normal, prior, config) => keep(prior, config),
        None if attribute.computed && new => Value::unknown(attribute.ty.clone()),
        None if attribute.computed => Value::unknown(attribute.ty.clone()),
        _ => config.clone(),
    }
}

/// The prior content with the marks that the configuration gives it.
fn keep(prior: &Value, config: &Value) -> Value {
    if prior.same_content(config) {
        // Marks stay at the parts that they belong to.
        return config.clone();
    }
    let (content, _) = prior.clone().unmark_deep();
    content.mark(config.marks_deep())
}

fn propose_nested(nested: &NestedBlock, prior: Option<&Value>, config: &Value, new: bool) -> Value {
    if !config.is_known() {
        return config.clone();
    }
    if nested.nesting == Nesting::Single {
        return match (config.is_null(), prior) {
            (true, Some(prior)) if nested.computed => prior.clone(),
            (true, _) => config.clone(),
            (false, prior) => propose(&nested.block, prior, config),
        };
    }
    let before = prior.and_then(Value::as_slice).unwrap_or_default();
    let items = config.as_slice().unwrap_or_default();
    if items.is_empty() && nested.computed {
        return match prior {
            Some(prior) => prior.clone(),
            None if new => Value::unknown(nested.ty()),
            None => config.clone(),
        };
    }
    let object = nested.block.ty();
    let marks = config.marks;
    if nested.nesting == Nesting::List {
        let items = items.iter().enumerate().map(|(i, c)| propose(&nested.block, before.get(i), c)).collect();
        return Value::list(object, items).mark(marks);
    }
    let mut left: Vec<&Value> = before.iter().collect();
    let matched = items.iter().map(|config| {
        let like = left.iter().position(|p| matches(&nested.block, p, config));
        propose(&nested.block, like.map(|i| left.remove(i)), config)
    });
    let matched: Vec<Value> = matched.collect();
    Value::set(object, matched).mark(marks)
}

/// Whether everything that the configuration says of an element of a set holds for a prior element.
fn matches(block: &Block, prior: &Value, config: &Value) -> bool {
    let attributes = block.attributes.iter().all(|(name, attribute)| match (prior.get(name), config.get(name)) {
        (Some(p), Some(c)) if c.is_null() => {
            attribute.computed || equivalent(attribute.normal, p, c) || attribute.default.as_ref() == Some(p)
        }
        (Some(p), Some(c)) => equivalent(attribute.normal, p, c),
        _ => true,
    });
    attributes
        && block.blocks.iter().all(|(name, nested)| match (prior.get(name), config.get(name)) {
            (Some(p), Some(c)) => {
                let (p, c) = (p.as_slice().unwrap_or_default(), c.as_slice().unwrap_or_default());
                (c.is_empty() && nested.computed)
                    || (p.len() == c.len() && c.iter().all(|c| p.iter().any(|p| matches(&nested.block, p, c))))
            }
            _ => true,
        })
}

/// Differences of two objects under a schema.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    pub changed: bool,
    /// Paths whose difference replaces the object.
    pub replace: BTreeSet<Path>,
}

/// Compares prior and planned state; equivalent spellings do not differ.
pub fn difference(block: &Block, prior: &Value, planned: &Value) -> Difference {
    let mut found = Difference::default();
    compare_block(block, prior, planned, &Path::root(), &mut found);
    found
}

fn compare_block(block: &Block, prior: &Value, planned: &Value, at: &Path, found: &mut Difference) {
    let null = Value::null(Type::Dynamic);
    for (name, attribute) in &block.attributes {
        let (a, b) = (prior.get(name).unwrap_or(&null), planned.get(name).unwrap_or(&null));
        if attribute.write_only || equivalent(attribute.normal, a, b) {
            continue;
        }
        found.changed = true;
        if attribute.force_new {
            found.replace.insert(at.then(Step::Attr(name.clone())));
        }
    }
    for (name, nested) in &block.blocks {
        // Timeouts live in state only: no call follows from a change of theirs.
        let (a, b) = (prior.get(name).unwrap_or(&null), planned.get(name).unwrap_or(&null));
        compare_nested(nested, name, a, b, at, found);
    }
}

fn compare_nested(
    nested: &NestedBlock,
    name: &Name,
    prior: &Value,
    planned: &Value,
    at: &Path,
    found: &mut Difference,
) {
    let path = at.then(Step::Attr(name.clone()));
    if prior.same_content(planned) || (!verbatim(&nested.block) && equivalent(Normal::Exact, prior, planned)) {
        return;
    }
    if !planned.is_wholly_known() && !planned.is_known() {
        found.changed = true;
        if nested.force_new || forces_new(&nested.block) {
            found.replace.insert(path);
        }
        return;
    }
    let pair = |a: &Value, b: &Value| -> (Vec<Value>, Vec<Value>) {
        let items = |v: &Value| match nested.nesting {
            Nesting::Single if v.is_null() => Vec::new(),
            Nesting::Single => vec![v.clone()],
            _ => v.as_slice().map(<[Value]>::to_vec).unwrap_or_default(),
        };
        (items(a), items(b))
    };
    let (before, after) = pair(prior, planned);
    if nested.nesting == Nesting::Set {
        let same = before.len() == after.len()
            && after.iter().all(|b| before.iter().any(|a| !difference(&nested.block, a, b).changed));
        if !same {
            found.changed = true;
            if nested.force_new || forces_new(&nested.block) {
                found.replace.insert(path);
            }
        }
        return;
    }
    if before.len() != after.len() {
        found.changed = true;
        if nested.force_new {
            found.replace.insert(path.clone());
        }
    }
    let empty = nested.block.empty();
    for i in 0..before.len().max(after.len()) {
        let (a, b) = (before.get(i).unwrap_or(&empty), after.get(i).unwrap_or(&empty));
        let at = if nested.nesting == Nesting::Single { path.clone() } else { path.then(Step::Index(i as u64)) };
        compare_block(&nested.block, a, b, &at, found);
    }
}

/// Whether any attribute within, at any depth, tells null from what is empty or zero.
fn verbatim(block: &Block) -> bool {
    block.attributes.values().any(|a| a.normal == Normal::Verbatim) || block.blocks.values().any(|b| verbatim(&b.block))
}

/// Whether any attribute within, at any depth, forces a new object.
fn forces_new(block: &Block) -> bool {
    block.attributes.values().any(|a| a.force_new) || block.blocks.values().any(|b| b.force_new || forces_new(&b.block))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{list_block, list_of, string};

    fn block() -> Block {
        Block::new()
            .attr("id", string().computed())
            .attr("name", string().required().force_new())
            .attr("note", string().optional())
            .attr("mode", string().optional().default("auto"))
            .attr("zone", string().optional().computed())
            .attr("policy", string().optional().normal(Normal::Json))
            .attr("names", list_of(Type::String).optional())
            .attr("words", string().optional().normal(Normal::Verbatim))
            .attr("script", string().optional().stored_as(str::to_ascii_uppercase))
            .block("rule", list_block(Block::new().attr("port", string().required()).attr("arn", string().computed())))
    }

    fn object(pairs: &[(&str, Value)]) -> Value {
        let loose = Value::object(pairs.iter().map(|(k, v)| ((*k).into(), v.clone())).collect());
        block().conform(&loose).expect("conforms")
    }

    #[test]
    fn a_new_object_has_unknown_computed_attributes_and_defaults() {
        let planned = propose(&block(), None, &object(&[("name", "a".into())]));
        assert!(!planned.get("id").is_some_and(Value::is_known));
        assert_eq!(planned.get("mode").and_then(Value::as_str), Some("auto"));
        assert!(planned.get("note").is_some_and(Value::is_null));
    }

    #[test]
    fn what_is_not_configured_keeps_what_the_provider_chose() {
        let prior = object(&[
            ("id", "i".into()),
            ("name", "a".into()),
            ("note", "".into()),
            ("mode", "auto".into()),
            ("zone", "z".into()),
            ("policy", "{\"a\": 1}".into()),
        ]);
        let config = object(&[("name", "a".into()), ("policy", "{\"a\":1}".into())]);
        let planned = propose(&block(), Some(&prior), &config);
        assert_eq!(planned, prior);
        assert!(!difference(&block(), &prior, &planned).changed);
    }

    #[test]
    fn null_differs_from_empty_where_the_type_tells_them_apart() {
        let prior = object(&[("name", "a".into()), ("note", "".into()), ("words", "".into())]);
        let planned = propose(&block(), Some(&prior), &object(&[("name", "a".into())]));
        assert_eq!(planned.get("note").and_then(Value::as_str), Some(""));
        assert!(planned.get("words").is_some_and(Value::is_null));
        assert!(difference(&block(), &prior, &planned).changed);
    }

    #[test]
    fn what_is_written_is_the_text_of_what_was_planned() {
        let config = object(&[("name", "a".into()), ("script", "run".into())]);
        let planned = propose(&block(), None, &block().stored(config.clone()));
        assert_eq!(planned.get("script").and_then(Value::as_str), Some("RUN"));
        assert_eq!(written(&block(), &planned, &config).get("script").and_then(Value::as_str), Some("run"));
        // What the plan kept is not what the configuration says.
        let ignored = object(&[("name", "a".into()), ("script", "other".into())]);
        assert_eq!(written(&block(), &planned, &ignored).get("script").and_then(Value::as_str), Some("RUN"));
    }

    #[test]
    fn a_forcing_attribute_is_named() {
        let prior = object(&[("name", "a".into())]);
        let planned = propose(&block(), Some(&prior), &object(&[("name", "b".into())]));
        let found = difference(&block(), &prior, &planned);
        assert_eq!(found.replace, BTreeSet::from([Path::attr("name")]));
    }

    #[test]
    fn removing_an_optional_value_is_a_change() {
        let prior = object(&[("name", "a".into()), ("note", "x".into())]);
        let planned = propose(&block(), Some(&prior), &object(&[("name", "a".into())]));
        assert!(difference(&block(), &prior, &planned).changed);
    }
}
