//! `tfcoremock_complex_resource`: collections, nested objects and nested blocks, to a depth of three.

use std::collections::BTreeMap;

use super::store::{Store, settled};
use crate::provider::mock::definition::complex;
use crate::provider::{Actions, CreateCx, Found, Intent, Object, RemoteId, ResourceType, Result};
use crate::schema::Schema;

const KIND: &str = "tfcoremock_complex_resource";

pub struct Complex;

impl ResourceType for Complex {
    type Client = Store;
    const NAME: &'static str = KIND;
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions { read: &[], create: &[], update: &[], delete: &[] };

    fn schema() -> Schema {
        complex().resource()
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
