//! The boundary between the engine and whatever holds the objects.
//!
//! Knows nothing of any cloud. The engine speaks to [`Provider`], authors of types write a [`ResourceType`], a
//! [`DataSource`] or an [`EphemeralResource`], and [`registry`] and [`Typed`] turn the one into the other.

mod capability;
mod change;
mod error;
pub mod mock;
mod object;
mod providers;
pub mod registry;
mod resource;
mod review;
pub mod standin;
mod state_only;
mod typed;

pub use capability::{ArgoCd, Capabilities, Capability};
pub use change::PlannedChange;
pub use error::{Error, ErrorKind, Result};
pub use object::Object;
pub use providers::Providers;
pub use resource::{
    Actions, Create, CreateCx, DataSource, Deletion, EphemeralResource, Found, Intent, Opened, Operation, Readiness,
    RemoteId, ResourceType, Timeouts, parse_duration,
};
pub use review::{Fate, PlannedObject};
pub use state_only::StateOnly;
pub use typed::{AnyTypes, Typed};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::addr::{AbsInstance, Mode};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::functions::Function;
use crate::schema::{Block, SharedSchema};

/// A provider before it is configured: what it offers, without a connection.
#[async_trait]
pub trait Plugin: Send + Sync {
    /// `hostname/namespace/type`
    fn source(&self) -> &str;
    /// The version of the public provider whose types these are.
    fn version(&self) -> Option<&str> {
        None
    }
    /// Schema of the `provider` block.
    fn config_schema(&self) -> &Block;
    /// The types that the plugin has. What follows of them need not be written.
    fn types(&self) -> &dyn AnyTypes {
        &()
    }
    fn resource_types(&self) -> Vec<&str> {
        self.types().resources()
    }
    fn data_sources(&self) -> Vec<&str> {
        self.types().data_sources()
    }
    fn resource_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.types().resource_schema(kind)
    }
    fn data_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.types().data_schema(kind)
    }
    /// IAM actions that planning objects of a type needs beside reading them.
    fn planning_actions(&self, _kind: &str) -> Vec<&'static str> {
        Vec::new()
    }
    /// IAM actions that keeping a capability of a cluster needs.
    fn capability_actions(&self) -> &'static [&'static str] {
        &[]
    }
    /// Every type that the public provider has, so that one that is missing here is told from one that is misspelled.
    fn all_names(&self, mode: Mode) -> Vec<&str> {
        match mode {
            Mode::Managed => self.resource_types(),
            Mode::Data => self.data_sources(),
            Mode::Ephemeral => self.ephemeral_types(),
        }
    }
    /// Why types that it should have may be missing from its lists.
    fn problem(&self) -> Option<Diagnostic> {
        None
    }
    /// Functions that expressions may call. They need no connection.
    fn functions(&self) -> &'static [Function] {
        &[]
    }
    fn ephemeral_types(&self) -> Vec<&str> {
        self.types().ephemeral()
    }
    fn ephemeral_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.types().ephemeral_schema(kind)
    }
    /// The object that one of another type becomes by a `moved` block; `None` where the type takes over no such object.
    fn take_over(&self, _kind: &str, _from: &Foreign<'_>) -> Option<Object> {
        None
    }
    /// Makes a provider from the evaluated `provider` block, in which everything is known.
    async fn configure(&self, config: Object) -> std::result::Result<Arc<dyn Provider>, Diagnostics>;
    /// A provider that can plan new objects and nothing else, while part of its configuration is known only after apply.
    /// `None` where planning, too, needs the whole of it.
    fn planner(&self, _config: &Object) -> Option<Arc<dyn Provider>> {
        None
    }
}

/// An object in state that belonged to another type.
#[derive(Clone, Copy, Debug)]
pub struct Foreign<'a> {
    /// Source of the provider that it belonged to.
    pub provider: &'a str,
    pub kind: &'a str,
    /// As stored.
    pub attributes: &'a serde_json::Map<String, serde_json::Value>,
}

/// How fresh and how complete a read has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Lists that this run has read already may serve again: the refresh of a plan.
    ///
    /// An attribute that costs a call of its own for each object may be left out where it cannot change a plan: it is
    /// optional and computed, and unset in state. Set outside, it would become the prior value, and configuration that
    /// does not name it would keep it. Configuration that does name it differs from what is in state, so it is planned.
    Run,
    /// As [`Freshness::Run`], with every attribute: looks for drift, and refreshes that are asked for.
    Thorough,
    /// Straight from the source: waiters, and reads after a write.
    Now,
}

/// One object to read: its identity, and what is known of it so far.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    pub id: RemoteId,
    /// The object in state, or as planned; empty at import.
    pub prior: Object,
}

/// A configured provider: every verb on every type.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Identity of an object in state; `None` where the state lacks what the type needs.
    fn remote_id(&self, kind: &str, prior: &Object) -> Option<RemoteId>;

    /// Reads objects of one type, in as few calls as its API allows. Answers for every id.
    async fn read(
        &self,
        kind: &str,
        requests: &[ReadRequest],
        freshness: Freshness,
    ) -> Result<BTreeMap<RemoteId, Found>>;

    /// Lets reads of [`Freshness::Run`] start anew: what was read before may have changed.
    fn forget(&self);

    /// Predicts computed values and adds what forces a replacement. Pure.
    fn plan(&self, kind: &str, change: &mut PlannedChange) -> Diagnostics;

    /// Whether [`Provider::review`] looks at objects of a type.
    fn reviews(&self, _kind: &str) -> bool {
        false
    }
    /// Judges a plan as a whole: what the cloud would refuse, and what parts of one plan undo of each other. Each finding
    /// names the address of its object, and the attribute where there is one.
    async fn review(&self, _plan: &[PlannedObject]) -> Diagnostics {
        Diagnostics::new()
    }

    async fn create(&self, kind: &str, create: Create<'_>, want: &Object) -> Result<RemoteId>;
    async fn update(&self, kind: &str, id: &RemoteId, prior: &Object, want: &Object) -> Result<()>;
    /// What a type whose objects live in the state only computes for a new object, or for one that changes. `None`: the
    /// object lives elsewhere, and is made by [`Provider::create`] and [`Provider::update`].
    async fn derive(&self, _kind: &str, _prior: Option<&Object>, _want: &Object) -> Option<Result<Object>> {
        None
    }
    async fn delete(&self, kind: &str, id: &RemoteId, prior: &Object) -> Result<()>;

    fn readiness(&self, kind: &str, object: &Object) -> Readiness;
    fn timeouts(&self, kind: &str) -> Timeouts;
    fn deletion(&self, kind: &str) -> Deletion;
    /// Whether an error of a write should be retried until its timeout.
    fn retries(&self, kind: &str, operation: Operation, error: &Error) -> bool;
    /// What identifies an object that is about to be created, beside the token: goes into the journal, never a secret.
    fn identity(&self, kind: &str, want: &Object) -> BTreeMap<String, String>;
    /// Looks for an object whose creation was begun and whose outcome is not known.
    async fn find(&self, kind: &str, intent: &Intent) -> Result<Option<RemoteId>>;
    /// Brings an object that was lost and found to where its creation leaves it, once its id is in the journal.
    async fn reclaim(&self, _kind: &str, _id: &RemoteId) -> Result<()> {
        Ok(())
    }
    fn import_id(&self, kind: &str, text: &str) -> Result<RemoteId>;
    /// The id that the `identity` of an `import` block stands for. Default: its attribute `id`.
    fn import_identity(&self, kind: &str, identity: &Object) -> Result<RemoteId> {
        match identity.string("id") {
            Some(id) => self.import_id(kind, &id),
            None => Err(Error::other(format!("{kind} is imported by an id: its identity has no other attributes"))),
        }
    }
    /// Reads a data source.
    async fn read_data(&self, kind: &str, config: &Object) -> Result<Object>;

    /// Opens an ephemeral resource.
    async fn open_ephemeral(&self, kind: &str, _config: &Object) -> Result<Opened> {
        Err(Error::other(format!("there is no ephemeral resource type \"{kind}\"")))
    }
    /// Makes it last longer; the answer is when to do so again.
    async fn renew_ephemeral(&self, _kind: &str, _opened: &Opened) -> Result<Option<Duration>> {
        Ok(None)
    }
    /// Ends it. The run no longer uses the object.
    async fn close_ephemeral(&self, _kind: &str, _opened: &Opened) -> Result<()> {
        Ok(())
    }

    /// What it runs for clusters; `None` where it runs nothing.
    fn capabilities(&self) -> Option<&dyn Capabilities> {
        None
    }

    /// This provider as one instance sees it, where that makes a difference.
    fn bound(&self, _instance: &AbsInstance) -> Option<Arc<dyn Provider>> {
        None
    }
}
