//! The provider boundary over a registry of types that need no cloud.

use std::sync::Arc;

use async_trait::async_trait;

use super::Machine;
use crate::diag::Diagnostics;
use crate::eval::functions::Function;
use crate::provider::registry::Registry;
use crate::provider::{AnyTypes, Foreign, Freshness, Object, Plugin, Provider, Typed};
use crate::schema::Block;

pub(super) type Types = Registry<Machine>;
pub(super) type Register = fn(Types) -> Types;

/// One provider: its types, over the machine.
pub(super) struct BuiltinPlugin {
    source: String,
    config_schema: Block,
    types: Arc<Types>,
    functions: &'static [Function],
    machine: Arc<Machine>,
}

impl BuiltinPlugin {
    pub fn new(source: &str, register: Register, functions: &'static [Function], machine: Arc<Machine>) -> Self {
        let types = Arc::new(register(Registry::new()));
        Self { source: source.to_owned(), config_schema: Block::new(), types, functions, machine }
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
    fn types(&self) -> &dyn AnyTypes {
        &*self.types
    }
    fn functions(&self) -> &'static [Function] {
        self.functions
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

impl Typed for BuiltinProvider {
    type Client = Machine;

    fn types(&self) -> &Types {
        &self.types
    }
    fn client(&self, _: Freshness) -> Arc<Machine> {
        self.machine.clone()
    }
}
