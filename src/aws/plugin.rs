//! The provider boundary over the registry of AWS types.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::{Client, functions, open, registry, settings, stored};
use crate::addr::Mode;
use crate::diag::Diagnostics;
use crate::eval::functions::Function;
use crate::provider::registry::{AnyData, AnyEphemeral, AnyResource, Registry};
use crate::provider::{
    Actions, Create, Deletion, Error, ErrorKind, Found, Freshness, Intent, Object, Opened, Operation, PlannedChange,
    Plugin, Provider, ReadRequest, Readiness, RemoteId, Result, Timeouts,
};
use crate::schema::{Block, SharedSchema};

/// Batches of one type that are read at the same time.
const BATCHES_AT_ONCE: usize = 8;

/// Attempts of a read whose answer got lost. Reads change nothing, so they may be repeated.
const READ_ATTEMPTS: u32 = 4;

/// `hashicorp/aws`
pub struct AwsPlugin {
    types: Arc<Registry<Client>>,
    config_schema: Block,
}

impl Default for AwsPlugin {
    fn default() -> Self {
        Self { types: Arc::new(registry()), config_schema: settings::schema().block }
    }
}

#[async_trait]
impl Plugin for AwsPlugin {
    fn source(&self) -> &str {
        "registry.terraform.io/hashicorp/aws"
    }
    fn version(&self) -> Option<&str> {
        Some("5.100.0")
    }
    fn config_schema(&self) -> &Block {
        &self.config_schema
    }
    fn resource_types(&self) -> Vec<&str> {
        self.types.resources().map(|r| r.name()).collect()
    }
    fn data_sources(&self) -> Vec<&str> {
        self.types.data_sources().map(|d| d.name()).collect()
    }
    fn all_names(&self, mode: Mode) -> Vec<&str> {
        let names = match mode {
            Mode::Managed => include_str!("names/resource.txt"),
            Mode::Data => include_str!("names/data.txt"),
            Mode::Ephemeral => include_str!("names/ephemeral.txt"),
        };
        names.lines().collect()
    }
    fn resource_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.types.get(kind).map(AnyResource::schema)
    }
    fn data_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.types.get_data(kind).map(AnyData::schema)
    }
    fn functions(&self) -> &'static [Function] {
        functions::FUNCTIONS
    }
    fn ephemeral_types(&self) -> Vec<&str> {
        self.types.ephemeral_types().map(AnyEphemeral::name).collect()
    }
    fn ephemeral_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.types.get_ephemeral(kind).map(AnyEphemeral::schema)
    }
    async fn configure(&self, config: Object) -> std::result::Result<Arc<dyn Provider>, Diagnostics> {
        let client = settings::connect(&config).await?;
        Ok(Arc::new(AwsProvider { types: self.types.clone(), run: RwLock::new(client.clone()), client }))
    }
}

struct AwsProvider {
    types: Arc<Registry<Client>>,
    client: Client,
    /// The client with the shared reads of this run.
    run: RwLock<Client>,
}

impl AwsProvider {
    fn sharing(&self) -> Client {
        self.run.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn get(&self, kind: &str) -> Result<&dyn AnyResource<Client>> {
        self.types.get(kind).ok_or_else(|| Error::other(format!("kiban has no resource type \"{kind}\"")))
    }

    async fn read_batch(
        &self,
        resource: &dyn AnyResource<Client>,
        client: &Client,
        batch: &[ReadRequest],
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let ids: Vec<RemoteId> = batch.iter().map(|r| r.id.clone()).collect();
        let prior: BTreeMap<RemoteId, Object> = batch.iter().map(|r| (r.id.clone(), r.prior.clone())).collect();
        let schema = resource.schema();
        let mut found = repeat_lost(|| resource.read(client, &ids, &prior)).await?;
        for id in &ids {
            match found.get_mut(id) {
                Some(Found::Object(object)) => {
                    stored::spell(&schema.block, object);
                    client.tags().after_read(object, &prior[id]);
                }
                Some(Found::Gone) => {}
                // A missing answer must never be taken for a deletion.
                None => return Err(Error::other(format!("{}: no answer for \"{id}\"", resource.name()))),
            }
        }
        Ok(found)
    }
}

/// Repeats a read whose answer got lost.
async fn repeat_lost<T, F: Future<Output = Result<T>>>(read: impl Fn() -> F) -> Result<T> {
    let mut attempt = 1;
    loop {
        match read().await {
            Err(e) if e.kind == ErrorKind::Connection && attempt < READ_ATTEMPTS => {
                tokio::time::timeout(Duration::from_millis(100 << attempt), std::future::pending::<()>()).await.ok();
                attempt += 1;
            }
            other => return other,
        }
    }
}

#[async_trait]
impl Provider for AwsProvider {
    fn remote_id(&self, kind: &str, prior: &Object) -> Option<RemoteId> {
        self.types.get(kind)?.remote_id(prior)
    }

    async fn read(
        &self,
        kind: &str,
        requests: &[ReadRequest],
        freshness: Freshness,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let resource = self.get(kind)?;
        let client = match freshness {
            Freshness::Run => self.sharing(),
            Freshness::Thorough => self.sharing().thorough(),
            Freshness::Now => self.client.fresh(),
        };
        let mut batches = Vec::new();
        for batch in requests.chunks(resource.read_batch().max(1)) {
            batches.push(self.read_batch(resource, &client, batch));
        }
        let found: Vec<_> = stream::iter(batches).buffer_unordered(BATCHES_AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    fn forget(&self) {
        *self.run.write().unwrap_or_else(PoisonError::into_inner) = self.client.anew();
    }

    fn plan(&self, kind: &str, change: &mut PlannedChange) -> Diagnostics {
        if let Some(resource) = self.types.get(kind) {
            let exactly = resource.plans_exactly();
            self.client.tags().plan(change, exactly);
            resource.customize_plan(change);
            if !exactly {
                open::widen(&resource.schema().block, &mut change.planned);
            }
        }
        std::mem::take(&mut change.diagnostics)
    }

    async fn create(&self, kind: &str, create: Create<'_>, want: &Object) -> Result<RemoteId> {
        self.get(kind)?.create(&self.client.fresh(), create, &self.client.tags().complete(want)).await
    }
    async fn update(&self, kind: &str, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        self.get(kind)?.update(&self.client.fresh(), id, prior, &self.client.tags().complete(want)).await
    }
    async fn delete(&self, kind: &str, id: &RemoteId, prior: &Object) -> Result<()> {
        self.get(kind)?.delete(&self.client.fresh(), id, prior).await
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
        let resource = self.get(kind)?;
        let client = self.client.fresh();
        repeat_lost(|| resource.find(&client, intent)).await
    }
    async fn unmark(&self, kind: &str, id: &RemoteId) -> Result<()> {
        let resource = self.get(kind)?;
        let client = self.client.fresh();
        repeat_lost(|| resource.unmark(&client, id)).await
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
        let client = self.sharing();
        repeat_lost(|| data.read(&client, config)).await
    }

    async fn open_ephemeral(&self, kind: &str, config: &Object) -> Result<Opened> {
        let ephemeral = self.types.get_ephemeral(kind);
        let ephemeral = ephemeral.ok_or_else(|| Error::other(format!("kiban has no ephemeral resource \"{kind}\"")))?;
        repeat_lost(|| ephemeral.open(&self.client, config)).await
    }
    async fn renew_ephemeral(&self, kind: &str, opened: &Opened) -> Result<Option<Duration>> {
        match self.types.get_ephemeral(kind) {
            Some(ephemeral) => ephemeral.renew(&self.client, opened).await,
            None => Ok(None),
        }
    }
    async fn close_ephemeral(&self, kind: &str, opened: &Opened) -> Result<()> {
        match self.types.get_ephemeral(kind) {
            Some(ephemeral) => ephemeral.close(&self.client, opened).await,
            None => Ok(()),
        }
    }
}
