//! From the types that authors write to what the engine calls, without generics.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;

use crate::schema::{Schema, SharedSchema};

use super::{
    Actions, Create, CreateCx, DataSource, Deletion, EphemeralResource, Error, Found, Intent, Object, Opened,
    Operation, PlannedChange, Readiness, RemoteId, ResourceType, Result, StateOnly, Timeouts,
};

/// A resource type without its Rust type.
#[async_trait]
pub trait AnyResource<C>: Send + Sync {
    fn name(&self) -> &'static str;
    fn schema(&self) -> SharedSchema;
    fn read_batch(&self) -> usize;
    fn actions(&self) -> Actions;
    fn deletion(&self) -> Deletion;
    fn plans_exactly(&self) -> bool {
        false
    }
    /// See [`ResourceType::UNIQUE`].
    fn unique(&self) -> &'static [&'static str] {
        &[]
    }
    fn timeouts(&self) -> Timeouts;
    fn remote_id(&self, object: &Object) -> Option<RemoteId>;
    fn customize_plan(&self, change: &mut PlannedChange);
    fn readiness(&self, object: &Object) -> Readiness;
    fn retries(&self, operation: Operation, error: &Error) -> bool;
    fn identity(&self, want: &Object) -> BTreeMap<String, String>;
    fn import_id(&self, text: &str) -> Result<RemoteId>;
    async fn read(
        &self,
        client: &C,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>>;
    async fn create(&self, client: &C, create: Create<'_>, want: &Object) -> Result<RemoteId>;
    async fn update(&self, client: &C, id: &RemoteId, prior: &Object, want: &Object) -> Result<()>;
    async fn delete(&self, client: &C, id: &RemoteId, prior: &Object) -> Result<()>;
    async fn find(&self, client: &C, intent: &Intent) -> Result<Option<RemoteId>>;
    async fn reclaim(&self, _client: &C, _id: &RemoteId) -> Result<()> {
        Ok(())
    }
    /// What is computed of the object, where it lives in the state only.
    async fn derive(&self, _client: &C, _prior: Option<&Object>, _want: &Object) -> Option<Result<Object>> {
        None
    }
}

/// A data source without its Rust type.
#[async_trait]
pub trait AnyData<C>: Send + Sync {
    fn name(&self) -> &'static str;
    fn schema(&self) -> SharedSchema;
    fn actions(&self) -> &'static [&'static str];
    async fn read(&self, client: &C, config: &Object) -> Result<Object>;
}

/// An ephemeral resource type without its Rust type.
#[async_trait]
pub trait AnyEphemeral<C>: Send + Sync {
    fn name(&self) -> &'static str;
    fn schema(&self) -> SharedSchema;
    fn actions(&self) -> &'static [&'static str];
    async fn open(&self, client: &C, config: &Object) -> Result<Opened>;
    async fn renew(&self, client: &C, opened: &Opened) -> Result<Option<Duration>>;
    async fn close(&self, client: &C, opened: &Opened) -> Result<()>;
}

/// Schemas are built on first use: a run touches a few of many types.
#[derive(Default)]
pub(super) struct Lazy(OnceLock<SharedSchema>);

impl Lazy {
    pub(super) fn get(&self, make: fn() -> Schema) -> SharedSchema {
        self.0.get_or_init(|| Arc::new(make())).clone()
    }
}

struct Resource<T>(Lazy, PhantomData<fn() -> T>);

#[async_trait]
impl<T: ResourceType> AnyResource<T::Client> for Resource<T> {
    fn name(&self) -> &'static str {
        T::NAME
    }
    fn schema(&self) -> SharedSchema {
        self.0.get(T::schema)
    }
    fn read_batch(&self) -> usize {
        T::READ_BATCH
    }
    fn actions(&self) -> Actions {
        T::ACTIONS
    }
    fn deletion(&self) -> Deletion {
        T::DELETION
    }
    fn plans_exactly(&self) -> bool {
        T::PLANS_EXACTLY
    }
    fn unique(&self) -> &'static [&'static str] {
        T::UNIQUE
    }
    fn timeouts(&self) -> Timeouts {
        T::timeouts()
    }
    fn remote_id(&self, object: &Object) -> Option<RemoteId> {
        T::remote_id(object)
    }
    fn customize_plan(&self, change: &mut PlannedChange) {
        T::customize_plan(change);
    }
    fn readiness(&self, object: &Object) -> Readiness {
        T::readiness(object)
    }
    fn retries(&self, operation: Operation, error: &Error) -> bool {
        T::retries(operation, error)
    }
    fn identity(&self, want: &Object) -> BTreeMap<String, String> {
        T::identity(want)
    }
    fn import_id(&self, text: &str) -> Result<RemoteId> {
        T::import_id(text)
    }
    async fn read(
        &self,
        client: &T::Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        T::read(client, ids, prior).await
    }
    async fn create(&self, client: &T::Client, create: Create<'_>, want: &Object) -> Result<RemoteId> {
        let cx = CreateCx { client, token: create.token, created: create.created };
        T::create(&cx, want).await
    }
    async fn update(&self, client: &T::Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        T::update(client, id, prior, want).await
    }
    async fn delete(&self, client: &T::Client, id: &RemoteId, prior: &Object) -> Result<()> {
        T::delete(client, id, prior).await
    }
    async fn find(&self, client: &T::Client, intent: &Intent) -> Result<Option<RemoteId>> {
        T::find(client, intent).await
    }
    async fn reclaim(&self, client: &T::Client, id: &RemoteId) -> Result<()> {
        T::reclaim(client, id).await
    }
}

struct Data<T>(Lazy, PhantomData<fn() -> T>);

#[async_trait]
impl<T: DataSource> AnyData<T::Client> for Data<T> {
    fn name(&self) -> &'static str {
        T::NAME
    }
    fn schema(&self) -> SharedSchema {
        self.0.get(T::schema)
    }
    fn actions(&self) -> &'static [&'static str] {
        T::ACTIONS
    }
    async fn read(&self, client: &T::Client, config: &Object) -> Result<Object> {
        T::read(client, config).await
    }
}

struct Ephemeral<T>(Lazy, PhantomData<fn() -> T>);

#[async_trait]
impl<T: EphemeralResource> AnyEphemeral<T::Client> for Ephemeral<T> {
    fn name(&self) -> &'static str {
        T::NAME
    }
    fn schema(&self) -> SharedSchema {
        self.0.get(T::schema)
    }
    fn actions(&self) -> &'static [&'static str] {
        T::ACTIONS
    }
    async fn open(&self, client: &T::Client, config: &Object) -> Result<Opened> {
        T::open(client, config).await
    }
    async fn renew(&self, client: &T::Client, opened: &Opened) -> Result<Option<Duration>> {
        T::renew(client, opened).await
    }
    async fn close(&self, client: &T::Client, opened: &Opened) -> Result<()> {
        T::close(client, opened).await
    }
}

/// All types of one provider, by name.
pub struct Registry<C> {
    resources: BTreeMap<&'static str, Box<dyn AnyResource<C>>>,
    data: BTreeMap<&'static str, Box<dyn AnyData<C>>>,
    ephemeral: BTreeMap<&'static str, Box<dyn AnyEphemeral<C>>>,
}

impl<C: Send + Sync + 'static> Default for Registry<C> {
    fn default() -> Self {
        Self { resources: BTreeMap::new(), data: BTreeMap::new(), ephemeral: BTreeMap::new() }
    }
}

impl<C: Send + Sync + 'static> Registry<C> {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn resource<T: ResourceType<Client = C>>(mut self) -> Self {
        self.resources.insert(T::NAME, Box::new(Resource::<T>(Lazy::default(), PhantomData)));
        self
    }

    /// A type whose objects live in the state only.
    #[must_use]
    pub fn state_only<T: StateOnly<Client = C>>(mut self) -> Self {
        self.resources.insert(T::NAME, Box::new(super::state_only::Adapter::<T>::default()));
        self
    }

    #[must_use]
    pub fn data<T: DataSource<Client = C>>(mut self) -> Self {
        self.data.insert(T::NAME, Box::new(Data::<T>(Lazy::default(), PhantomData)));
        self
    }

    #[must_use]
    pub fn ephemeral<T: EphemeralResource<Client = C>>(mut self) -> Self {
        self.ephemeral.insert(T::NAME, Box::new(Ephemeral::<T>(Lazy::default(), PhantomData)));
        self
    }

    pub fn get(&self, kind: &str) -> Option<&dyn AnyResource<C>> {
        self.resources.get(kind).map(|r| &**r)
    }

    pub fn get_data(&self, kind: &str) -> Option<&dyn AnyData<C>> {
        self.data.get(kind).map(|r| &**r)
    }

    pub fn get_ephemeral(&self, kind: &str) -> Option<&dyn AnyEphemeral<C>> {
        self.ephemeral.get(kind).map(|r| &**r)
    }

    pub fn resources(&self) -> impl Iterator<Item = &dyn AnyResource<C>> {
        self.resources.values().map(|r| &**r)
    }

    pub fn data_sources(&self) -> impl Iterator<Item = &dyn AnyData<C>> {
        self.data.values().map(|r| &**r)
    }

    pub fn ephemeral_types(&self) -> impl Iterator<Item = &dyn AnyEphemeral<C>> {
        self.ephemeral.values().map(|r| &**r)
    }
}
