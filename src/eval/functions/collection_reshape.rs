//! New collections from old: `concat`, `merge`, `flatten`, `slice`, `zipmap` and the like.

use std::collections::BTreeMap;

use super::{
    Accepts, Answer, Args, Function, FunctionError, NOT_WHOLE, Outcome, Seen, is_unknown, param, strings, unknown,
};
use crate::addr::Name;
use crate::eval::operators::equal;
use crate::value::{Kind, Marks, Number, Type, Value, convert, unify};

const STRINGS: Outcome = Outcome::Of(Accepts::ListOfString);
const SAME: Outcome = Outcome::From(|v| Ok(v.first().map_or(Type::Dynamic, Value::ty)));

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "chunklist",
        &[param("list", Accepts::ListOfAny).marks(Seen::Nested), param("size", Accepts::Number)],
        Outcome::From(|v| Ok(v.first().map_or(Type::Dynamic, |v| Type::list(v.ty())))),
        chunklist,
    ),
    Function::new("compact", &[param("list", Accepts::ListOfString)], STRINGS, |a| {
        let items = a.list(0)?;
        if items.iter().any(is_unknown) {
            return Ok(unknown(Type::list(Type::String)));
        }
        Ok(strings(items.iter().filter_map(Value::as_str).filter(|s| !s.is_empty())))
    }),
    Function::new("concat", &[], Outcome::Any, concat)
        .variadic(param("seqs", Accepts::Any).unknown().marks(Seen::Nested)),
    Function::new("distinct", &[param("list", Accepts::ListOfAny)], SAME, distinct),
    Function::new("flatten", &[param("list", Accepts::Any).marks(Seen::Nested)], Outcome::Any, flatten),
    Function::new(
        "matchkeys",
        &[
            param("values", Accepts::ListOfAny),
            param("keys", Accepts::ListOfAny),
            param("searchset", Accepts::ListOfAny),
        ],
        SAME,
        matchkeys,
    ),
    Function::new("merge", &[], Outcome::Any, merge)
        .variadic(param("maps", Accepts::Any).null().unknown().marks(Seen::Nested)),
    Function::new("range", &[], Outcome::From(|_| Ok(Type::list(Type::Number))), range)
        .variadic(param("params", Accepts::Number)),
    Function::new("reverse", &[param("list", Accepts::Any).marks(Seen::Nested)], SAME, |a| {
        let list = a.value(0)?;
        let back = |items: &[Value]| items.iter().rev().cloned().collect();
        match &list.kind {
            Kind::List(t, items) | Kind::Set(t, items) => Ok(Value::list(t.clone(), back(items))),
            Kind::Tuple(items) => Ok(Value::tuple(back(items))),
            _ => {
                let why = format!("can only reverse list or tuple values, not {}", list.ty().friendly_name());
                Err(FunctionError::argument(0, why))
            }
        }
    }),
    Function::new(
        "slice",
        &[
            param("list", Accepts::Any).marks(Seen::Nested),
            param("start_index", Accepts::Number),
            param("end_index", Accepts::Number),
        ],
        Outcome::From(sliced_type),
        slice,
    ),
    Function::new("sort", &[param("list", Accepts::ListOfString)], STRINGS, |a| {
        let items = a.list(0)?;
        if let Some(i) = items.iter().position(Value::is_null) {
            let why = format!("given list element {i} is null; a null string cannot be sorted");
            return Err(FunctionError::new(why));
        }
        // Where an unknown element comes to stand cannot be told, nor which of the others stand before it.
        if items.iter().any(is_unknown) {
            return Ok(Value::list(Type::String, vec![unknown(Type::String); items.len()]));
        }
        let mut items = items.to_vec();
        items.sort();
        Ok(Value::list(Type::String, items))
    }),
    Function::new(
        "transpose",
        &[param("values", Accepts::MapOfStringLists)],
        Outcome::Of(Accepts::MapOfStringLists),
        transpose,
    ),
    Function::new(
        "zipmap",
        &[param("keys", Accepts::ListOfString), param("values", Accepts::Any).marks(Seen::Nested)],
        Outcome::From(|v| match v.get(1).map(Value::ty) {
            Some(Type::List(t)) => Ok(Type::map((*t).clone())),
            _ => Ok(Type::Dynamic),
        }),
        zipmap,
    ),
];

fn chunklist(a: &Args<'_>) -> Answer {
    let (list, size) = (a.value(0)?, a.int_named(1, "invalid size")?);
    let items = a.list(0)?;
    let size = match usize::try_from(size) {
        Err(_) => return Err(FunctionError::new("the size argument must be positive")),
        Ok(0) => items.len().max(1),
        Ok(n) => n,
    };
    let element = list.ty().element().cloned().unwrap_or(Type::Dynamic);
    let chunks = items.chunks(size).map(|c| Value::list(element.clone(), c.to_vec())).collect();
    Ok(Value::list(list.ty(), chunks))
}

fn concat(a: &Args<'_>) -> Answer {
    if a.values.is_empty() {
        return Err(FunctionError::new("at least one argument is required"));
    }
    let types: Vec<Type> = a.values.iter().map(Value::ty).collect();
    for (i, ty) in types.iter().enumerate() {
        if !matches!(ty, Type::List(_) | Type::Tuple(_) | Type::Dynamic) {
            let why = format!("all arguments must be lists or tuples; got {}", ty.friendly_name());
            return Err(FunctionError::argument(i, why));
        }
    }
    // Lists of one type stay a list; anything else becomes a tuple, whose length must be known.
    let elements: Option<Vec<&Type>> =
        types.iter().map(|t| if let Type::List(e) = t { Some(&**e) } else { None }).collect();
    let element = elements.and_then(|e| unify(&e));
    if a.values.iter().any(is_unknown) {
        return Ok(element.map_or_else(|| Value::unknown(Type::Dynamic), |t| unknown(Type::list(t))));
    }
    let items = a.values.iter().filter_map(Value::as_slice).flatten().cloned();
    match element {
        Some(element) => {
            let items = items.map(|v| convert(&v, &element)).collect::<Result<Vec<_>, _>>();
            Ok(Value::list(element, items.map_err(FunctionError::new)?))
        }
        None => Ok(Value::tuple(items.collect())),
    }
}

fn distinct(a: &Args<'_>) -> Answer {
    let list = a.value(0)?;
    if !list.is_wholly_known() {
        return Ok(unknown(list.ty()));
    }
    let mut seen = std::collections::BTreeSet::new();
    let items = a.list(0)?.iter().filter(|v| seen.insert(*v)).cloned().collect();
    Ok(Value::list(list.ty().element().cloned().unwrap_or(Type::Dynamic), items))
}

fn flatten(a: &Args<'_>) -> Answer {
    let list = a.value(0)?;
    let Some(items) = list.as_slice() else {
        return Err(FunctionError::new("can only flatten lists, sets and tuples"));
    };
    let mut out = Vec::new();
    let mut marks = Marks::NONE;
    let known = append_flat(items, &mut out, &mut marks);
    let value = if known { Value::tuple(out) } else { Value::unknown(Type::Dynamic) };
    Ok(value.mark(marks))
}

/// Whether the number of elements is known.
fn append_flat(items: &[Value], out: &mut Vec<Value>, marks: &mut Marks) -> bool {
    let mut known = true;
    for item in items {
        match &item.kind {
            Kind::List(_, inner) | Kind::Set(_, inner) | Kind::Tuple(inner) => {
                *marks |= item.marks;
                // How many elements a set has once all are known cannot be told.
                known &= !matches!(item.kind, Kind::Set(..)) || item.is_wholly_known();
                known &= append_flat(inner, out, marks);
            }
            Kind::Unknown(Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_), _) => {
                *marks |= item.marks;
                known = false;
            }
            _ => out.push(item.clone()),
        }
    }
    known
}

fn matchkeys(a: &Args<'_>) -> Answer {
    let list = a.value(0)?;
    let (values, keys, wanted) = (a.list(0)?, a.list(1)?, a.list(2)?);
    if values.len() != keys.len() {
        return Err(FunctionError::new("length of keys and values should be equal"));
    }
    if unify(&[&a.value(1)?.ty(), &a.value(2)?.ty()]).is_none() {
        return Err(FunctionError::new("keys and searchset must be of the same type"));
    }
    if !list.is_wholly_known() {
        return Ok(unknown(list.ty()));
    }
    let mut out = Vec::new();
    for (value, key) in values.iter().zip(keys) {
        let mut matches = Some(false);
        for want in wanted {
            let (same, unsure) = match unify(&[&key.ty(), &want.ty()]) {
                Some(ty) => match (convert(key, &ty), convert(want, &ty)) {
                    (Ok(k), Ok(w)) => (equal(&k, &w), true),
                    _ => (Some(false), false),
                },
                None => (Some(false), false),
            };
            match same {
                Some(true) => {
                    matches = Some(true);
                    break;
                }
                None if unsure => matches = None,
                _ => {}
            }
        }
        match matches {
            Some(true) => out.push(value.clone()),
            Some(false) => {}
            None => return Ok(unknown(list.ty())),
        }
    }
    Ok(Value::list(list.ty().element().cloned().unwrap_or(Type::Dynamic), out))
}

fn merge(a: &Args<'_>) -> Answer {
    for value in a.values {
        if !matches!(value.ty(), Type::Map(_) | Type::Object(_) | Type::Dynamic) {
            let why = format!("arguments must be maps or objects, got \"{}\"", value.ty().friendly_name());
            return Err(FunctionError::new(why));
        }
    }
    let given: Vec<&Value> = a.values.iter().filter(|v| v.kind != Kind::Null(Type::Dynamic)).collect();
    let types: Vec<Type> = given.iter().map(|v| v.ty()).collect();
    let one_type = types.first().filter(|first| matches!(first, Type::Map(_)) && types.iter().all(|t| t == *first));
    if given.iter().any(|v| is_unknown(v)) {
        return Ok(match (one_type, merged_type(&types)) {
            (Some(ty), _) => unknown(ty.clone()),
            (None, Some(ty)) => unknown(Type::object(ty)),
            (None, None) => Value::unknown(Type::Dynamic),
        });
    }
    let mut out: BTreeMap<Name, Value> = BTreeMap::new();
    for value in given {
        if let Some(entries) = value.as_map() {
            out.extend(entries.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
    }
    Ok(match one_type.and_then(Type::element) {
        Some(element) => Value::map(element.clone(), out),
        None => Value::object(out),
    })
}

/// The object type of the result, where all arguments are objects.
fn merged_type(types: &[Type]) -> Option<BTreeMap<Name, Type>> {
    let mut out = BTreeMap::new();
    for ty in types {
        let Type::Object(o) = ty else { return None };
        out.extend(o.attributes.iter().map(|(k, t)| (k.clone(), t.clone())));
    }
    Some(out)
}

fn range(a: &Args<'_>) -> Answer {
    let (zero, one) = (Number::from(0), Number::from(1));
    let (start, end, step) = match a.values {
        [_] => (zero.clone(), a.number(0)?.clone(), None),
        [_, _] => (a.number(0)?.clone(), a.number(1)?.clone(), None),
        [_, _, _] => (a.number(0)?.clone(), a.number(1)?.clone(), Some(a.number(2)?.clone())),
        _ => return Err(FunctionError::new("must have one, two, or three arguments")),
    };
    let step = step.unwrap_or_else(|| if end < start { one.neg() } else { one });
    let down = step.is_negative();
    if down && end > start {
        return Err(FunctionError::argument(1, "end must be less than start when step is negative"));
    }
    if !down && end < start {
        return Err(FunctionError::argument(1, "end must be greater than start when step is positive"));
    }
    let mut out = Vec::new();
    let mut at = start;
    while if down { at > end } else { at < end } {
        if out.len() >= 1024 {
            return Err(FunctionError::new(
                "more than 1024 values were generated; either decrease the difference between start and end or use a \
                 smaller step",
            ));
        }
        out.push(Value::from(at.clone()));
        at = at.add(&step);
    }
    Ok(Value::list(Type::Number, out))
}

/// Positions of a part of a sequence, `None` where they are unknown; the part must lie within it.
fn bounds(values: &[Value]) -> Result<(Option<usize>, Option<usize>), FunctionError> {
    let ty = values.first().map_or(Type::Dynamic, Value::ty);
    if let Type::Set(_) = ty {
        let why = "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the \
                   ordering of the result is not important";
        return Err(FunctionError::argument(0, why));
    }
    if !matches!(ty, Type::List(_) | Type::Tuple(_) | Type::Dynamic) {
        return Err(FunctionError::argument(0, "must be a list or tuple value"));
    }
    let length = match &ty {
        Type::Tuple(types) => Some(types.len()),
        _ => values.first().and_then(Value::as_slice).map(<[Value]>::len),
    };
    let at = |i: usize, name: &str| {
        let Some(number) = values.get(i).and_then(Value::as_number) else { return Ok(None) };
        let whole = number.to_i64();
        let whole = whole.ok_or_else(|| FunctionError::argument(i, format!("invalid {name} index: {NOT_WHOLE}")))?;
        let position = usize::try_from(whole)
            .map_err(|_| FunctionError::argument(i, format!("{name} index must not be less than zero")))?;
        if length.is_some_and(|n| position > n) {
            let why = format!("{name} index must not be greater than the length of the list");
            return Err(FunctionError::argument(i, why));
        }
        Ok(Some(position))
    };
    let (start, end) = (at(1, "start")?, at(2, "end")?);
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        return Err(FunctionError::argument(1, "start index must not be greater than end index"));
    }
    Ok((start, end))
}

fn sliced_type(values: &[Value]) -> Result<Type, FunctionError> {
    let (start, end) = bounds(values)?;
    Ok(match (values.first().map_or(Type::Dynamic, Value::ty), start, end) {
        (ty @ Type::List(_), ..) => ty,
        (Type::Tuple(types), Some(start), Some(end)) => {
            Type::tuple(types.get(start..end).unwrap_or(&[]).iter().cloned())
        }
        _ => Type::Dynamic,
    })
}

fn slice(a: &Args<'_>) -> Answer {
    let (start, end) = bounds(a.values)?;
    let (start, end) = (start.unwrap_or(0), end.unwrap_or(0));
    let part = a.list(0)?.get(start..end).unwrap_or(&[]).to_vec();
    Ok(match &a.value(0)?.kind {
        Kind::List(t, _) => Value::list(t.clone(), part),
        _ => Value::tuple(part),
    })
}

fn transpose(a: &Args<'_>) -> Answer {
    if !a.value(0)?.is_wholly_known() {
        return Ok(unknown(Accepts::MapOfStringLists.ty()));
    }
    let mut out: BTreeMap<Name, Vec<Value>> = BTreeMap::new();
    for (key, list) in a.map(0)? {
        if list.is_null() {
            return Err(FunctionError::new("input must not contain null list"));
        }
        for item in list.as_slice().unwrap_or(&[]) {
            let Kind::String(name) = &item.kind else {
                return Err(FunctionError::new("input list must not contain null string"));
            };
            out.entry(name.clone()).or_default().push(Value::string(key.clone()));
        }
    }
    let strings = Type::list(Type::String);
    Ok(Value::map(strings, out.into_iter().map(|(k, v)| (k, Value::list(Type::String, v))).collect()))
}

fn zipmap(a: &Args<'_>) -> Answer {
    let keys = a.list(0)?;
    let values = a.value(1)?;
    let (Kind::List(_, items) | Kind::Tuple(items)) = &values.kind else {
        return Err(FunctionError::new("values argument must be a list or tuple value"));
    };
    if keys.len() != items.len() {
        let why = format!("number of keys ({}) does not match number of values ({})", keys.len(), items.len());
        return Err(FunctionError::new(why));
    }
    let mut out = BTreeMap::new();
    for (i, (key, value)) in keys.iter().zip(items.iter()).enumerate() {
        match &key.kind {
            Kind::String(name) => {
                out.insert(name.clone(), value.clone());
            }
            Kind::Null(_) => return Err(FunctionError::new(format!("keys list has null value at index {i}"))),
            _ => {
                return Ok(match &values.kind {
                    Kind::List(t, _) => unknown(Type::map(t.clone())),
                    _ => Value::unknown(Type::Dynamic),
                });
            }
        }
    }
    Ok(match &values.kind {
        Kind::List(t, _) => Value::map(t.clone(), out),
        _ => Value::object(out),
    })
}
