//! A provider whose objects live in memory, with the types of `hashicorp/tfcoremock` and a few of its own.
//!
//! Knows nothing of files and of time. Tests of the engine look into its [`Store`] and inject faults.

mod complex;
mod engine;
mod lease;
mod simple;
mod store;

pub use store::{Call, Fault, Script, Store, Stored, Verb};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::diag::Diagnostics;
use crate::eval::functions::{Accepts, Function, Outcome, param};
use crate::provider::registry::{AnyData, AnyEphemeral, AnyResource, Registry};
use crate::provider::{
    Actions, Create, Deletion, Error, Found, Freshness, Intent, Object, Opened, Operation, PlannedChange, Plugin,
    Provider, ReadRequest, Readiness, RemoteId, Result, Timeouts,
};
use crate::schema::{Block, SharedSchema, list_of, string};
use crate::value::Type;

fn registry() -> Registry<Store> {
    Registry::new()
        .resource::<simple::Simple>()
        .resource::<complex::Complex>()
        .resource::<engine::Engine<false>>()
        .resource::<engine::Engine<true>>()
        .data::<simple::SimpleData>()
        .ephemeral::<lease::Lease>()
}

const FUNCTIONS: &[Function] =
    &[Function::new("shout", &[param("text", Accepts::String)], Outcome::Maybe(|_| Ok(Type::String)), |a| {
        Ok(a.str(0)?.to_uppercase().into())
    })];

/// `hashicorp/tfcoremock`
pub struct MockPlugin {
    types: Arc<Registry<Store>>,
    config_schema: Block,
    store: Store,
}

impl MockPlugin {
    /// A plugin over a store that others may hold too.
    pub fn new(store: Store) -> Self {
        let ids = || list_of(Type::String).optional();
        let config_schema = Block::new()
            .attr("fail_on_create", ids())
            .attr("fail_on_read", ids())
            .attr("fail_on_update", ids())
            .attr("fail_on_delete", ids())
            .attr("token", string().optional().sensitive());
        Self { types: Arc::new(registry()), config_schema, store }
    }
}

#[async_trait]
impl Plugin for MockPlugin {
    fn source(&self) -> &str {
        "registry.terraform.io/hashicorp/tfcoremock"
    }
    fn config_schema(&self) -> &Block {
        &self.config_schema
    }
    fn resource_types(&self) -> Vec<&str> {
        self.types.resources().map(AnyResource::name).collect()
    }
    fn data_sources(&self) -> Vec<&str> {
        self.types.data_sources().map(AnyData::name).collect()
    }
    fn resource_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.types.get(kind).map(AnyResource::schema)
    }
    fn data_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.types.get_data(kind).map(AnyData::schema)
    }
    fn functions(&self) -> &'static [Function] {
        FUNCTIONS
    }
    fn ephemeral_types(&self) -> Vec<&str> {
        self.types.ephemeral_types().map(AnyEphemeral::name).collect()
    }
    fn ephemeral_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.types.get_ephemeral(kind).map(AnyEphemeral::schema)
    }
    fn planner(&self, config: &Object) -> Option<Arc<dyn Provider>> {
        Some(Arc::new(MockProvider { types: self.types.clone(), store: self.store.clone(), config: config.clone() }))
    }
    async fn configure(&self, config: Object) -> std::result::Result<Arc<dyn Provider>, Diagnostics> {
        self.store.configured(config.str("token").unwrap_or_default());
        Ok(Arc::new(MockProvider { types: self.types.clone(), store: self.store.clone(), config }))
    }
}

struct MockProvider {
    types: Arc<Registry<Store>>,
    store: Store,
    config: Object,
}

impl MockProvider {
    fn get(&self, kind: &str) -> Result<&dyn AnyResource<Store>> {
        self.types.get(kind).ok_or_else(|| Error::other(format!("there is no resource type \"{kind}\"")))
    }

    fn ephemeral(&self, kind: &str) -> Result<&dyn AnyEphemeral<Store>> {
        let found = self.types.get_ephemeral(kind);
        found.ok_or_else(|| Error::other(format!("there is no ephemeral resource type \"{kind}\"")))
    }

    /// The configuration may ask for failures, object by object.
    fn allowed(&self, setting: &str, id: Option<&str>) -> Result<()> {
        match id.filter(|id| self.config.strings(setting).iter().any(|s| s == id)) {
            Some(id) => Err(Error::other(format!("\"{id}\" stands in {setting}"))),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Provider for MockProvider {
    fn remote_id(&self, kind: &str, prior: &Object) -> Option<RemoteId> {
        self.types.get(kind)?.remote_id(prior)
    }

    async fn read(&self, kind: &str, requests: &[ReadRequest], _: Freshness) -> Result<BTreeMap<RemoteId, Found>> {
        let resource = self.get(kind)?;
        let mut found = BTreeMap::new();
        for batch in requests.chunks(resource.read_batch().max(1)) {
            for request in batch {
                self.allowed("fail_on_read", Some(request.id.as_str()))?;
            }
            let ids: Vec<RemoteId> = batch.iter().map(|r| r.id.clone()).collect();
            let prior = batch.iter().map(|r| (r.id.clone(), r.prior.clone())).collect();
            found.extend(resource.read(&self.store, &ids, &prior).await?);
        }
        Ok(found)
    }

    fn forget(&self) {}

    fn plan(&self, kind: &str, change: &mut PlannedChange) -> Diagnostics {
        if let Some(resource) = self.types.get(kind) {
            resource.customize_plan(change);
        }
        std::mem::take(&mut change.diagnostics)
    }

    async fn create(&self, kind: &str, create: Create<'_>, want: &Object) -> Result<RemoteId> {
        self.allowed("fail_on_create", want.str("id"))?;
        self.get(kind)?.create(&self.store, create, want).await
    }
    async fn update(&self, kind: &str, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        self.allowed("fail_on_update", Some(id.as_str()))?;
        self.get(kind)?.update(&self.store, id, prior, want).await
    }
    async fn delete(&self, kind: &str, id: &RemoteId, prior: &Object) -> Result<()> {
        self.allowed("fail_on_delete", Some(id.as_str()))?;
        self.get(kind)?.delete(&self.store, id, prior).await
    }

    fn readiness(&self, kind: &str, object: &Object) -> Readiness {
        self.types.get(kind).map_or(Readiness::Ready, |r| r.readiness(object))
    }
    fn timeouts(&self, kind: &str) -> Timeouts {
        self.types.get(kind).map_or(Timeouts::minutes(10, 10, 10), AnyResource::timeouts)
    }
    fn deletion(&self, kind: &str) -> Deletion {
        self.types.get(kind).map_or(Deletion::Immediate, AnyResource::deletion)
    }
    fn retries(&self, kind: &str, operation: Operation, error: &Error) -> bool {
        self.types.get(kind).is_some_and(|r| r.retries(operation, error))
    }
    fn identity(&self, kind: &str, want: &Object) -> BTreeMap<String, String> {
        self.types.get(kind).map(|r| r.identity(want)).unwrap_or_default()
    }
    async fn find(&self, kind: &str, intent: &Intent) -> Result<Option<RemoteId>> {
        self.get(kind)?.find(&self.store, intent).await
    }
    fn import_id(&self, kind: &str, text: &str) -> Result<RemoteId> {
        self.get(kind)?.import_id(text)
    }
    fn actions(&self, kind: &str) -> Actions {
        self.types.get(kind).map(AnyResource::actions).unwrap_or_default()
    }

    async fn read_data(&self, kind: &str, config: &Object) -> Result<Object> {
        self.allowed("fail_on_read", config.str("id"))?;
        let data = self.types.get_data(kind);
        data.ok_or_else(|| Error::other(format!("there is no data source \"{kind}\"")))?.read(&self.store, config).await
    }

    async fn open_ephemeral(&self, kind: &str, config: &Object) -> Result<Opened> {
        self.ephemeral(kind)?.open(&self.store, config).await
    }
    async fn renew_ephemeral(&self, kind: &str, opened: &Opened) -> Result<Option<Duration>> {
        self.ephemeral(kind)?.renew(&self.store, opened).await
    }
    async fn close_ephemeral(&self, kind: &str, opened: &Opened) -> Result<()> {
        self.ephemeral(kind)?.close(&self.store, opened).await
    }
}
