//! Equality in which null and zero are one, as in providers that cannot tell them apart.

use std::sync::Arc;

use crate::provider::PlannedChange;
use crate::value::{Kind, Type, Value};

/// Takes the prior value of a set that the configuration may write as blocks (`route`, `ingress`, `egress`) where the
/// configuration means the same. Else plans new blocks without nulls, and the others as they are written, as the provider
/// does.
pub fn keep_equal(change: &mut PlannedChange, name: &str) {
    let Some(planned) = change.planned.get(name).filter(|p| !p.is_null()) else { return };
    let prior = change.prior.as_ref().and_then(|p| p.get(name));
    let equal = prior.filter(|p| planned.is_wholly_known() && normal(p, true) == normal(planned, true));
    let known: Vec<Value> =
        prior.and_then(Value::as_slice).unwrap_or_default().iter().map(|v| normal(v, true)).collect();
    let planned = match (equal, &planned.kind) {
        (Some(prior), _) => prior.clone(),
        (None, Kind::Set(element, items)) => {
            let is_known = |v: &Value| v.is_wholly_known() && known.contains(&normal(v, true));
            let items = items.iter().map(|v| if is_known(v) { v.clone() } else { without_nulls(v) });
            Value::set(element.clone(), items.collect()).mark(planned.marks)
        }
        (None, _) => without_nulls(planned),
    };
    change.planned.set(name, planned);
}

fn without_nulls(value: &Value) -> Value {
    value.clone().map_deep(&mut |v: Value| match &v.kind {
        Kind::Null(Type::String) => Value::from("").mark(v.marks),
        Kind::Null(Type::Number) => Value::from(0).mark(v.marks),
        Kind::Null(Type::Bool) => Value::from(false).mark(v.marks),
        Kind::Null(Type::List(of)) => Value::list((**of).clone(), Vec::new()).mark(v.marks),
        Kind::Null(Type::Set(of)) => Value::set((**of).clone(), Vec::new()).mark(v.marks),
        _ => v,
    })
}

/// Whether the configuration is known to set an attribute to something: what is unknown may still turn out to be null.
pub fn is_set(change: &PlannedChange, name: &str) -> bool {
    change.config.get(name).is_some_and(|v| v.is_known() && !v.is_zero())
}

/// Whether two attributes mean the same.
pub fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    let normal = |v: Option<&Value>| v.map(|v| normal(v, false)).filter(|v| !v.is_zero());
    normal(a) == normal(b)
}

/// The value with zero for null; sets sorted, and lists within sets too if their order means nothing.
fn normal(value: &Value, sort_lists: bool) -> Value {
    let sorted = |items: Arc<Vec<Value>>| {
        let mut items = items.to_vec();
        items.sort();
        items.dedup();
        Value::tuple(items)
    };
    value.clone().unmark_deep().0.map_deep(&mut |v: Value| match v.kind {
        Kind::Null(Type::String) => "".into(),
        Kind::Null(Type::Number) => 0.into(),
        Kind::Null(Type::Bool) => false.into(),
        Kind::Null(Type::List(_) | Type::Set(_)) => Value::tuple(Vec::new()),
        Kind::Null(Type::Map(_)) => Value::object([].into()),
        Kind::Map(_, entries) => Kind::Object(entries).into(),
        Kind::Set(_, items) => sorted(items),
        Kind::List(_, items) if sort_lists => sorted(items),
        Kind::List(_, items) => Kind::Tuple(items).into(),
        kind => kind.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn routes(gateway: Value, list: Value) -> Value {
        let object = Value::from(BTreeMap::from([("to", Value::from("0.0.0.0/0")), ("via", gateway), ("l", list)]));
        let ty = object.ty();
        Value::set(ty, vec![object])
    }

    #[test]
    fn null_and_zero_are_one() {
        let none = || Value::list(Type::String, vec![]);
        let configured = routes(Value::null(Type::String), Value::null(Type::list(Type::String)));
        assert!(same(Some(&configured), Some(&routes("".into(), none()))));
        assert!(!same(Some(&configured), Some(&routes("x".into(), none()))));
        assert!(same(None, Some(&"".into())));
        assert!(!same(None, Some(&Value::unknown(Type::String))));
    }

    #[test]
    fn lists_have_an_order_and_sets_have_none() {
        let list = |a: &str, b: &str| Value::list(Type::String, vec![a.into(), b.into()]);
        assert!(!same(Some(&list("a", "b")), Some(&list("b", "a"))));
        assert_eq!(normal(&list("a", "b"), true), normal(&list("b", "a"), true));
    }
}
