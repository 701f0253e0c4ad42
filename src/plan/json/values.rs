//! Values in documents: what shows of them, and where they are unknown or sensitive.

use serde_json::{Map, Value as Json, json};

use crate::value::json::to_json;
use crate::value::{Kind, Marks, Type, Value};

/// The value without what is unknown (left away from objects, null in sequences) and without secrets (null).
pub(super) fn shown(value: &Value) -> Json {
    if value.marks.contains(Marks::SENSITIVE) {
        return Json::Null;
    }
    match &value.kind {
        Kind::List(_, v) | Kind::Set(_, v) | Kind::Tuple(v) => v.iter().map(shown).collect(),
        Kind::Map(_, m) | Kind::Object(m) => {
            m.iter().filter(|(_, v)| v.is_known()).map(|(k, v)| (k.to_string(), shown(v))).collect()
        }
        _ => to_json(value),
    }
}

/// `true` where the value is unknown, in the shape of the value.
pub(super) fn unknown_shape(value: &Value) -> Json {
    if value.is_wholly_known() { json!({}) } else { shape(value, &|v| !v.is_known()) }
}

/// `true` where the value is sensitive, in the shape of the value.
pub(super) fn sensitive_shape(value: &Value) -> Json {
    shape(value, &|v| v.marks.contains(Marks::SENSITIVE))
}

/// Entries of objects that say nothing are left away; elements of sequences stay, for their positions.
fn shape(value: &Value, test: &dyn Fn(&Value) -> bool) -> Json {
    if test(value) {
        return true.into();
    }
    match &value.kind {
        Kind::List(_, v) | Kind::Set(_, v) | Kind::Tuple(v) => v.iter().map(|v| shape(v, test)).collect(),
        Kind::Map(_, m) | Kind::Object(m) => {
            let entries = m.iter().map(|(k, v)| (k.to_string(), shape(v, test)));
            Json::Object(entries.filter(|(_, v)| *v != Json::Bool(false)).collect::<Map<_, _>>())
        }
        // Nothing is known of what is in it, but that it has something in it.
        Kind::Unknown(Type::Object(_) | Type::Map(_), _) => json!({}),
        Kind::Unknown(Type::List(_) | Type::Set(_) | Type::Tuple(_), _) => json!([]),
        _ => false.into(),
    }
}
