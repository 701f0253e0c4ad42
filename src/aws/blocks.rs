//! Nested blocks of a planned object, changed one by one.
//!
//! Knows nothing of any service.

use crate::addr::Name;
use crate::provider::Object;
use crate::value::{Kind, Value};

/// Changes each known block of a list, beside what stands at its place in the prior object.
pub fn each(planned: &mut Object, prior: Option<&Object>, name: &str, with: &dyn Fn(&mut Object, Option<&Object>)) {
    let before = prior.map(|p| p.objects(name)).unwrap_or_default();
    let Some(Value { kind: Kind::List(ty, items), marks }) = planned.get(name).cloned() else { return };
    let edited = items.iter().enumerate().map(|(n, item)| {
        if !item.is_known() {
            return item.clone();
        }
        let mut block = Object::from_value(item);
        with(&mut block, before.get(n));
        block.into_value().mark(item.marks)
    });
    let edited = edited.collect();
    planned.0.insert(Name::from(name), Value::list(ty, edited).mark(marks));
}
