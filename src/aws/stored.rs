//! How Terraform stores what AWS answers.
//!
//! Knows nothing of any service.

use serde_json::Value as Json;

use crate::provider::Object;
use crate::schema::{Block, Normal};
use crate::value::{Kind, Type, Value};

/// Spells a live object as Terraform does: documents without white space and with their keys in order, and nested blocks
/// without nulls, but those of types that the provider plans exactly.
pub fn spell(block: &Block, object: &mut Object, exactly: bool) {
    for (name, attribute) in &block.attributes {
        if matches!(attribute.normal, Normal::Json | Normal::Policy)
            && let Some(document) = object.str(name).and_then(|text| serde_json::from_str::<Json>(text).ok())
        {
            object.set(name, document.to_string());
        }
    }
    if !exactly {
        fill(block, object);
    }
}

/// Spells what a data source has read as Terraform does: of what AWS leaves out it knows the empty value only. What the
/// type does not name at all stays null.
pub fn spell_data(block: &Block, object: &mut Object) {
    for (name, attribute) in block.attributes.iter().filter(|(_, a)| a.computed) {
        if let Some(held) = object.0.get_mut(name) {
            *held = filled_type(&attribute.ty, held);
        }
    }
    fill(block, object);
}

/// The same below attributes that hold objects.
fn filled_type(ty: &Type, value: &Value) -> Value {
    let all = |of: &Type, items: &[Value]| items.iter().map(|v| filled_type(of, v)).collect::<Vec<_>>();
    let kind = match (ty, &value.kind) {
        (_, Kind::Null(_)) => return empty(ty).unwrap_or_else(|| value.clone()),
        (Type::Object(of), Kind::Object(held)) => {
            let filled = held.iter().map(|(name, v)| match of.attributes.get(name) {
                Some(ty) => (name.clone(), filled_type(ty, v)),
                None => (name.clone(), v.clone()),
            });
            Value::object(filled.collect()).kind
        }
        (Type::List(of), Kind::List(held, items)) => Kind::List(held.clone(), all(of, items).into()),
        (Type::Set(of), Kind::Set(held, items)) => Value::set(held.clone(), all(of, items)).kind,
        (Type::List(of) | Type::Set(of), Kind::Tuple(items)) => Kind::Tuple(all(of, items).into()),
        (_, other) => other.clone(),
    };
    Value { kind, marks: value.marks }
}

/// Gives every null in the nested blocks of a live object the empty value of its type, as Terraform stores it: below
/// the top of an object it knows no null text, number or switch.
fn fill(block: &Block, object: &mut Object) {
    for (name, nested) in block.blocks.iter().filter(|(name, _)| &***name != "timeouts") {
        if let Some(value) = object.0.get_mut(name) {
            *value = filled(&nested.block, value);
        }
    }
}

fn filled(block: &Block, value: &Value) -> Value {
    let all = |items: &[Value]| items.iter().map(|v| filled(block, v)).collect::<Vec<_>>();
    let kind = match &value.kind {
        Kind::Object(_) => {
            let mut object = Object::from_value(value);
            for (name, attribute) in &block.attributes {
                if let Some(held) = object.0.get_mut(name).filter(|v| v.is_null())
                    && let Some(empty) = empty(&attribute.ty)
                {
                    *held = empty;
                }
            }
            fill(block, &mut object);
            object.into_value().kind
        }
        Kind::List(ty, items) => Kind::List(ty.clone(), all(items).into()),
        Kind::Set(ty, items) => Value::set(ty.clone(), all(items)).kind,
        Kind::Tuple(items) => Kind::Tuple(all(items).into()),
        other => other.clone(),
    };
    Value { kind, marks: value.marks }
}

fn empty(ty: &Type) -> Option<Value> {
    match ty {
        Type::String => Some("".into()),
        Type::Number => Some(0.into()),
        Type::Bool => Some(false.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{list_block, number, string};

    #[test]
    fn documents_are_compact() {
        let block = Block::new().attr("policy", string().optional().normal(Normal::Policy));
        let mut live = Object::new().with("policy", "{ \"b\": 1,\n \"a\": [] }");
        spell(&block, &mut live, false);
        assert_eq!(live.str("policy"), Some("{\"a\":[],\"b\":1}"));
    }

    #[test]
    fn nulls_stay_at_the_top_only() {
        let disk = Block::new().attr("iops", number().optional()).attr("key", string().optional());
        let block = Block::new().attr("name", string().optional()).block("disk", list_block(disk));
        let disk = Object::new().with("iops", Value::null(Type::Number)).with("size", 1);
        let mut live = Object::new().with("name", Value::null(Type::String)).with("disk", vec![disk.clone()]);
        fill(&block, &mut live);
        assert!(live.get("name").is_some_and(Value::is_null));
        assert_eq!(live.object("disk"), Some(disk.with("iops", 0)));
    }
}
