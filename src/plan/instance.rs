//! The plan of one instance: the same when planning and, with more known, when applying.

use std::collections::BTreeSet;

use crate::addr::{Path, Step};
use crate::config::IgnoreChanges;
use crate::diag::Diagnostics;
use crate::provider::{Object, PlannedChange, Provider};
use crate::schema::Block;
use crate::value::{Kind, Marks, Value};

use super::model::{Action, Reason};
use super::propose::{difference, propose};

/// What is known of an instance before its plan.
pub struct InstanceInput<'a> {
    pub kind: &'a str,
    pub schema: &'a Block,
    pub provider: &'a dyn Provider,
    /// The object as last read.
    pub prior: Option<&'a Value>,
    pub tainted: bool,
    pub config: Value,
    pub ignore: &'a IgnoreChanges,
    /// The user, or `replace_triggered_by`, wants a new object.
    pub force: Option<Reason>,
}

/// The planned change of one instance.
#[derive(Clone, Debug)]
pub struct InstancePlan {
    /// Replacements come out as `DeleteThenCreate`: the order is the caller's.
    pub action: Action,
    pub planned: Value,
    pub replace_paths: BTreeSet<Path>,
    pub reason: Option<Reason>,
}

/// Plans one instance. Pure.
pub fn plan_instance(mut input: InstanceInput<'_>) -> (InstancePlan, Diagnostics) {
    input.config = input.schema.stored(input.config);
    let Some(prior) = input.prior else {
        let (planned, diagnostics) = create(&input);
        let plan = InstancePlan { action: Action::Create, planned, replace_paths: BTreeSet::new(), reason: None };
        return (plan, diagnostics);
    };
    let config = ignore_changes(input.config.clone(), prior, input.ignore);
    let proposed = propose(input.schema, Some(prior), &config);
    let mut change = PlannedChange {
        prior: Some(Object::from_value(prior)),
        config: Object::from_value(&config),
        planned: Object::from_value(&proposed),
        replace: BTreeSet::new(),
        diagnostics: Diagnostics::new(),
    };
    let diagnostics = input.provider.plan(input.kind, &mut change);
    let planned = conform(input.schema, change.planned, &proposed);
    let mut found = difference(input.schema, prior, &planned);
    found.replace.extend(change.replace);
    let reason = match (input.tainted, input.force) {
        (true, _) => Some(Reason::Tainted),
        (_, Some(reason)) => Some(reason),
        _ if !found.replace.is_empty() => Some(Reason::CannotUpdate),
        _ => None,
    };
    if reason.is_some() {
        // Nothing of the old object goes over into the new one, and `ignore_changes` has nothing to hold on to.
        let (planned, diagnostics) = create(&input);
        let plan = InstancePlan { action: Action::DeleteThenCreate, planned, replace_paths: found.replace, reason };
        return (plan, diagnostics);
    }
    // Equivalent spellings stay as they are in state; marks follow the configuration.
    let planned = if found.changed { planned } else { remark(prior, &planned) };
    let action = if found.changed || !same_secrets(prior, &planned) { Action::Update } else { Action::NoOp };
    (InstancePlan { action, planned, replace_paths: BTreeSet::new(), reason: None }, diagnostics)
}

fn create(input: &InstanceInput<'_>) -> (Value, Diagnostics) {
    let proposed = propose(input.schema, None, &input.config);
    let mut change = PlannedChange {
        prior: None,
        config: Object::from_value(&input.config),
        planned: Object::from_value(&proposed),
        replace: BTreeSet::new(),
        diagnostics: Diagnostics::new(),
    };
    let diagnostics = input.provider.plan(input.kind, &mut change);
    (conform(input.schema, change.planned, &proposed), diagnostics)
}

/// A type may have put loose values into the plan: they get the types of the schema.
fn conform(schema: &Block, planned: Object, proposed: &Value) -> Value {
    let planned = schema.conform(&planned.into_value()).unwrap_or_else(|_| proposed.clone());
    schema.mark_sensitive(planned.mark(proposed.marks))
}

/// Whether the same parts of two objects are sensitive. Where they differ, the state changes and the object does not.
pub fn same_secrets(a: &Value, b: &Value) -> bool {
    a.marks.contains(Marks::SENSITIVE) == b.marks.contains(Marks::SENSITIVE)
        && match (a.as_map(), b.as_map()) {
            (Some(a), Some(b)) => a.iter().all(|(k, v)| b.get(k).is_none_or(|w| same_secrets(v, w))),
            _ => match (a.as_slice(), b.as_slice()) {
                (Some(a), Some(b)) => a.iter().zip(b).all(|(v, w)| same_secrets(v, w)),
                _ => true,
            },
        }
}

fn remark(prior: &Value, planned: &Value) -> Value {
    match (&prior.kind, &planned.kind) {
        (Kind::Object(a), Kind::Object(b)) if a.len() == b.len() => {
            let merged = a.iter().map(|(k, v)| (k.clone(), b.get(k).map_or_else(|| v.clone(), |p| remark(v, p))));
            Value::object(merged.collect()).mark(planned.marks)
        }
        _ if prior.same_content(planned) => planned.clone(),
        _ => prior.clone(),
    }
}

/// Puts the prior values of ignored attributes into the configuration.
fn ignore_changes(config: Value, prior: &Value, ignore: &IgnoreChanges) -> Value {
    match ignore {
        IgnoreChanges::None => config,
        IgnoreChanges::All => prior.clone(),
        IgnoreChanges::Paths(paths) => {
            paths.iter().fold(config, |config, (path, _)| with_prior_at(config, Some(prior), &path.0))
        }
    }
}

/// A value with what stands at one path of the prior one, for what `ignore_changes` names. A path that leads nowhere
/// changes nothing.
pub fn with_prior_at(config: Value, prior: Option<&Value>, steps: &[Step]) -> Value {
    let Some((step, rest)) = steps.split_first() else {
        return prior.cloned().unwrap_or(config);
    };
    let marks = config.marks;
    let kind = match (config.kind, step) {
        // An index is for elements: an object, which has none, is ignored as a whole.
        (Kind::Object(m), Step::Key(_)) => return prior.cloned().unwrap_or(Value { kind: Kind::Object(m), marks }),
        (Kind::Object(m), Step::Attr(key)) => {
            let mut m = (*m).clone();
            if let Some(inner) = m.remove(key) {
                m.insert(key.clone(), with_prior_at(inner, prior.and_then(|p| p.get(key)), rest));
            }
            Kind::Object(m.into())
        }
        (Kind::Map(ty, m), Step::Attr(key) | Step::Key(key)) => {
            let mut m = (*m).clone();
            match prior.and_then(|p| p.get(key)) {
                Some(value) => m.insert(key.clone(), value.clone()),
                None => m.remove(key),
            };
            Kind::Map(ty, m.into())
        }
        (Kind::List(ty, items), Step::Index(i)) => {
            let mut items = (*items).clone();
            let before = prior.and_then(Value::as_slice).and_then(|p| p.get(*i as usize));
            if let (Some(slot), Some(before)) = (items.get_mut(*i as usize), before) {
                *slot = with_prior_at(slot.clone(), Some(before), rest);
            }
            Kind::List(ty, items.into())
        }
        (Kind::Tuple(items), Step::Index(i)) => {
            let mut items = (*items).clone();
            let before = prior.and_then(Value::as_slice).and_then(|p| p.get(*i as usize));
            if let (Some(slot), Some(before)) = (items.get_mut(*i as usize), before) {
                *slot = with_prior_at(slot.clone(), Some(before), rest);
            }
            Kind::Tuple(items.into())
        }
        // A map that the configuration does not set at all keeps the ignored key too.
        (Kind::Null(ty), Step::Attr(key) | Step::Key(key)) if rest.is_empty() => match prior.and_then(|p| p.get(key)) {
            Some(value) if matches!(ty, crate::value::Type::Map(_)) => {
                return Value::map(value.ty(), [(key.clone(), value.clone())].into()).mark(marks);
            }
            _ => Kind::Null(ty),
        },
        (kind, _) => kind,
    };
    Value { kind, marks }
}
