//! Attributes of load balancers, listeners and target groups, which the API takes as text by their keys.

use std::collections::BTreeMap;

use crate::provider::Object;
use crate::schema::{Normal, Schema, normal};
use crate::value::{Type, Value};

/// One attribute: its name, its key in the API, and the kinds of objects that have it.
pub struct Setting(pub &'static str, pub &'static str, pub &'static [&'static str]);

impl Setting {
    pub fn is_of(&self, kind: &str) -> bool {
        self.2.contains(&kind)
    }
}

/// Attributes as they are live, by key.
pub type Live = BTreeMap<String, String>;

/// The value of an attribute as the API takes it; `None` where it is not known or not set.
pub fn text(value: Option<&Value>) -> Option<String> {
    let value = value.filter(|v| v.is_known() && !v.is_null())?;
    match (value.as_bool(), value.as_i64()) {
        (Some(on), _) => Some(on.to_string()),
        (_, Some(n)) => Some(n.to_string()),
        _ => value.as_str().filter(|s| !s.is_empty()).map(str::to_owned),
    }
}

/// What a new object of a kind needs to be told: everything that is not what it would be anyway.
pub fn first(schema: &Schema, settings: &[Setting], kind: &str, want: &Object) -> Vec<(String, String)> {
    let told = settings.iter().filter(|s| s.is_of(kind)).filter_map(|Setting(name, key, _)| {
        let default = schema.block.attributes.get(*name).and_then(|a| a.default.as_ref());
        let value = want.get(name);
        if text(value) == text(default) {
            return None;
        }
        Some(((*key).to_owned(), text(value)?))
    });
    told.collect()
}

/// What leads from one object to another.
pub fn changed(settings: &[Setting], kind: &str, prior: &Object, want: &Object) -> Vec<(String, String)> {
    let own = settings.iter().filter(|s| s.is_of(kind) && differs(prior, want, s.0));
    own.filter_map(|Setting(name, key, _)| Some(((*key).to_owned(), text(want.get(name))?))).collect()
}

/// Whether an attribute or block has to change.
pub fn differs(prior: &Object, want: &Object, name: &str) -> bool {
    let null = Value::null(Type::Dynamic);
    let (a, b) = (prior.get(name).unwrap_or(&null), want.get(name).unwrap_or(&null));
    b.is_known() && !normal::equivalent(Normal::Exact, a, b)
}

/// Puts live attributes into an object, with the types of its schema. What the kind does not have is left out.
pub fn set(object: &mut Object, schema: &Schema, settings: &[Setting], live: &Live) {
    for Setting(name, key, _) in settings {
        let (Some(text), Some(attribute)) = (live.get(*key), schema.block.attributes.get(*name)) else { continue };
        object.set(name, value(&attribute.ty, text));
    }
}

fn value(ty: &Type, text: &str) -> Value {
    match ty {
        Type::Number => text.parse::<i64>().unwrap_or_default().into(),
        Type::Bool => (text == "true").into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{boolean, number, string};

    const SETTINGS: &[Setting] = &[
        Setting("http2", "routing.http2.enabled", &["application"]),
        Setting("timeout", "idle_timeout", &["application"]),
        Setting("policy", "dns.policy", &["network"]),
    ];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("http2", boolean().optional().default(true))
            .attr("timeout", number().optional().default(60))
            .attr("policy", string().optional())
    }

    #[test]
    fn only_what_differs_is_told() {
        let want = Object::new().with("http2", true).with("timeout", 30).with("policy", "a");
        assert_eq!(first(&schema(), SETTINGS, "application", &want), [("idle_timeout".into(), "30".into())]);
        let prior = want.clone().with("http2", false);
        let told = changed(SETTINGS, "application", &prior, &want);
        assert_eq!(told, [("routing.http2.enabled".into(), "true".into())]);
    }

    #[test]
    fn live_text_gets_the_types_of_the_schema() {
        let live: Live = [("routing.http2.enabled".into(), "true".into()), ("idle_timeout".into(), "30".into())].into();
        let mut object = Object::new();
        set(&mut object, &schema(), SETTINGS, &live);
        assert_eq!(object, Object::new().with("http2", true).with("timeout", 30));
    }
}
