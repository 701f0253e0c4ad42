//! Attributes of topics and subscriptions, which the API sets one by one, as text.

use std::collections::{BTreeMap, HashMap};

use crate::provider::Object;
use crate::schema::{Normal, Schema, normal};
use crate::value::{Type, Value};

/// Attributes of an object by the names of the API.
pub type Names = [(&'static str, &'static str)];

/// An attribute of an object as the API takes it; empty for what is not set.
pub fn text(object: &Object, name: &str) -> String {
    let Some(value) = object.get(name).filter(|v| v.is_known() && !v.is_null()) else { return String::new() };
    match (value.as_bool(), value.as_i64()) {
        (Some(on), _) => on.to_string(),
        (_, Some(0)) => String::new(),
        (_, Some(n)) => n.to_string(),
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

/// What an object says, without what is empty or off.
pub fn said(object: &Object, names: &Names) -> BTreeMap<&'static str, String> {
    let all = names.iter().map(|(name, api)| (*api, text(object, name)));
    all.filter(|(_, text)| !text.is_empty() && text != "false").collect()
}

/// What has to be set to get from one object to another.
pub fn changed(prior: &Object, want: &Object, names: &Names) -> Vec<(&'static str, String)> {
    let null = Value::null(Type::Dynamic);
    let differs = |name: &str| {
        let (a, b) = (prior.get(name).unwrap_or(&null), want.get(name).unwrap_or(&null));
        b.is_known() && !normal::equivalent(Normal::Exact, a, b)
    };
    names.iter().filter(|(name, _)| differs(name)).map(|(name, api)| (*api, text(want, name))).collect()
}

/// Puts the attributes of an answer into an object, with the types of its schema.
pub fn set(object: &mut Object, schema: &Schema, live: &HashMap<String, String>, names: &Names) {
    for (name, api) in names {
        let text = live.get(*api).map_or("", String::as_str);
        let value = match schema.block.attributes.get(*name).map(|a| &a.ty) {
            Some(Type::Number) => Value::from(text.parse::<i64>().unwrap_or_default()),
            Some(Type::Bool) => Value::from(text == "true"),
            _ => Value::from(text),
        };
        object.set(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &Names = &[("display_name", "DisplayName"), ("fifo_topic", "FifoTopic"), ("rate", "Rate")];

    #[test]
    fn only_what_is_set_is_said() {
        let object = Object::new().with("display_name", "A").with("fifo_topic", false).with("rate", 0);
        assert_eq!(said(&object, NAMES), BTreeMap::from([("DisplayName", "A".to_owned())]));
    }

    #[test]
    fn what_is_removed_is_set_to_nothing() {
        let prior = Object::new().with("display_name", "A").with("rate", 5);
        let want = Object::new().with("display_name", Value::null(Type::String)).with("rate", 5);
        assert_eq!(changed(&prior, &want, NAMES), [("DisplayName", String::new())]);
    }
}
