//! Sets: union, intersection, difference, product.

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, Seen, param, unknown};
use crate::value::{Kind, Type, Value, convert, unify};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("setintersection", &[param("first_set", Accepts::SetOfAny)], Outcome::From(common), |a| {
        combine(a, false, |all, next| all.into_iter().filter(|v| next.contains(v)).collect())
    })
    .variadic(param("other_sets", Accepts::SetOfAny)),
    Function::new("setproduct", &[], Outcome::Any, product)
        .variadic(param("sets", Accepts::Any).unknown().marks(Seen::Nested)),
    Function::new(
        "setsubtract",
        &[param("a", Accepts::SetOfAny), param("b", Accepts::SetOfAny)],
        Outcome::From(common),
        |a| combine(a, false, |all, next| all.into_iter().filter(|v| !next.contains(v)).collect()),
    ),
    Function::new("setunion", &[param("first_set", Accepts::SetOfAny)], Outcome::From(common), |a| {
        combine(a, true, |mut all, next| {
            all.extend_from_slice(next);
            all
        })
    })
    .variadic(param("other_sets", Accepts::SetOfAny)),
];

/// The set type that all arguments convert to. Empty sets without element type fit any.
fn common(values: &[Value]) -> Result<Type, FunctionError> {
    let types: Vec<Type> = values
        .iter()
        .filter(|v| !(v.ty() == Type::set(Type::Dynamic) && v.as_slice().is_some_and(<[_]>::is_empty)))
        .map(Value::ty)
        .collect();
    match unify(&types.iter().collect::<Vec<_>>()) {
        Some(Type::Dynamic) => Ok(Type::set(Type::Dynamic)),
        Some(ty) => Ok(ty),
        None => Err(FunctionError::new("given sets must all have compatible element types")),
    }
}

/// Joins all sets step by step; `partial` where that can be done while some elements are unknown.
fn combine(a: &Args<'_>, partial: bool, step: fn(Vec<Value>, &[Value]) -> Vec<Value>) -> Answer {
    let ty = common(a.values)?;
    if !a.values.iter().all(Value::is_wholly_known) && !partial {
        return Ok(unknown(ty));
    }
    let sets = a.values.iter().map(|v| convert(v, &ty)).collect::<Result<Vec<_>, _>>().map_err(FunctionError::new)?;
    let mut sets = sets.iter().filter_map(Value::as_slice);
    let first = sets.next().unwrap_or(&[]).to_vec();
    let all = sets.fold(first, step);
    Ok(Value::set(ty.element().cloned().unwrap_or(Type::Dynamic), all))
}

/// Most elements that a product may have.
const MAX_PRODUCT: usize = 1 << 20;

fn product(a: &Args<'_>) -> Answer {
    if a.values.len() < 2 {
        return Err(FunctionError::new("at least two arguments are required"));
    }
    let mut elements = Vec::new();
    let mut all_sets = true;
    for (i, value) in a.values.iter().enumerate() {
        match (value.ty(), value.as_slice()) {
            (Type::Set(t), _) => elements.push((*t).clone()),
            (Type::List(t), _) => {
                all_sets = false;
                elements.push((*t).clone());
            }
            (Type::Tuple(types), _) => {
                all_sets = false;
                let ty = unify(&types.iter().collect::<Vec<_>>());
                elements.push(ty.ok_or_else(|| FunctionError::argument(i, "all elements must be of the same type"))?);
            }
            (Type::Dynamic, _) => return Ok(Value::unknown(Type::Dynamic)),
            _ => return Err(FunctionError::argument(i, "a set or a list is required")),
        }
    }
    // Every argument that is no set makes the result ordered.
    let any_set = a.values.iter().any(|v| matches!(v.ty(), Type::Set(_)));
    let as_set = all_sets || any_set;
    let row = Type::tuple(elements.iter().cloned());
    let unsure = |v: &Value| !v.is_known() || matches!(v.kind, Kind::Set(..)) && !v.is_wholly_known();
    if a.values.iter().any(unsure) {
        return Ok(unknown(if as_set { Type::set(row) } else { Type::list(row) }));
    }
    let lists: Vec<&[Value]> = a.values.iter().filter_map(Value::as_slice).collect();
    let size = lists.iter().try_fold(1usize, |n, l| n.checked_mul(l.len())).filter(|n| *n <= MAX_PRODUCT);
    if size.is_none() {
        return Err(FunctionError::new(format!("the product would have more than {MAX_PRODUCT} elements")));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for (list, ty) in lists.iter().zip(&elements) {
        let list = list.iter().map(|v| convert(v, ty)).collect::<Result<Vec<_>, _>>().map_err(FunctionError::new)?;
        rows = rows
            .iter()
            .flat_map(|row| list.iter().map(|v| row.iter().cloned().chain([v.clone()]).collect::<Vec<_>>()))
            .collect();
    }
    let rows = rows.into_iter().map(Value::tuple).collect();
    Ok(if as_set { Value::set(row, rows) } else { Value::list(row, rows) })
}
