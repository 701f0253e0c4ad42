//! Plugins and providers whose types stand in a [`Registry`]: every verb goes to the type, by name.
//!
//! Knows nothing of what a type does. A provider states what is its own, and the rest follows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::registry::{AnyData, AnyEphemeral, AnyResource, Registry};
use super::{
    Actions, Capabilities, Create, Deletion, Error, ErrorKind, Found, Freshness, Intent, Object, Opened, Operation,
    PlannedChange, PlannedObject, Provider, ReadRequest, Readiness, RemoteId, Result, Timeouts,
};
use crate::diag::Diagnostics;
use crate::schema::{Schema, SharedSchema};

/// The types of a plugin, whatever they are called with.
pub trait AnyTypes: Send + Sync {
    fn resources(&self) -> Vec<&str>;
    fn data_sources(&self) -> Vec<&str>;
    fn ephemeral(&self) -> Vec<&str>;
    fn resource_schema(&self, kind: &str) -> Option<SharedSchema>;
    fn data_schema(&self, kind: &str) -> Option<SharedSchema>;
    fn ephemeral_schema(&self, kind: &str) -> Option<SharedSchema>;
    /// IAM actions that the verbs of a resource type need.
    fn actions(&self, _kind: &str) -> Actions {
        Actions::default()
    }
    /// IAM actions that reading a data source needs.
    fn data_actions(&self, _kind: &str) -> &'static [&'static str] {
        &[]
    }
    /// IAM actions that opening an ephemeral resource needs.
    fn ephemeral_actions(&self, _kind: &str) -> &'static [&'static str] {
        &[]
    }
}

impl<C: Send + Sync + 'static> AnyTypes for Registry<C> {
    fn resources(&self) -> Vec<&str> {
        Registry::resources(self).map(AnyResource::name).collect()
    }
    fn data_sources(&self) -> Vec<&str> {
        Registry::data_sources(self).map(AnyData::name).collect()
    }
    fn ephemeral(&self) -> Vec<&str> {
        self.ephemeral_types().map(AnyEphemeral::name).collect()
    }
    fn resource_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.get(kind).map(AnyResource::schema)
    }
    fn data_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.get_data(kind).map(AnyData::schema)
    }
    fn ephemeral_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.get_ephemeral(kind).map(AnyEphemeral::schema)
    }
    fn actions(&self, kind: &str) -> Actions {
        self.get(kind).map(AnyResource::actions).unwrap_or_default()
    }
    fn data_actions(&self, kind: &str) -> &'static [&'static str] {
        self.get_data(kind).map(AnyData::actions).unwrap_or_default()
    }
    fn ephemeral_actions(&self, kind: &str) -> &'static [&'static str] {
        self.get_ephemeral(kind).map(AnyEphemeral::actions).unwrap_or_default()
    }
}

/// No types at all: a plugin may have functions alone.
impl AnyTypes for () {
    fn resources(&self) -> Vec<&str> {
        Vec::new()
    }
    fn data_sources(&self) -> Vec<&str> {
        Vec::new()
    }
    fn ephemeral(&self) -> Vec<&str> {
        Vec::new()
    }
    fn resource_schema(&self, _kind: &str) -> Option<SharedSchema> {
        None
    }
    fn data_schema(&self, _kind: &str) -> Option<SharedSchema> {
        None
    }
    fn ephemeral_schema(&self, _kind: &str) -> Option<SharedSchema> {
        None
    }
}

/// A configured provider over a registry. Whatever is one is a [`Provider`].
pub trait Typed: Send + Sync + 'static {
    type Client: Send + Sync + 'static;
    /// Batches of one type that are read at the same time.
    const BATCHES_AT_ONCE: usize = 1;
    /// Attempts of a call that changes nothing and whose answer got lost.
    const ATTEMPTS: u32 = 1;

    fn types(&self) -> &Registry<Self::Client>;

    /// What a call is made with. Writes are made with the one for [`Freshness::Now`].
    fn client(&self, freshness: Freshness) -> Arc<Self::Client>;

    /// Lets reads of [`Freshness::Run`] start anew.
    fn start_anew(&self) {}

    /// Whether a call about an object with this id may be made; without an operation it is a read.
    fn admit(&self, _operation: Option<Operation>, _id: Option<&str>) -> Result<()> {
        Ok(())
    }

    /// Completes the plan of a change: the type's own part, and what holds for all types before and after it.
    fn complete_plan(&self, resource: &dyn AnyResource<Self::Client>, change: &mut PlannedChange) {
        resource.customize_plan(change);
    }

    /// Whether [`Typed::review`] looks at objects of a type.
    fn reviews(&self, _resource: &dyn AnyResource<Self::Client>) -> bool {
        false
    }

    /// Judges a plan as a whole.
    fn review(&self, _plan: &[PlannedObject]) -> impl Future<Output = Diagnostics> + Send {
        std::future::ready(Diagnostics::new())
    }

    /// What the provider runs for clusters.
    fn capabilities(&self) -> Option<&dyn Capabilities> {
        None
    }

    /// What is written of an object, whatever its type.
    fn complete_write<'o>(&self, want: &'o Object) -> Cow<'o, Object> {
        Cow::Borrowed(want)
    }

    /// What holds for the objects of all types that were read.
    fn complete_read(&self, _resource: &dyn AnyResource<Self::Client>, _object: &mut Object, _prior: &Object) {}

    /// What holds for the answers of all data sources.
    fn complete_data(&self, _schema: &Schema, _object: &mut Object) {}
}

fn resource<'a, T: Typed>(provider: &'a T, kind: &str) -> Result<&'a dyn AnyResource<T::Client>> {
    provider.types().get(kind).ok_or_else(|| missing("resource type", kind))
}

fn data<'a, T: Typed>(provider: &'a T, kind: &str) -> Result<&'a dyn AnyData<T::Client>> {
    provider.types().get_data(kind).ok_or_else(|| missing("data source", kind))
}

fn ephemeral<'a, T: Typed>(provider: &'a T, kind: &str) -> Result<&'a dyn AnyEphemeral<T::Client>> {
    provider.types().get_ephemeral(kind).ok_or_else(|| missing("ephemeral resource type", kind))
}

fn missing(what: &str, kind: &str) -> Error {
    Error::other(format!("there is no {what} \"{kind}\""))
}

async fn read_batch<T: Typed>(
    provider: &T,
    resource: &dyn AnyResource<T::Client>,
    client: &T::Client,
    batch: &[ReadRequest],
) -> Result<BTreeMap<RemoteId, Found>> {
    for request in batch {
        provider.admit(None, Some(request.id.as_str()))?;
    }
    let ids: Vec<RemoteId> = batch.iter().map(|r| r.id.clone()).collect();
    let prior: BTreeMap<RemoteId, Object> = batch.iter().map(|r| (r.id.clone(), r.prior.clone())).collect();
    let mut found = repeat_lost(T::ATTEMPTS, || resource.read(client, &ids, &prior)).await?;
    for (id, prior) in &prior {
        match found.get_mut(id) {
            Some(Found::Object(object)) => provider.complete_read(resource, object, prior),
            Some(Found::Gone) => {}
            // A missing answer must never be taken for a deletion.
            None => return Err(Error::other(format!("{}: no answer for \"{id}\"", resource.name()))),
        }
    }
    Ok(found)
}

/// Repeats a call whose answer got lost.
async fn repeat_lost<T, F: Future<Output = Result<T>>>(attempts: u32, call: impl Fn() -> F) -> Result<T> {
    let mut attempt = 1;
    loop {
        match call().await {
            Err(e) if e.kind == ErrorKind::Connection && attempt < attempts => {
                tokio::time::timeout(Duration::from_millis(100 << attempt), std::future::pending::<()>()).await.ok();
                attempt += 1;
            }
            other => return other,
        }
    }
}

#[async_trait]
impl<T: Typed> Provider for T {
    fn remote_id(&self, kind: &str, prior: &Object) -> Option<RemoteId> {
        self.types().get(kind)?.remote_id(prior)
    }

    async fn read(
        &self,
        kind: &str,
        requests: &[ReadRequest],
        freshness: Freshness,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let resource = resource(self, kind)?;
        let client = self.client(freshness);
        let mut batches = Vec::new();
        for batch in requests.chunks(resource.read_batch().max(1)) {
            batches.push(read_batch(self, resource, &client, batch));
        }
        let found: Vec<_> = stream::iter(batches).buffer_unordered(T::BATCHES_AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    fn forget(&self) {
        self.start_anew();
    }

    fn plan(&self, kind: &str, change: &mut PlannedChange) -> Diagnostics {
        if let Some(resource) = self.types().get(kind) {
            self.complete_plan(resource, change);
        }
        std::mem::take(&mut change.diagnostics)
    }

    fn capabilities(&self) -> Option<&dyn Capabilities> {
        Typed::capabilities(self)
    }

    fn reviews(&self, kind: &str) -> bool {
        self.types().get(kind).is_some_and(|r| Typed::reviews(self, r))
    }
    async fn review(&self, plan: &[PlannedObject]) -> Diagnostics {
        Typed::review(self, plan).await
    }

    async fn create(&self, kind: &str, create: Create<'_>, want: &Object) -> Result<RemoteId> {
        self.admit(Some(Operation::Create), want.str("id"))?;
        resource(self, kind)?.create(&*self.client(Freshness::Now), create, &self.complete_write(want)).await
    }
    async fn update(&self, kind: &str, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        self.admit(Some(Operation::Update), Some(id.as_str()))?;
        resource(self, kind)?.update(&*self.client(Freshness::Now), id, prior, &self.complete_write(want)).await
    }
    async fn derive(&self, kind: &str, prior: Option<&Object>, want: &Object) -> Option<Result<Object>> {
        self.types().get(kind)?.derive(&*self.client(Freshness::Now), prior, want).await
    }
    async fn delete(&self, kind: &str, id: &RemoteId, prior: &Object) -> Result<()> {
        self.admit(Some(Operation::Delete), Some(id.as_str()))?;
        resource(self, kind)?.delete(&*self.client(Freshness::Now), id, prior).await
    }

    fn readiness(&self, kind: &str, object: &Object) -> Readiness {
        self.types().get(kind).map_or(Readiness::Ready, |r| r.readiness(object))
    }
    fn timeouts(&self, kind: &str) -> Timeouts {
        self.types().get(kind).map_or(Timeouts::minutes(10, 10, 10), AnyResource::timeouts)
    }
    fn deletion(&self, kind: &str) -> Deletion {
        self.types().get(kind).map_or(Deletion::Immediate, AnyResource::deletion)
    }
    fn retries(&self, kind: &str, operation: Operation, error: &Error) -> bool {
        self.types().get(kind).is_some_and(|r| r.retries(operation, error))
    }
    fn identity(&self, kind: &str, want: &Object) -> BTreeMap<String, String> {
        self.types().get(kind).map(|r| r.identity(want)).unwrap_or_default()
    }
    async fn find(&self, kind: &str, intent: &Intent) -> Result<Option<RemoteId>> {
        let (resource, client) = (resource(self, kind)?, self.client(Freshness::Now));
        repeat_lost(T::ATTEMPTS, || resource.find(&client, intent)).await
    }
    async fn reclaim(&self, kind: &str, id: &RemoteId) -> Result<()> {
        let (resource, client) = (resource(self, kind)?, self.client(Freshness::Now));
        repeat_lost(T::ATTEMPTS, || resource.reclaim(&client, id)).await
    }
    fn import_id(&self, kind: &str, text: &str) -> Result<RemoteId> {
        resource(self, kind)?.import_id(text)
    }

    async fn read_data(&self, kind: &str, config: &Object) -> Result<Object> {
        self.admit(None, config.str("id"))?;
        let (data, client) = (data(self, kind)?, self.client(Freshness::Run));
        let mut object = repeat_lost(T::ATTEMPTS, || data.read(&client, config)).await?;
        self.complete_data(&data.schema(), &mut object);
        Ok(object)
    }

    async fn open_ephemeral(&self, kind: &str, config: &Object) -> Result<Opened> {
        let (ephemeral, client) = (ephemeral(self, kind)?, self.client(Freshness::Now));
        repeat_lost(T::ATTEMPTS, || ephemeral.open(&client, config)).await
    }
    async fn renew_ephemeral(&self, kind: &str, opened: &Opened) -> Result<Option<Duration>> {
        ephemeral(self, kind)?.renew(&*self.client(Freshness::Now), opened).await
    }
    async fn close_ephemeral(&self, kind: &str, opened: &Opened) -> Result<()> {
        ephemeral(self, kind)?.close(&*self.client(Freshness::Now), opened).await
    }
}
