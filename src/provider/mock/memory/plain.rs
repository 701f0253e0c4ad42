//! `tfcoremock_simple_resource`: attributes of all primitive types.

use std::collections::BTreeMap;

use super::store::{Store, settled};
use crate::provider::mock::definition::simple;
use crate::provider::{Actions, CreateCx, DataSource, Found, Intent, Object, RemoteId, ResourceType, Result};
use crate::schema::Schema;

const KIND: &str = "tfcoremock_simple_resource";

pub struct Simple;

impl ResourceType for Simple {
    type Client = Store;
    const NAME: &'static str = KIND;
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions { read: &[], create: &[], update: &[], delete: &[] };

    fn schema() -> Schema {
        simple().resource()
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

/// The data source of the same name: an object by its id.
pub struct SimpleData;

impl DataSource for SimpleData {
    type Client = Store;
    const NAME: &'static str = KIND;
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        simple().data()
    }

    async fn read(store: &Store, config: &Object) -> Result<Object> {
        store.data(KIND, config.str("id").unwrap_or_default()).await
    }
}
