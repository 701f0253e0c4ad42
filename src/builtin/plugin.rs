//! The provider boundary over a registry of types that need no cloud.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::Machine;
use crate::diag::Diagnostics;
use crate::provider::registry::{AnyData, AnyResource, Registry};
use crate::provider::{
    Actions, Create, Deletion, Error, Foreign, Found, Freshness, Intent, Object, Operation, PlannedChange, Plugin,
    Provider, ReadRequest, Readiness, RemoteId, Result, Timeouts,
};
use crate::schema::{Block, SharedSchema};

pub(super) type Types = Registry<Machine>;
pub(super) type Register = fn(Types) -> Types;

/// One provider: its types, over the machine.
pub(super) struct BuiltinPlugin {
    source: String,
    config_schema: Block,
    types: Arc<Types>,
    machine: Arc<Machine>,
}

impl BuiltinPlugin {
    pub fn new(source: &str, config_schema: Block, register: Register, machine: Arc<Machine>) -> Self {
        Self { source: source.to_owned(), config_schema, types: Arc::new(register(Registry::new())), machine }
    }
}

#[async_trait]
impl Plugin for BuiltinPlugin {
    fn source(&self) -> &str {
        &self.source
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
    fn take_over(&self, kind: &str, from: &Foreign<'_>) -> Option<Object> {
        self.types.get(kind).and_then(|_| super::terraform::take_over(kind, from))
    }
    async fn configure(&self, _config: Object) -> std::result::Result<Arc<dyn Provider>, Diagnostics> {
        Ok(Arc::new(BuiltinProvider { types: self.types.clone(), machine: self.machine.clone() }))
    }
}

struct BuiltinProvider {
    types: Arc<Types>,
    machine: Arc<Machine>,
}

impl BuiltinProvider {
    fn get(&self, kind: &str) -> Result<&dyn AnyResource<Machine>> {
        self.types.get(kind).ok_or_else(|| Error::other(format!("kiban has no resource type \"{kind}\"")))
    }
}

#[async_trait]
impl Provider for BuiltinProvider {
    fn remote_id(&self, kind: &str, prior: &Object) -> Option<RemoteId> {
        self.types.get(kind)?.remote_id(prior)
    }

    async fn read(&self, kind: &str, requests: &[ReadRequest], _: Freshness) -> Result<BTreeMap<RemoteId, Found>> {
        let ids: Vec<RemoteId> = requests.iter().map(|r| r.id.clone()).collect();
        let prior = requests.iter().map(|r| (r.id.clone(), r.prior.clone())).collect();
        self.get(kind)?.read(&self.machine, &ids, &prior).await
    }

    fn forget(&self) {}

    fn plan(&self, kind: &str, change: &mut PlannedChange) -> Diagnostics {
        if let Some(resource) = self.types.get(kind) {
            resource.customize_plan(change);
        }
        std::mem::take(&mut change.diagnostics)
    }

    async fn create(&self, kind: &str, create: Create<'_>, want: &Object) -> Result<RemoteId> {
        self.get(kind)?.create(&self.machine, create, want).await
    }
    async fn update(&self, kind: &str, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        self.get(kind)?.update(&self.machine, id, prior, want).await
    }
    async fn derive(&self, kind: &str, prior: Option<&Object>, want: &Object) -> Option<Result<Object>> {
        self.types.get(kind)?.derive(&self.machine, prior, want).await
    }
    async fn delete(&self, kind: &str, id: &RemoteId, prior: &Object) -> Result<()> {
        self.get(kind)?.delete(&self.machine, id, prior).await
    }

    fn readiness(&self, kind: &str, object: &Object) -> Readiness {
        self.types.get(kind).map_or(Readiness::Ready, |r| r.readiness(object))
    }
    fn timeouts(&self, kind: &str) -> Timeouts {
        self.types.get(kind).map_or(Timeouts::minutes(20, 20, 20), AnyResource::timeouts)
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
        self.get(kind)?.find(&self.machine, intent).await
    }
    fn import_id(&self, kind: &str, text: &str) -> Result<RemoteId> {
        self.get(kind)?.import_id(text)
    }
    fn actions(&self, kind: &str) -> Actions {
        self.types.get(kind).map(AnyResource::actions).unwrap_or_default()
    }

    async fn read_data(&self, kind: &str, config: &Object) -> Result<Object> {
        let data = self.types.get_data(kind);
        let data = data.ok_or_else(|| Error::other(format!("kiban has no data source \"{kind}\"")))?;
        data.read(&self.machine, config).await
    }
}
