//! Conversion between types, and the one type that several types share.

use std::collections::BTreeMap;

use super::{Kind, Number, Refinement, Type, Value};
use crate::addr::Name;

/// Converts a value to a type constraint. An error is a phrase such as "a number is required".
///
/// Follows the rules of the Terraform language: primitive values convert where the text allows, sequences and mappings
/// element by element, objects attribute by attribute (those not in the constraint are dropped).
pub fn convert(value: &Value, to: &Type) -> Result<Value, String> {
    let converted = convert_kind(value, to)?;
    let marks = converted.marks | value.marks;
    Ok(Value { kind: converted.kind, marks })
}

fn convert_kind(value: &Value, to: &Type) -> Result<Value, String> {
    if let Kind::Null(ty) | Kind::Unknown(ty, _) = &value.kind {
        return convert_absent(value, ty, to);
    }
    match to {
        Type::Dynamic => Ok(value.clone()),
        Type::Bool => match &value.kind {
            Kind::Bool(_) => Ok(value.clone()),
            Kind::String(s) => match &**s {
                "true" | "1" => Ok(true.into()),
                "false" | "0" => Ok(false.into()),
                "True" | "TRUE" => Err("a bool is required; to convert from string, use lowercase \"true\"".into()),
                "False" | "FALSE" => Err("a bool is required; to convert from string, use lowercase \"false\"".into()),
                _ => Err("a bool is required".into()),
            },
            _ => Err(mismatch(to)),
        },
        Type::Number => match &value.kind {
            Kind::Number(_) => Ok(value.clone()),
            Kind::String(s) => s.parse::<Number>().map(Value::from).map_err(|_| "a number is required".into()),
            _ => Err(mismatch(to)),
        },
        Type::String => match &value.kind {
            Kind::String(_) => Ok(value.clone()),
            Kind::Number(n) => Ok(n.to_string().into()),
            Kind::Bool(b) => Ok(b.to_string().into()),
            _ => Err(mismatch(to)),
        },
        Type::List(element) => {
            let (element, items) = sequence(value, to, element)?;
            Ok(Value::list(element, items))
        }
        Type::Set(element) => {
            let (element, items) = sequence(value, to, element)?;
            Ok(Value::set(element, items))
        }
        Type::Map(element) => {
            let entries = value.as_map().ok_or_else(|| mismatch(to))?;
            let (keys, values): (Vec<_>, Vec<_>) = entries.iter().map(|(k, v)| (k.clone(), v)).unzip();
            let element = element_type(element, &values, "map")?;
            let items = keys
                .into_iter()
                .zip(values)
                .map(|(k, v)| match convert(v, &element) {
                    Ok(v) => Ok((k, v)),
                    Err(why) => Err(format!("element \"{k}\": {why}")),
                })
                .collect::<Result<BTreeMap<Name, Value>, _>>()?;
            Ok(Value::map(element, items))
        }
        Type::Tuple(types) => match &value.kind {
            Kind::Tuple(items) if items.len() == types.len() => {
                Ok(Value::tuple(items.iter().zip(types.iter()).map(|(v, t)| convert(v, t)).collect::<Result<_, _>>()?))
            }
            Kind::List(_, items) if items.len() == types.len() => {
                Ok(Value::tuple(items.iter().zip(types.iter()).map(|(v, t)| convert(v, t)).collect::<Result<_, _>>()?))
            }
            Kind::Tuple(items) => Err(format!("tuple of {} elements is required, not {}", types.len(), items.len())),
            _ => Err(mismatch(to)),
        },
        Type::Object(object) => {
            let entries = value.as_map().ok_or_else(|| mismatch(to))?;
            let missing: Vec<String> = object
                .attributes
                .keys()
                .filter(|k| !entries.contains_key(*k) && !object.optional.contains(*k))
                .map(|k| format!("\"{k}\""))
                .collect();
            match missing.as_slice() {
                [] => {}
                [one] => return Err(format!("attribute {one} is required")),
                [init @ .., last] => return Err(format!("attributes {} and {last} are required", init.join(", "))),
            }
            let items = object
                .attributes
                .iter()
                .map(|(k, t)| match entries.get(k) {
                    Some(v) => match convert(v, t) {
                        Ok(v) => Ok((k.clone(), v)),
                        Err(why) => Err(format!("attribute \"{k}\": {why}")),
                    },
                    None => Ok((k.clone(), Value::null(t.clone()))),
                })
                .collect::<Result<BTreeMap<_, _>, _>>()?;
            Ok(Value::object(items))
        }
    }
}

/// Null and unknown values change their type where a known value of it might.
fn convert_absent(value: &Value, from: &Type, to: &Type) -> Result<Value, String> {
    if *to == Type::Dynamic || from == to {
        return Ok(value.clone());
    }
    let target = convertible(from, to).ok_or_else(|| mismatch(to))?;
    Ok(match &value.kind {
        Kind::Unknown(_, refinement) => {
            let same_shape = matches!((from, &target), (Type::List(_), Type::List(_)) | (Type::Map(_), Type::Map(_)));
            let kept = Refinement {
                not_null: refinement.not_null,
                prefix: None,
                length: refinement.length.filter(|_| same_shape),
            };
            Value::unknown_refined(target, kept)
        }
        _ => Value::null(target),
    })
}

/// The type that a value of `from` has after conversion, where some value of it could be converted.
fn convertible(from: &Type, to: &Type) -> Option<Type> {
    Some(match (from, to) {
        (_, Type::Dynamic) => from.clone(),
        (Type::Dynamic, _) => to.clone(),
        (a, b) if a.is_primitive() && b.is_primitive() => {
            let possible = a == b || *a == Type::String || *b == Type::String;
            return possible.then(|| b.clone());
        }
        (Type::List(a) | Type::Set(a), Type::List(b)) => Type::list(convertible(a, b)?),
        (Type::List(a) | Type::Set(a), Type::Set(b)) => Type::set(convertible(a, b)?),
        (Type::Map(a), Type::Map(b)) => Type::map(convertible(a, b)?),
        (Type::Tuple(items), Type::List(b) | Type::Set(b)) => {
            let element = match **b {
                Type::Dynamic => unify(&items.iter().collect::<Vec<_>>())?,
                ref b => items.iter().all(|t| convertible(t, b).is_some()).then(|| b.clone())?,
            };
            if matches!(to, Type::List(_)) { Type::list(element) } else { Type::set(element) }
        }
        (Type::Object(o), Type::Map(b)) => {
            let element = match **b {
                Type::Dynamic => unify(&o.attributes.values().collect::<Vec<_>>())?,
                ref b => o.attributes.values().all(|t| convertible(t, b).is_some()).then(|| b.clone())?,
            };
            Type::map(element)
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            Type::tuple(a.iter().zip(b.iter()).map(|(a, b)| convertible(a, b)).collect::<Option<Vec<_>>>()?)
        }
        (Type::Object(a), Type::Object(b)) => {
            let attribute = |(k, t): (&Name, &Type)| match a.attributes.get(k) {
                Some(from) => Some((k.clone(), convertible(from, t)?)),
                None => b.optional.contains(k).then(|| (k.clone(), t.clone())),
            };
            Type::object(b.attributes.iter().map(attribute).collect::<Option<Vec<_>>>()?)
        }
        (Type::Map(a), Type::Object(b)) => {
            let attributes = b.attributes.iter().map(|(k, t)| Some((k.clone(), convertible(a, t)?)));
            Type::object(attributes.collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    })
}

fn sequence(value: &Value, to: &Type, element: &Type) -> Result<(Type, Vec<Value>), String> {
    let items = value.as_slice().ok_or_else(|| mismatch(to))?;
    let word = if matches!(to, Type::Set(_)) { "set" } else { "list" };
    let element = element_type(element, &items.iter().collect::<Vec<_>>(), word)?;
    let items = items
        .iter()
        .enumerate()
        .map(|(i, v)| convert(v, &element).map_err(|why| format!("element {i}: {why}")))
        .collect::<Result<_, _>>()?;
    Ok((element, items))
}

/// The element type under a constraint that may contain `any`.
fn element_type(constraint: &Type, items: &[&Value], word: &str) -> Result<Type, String> {
    if !constraint.has_dynamic() || items.is_empty() {
        return Ok(constraint.clone());
    }
    let types = items.iter().map(|v| convert(v, constraint).map(|v| v.ty())).collect::<Result<Vec<_>, _>>()?;
    unify(&types.iter().collect::<Vec<_>>()).ok_or_else(|| format!("all {word} elements must have the same type"))
}

fn mismatch(to: &Type) -> String {
    match to {
        Type::List(t) | Type::Set(t) | Type::Map(t) if t.is_primitive() || **t == Type::Dynamic => {
            let word = match to {
                Type::List(_) => "list",
                Type::Set(_) => "set",
                _ => "map",
            };
            match **t {
                Type::Dynamic => format!("{word} required"),
                _ => format!("{word} of {} required", t.friendly_name()),
            }
        }
        _ => format!("{} required", to.friendly_name()),
    }
}

/// The type that all the given types convert to without loss, where there is one.
pub fn unify(types: &[&Type]) -> Option<Type> {
    let known: Vec<&Type> = types.iter().copied().filter(|t| **t != Type::Dynamic).collect();
    let Some(first) = known.first() else { return Some(Type::Dynamic) };
    if known.iter().all(|t| t == first) {
        // A value of a type that is not known yet can be anything.
        return Some(if known.len() == types.len() { (*first).clone() } else { Type::Dynamic });
    }
    if known.len() != types.len() {
        return Some(Type::Dynamic);
    }
    if known.iter().all(|t| t.is_primitive()) {
        return known.contains(&&Type::String).then_some(Type::String);
    }
    let elements = |pick: fn(&Type) -> Option<Vec<&Type>>| -> Option<Type> {
        let all = known.iter().map(|t| pick(t)).collect::<Option<Vec<_>>>()?.concat();
        unify(&all)
    };
    if known.iter().all(|t| matches!(t, Type::Tuple(_))) {
        let lengths: Vec<usize> = known.iter().map(|t| if let Type::Tuple(i) = t { i.len() } else { 0 }).collect();
        if lengths.iter().all(|n| *n == lengths[0]) {
            let columns = (0..lengths[0]).map(|i| {
                let column: Vec<&Type> =
                    known.iter().filter_map(|t| if let Type::Tuple(items) = t { items.get(i) } else { None }).collect();
                unify(&column)
            });
            if let Some(items) = columns.collect::<Option<Vec<_>>>() {
                return Some(Type::tuple(items));
            }
        }
    }
    if known.iter().all(|t| matches!(t, Type::Object(_))) {
        let objects: Vec<_> =
            known.iter().filter_map(|t| if let Type::Object(o) = t { Some(o) } else { None }).collect();
        let same_keys = objects.iter().all(|o| o.attributes.keys().eq(objects[0].attributes.keys()));
        if same_keys {
            let attributes = objects[0].attributes.keys().map(|k| {
                let column: Vec<&Type> = objects.iter().filter_map(|o| o.attributes.get(k)).collect();
                Some((k.clone(), unify(&column)?))
            });
            if let Some(attributes) = attributes.collect::<Option<Vec<_>>>() {
                return Some(Type::object(attributes));
            }
        }
    }
    if known.iter().all(|t| matches!(t, Type::List(_) | Type::Tuple(_))) {
        return elements(|t| match t {
            Type::List(e) => Some(vec![&**e]),
            Type::Tuple(items) => Some(items.iter().collect()),
            _ => None,
        })
        .map(Type::list);
    }
    if known.iter().all(|t| matches!(t, Type::List(_) | Type::Set(_) | Type::Tuple(_))) {
        return elements(|t| match t {
            Type::List(e) | Type::Set(e) => Some(vec![&**e]),
            Type::Tuple(items) => Some(items.iter().collect()),
            _ => None,
        })
        .map(Type::set);
    }
    if known.iter().all(|t| matches!(t, Type::Map(_) | Type::Object(_))) {
        return elements(|t| match t {
            Type::Map(e) => Some(vec![&**e]),
            Type::Object(o) => Some(o.attributes.values().collect()),
            _ => None,
        })
        .map(Type::map);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: impl Into<Value>, to: &Type, expect: Result<Value, &str>) {
        assert_eq!(convert(&value.into(), to), expect.map_err(str::to_owned));
    }

    #[test]
    fn primitives_convert_where_their_text_allows() {
        check("1", &Type::Number, Ok(1.into()));
        check(true, &Type::String, Ok("true".into()));
        check("yes", &Type::Bool, Err("a bool is required"));
        check(1, &Type::Bool, Err("bool required"));
    }

    #[test]
    fn tuples_become_lists_of_the_type_they_share() {
        let mixed = Value::from(vec![Value::from("a"), Value::from(1)]);
        let list = Value::list(Type::String, vec!["a".into(), "1".into()]);
        assert_eq!(convert(&mixed, &Type::list(Type::Dynamic)), Ok(list));
        let clash = Value::from(vec![Value::from("a"), Value::from(vec!["b"])]);
        assert!(convert(&clash, &Type::list(Type::Dynamic)).is_err());
    }

    #[test]
    fn marks_survive_conversion() {
        let v = convert(&Value::from("1").sensitive(), &Type::Number).expect("converts");
        assert!(v.is_sensitive_deep());
    }

    #[test]
    fn null_and_unknown_take_the_new_type() {
        assert_eq!(convert(&Value::null(Type::Dynamic), &Type::String), Ok(Value::null(Type::String)));
        assert_eq!(convert(&Value::unknown(Type::String), &Type::Number), Ok(Value::unknown(Type::Number)));
        assert!(convert(&Value::unknown(Type::Bool), &Type::Number).is_err());
    }
}
