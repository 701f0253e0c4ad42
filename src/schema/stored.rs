//! Attributes of which plan and state hold something else than what the configuration says: a digest in place of a text.
//!
//! Knows nothing of how a value is written in the end.

use super::{Attribute, Block};
use crate::value::{Kind, Value};

/// What plan and state hold of a configured text.
pub type Stored = fn(&str) -> String;

impl Attribute {
    /// What plan and state hold of a configured value.
    pub fn stored(&self, config: &Value) -> Value {
        match (self.stored, config.as_str()) {
            (Some(stored), Some(text)) => Value::from(stored(text)).mark(config.marks),
            _ => config.clone(),
        }
    }
}

impl Block {
    /// A configuration as plan and state hold it.
    #[must_use]
    pub fn stored(&self, config: Value) -> Value {
        if !self.stores_otherwise() {
            return config;
        }
        let all = |items: &[Value]| items.iter().map(|v| self.stored(v.clone())).collect::<Vec<_>>();
        let kind = match config.kind {
            Kind::Object(entries) => {
                let entries = entries.iter().map(|(name, value)| {
                    let value = match (self.attributes.get(name), self.blocks.get(name)) {
                        (Some(attribute), _) => attribute.stored(value),
                        (_, Some(nested)) => nested.block.stored(value.clone()),
                        _ => value.clone(),
                    };
                    (name.clone(), value)
                });
                Value::object(entries.collect()).kind
            }
            Kind::List(ty, items) => Value::list(ty, all(&items)).kind,
            Kind::Set(ty, items) => Value::set(ty, all(&items)).kind,
            other => other,
        };
        Value { kind, marks: config.marks }
    }

    /// Whether plan and state hold something else of any attribute, at any depth.
    pub fn stores_otherwise(&self) -> bool {
        self.attributes.values().any(|a| a.stored.is_some()) || self.blocks.values().any(|b| b.block.stores_otherwise())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{list_block, string};
    use crate::value::Type;

    fn length(text: &str) -> String {
        text.len().to_string()
    }

    fn block() -> Block {
        let inner = Block::new().attr("text", string().optional().stored_as(length));
        Block::new()
            .attr("name", string().optional())
            .attr("text", string().optional().stored_as(length))
            .block("part", list_block(inner))
    }

    #[test]
    fn what_is_known_is_stored_otherwise_at_any_depth_with_its_marks() {
        let part = Value::object([("text".into(), "three".into())].into());
        let given =
            [("name", "n".into()), ("text", Value::from("one").sensitive()), ("part", Value::tuple(vec![part]))];
        let config = Value::object(given.into_iter().map(|(k, v)| (k.into(), v)).collect());
        let stored = block().stored(block().conform(&config).expect("conforms"));
        assert_eq!(stored.get("name").and_then(Value::as_str), Some("n"));
        assert_eq!(stored.get("text").and_then(Value::as_str), Some("3"));
        assert!(stored.get("text").is_some_and(Value::is_sensitive_deep));
        let part = stored.get("part").and_then(Value::as_slice).expect("blocks");
        assert_eq!(part[0].get("text").and_then(Value::as_str), Some("5"));
    }

    #[test]
    fn unknown_and_null_stay() {
        let of = |text: Value| block().stored(Value::object([("text".into(), text)].into()));
        assert!(of(Value::unknown(Type::String)).get("text").is_some_and(|v| !v.is_known()));
        assert!(of(Value::null(Type::String)).get("text").is_some_and(Value::is_null));
    }
}
