//! What the provider plans of an `aws_dynamodb_table` beyond its schema.

use crate::provider::{Object, PlannedChange};
use crate::value::{Kind, Type, Value};

/// The class of a table that says nothing of one.
const USUAL_CLASS: &str = "STANDARD";

pub fn customize(change: &mut PlannedChange) {
    complete_indexes(change);
    let Some(prior) = change.prior.clone() else {
        // To the provider this class is the same as none, which is what a new table has.
        if change.planned.str("table_class") == Some(USUAL_CLASS) {
            change.planned.set("table_class", Value::null(Type::String));
        }
        return;
    };
    if change.changes("stream_enabled") || change.changes("stream_view_type") {
        change.set_unknown("stream_arn");
    }
    if prior.objects("server_side_encryption").is_empty() {
        key_of_a_new_block(change);
    }
}

/// A key that nobody named is not chosen before the encryption is there.
fn key_of_a_new_block(change: &mut PlannedChange) {
    let Some(Value { kind: Kind::List(ty, items), marks }) = change.planned.get("server_side_encryption").cloned()
    else {
        return;
    };
    let blocks = items.iter().map(|item| {
        let mut block = Object::from_value(item);
        if block.get("kms_key_arn").is_some_and(|key| !key.is_known()) {
            block.set("kms_key_arn", Value::null(Type::String));
        }
        block.into_value().mark(item.marks)
    });
    let blocks = Value::list(ty, blocks.collect()).mark(marks);
    change.planned.set("server_side_encryption", blocks);
}

/// A new index has no null for its second key.
fn complete_indexes(change: &mut PlannedChange) {
    if !change.changes("global_secondary_index") {
        return;
    }
    let Some(Value { kind: Kind::Set(ty, items), marks }) = change.planned.get("global_secondary_index").cloned()
    else {
        return;
    };
    let held = change.prior.as_ref().map(|prior| prior.objects("global_secondary_index")).unwrap_or_default();
    let blocks = items.iter().map(|item| {
        let mut index = Object::from_value(item);
        if !held.contains(&index) && index.get("range_key").is_some_and(Value::is_null) {
            index.set("range_key", "");
        }
        index.into_value().mark(item.marks)
    });
    let blocks = Value::set(ty, blocks.collect()).mark(marks);
    change.planned.set("global_secondary_index", blocks);
}
