//! Sets of objects that the configuration may write as blocks (`route`, `ingress`, `egress`): null and zero are one.

use crate::provider::PlannedChange;
use crate::value::{Kind, Type, Value};

/// Takes the prior value where the configuration means the same.
pub fn keep_equal(change: &mut PlannedChange, name: &str) {
    let prior = change.prior.as_ref().and_then(|p| p.get(name));
    let (Some(prior), Some(planned)) = (prior, change.planned.get(name)) else { return };
    if planned.is_wholly_known() && prior != planned && normal(prior) == normal(planned) {
        let prior = prior.clone();
        change.planned.set(name, prior);
    }
}

/// The elements with zero for null, sorted; lists within them too, since their order means nothing to the API.
fn normal(set: &Value) -> Vec<Value> {
    let zero = |v: Value| match v.kind {
        Kind::Null(Type::String) => "".into(),
        Kind::Null(Type::Number) => 0.into(),
        Kind::Null(Type::Bool) => false.into(),
        Kind::Null(Type::List(_) | Type::Set(_)) => Value::tuple(Vec::new()),
        Kind::List(_, items) | Kind::Set(_, items) => {
            let mut items = items.to_vec();
            items.sort();
            Value::tuple(items)
        }
        kind => Value::from(kind),
    };
    let mut items: Vec<Value> =
        set.as_slice().unwrap_or_default().iter().map(|v| v.clone().map_deep(&mut zero.clone())).collect();
    items.sort();
    items.dedup();
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn null_and_zero_are_one() {
        let entry = |gateway: Value, list: Value| {
            let object = Value::from(BTreeMap::from([("to", Value::from("0.0.0.0/0")), ("via", gateway), ("l", list)]));
            Value::tuple(vec![object])
        };
        let list = Type::list(Type::String);
        let configured = entry(Value::null(Type::String), Value::null(list));
        assert_eq!(normal(&configured), normal(&entry("".into(), Value::list(Type::String, vec![]))));
        assert_ne!(normal(&configured), normal(&entry("x".into(), Value::list(Type::String, vec![]))));
    }
}
