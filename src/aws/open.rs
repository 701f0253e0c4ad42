//! How Terraform's provider plans what is not known yet.
//!
//! Knows nothing of any service.

use crate::provider::Object;
use crate::schema::Block;
use crate::value::{Kind, Type, Value};

/// Leaves a set of plain values open as a whole where one of them is not known: elements may turn out the same.
pub fn widen(block: &Block, object: &mut Object) {
    for (name, attribute) in &block.attributes {
        let plain = matches!(&attribute.ty, Type::Set(of) if matches!(**of, Type::String | Type::Number | Type::Bool));
        if let Some(held) = object.0.get_mut(name).filter(|v| plain && v.is_known() && !v.is_wholly_known()) {
            *held = Value::unknown(attribute.ty.clone()).mark(held.marks);
        }
    }
    for (name, nested) in &block.blocks {
        if let Some(held) = object.0.get_mut(name) {
            *held = widened(&nested.block, held);
        }
    }
}

fn widened(block: &Block, value: &Value) -> Value {
    let all = |items: &[Value]| items.iter().map(|v| widened(block, v)).collect::<Vec<_>>();
    let kind = match &value.kind {
        Kind::Object(_) => {
            let mut object = Object::from_value(value);
            widen(block, &mut object);
            object.into_value().kind
        }
        Kind::List(ty, items) => Kind::List(ty.clone(), all(items).into()),
        Kind::Tuple(items) => Kind::Tuple(all(items).into()),
        Kind::Set(ty, items) => Value::set(ty.clone(), all(items)).kind,
        other => other.clone(),
    };
    Value { kind, marks: value.marks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{list_block, set_of, string};

    #[test]
    fn sets_with_something_unknown_are_unknown() {
        let ids = || set_of(Type::String).optional();
        let inner = Block::new().attr("ids", ids()).attr("name", string().optional());
        let block = Block::new().attr("ids", ids()).block("inner", list_block(inner));
        let open = || Value::set(Type::String, vec!["a".into(), Value::unknown(Type::String)]);
        let inner = Object::new().with("ids", open()).with("name", "n");
        let mut object = Object::new().with("ids", open()).with("inner", vec![inner]);
        widen(&block, &mut object);
        assert!(object.get("ids").is_some_and(|v| !v.is_known()));
        let inner = object.object("inner").expect("a block");
        assert!(inner.get("ids").is_some_and(|v| !v.is_known()));
        assert_eq!(inner.str("name"), Some("n"));
    }
}
