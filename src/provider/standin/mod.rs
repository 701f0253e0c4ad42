//! A provider that stands in for another in tests: it has the other's types, calls nothing, and makes up what the other
//! would choose.
//!
//! Knows nothing of test files. Objects live in the state alone: a read finds what is there.

mod invent;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use super::{
    Create, Deletion, Error, Found, Freshness, Intent, Object, Opened, Operation, PlannedChange, Plugin, Provider,
    ReadRequest, Readiness, RemoteId, Result, Timeouts,
};
use crate::addr::{AbsInstance, Mode, Name};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::functions::Function;
use crate::schema::{Attribute, Block, NestedBlock, Normal, Schema, SharedSchema};
use crate::value::Value;
use crate::value::json::to_json;

use invent::{Inventor, Missing};

/// Values that are given for a type or an object; what they lack is made up.
#[derive(Clone, Debug)]
pub struct Given {
    /// An object.
    pub values: Value,
    /// Known while planning already.
    pub at_plan: bool,
    /// Where they are written, for messages.
    pub origin: String,
}

/// What is given, by type.
#[derive(Clone, Debug, Default)]
pub struct Mocks {
    pub resources: BTreeMap<Name, Given>,
    pub data: BTreeMap<Name, Given>,
}

/// The types of another plugin, without its connection and without its rules of how objects change.
pub struct StandInPlugin {
    plugin: Arc<dyn Plugin>,
    config_schema: Block,
}

impl StandInPlugin {
    pub fn new(plugin: Arc<dyn Plugin>) -> Self {
        Self { plugin, config_schema: Block::new() }
    }
}

#[async_trait]
impl Plugin for StandInPlugin {
    fn source(&self) -> &str {
        self.plugin.source()
    }
    fn config_schema(&self) -> &Block {
        &self.config_schema
    }
    fn resource_types(&self) -> Vec<&str> {
        self.plugin.resource_types()
    }
    fn data_sources(&self) -> Vec<&str> {
        self.plugin.data_sources()
    }
    fn resource_schema(&self, kind: &str) -> Option<SharedSchema> {
        let schema = self.plugin.resource_schema(kind)?;
        Some(Arc::new(Schema { version: schema.version, block: plain(&schema.block) }))
    }
    fn data_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.plugin.data_schema(kind)
    }
    fn functions(&self) -> &'static [Function] {
        self.plugin.functions()
    }
    fn ephemeral_types(&self) -> Vec<&str> {
        self.plugin.ephemeral_types()
    }
    fn ephemeral_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.plugin.ephemeral_schema(kind)
    }
    async fn configure(&self, _config: Object) -> std::result::Result<Arc<dyn Provider>, Diagnostics> {
        Ok(Arc::new(StandIn::new(self.plugin.clone(), Mocks::default())))
    }
}

/// A block without what only the real provider would do: replacing objects, choosing defaults, judging spellings.
fn plain(block: &Block) -> Block {
    let attribute = |a: &Attribute| Attribute { force_new: false, default: None, normal: Normal::Exact, ..a.clone() };
    let nested = |b: &NestedBlock| NestedBlock { force_new: false, block: plain(&b.block), ..b.clone() };
    Block {
        attributes: block.attributes.iter().map(|(k, a)| (k.clone(), attribute(a))).collect(),
        blocks: block.blocks.iter().map(|(k, b)| (k.clone(), nested(b))).collect(),
    }
}

/// The provider itself, for all instances or for one.
#[derive(Clone)]
pub struct StandIn {
    plugin: Arc<dyn Plugin>,
    mocks: Arc<Mocks>,
    /// Made-up values are the same for the same seed, instance and attribute: what was planned holds when it is applied.
    seed: u64,
    instance: Option<String>,
}

impl StandIn {
    pub fn new(plugin: Arc<dyn Plugin>, mocks: Mocks) -> Self {
        let (seed, _) = uuid::Uuid::new_v4().as_u64_pair();
        Self { plugin, mocks: Arc::new(mocks), seed, instance: None }
    }

    fn schema(&self, mode: Mode, kind: &str) -> Result<SharedSchema> {
        let schema = match mode {
            Mode::Managed => self.plugin.resource_schema(kind),
            Mode::Data => self.plugin.data_schema(kind),
            Mode::Ephemeral => self.plugin.ephemeral_schema(kind),
        };
        schema.ok_or_else(|| Error::other(format!("there is no type \"{kind}\"")))
    }

    /// The object with everything filled in that is missing in it.
    fn complete(&self, mode: Mode, kind: &str, object: &Object, missing: Missing) -> Result<(Object, Vec<String>)> {
        let schema = self.schema(mode, kind)?;
        let given = match mode {
            Mode::Managed => self.mocks.resources.get(kind),
            Mode::Data => self.mocks.data.get(kind),
            Mode::Ephemeral => None,
        };
        let instance = self.instance.as_deref().unwrap_or_default();
        let mut inventor = Inventor::new(self.seed, instance, given.map_or("", |g| &g.origin), missing);
        let values = given.map(|g| &g.values);
        let value = inventor.fill(&schema.block, object.clone().into_value(), values, "");
        Ok((Object::from_value(&value), inventor.problems))
    }

    /// The same, where given values that do not fit are an error.
    fn completed(&self, mode: Mode, kind: &str, object: &Object, missing: Missing) -> Result<Object> {
        let (object, problems) = self.complete(mode, kind, object, missing)?;
        if problems.is_empty() { Ok(object) } else { Err(Error::other(problems.join("\n\n")).summary(UNSUITABLE)) }
    }
}

/// Summary of values that do not fit their attributes.
const UNSUITABLE: &str = "Failed to compute attribute";

#[async_trait]
impl Provider for StandIn {
    fn bound(&self, instance: &AbsInstance) -> Option<Arc<dyn Provider>> {
        Some(Arc::new(Self { instance: Some(instance.to_string()), ..self.clone() }))
    }

    fn remote_id(&self, _kind: &str, prior: &Object) -> Option<RemoteId> {
        // Two objects may have the same `id`: what tells them apart is all that they are.
        let text = to_json(&prior.clone().into_value()).to_string();
        Some(RemoteId::from(hex::encode(Sha256::digest(text))))
    }

    async fn read(&self, kind: &str, requests: &[ReadRequest], _: Freshness) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found = BTreeMap::new();
        for request in requests {
            let (object, _) = self.complete(Mode::Managed, kind, &request.prior, Missing::Unknown)?;
            found.insert(request.id.clone(), Found::Object(object));
        }
        Ok(found)
    }

    fn forget(&self) {}

    fn plan(&self, kind: &str, change: &mut PlannedChange) -> Diagnostics {
        let at_plan = self.mocks.resources.get(kind).is_some_and(|g| g.at_plan);
        if !change.is_create() || !at_plan {
            return Diagnostics::new();
        }
        match self.complete(Mode::Managed, kind, &change.planned, Missing::Unknown) {
            Ok((planned, problems)) => {
                change.planned = planned;
                problems.into_iter().map(|p| Diagnostic::error(UNSUITABLE, p)).collect()
            }
            Err(error) => error.to_diagnostic(UNSUITABLE).into(),
        }
    }

    async fn create(&self, kind: &str, create: Create<'_>, want: &Object) -> Result<RemoteId> {
        let object = self.completed(Mode::Managed, kind, want, Missing::Unknown)?;
        let id = self.remote_id(kind, &object).unwrap_or_else(|| RemoteId::from(create.token));
        (create.created)(&id);
        Ok(id)
    }

    async fn derive(&self, kind: &str, _prior: Option<&Object>, want: &Object) -> Option<Result<Object>> {
        Some(self.completed(Mode::Managed, kind, want, Missing::Unknown))
    }

    async fn update(&self, _kind: &str, _id: &RemoteId, _prior: &Object, _want: &Object) -> Result<()> {
        Ok(())
    }

    async fn delete(&self, _kind: &str, _id: &RemoteId, _prior: &Object) -> Result<()> {
        Ok(())
    }

    fn readiness(&self, _kind: &str, _object: &Object) -> Readiness {
        Readiness::Ready
    }
    fn timeouts(&self, _kind: &str) -> Timeouts {
        Timeouts::minutes(1, 1, 1)
    }
    fn deletion(&self, _kind: &str) -> Deletion {
        Deletion::Immediate
    }
    fn retries(&self, _kind: &str, _operation: Operation, _error: &Error) -> bool {
        false
    }
    fn identity(&self, _kind: &str, _want: &Object) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
    async fn find(&self, _kind: &str, _intent: &Intent) -> Result<Option<RemoteId>> {
        Ok(None)
    }
    fn import_id(&self, _kind: &str, text: &str) -> Result<RemoteId> {
        Ok(RemoteId::from(text))
    }
    async fn read_data(&self, kind: &str, config: &Object) -> Result<Object> {
        self.completed(Mode::Data, kind, config, Missing::NotConfigured)
    }

    async fn open_ephemeral(&self, kind: &str, config: &Object) -> Result<Opened> {
        Ok(self.completed(Mode::Ephemeral, kind, config, Missing::NotConfigured)?.into())
    }
}

#[cfg(test)]
mod tests;
