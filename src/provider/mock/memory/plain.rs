//! The types of `hashicorp/tfcoremock` that are always there: attributes of all primitive types, and collections, nested
//! objects and nested blocks to a depth of three.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::store::{Store, settled};
use crate::provider::mock::definition::{Definition, complex, simple};
use crate::provider::{Actions, CreateCx, DataSource, Found, Intent, Object, RemoteId, ResourceType, Result};
use crate::schema::Schema;

/// What tells one of the types from another.
pub trait Shape: Send + Sync + 'static {
    const KIND: &'static str;
    fn definition() -> Definition;
}

pub struct Simple;

impl Shape for Simple {
    const KIND: &'static str = "tfcoremock_simple_resource";
    fn definition() -> Definition {
        simple()
    }
}

pub struct Complex;

impl Shape for Complex {
    const KIND: &'static str = "tfcoremock_complex_resource";
    fn definition() -> Definition {
        complex()
    }
}

/// Objects of one shape, just as they are wanted.
pub struct Plain<S>(PhantomData<fn() -> S>);

impl<S: Shape> ResourceType for Plain<S> {
    type Client = Store;
    const NAME: &'static str = S::KIND;
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions { read: &[], create: &[], update: &[], delete: &[] };

    fn schema() -> Schema {
        S::definition().resource()
    }

    async fn read(
        store: &Store,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        store.read(S::KIND, ids).await
    }

    async fn create(cx: &CreateCx<'_, Store>, want: &Object) -> Result<RemoteId> {
        cx.client.create(cx, S::KIND, settled(want), 0).await
    }

    async fn update(store: &Store, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        store.update(S::KIND, id, &settled(want)).await
    }

    async fn delete(store: &Store, id: &RemoteId, prior: &Object) -> Result<()> {
        store.delete(S::KIND, id, prior, false).await
    }

    async fn find(store: &Store, intent: &Intent) -> Result<Option<RemoteId>> {
        store.find(S::KIND, intent).await
    }
}

/// The data source of the same name: an object by its id.
impl<S: Shape> DataSource for Plain<S> {
    type Client = Store;
    const NAME: &'static str = S::KIND;
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        S::definition().data()
    }

    async fn read(store: &Store, config: &Object) -> Result<Object> {
        store.data(S::KIND, config.str("id").unwrap_or_default()).await
    }
}
