//! `for` expressions over lists, sets, maps, tuples and objects.
//!
//! Knows nothing of what stands around them.

use std::collections::BTreeMap;

use super::Bindings;
use super::expr::{Cx, Evaluated, eval, fail};
use crate::addr::Name;
use crate::diag::Diagnostics;
use crate::hcl::ast::{Expr, ForExpr, Ident};
use crate::value::{Kind, Marks, Type, Value, convert};

/// What is iterated over.
pub(super) enum Items {
    Known(Vec<(Value, Value)>),
    Unknown,
}

/// The entries of a collection, and its marks, which go to the whole result.
pub(super) fn iterate(collection: &Expr, cx: Cx<'_>) -> Result<(Items, Marks), Diagnostics> {
    let value = eval(collection, cx)?;
    let marks = value.marks;
    if value.is_null() {
        let detail = "A null value cannot be used as the collection in a 'for' expression.";
        return Err(fail("Iteration over null value", detail, collection.span));
    }
    if let Some(entries) = value.entries() {
        return Ok((Items::Known(entries), marks));
    }
    match value.ty() {
        ty if ty.is_primitive() => {
            let detail = format!(
                "A value of type {} cannot be used as the collection in a 'for' expression.",
                ty.friendly_name()
            );
            Err(fail("Iteration over non-iterable value", detail, collection.span))
        }
        _ => Ok((Items::Unknown, marks)),
    }
}

/// The names that one entry gives to the body.
pub(super) fn bind(key_var: Option<&Ident>, value_var: &Ident, key: Value, value: Value) -> Vec<(Name, Value)> {
    let key = key_var.map(|ident| (ident.name.clone(), key));
    key.into_iter().chain([(value_var.name.clone(), value)]).collect()
}

pub(super) fn for_expr(e: &ForExpr, cx: Cx<'_>) -> Evaluated {
    let (items, marks) = iterate(&e.collection, cx)?;
    let Items::Known(entries) = items else {
        return Ok(Value::unknown(Type::Dynamic).mark(marks));
    };
    if let Some(condition) = e.condition.as_ref().filter(|_| entries.is_empty()) {
        // Nothing will be included, but a condition that never could be one is told even so.
        let unknown = || Value::unknown(Type::Dynamic);
        let scope = Bindings::new(cx.scope, bind(e.key_var.as_ref(), &e.value_var, unknown(), unknown()));
        truth(condition, &eval(condition, cx.with(&scope))?)?;
    }
    let mut out = Output { tuple: Vec::new(), object: BTreeMap::new(), groups: BTreeMap::new(), marks, known: true };
    for (key, value) in entries {
        let scope = Bindings::new(cx.scope, bind(e.key_var.as_ref(), &e.value_var, key, value));
        // What fails for one element mostly fails for all: the first is enough.
        out.add(e, cx.with(&scope))?;
    }
    let value = if !out.known {
        Value::unknown(Type::Dynamic)
    } else if e.key.is_none() {
        Value::tuple(out.tuple)
    } else if e.grouping {
        Value::object(out.groups.into_iter().map(|(k, v)| (k, Value::tuple(v))).collect())
    } else {
        Value::object(out.object)
    };
    Ok(value.mark(out.marks))
}

struct Output {
    tuple: Vec<Value>,
    object: BTreeMap<Name, Value>,
    groups: BTreeMap<Name, Vec<Value>>,
    marks: Marks,
    known: bool,
}

impl Output {
    fn add(&mut self, e: &ForExpr, cx: Cx<'_>) -> Result<(), Diagnostics> {
        if let Some(condition) = &e.condition {
            match self.included(condition, cx)? {
                Some(true) => {}
                Some(false) => return Ok(()),
                None => {
                    self.known = false;
                    return Ok(());
                }
            }
        }
        let Some(key) = &e.key else {
            self.tuple.push(eval(&e.value, cx)?);
            return Ok(());
        };
        let key_value = eval(key, cx)?;
        self.marks |= key_value.marks;
        let invalid = |detail: String| fail("Invalid object key", detail, key.span);
        if key_value.is_null() {
            return Err(invalid("Key expression in 'for' expression must not produce a null value.".into()));
        }
        let text = convert(&key_value, &Type::String)
            .map_err(|why| invalid(format!("The key expression produced an invalid result: {why}.")))?;
        let value = eval(&e.value, cx)?;
        let Kind::String(name) = text.kind else {
            self.known = false;
            return Ok(());
        };
        if e.grouping {
            self.groups.entry(name).or_default().push(value);
            return Ok(());
        }
        if self.object.contains_key(&name) {
            let shown = if text.marks.is_empty() { format!("\"{name}\"") } else { "(sensitive value)".into() };
            let detail = format!(
                "Two different items produced the key {shown} in this 'for' expression. If duplicates are expected, \
                 use the ellipsis (...) after the value expression to enable grouping by key."
            );
            return Err(fail("Duplicate object key", detail, key.span));
        }
        self.object.insert(name, value);
        Ok(())
    }

    fn included(&mut self, condition: &Expr, cx: Cx<'_>) -> Result<Option<bool>, Diagnostics> {
        let value = eval(condition, cx)?;
        self.marks |= value.marks;
        truth(condition, &value)
    }
}

/// The truth of a condition; `None` where it is not known.
fn truth(condition: &Expr, value: &Value) -> Result<Option<bool>, Diagnostics> {
    if value.is_null() {
        return Err(fail("Condition is null", "The value of the 'if' clause must not be null.", condition.span));
    }
    let truth = convert(value, &Type::Bool).map_err(|why| {
        fail("Invalid 'for' condition", format!("The 'if' clause value is invalid: {why}."), condition.span)
    })?;
    Ok(truth.as_bool())
}
