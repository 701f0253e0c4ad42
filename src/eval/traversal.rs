//! Steps into values: attributes, indexes and splats.
//!
//! Knows nothing of what the first name of a traversal means: the scope resolves it.

use super::expr::{Cx, Evaluated, eval, fail};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean};
use crate::hcl::ast::{Access, Ident};
use crate::value::{Kind, Marks, Number, Type, Value, convert};

pub(super) fn traversal(root: &Ident, steps: &[Access], cx: Cx<'_>) -> Evaluated {
    let (value, used) = cx.scope.resolve(root, steps, cx.scope)?;
    let taken = steps.get(..used).and_then(<[_]>::last).map_or(root.span, |s| root.span.to(s.span()));
    walk(value, taken, steps.get(used..).unwrap_or(&[]), cx)
}

/// Follows steps into a value; `span` is where the value itself stands.
pub(super) fn walk(value: Value, span: Span, steps: &[Access], cx: Cx<'_>) -> Evaluated {
    let mut value = value;
    let mut span = span;
    for (i, step) in steps.iter().enumerate() {
        value = match step {
            Access::Attr(name) => attribute(&value, name)?,
            Access::LegacyIndex(n, at) => legacy_index(&value, *n, *at)?,
            Access::Index(key) => index(&value, &eval(key, cx)?, key.span)?,
            Access::FullSplat(at) => return splat(value, *at, steps.get(i + 1..).unwrap_or(&[]), cx),
            Access::AttrSplat(at) => {
                let rest = steps.get(i + 1..).unwrap_or(&[]);
                let each = rest.iter().take_while(|s| matches!(s, Access::Attr(_) | Access::LegacyIndex(..))).count();
                let (each, after) = rest.split_at(each);
                let list = splat(value, *at, each, cx)?;
                return walk(list, span.to(*at), after, cx);
            }
        };
        span = span.to(step.span());
    }
    Ok(value)
}

fn attribute(object: &Value, name: &Ident) -> Evaluated {
    let marks = object.marks;
    // The dot belongs to the step.
    let step = Span { start: name.span.start.saturating_sub(1), ..name.span };
    let unsupported = |detail: String| Diagnostic::error("Unsupported attribute", detail).at(step);
    let missing = |known: &mut dyn Iterator<Item = &str>| {
        let diagnostic = unsupported(format!("This object does not have an attribute named \"{}\".", name.name));
        match did_you_mean(&name.name, known) {
            Some(near) => diagnostic.hint(format!("Did you mean \"{near}\"?")),
            None => diagnostic,
        }
    };
    let found = match &object.kind {
        Kind::Null(_) => {
            let detail = "This value is null, so it does not have any attributes.";
            return Err(fail("Attempt to get attribute from null value", detail, step));
        }
        Kind::Object(items) => match items.get(&name.name) {
            Some(v) => v.clone(),
            None => return Err(missing(&mut items.keys().map(|k| &**k)).into()),
        },
        Kind::Map(_, items) => match items.get(&name.name) {
            Some(v) => v.clone(),
            None => {
                let detail = format!("This map does not have an element with the key \"{}\".", name.name);
                let diagnostic = Diagnostic::error("Missing map element", detail).at(step);
                return Err(diagnostic.meant(did_you_mean(&name.name, items.keys().map(|k| &**k))).into());
            }
        },
        Kind::Unknown(Type::Dynamic, _) => Value::unknown(Type::Dynamic),
        Kind::Unknown(Type::Map(element), _) => Value::unknown((**element).clone()),
        Kind::Unknown(Type::Object(o), _) => match o.attributes.get(&name.name) {
            Some(ty) => Value::unknown(ty.clone()),
            None => return Err(missing(&mut o.attributes.keys().map(|k| &**k)).into()),
        },
        _ => {
            let ty = object.ty();
            let diagnostic = unsupported(no_attributes(&ty, &name.name));
            return Err(match &ty {
                Type::Tuple(items) if items.iter().any(|t| has_attribute(t, &name.name)) => {
                    let name = &name.name;
                    diagnostic.hint(format!("Take it of one element, with [0].{name}, or of all, with [*].{name}."))
                }
                _ => diagnostic,
            }
            .into());
        }
    };
    Ok(found.mark(marks))
}

fn no_attributes(ty: &Type, name: &str) -> String {
    let has = |t: &Type| has_attribute(t, name);
    match ty {
        Type::List(t) if has(t) => format!(
            "Can't access attributes on a list of objects. Did you mean to access attribute \"{name}\" for a specific \
             element of the list, or across all elements of the list?"
        ),
        Type::Set(t) if has(t) => format!(
            "Can't access attributes on a set of objects. Did you mean to access an attribute across all elements of \
             the set, with [*].{name} after tolist(…)?"
        ),
        t if t.is_primitive() => {
            format!("Can't access attributes on a primitive-typed value ({}).", t.friendly_name())
        }
        _ => "This value does not have any attributes.".into(),
    }
}

fn has_attribute(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Object(o) if o.attributes.contains_key(name))
}

/// `.0`
fn legacy_index(collection: &Value, position: u64, span: Span) -> Evaluated {
    let key = Value::from(i64::try_from(position).unwrap_or(i64::MAX));
    index(collection, &key, span).map_err(|mut found| {
        for problem in found.iter_mut().filter(|d| d.detail.starts_with(NO_ELEMENT) && collection.as_slice().is_some())
        {
            problem.detail = format!("{NO_ELEMENT}.");
        }
        found
    })
}

const NO_ELEMENT: &str = "The given key does not identify an element in this collection value";

/// The element under a key; `span` is the key's.
pub(super) fn index(collection: &Value, key: &Value, span: Span) -> Evaluated {
    let marks = collection.marks | key.marks;
    let invalid = |detail: String| fail("Invalid index", detail, span);
    if collection.is_null() {
        let detail = "This value is null, so it does not have any indices.";
        return Err(fail("Attempt to index null value", detail, span));
    }
    if key.is_null() {
        return Err(invalid("Can't use a null value as an indexing key.".into()));
    }
    let found = match &collection.kind {
        Kind::Unknown(Type::Dynamic, _) => Value::unknown(Type::Dynamic),
        _ if matches!(key.kind, Kind::Unknown(Type::Dynamic, _)) && collection.children().next().is_some() => {
            Value::unknown(Type::Dynamic)
        }
        Kind::Set(..) | Kind::Unknown(Type::Set(_), _) => {
            return Err(invalid(
                "Elements of a set are identified only by their value and don't have any separate index or key to \
                 select with, so it's only possible to perform operations across all elements of the set."
                    .into(),
            ));
        }
        Kind::List(..) | Kind::Tuple(_) | Kind::Unknown(Type::List(_) | Type::Tuple(_), _) => {
            let key = convert(key, &Type::Number).map_err(|why| invalid(format!("{NO_ELEMENT}: {why}.")))?;
            match key.as_number() {
                // Why an element is missing tells of what is sensitive.
                Some(n) if !marks.is_empty() => {
                    element(collection, n).map_err(|_| invalid(format!("{NO_ELEMENT}.")))?
                }
                Some(n) => element(collection, n).map_err(invalid)?,
                None => Value::unknown(collection.ty().element().cloned().unwrap_or(Type::Dynamic)),
            }
        }
        Kind::Map(..) | Kind::Object(_) | Kind::Unknown(Type::Map(_) | Type::Object(_), _) => {
            let numeric = key.as_number().is_some();
            let key = convert(key, &Type::String).map_err(|why| invalid(format!("{NO_ELEMENT}: {why}.")))?;
            match key.as_str() {
                Some(name) => match entry(collection, name) {
                    Some(found) => found,
                    None if numeric && matches!(collection.kind, Kind::Object(_)) => {
                        let by_name = "An object only supports looking up attributes by name, not by numeric index.";
                        return Err(invalid(format!("{NO_ELEMENT}. {by_name}")));
                    }
                    None => return Err(no_entry(collection, name, key.marks, span)),
                },
                None => Value::unknown(collection.ty().element().cloned().unwrap_or(Type::Dynamic)),
            }
        }
        _ => return Err(invalid("This value does not have any indices.".into())),
    };
    Ok(found.mark(marks))
}

fn element(collection: &Value, at: &Number) -> Result<Value, String> {
    if let Kind::Unknown(Type::List(element), _) = &collection.kind {
        return Ok(Value::unknown((**element).clone()));
    }
    if at.is_negative() {
        return Err(format!("{NO_ELEMENT}: a negative number is not a valid index for a sequence."));
    }
    if !at.is_integer() {
        return Err(format!(
            "{NO_ELEMENT}: indexing a sequence requires a whole number, but the given index has a fractional part."
        ));
    }
    let position = at.to_i64().and_then(|n| usize::try_from(n).ok());
    let beyond = |length: usize| match length {
        // As Terraform tells it: what is far beyond is no mistake of counting.
        n if n > 0 && position != Some(n) => format!("{NO_ELEMENT}."),
        0 => format!("{NO_ELEMENT}: the collection has no elements."),
        _ => format!("{NO_ELEMENT}: the given index is greater than or equal to the length of the collection."),
    };
    match &collection.kind {
        Kind::Unknown(Type::Tuple(types), _) => {
            position.and_then(|i| types.get(i)).map(|t| Value::unknown(t.clone())).ok_or_else(|| beyond(types.len()))
        }
        _ => {
            let items = collection.as_slice().unwrap_or(&[]);
            position.and_then(|i| items.get(i)).cloned().ok_or_else(|| beyond(items.len()))
        }
    }
}

fn entry(collection: &Value, name: &str) -> Option<Value> {
    match &collection.kind {
        Kind::Unknown(Type::Object(o), _) => {
            Some(Value::unknown(o.attributes.get(name).cloned().unwrap_or(Type::Dynamic)))
        }
        Kind::Unknown(ty, _) => Some(Value::unknown(ty.element().cloned().unwrap_or(Type::Dynamic))),
        _ => collection.get(name).cloned(),
    }
}

fn no_entry(collection: &Value, name: &str, marks: Marks, span: Span) -> Diagnostics {
    let diagnostic = Diagnostic::error("Invalid index", format!("{NO_ELEMENT}.")).at(span);
    let near = collection.as_map().and_then(|m| did_you_mean(name, m.keys().map(|k| &**k)));
    match near {
        Some(near) if marks.is_empty() => diagnostic.hint(format!("Did you mean \"{near}\"?")),
        _ => diagnostic,
    }
    .into()
}

/// Applies steps to every element. A value that is no sequence counts as a sequence of one, null as an empty one.
fn splat(value: Value, span: Span, steps: &[Access], cx: Cx<'_>) -> Evaluated {
    let (value, marks) = value.unmark();
    let ty = value.ty();
    let sequence = matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_));
    let single = !sequence && ty != Type::Dynamic;
    let made = match &value.kind {
        Kind::Null(_) if sequence => {
            let detail = "Splat expressions (with the * symbol) cannot be applied to null sequences.";
            return Err(fail("Splat of null value", detail, span));
        }
        Kind::Null(_) => Value::tuple(Vec::new()),
        Kind::Unknown(..) if single && !super::expr::never_null(&value) => {
            // The steps are checked even so; whether the result has one element or none is not known.
            walk(value.clone(), span, steps, cx)?;
            Value::unknown(Type::Dynamic)
        }
        Kind::Unknown(Type::Dynamic, _) => Value::unknown(Type::Dynamic),
        Kind::Unknown(Type::List(element) | Type::Set(element), refinement) => {
            let each = walk(Value::unknown((**element).clone()), span, steps, cx)?;
            let refinement = crate::value::Refinement {
                not_null: true,
                prefix: None,
                length: refinement.length.filter(|_| matches!(ty, Type::List(_))),
                origin: None,
            };
            Value::unknown_refined(Type::list(each.ty()), refinement)
        }
        Kind::Unknown(Type::Tuple(types), _) => {
            let items = types.iter().map(|t| walk(Value::unknown(t.clone()), span, steps, cx).map(|v| v.ty()));
            Value::unknown(Type::tuple(items.collect::<Result<Vec<_>, _>>()?))
        }
        Kind::List(element, items) | Kind::Set(element, items) => {
            let items = each(items, span, steps, cx)?;
            match items.first().map(Value::ty) {
                Some(first) if items.iter().all(|v| v.ty() == first) => Value::list(first, items),
                Some(_) => Value::tuple(items),
                None => {
                    let ty = walk(Value::unknown(element.clone()), span, steps, cx).map_or(Type::Dynamic, |v| v.ty());
                    Value::list(ty, items)
                }
            }
        }
        Kind::Tuple(items) => Value::tuple(each(items, span, steps, cx)?),
        _ => Value::tuple(vec![walk(value, span, steps, cx)?]),
    };
    Ok(made.mark(marks))
}

fn each(items: &[Value], span: Span, steps: &[Access], cx: Cx<'_>) -> Result<Vec<Value>, Diagnostics> {
    items.iter().map(|v| walk(v.clone(), span, steps, cx)).collect()
}
