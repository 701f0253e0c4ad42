//! `tfcoremock_complex_resource`: collections, nested objects and nested blocks, to a depth of three.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::store::{Store, settled};
use crate::addr::Name;
use crate::provider::{Actions, CreateCx, Found, Intent, Object, RemoteId, ResourceType, Result};
use crate::schema::{
    Attribute, Block, Schema, boolean, list_block, list_of, map_of, number, set_block, set_of, string,
};
use crate::value::{ObjectType, Type};

const KIND: &str = "tfcoremock_complex_resource";

/// Levels of nesting.
const DEPTH: usize = 3;

pub struct Complex;

impl ResourceType for Complex {
    type Client = Store;
    const NAME: &'static str = KIND;
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions { read: &[], create: &[], update: &[], delete: &[] };

    fn schema() -> Schema {
        let block = block(DEPTH).attr("id", string().optional().computed().force_new());
        Schema { version: 1, block }
    }

    async fn read(
        store: &Store,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        store.read(KIND, ids).await
    }

    async fn create(cx: &CreateCx<'_, Store>, want: &Object) -> Result<RemoteId> {
        cx.client.create(cx, KIND, settled(want), 0).await
    }

    async fn update(store: &Store, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        store.update(KIND, id, &settled(want)).await
    }

    async fn delete(store: &Store, id: &RemoteId, prior: &Object) -> Result<()> {
        store.delete(KIND, id, prior, false).await
    }

    async fn find(store: &Store, intent: &Intent) -> Result<Option<RemoteId>> {
        store.find(KIND, intent).await
    }
}

fn block(depth: usize) -> Block {
    let mut block = Block::new()
        .attr("bool", boolean().optional())
        .attr("float", number().optional())
        .attr("integer", number().optional())
        .attr("number", number().optional())
        .attr("string", string().optional());
    if depth > 0 {
        let inner = nested(depth - 1);
        block = block
            .attr("list", list_of(inner.clone()).optional())
            .attr("map", map_of(inner.clone()).optional())
            .attr("object", Attribute::new(inner.clone()).optional())
            .attr("set", set_of(inner).optional())
            .block("list_block", list_block(self::block(depth - 1)))
            .block("set_block", set_block(self::block(depth - 1)));
    }
    block
}

/// Type of a nested object: any of its attributes may be left out.
fn nested(depth: usize) -> Type {
    let mut attributes: BTreeMap<Name, Type> = [
        ("bool".into(), Type::Bool),
        ("float".into(), Type::Number),
        ("integer".into(), Type::Number),
        ("number".into(), Type::Number),
        ("string".into(), Type::String),
    ]
    .into();
    if depth > 0 {
        let inner = nested(depth - 1);
        attributes.extend([
            ("list".into(), Type::list(inner.clone())),
            ("map".into(), Type::map(inner.clone())),
            ("object".into(), inner.clone()),
            ("set".into(), Type::set(inner)),
        ]);
    }
    let optional = attributes.keys().cloned().collect();
    Type::Object(Arc::new(ObjectType { attributes, optional }))
}
