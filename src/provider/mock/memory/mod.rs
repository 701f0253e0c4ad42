//! A provider whose objects live in memory, with the types of `hashicorp/tfcoremock` and a few of its own.
//!
//! Knows nothing of files and of time. Tests of the engine look into its [`Store`] and inject faults.

mod engine;
mod lease;
mod plain;
mod store;

use plain::Plain;
pub use store::{Call, Fault, Script, Store, Stored, Verb};

use std::sync::Arc;

use async_trait::async_trait;

use crate::diag::Diagnostics;
use crate::eval::functions::{Accepts, Function, Outcome, param};
use crate::provider::registry::Registry;
use crate::provider::{AnyTypes, Error, Freshness, Object, Operation, Plugin, Provider, Result, Typed};
use crate::schema::{Block, list_of, string};
use crate::value::Type;

fn registry() -> Registry<Store> {
    Registry::new()
        .resource::<Plain<plain::Simple>>()
        .resource::<Plain<plain::Complex>>()
        .resource::<engine::Engine<false>>()
        .resource::<engine::Engine<true>>()
        .data::<Plain<plain::Simple>>()
        .data::<Plain<plain::Complex>>()
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
    store: Arc<Store>,
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
        Self { types: Arc::new(registry()), config_schema, store: Arc::new(store) }
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
    fn types(&self) -> &dyn AnyTypes {
        &*self.types
    }
    fn functions(&self) -> &'static [Function] {
        FUNCTIONS
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
    store: Arc<Store>,
    config: Object,
}

impl Typed for MockProvider {
    type Client = Store;

    fn types(&self) -> &Registry<Store> {
        &self.types
    }
    fn client(&self, _: Freshness) -> Arc<Store> {
        self.store.clone()
    }
    /// The configuration may ask for failures, object by object.
    fn admit(&self, operation: Option<Operation>, id: Option<&str>) -> Result<()> {
        let setting = match operation {
            None => "fail_on_read",
            Some(Operation::Create) => "fail_on_create",
            Some(Operation::Update) => "fail_on_update",
            Some(Operation::Delete) => "fail_on_delete",
        };
        match id.filter(|id| self.config.strings(setting).iter().any(|s| s == id)) {
            Some(id) => Err(Error::other(format!("\"{id}\" stands in {setting}"))),
            None => Ok(()),
        }
    }
}
