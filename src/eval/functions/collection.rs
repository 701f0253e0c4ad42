//! Looking into collections: `length`, `element`, `lookup`, `contains`, `one` and the like.

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, Seen, is_unknown, param, string, unknown};
use crate::eval::operators::equal;
use crate::value::{Kind, Type, Value, convert, unify};

const BOOL: Outcome = Outcome::Of(Accepts::Bool);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("alltrue", &[param("list", Accepts::ListOfBool)], BOOL, |a| quantify(a, false)),
    Function::new("anytrue", &[param("list", Accepts::ListOfBool)], BOOL, |a| quantify(a, true)),
    Function::new("coalesce", &[], Outcome::Any, coalesce).variadic(param("vals", Accepts::Any).null().unknown()),
    Function::new("coalescelist", &[], Outcome::Any, coalescelist)
        .variadic(param("vals", Accepts::Any).null().unknown()),
    Function::new("contains", &[param("list", Accepts::Any), param("value", Accepts::Any)], BOOL, contains),
    Function::new(
        "element",
        &[param("list", Accepts::Any).unknown().marks(Seen::Nested), param("index", Accepts::Number)],
        Outcome::Maybe(element_type),
        element,
    ),
    Function::new(
        "index",
        &[param("list", Accepts::Any), param("value", Accepts::Any)],
        Outcome::Of(Accepts::Number),
        index,
    ),
    Function::new("keys", &[param("inputMap", Accepts::Any).unknown().marks(Seen::Nested)], Outcome::Any, keys),
    Function::new(
        "length",
        &[param("value", Accepts::Any).unknown().marks(Seen::Nested)],
        Outcome::Of(Accepts::Number),
        length,
    ),
    Function::new(
        "lookup",
        &[param("inputMap", Accepts::Any).unknown().marks(Seen::Nested), param("key", Accepts::String)],
        Outcome::Maybe(element_type),
        lookup,
    )
    .variadic(param("default", Accepts::Any).null().unknown().marks(Seen::Nested)),
    Function::new("one", &[param("list", Accepts::Any).marks(Seen::Nested)], Outcome::Any, one),
    Function::new("values", &[param("mapping", Accepts::Any).unknown().marks(Seen::Nested)], Outcome::Any, values),
];

fn element_type(values: &[Value]) -> Result<Type, FunctionError> {
    Ok(values.first().and_then(|v| v.ty().element().cloned()).unwrap_or(Type::Dynamic))
}

fn quantify(a: &Args<'_>, any: bool) -> Answer {
    let mut known = true;
    for item in a.list(0)? {
        match item.kind {
            // All of them are true only if this one is: what follows does not count any more.
            Kind::Unknown(..) if !any => return Ok(unknown(Type::Bool)),
            Kind::Unknown(..) => known = false,
            Kind::Bool(b) if b == any => return Ok(any.into()),
            Kind::Null(_) if !any => return Ok(false.into()),
            _ => {}
        }
    }
    Ok(if known { (!any).into() } else { unknown(Type::Bool) })
}

fn coalesce(a: &Args<'_>) -> Answer {
    let types: Vec<Type> = a.values.iter().map(Value::ty).collect();
    let untyped_null = |v: &Value| v.kind == Kind::Null(Type::Dynamic);
    let relevant: Vec<&Type> = types.iter().zip(a.values).filter(|(_, v)| !untyped_null(v)).map(|(t, _)| t).collect();
    let ty = match unify(&relevant) {
        Some(ty) if !a.values.is_empty() => ty,
        _ => return Err(FunctionError::new("all arguments must have the same type")),
    };
    for value in a.values {
        if value.is_null() {
            continue;
        }
        if is_unknown(value) {
            return Ok(unknown_of(ty));
        }
        let value = convert(value, &ty).map_err(FunctionError::new)?;
        if value.as_str() != Some("") {
            return Ok(value);
        }
    }
    Err(FunctionError::new("no non-null, non-empty-string arguments"))
}

fn unknown_of(ty: Type) -> Value {
    if ty == Type::Dynamic { Value::unknown(ty) } else { unknown(ty) }
}

fn coalescelist(a: &Args<'_>) -> Answer {
    if a.values.is_empty() {
        return Err(FunctionError::new("at least one argument is required"));
    }
    let known: Vec<&Value> = a.values.iter().filter(|v| v.ty() != Type::Dynamic || v.is_null()).collect();
    if known.iter().any(|v| !matches!(v.ty(), Type::List(_) | Type::Tuple(_))) {
        return Err(FunctionError::new("coalescelist arguments must be lists or tuples"));
    }
    for value in a.values {
        if is_unknown(value) {
            return Ok(Value::unknown(Type::Dynamic));
        }
        if value.as_slice().is_some_and(|items| !items.is_empty()) {
            return Ok(value.clone());
        }
    }
    Err(FunctionError::new("no non-null arguments"))
}

fn sequence<'a>(a: &Args<'a>, i: usize, otherwise: &str) -> Result<&'a [Value], FunctionError> {
    let value = a.value(i)?;
    value.as_slice().ok_or_else(|| FunctionError::new(otherwise))
}

fn contains(a: &Args<'_>) -> Answer {
    let items = sequence(a, 0, "argument must be list, tuple, or set")?;
    let wanted = a.value(1)?;
    let mut known = true;
    for item in items {
        match equal(item, wanted) {
            Some(true) => return Ok(true.into()),
            Some(false) => {}
            None => known = false,
        }
    }
    Ok(if known { false.into() } else { unknown(Type::Bool) })
}

fn element(a: &Args<'_>) -> Answer {
    let list = a.value(0)?;
    let at = a.int_named(1, "invalid index")?;
    let wrap =
        |length: usize| usize::try_from(at.rem_euclid(i64::try_from(length.max(1)).unwrap_or(i64::MAX))).unwrap_or(0);
    let empty = || FunctionError::new("cannot use element function with an empty list");
    match (&list.kind, list.ty()) {
        (Kind::List(_, items) | Kind::Tuple(items), _) => items.get(wrap(items.len())).cloned().ok_or_else(empty),
        (Kind::Unknown(..), Type::Tuple(types)) => {
            types.get(wrap(types.len())).map(|t| Value::unknown(t.clone())).ok_or_else(empty)
        }
        (Kind::Unknown(..), Type::List(t)) => Ok(Value::unknown((*t).clone())),
        (Kind::Unknown(..), Type::Dynamic) => Ok(Value::unknown(Type::Dynamic)),
        (_, ty) => Err(FunctionError::new(format!("cannot read elements from {}", ty.friendly_name()))),
    }
}

fn index(a: &Args<'_>) -> Answer {
    let list = a.value(0)?;
    let (Kind::List(_, items) | Kind::Tuple(items)) = &list.kind else {
        return Err(FunctionError::new("argument must be a list or tuple"));
    };
    if items.is_empty() {
        return Err(FunctionError::new("cannot search an empty list"));
    }
    let wanted = a.value(1)?;
    for (i, item) in items.iter().enumerate() {
        match equal(item, wanted) {
            Some(true) => return Ok((i as i64).into()),
            Some(false) => {}
            None => return Ok(unknown(Type::Number)),
        }
    }
    Err(FunctionError::new("item not found"))
}

fn keys(a: &Args<'_>) -> Answer {
    let map = a.value(0)?;
    let names = |keys: &mut dyn Iterator<Item = &crate::addr::Name>| keys.map(|k| Value::string(k.clone())).collect();
    Ok(match &map.kind {
        Kind::Map(_, m) => Value::list(Type::String, names(&mut m.keys())),
        Kind::Object(m) => Value::tuple(names(&mut m.keys())),
        Kind::Unknown(Type::Object(o), _) => Value::tuple(names(&mut o.attributes.keys())),
        Kind::Unknown(Type::Map(_), _) => unknown(Type::list(Type::String)),
        Kind::Unknown(Type::Dynamic, _) => Value::unknown(Type::Dynamic),
        _ => return Err(FunctionError::argument(0, "must have map or object type")),
    })
}

fn values(a: &Args<'_>) -> Answer {
    let map = a.value(0)?;
    Ok(match &map.kind {
        Kind::Map(t, m) => Value::list(t.clone(), m.values().cloned().collect()),
        Kind::Object(m) => Value::tuple(m.values().cloned().collect()),
        Kind::Unknown(Type::Object(o), _) => unknown(Type::tuple(o.attributes.values().cloned())),
        Kind::Unknown(Type::Map(t), _) => unknown(Type::list((**t).clone())),
        Kind::Unknown(Type::Dynamic, _) => Value::unknown(Type::Dynamic),
        _ => return Err(FunctionError::new("values() requires a map as the first argument")),
    })
}

fn length(a: &Args<'_>) -> Answer {
    let value = a.value(0)?;
    let count = |n: usize| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
    Ok(match &value.kind {
        Kind::String(s) => string::length(s),
        Kind::Set(_, items) if items.len() > 1 && !value.is_wholly_known() => unknown(Type::Number),
        Kind::List(_, v) | Kind::Set(_, v) | Kind::Tuple(v) => count(v.len()),
        Kind::Map(_, m) | Kind::Object(m) => count(m.len()),
        Kind::Unknown(Type::Tuple(types), _) => count(types.len()),
        Kind::Unknown(Type::Object(o), _) => count(o.attributes.len()),
        Kind::Unknown(_, refinement) if refinement.length.is_some_and(|(least, most)| least == most) => {
            count(refinement.length.map_or(0, |(n, _)| usize::try_from(n).unwrap_or(usize::MAX)))
        }
        Kind::Unknown(ty, _) if *ty == Type::Dynamic || *ty == Type::String || ty.is_collection() => {
            unknown(Type::Number)
        }
        _ => {
            let why = "argument must be a string, a collection type, or a structural type";
            return Err(FunctionError::new(why));
        }
    })
}

fn lookup(a: &Args<'_>) -> Answer {
    let (map, key) = (a.value(0)?, a.str(1)?);
    let default = match a.rest(2) {
        [] => None,
        [default] => Some(default),
        _ => return Err(FunctionError::new(format!("lookup() takes two or three arguments, got {}", a.values.len()))),
    };
    match &map.kind {
        Kind::Unknown(Type::Object(o), _) => match (o.attributes.get(key), default) {
            (Some(ty), _) => Ok(Value::unknown(ty.clone())),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(no_attribute(key)),
        },
        Kind::Unknown(Type::Map(t), _) => Ok(Value::unknown((**t).clone())),
        Kind::Unknown(Type::Dynamic, _) => Ok(Value::unknown(Type::Dynamic)),
        Kind::Object(m) => match (m.get(key), default) {
            (Some(v), _) => Ok(v.clone()),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(no_attribute(key)),
        },
        Kind::Map(t, m) => {
            let default = match default.map(|d| convert(d, t)) {
                Some(Ok(d)) => Some(d),
                Some(Err(_)) => {
                    let why = "the default value must have the same type as the map elements";
                    return Err(FunctionError::argument(2, why));
                }
                None => None,
            };
            match (m.get(key), default) {
                (Some(v), _) => Ok(v.clone()),
                (None, Some(default)) => Ok(default),
                (None, None) => {
                    let why = format!("lookup failed to find key \"{key}\"");
                    Err(FunctionError::new(why).or("lookup failed to find key (sensitive value)"))
                }
            }
        }
        _ => Err(FunctionError::argument(0, "lookup() requires a map as the first argument")),
    }
}

fn no_attribute(key: &str) -> FunctionError {
    FunctionError::argument(0, format!("the given object has no attribute \"{key}\"")).revealing()
}

fn one(a: &Args<'_>) -> Answer {
    let list = a.value(0)?;
    match list.as_slice() {
        Some([]) => Ok(Value::null(list.ty().element().cloned().unwrap_or(Type::Dynamic))),
        Some([only]) => Ok(only.clone()),
        None if list.ty() == Type::Dynamic => Ok(Value::unknown(Type::Dynamic)),
        _ if matches!(list.kind, Kind::Set(..)) && !list.is_wholly_known() => {
            Ok(Value::unknown(list.ty().element().cloned().unwrap_or(Type::Dynamic)))
        }
        _ => Err(FunctionError::argument(0, "must be a list, set, or tuple value with either zero or one elements")),
    }
}
