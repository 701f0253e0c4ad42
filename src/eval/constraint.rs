//! A variable's type constraint applied to its value, with the defaults of optional attributes.
//!
//! Knows nothing of variables themselves.

use std::collections::BTreeMap;

use crate::addr::Name;
use crate::config::TypeDefaults;
use crate::value::{Kind, Type, Value, convert};

/// Converts a value to a type constraint. Attributes that are missing or null first get their defaults, at any depth.
///
/// An error is a phrase such as "attribute \"a\" is required".
pub fn apply_type(value: &Value, ty: &Type, defaults: Option<&TypeDefaults>) -> Result<Value, String> {
    match defaults.filter(|d| !d.is_empty()) {
        Some(defaults) => convert(&fill(value, ty, defaults), ty),
        None => convert(value, ty),
    }
}

fn fill(value: &Value, ty: &Type, defaults: &TypeDefaults) -> Value {
    let child = |name: &str| defaults.children.get(name);
    let of_element = child("");
    let element = |v: &Value, t: &Type| of_element.map_or_else(|| v.clone(), |d| fill(v, t, d));
    let made = match (ty, &value.kind) {
        // Elements may differ in type until the conversion that follows: sequences pass as tuples, maps as objects.
        (Type::List(t) | Type::Set(t), Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items)) => {
            if items.is_empty() {
                return value.clone();
            }
            Value::tuple(items.iter().map(|v| element(v, t)).collect())
        }
        (Type::Map(t), Kind::Map(_, items) | Kind::Object(items)) => {
            if items.is_empty() {
                return value.clone();
            }
            Value::object(items.iter().map(|(k, v)| (k.clone(), element(v, t))).collect())
        }
        (Type::Tuple(types), Kind::Tuple(items)) => {
            let items = items.iter().zip(types.iter()).enumerate();
            Value::tuple(
                items.map(|(i, (v, t))| child(&i.to_string()).map_or_else(|| v.clone(), |d| fill(v, t, d))).collect(),
            )
        }
        (Type::Object(object), Kind::Map(_, items) | Kind::Object(items)) => {
            let mut out: BTreeMap<Name, Value> = (**items).clone();
            for (name, default) in &defaults.attributes {
                if out.get(name).is_none_or(Value::is_null) {
                    out.insert(name.clone(), default.clone());
                }
            }
            for (name, inner) in &defaults.children {
                if let (Some(v), Some(t)) = (out.get(name), object.attributes.get(name)) {
                    let filled = fill(v, t, inner);
                    out.insert(name.clone(), filled);
                }
            }
            Value::object(out)
        }
        _ => return value.clone(),
    };
    made.mark(value.marks)
}
