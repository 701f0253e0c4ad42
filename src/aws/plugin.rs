//! The provider boundary over the registry of AWS types.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use super::{Client, functions, open, registry, review, settings, stored};
use crate::addr::Mode;
use crate::diag::Diagnostics;
use crate::eval::functions::Function;
use crate::provider::registry::{AnyResource, Registry};
use crate::provider::{
    AnyTypes, Capabilities, Freshness, Object, PlannedChange, PlannedObject, Plugin, Provider, Typed,
};
use crate::schema::{Block, Schema};

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
    fn types(&self) -> &dyn AnyTypes {
        &*self.types
    }
    fn all_names(&self, mode: Mode) -> Vec<&str> {
        let names = match mode {
            Mode::Managed => include_str!("names/resource.txt"),
            Mode::Data => include_str!("names/data.txt"),
            Mode::Ephemeral => include_str!("names/ephemeral.txt"),
        };
        names.lines().collect()
    }
    fn planning_actions(&self, kind: &str) -> Vec<&'static str> {
        review::actions(kind)
    }
    fn capability_actions(&self) -> &'static [&'static str] {
        // Who makes one passes a role to it.
        &[
            "eks:CreateCapability",
            "eks:DeleteCapability",
            "eks:DescribeCapability",
            "eks:UpdateCapability",
            "iam:PassRole",
        ]
    }
    fn functions(&self) -> &'static [Function] {
        functions::FUNCTIONS
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
}

impl Typed for AwsProvider {
    type Client = Client;
    const BATCHES_AT_ONCE: usize = 8;
    const ATTEMPTS: u32 = 4;

    fn types(&self) -> &Registry<Client> {
        &self.types
    }
    fn client(&self, freshness: Freshness) -> Arc<Client> {
        Arc::new(match freshness {
            Freshness::Run => self.sharing(),
            Freshness::Thorough => self.sharing().thorough(),
            Freshness::Now => self.client.fresh(),
        })
    }
    fn start_anew(&self) {
        *self.run.write().unwrap_or_else(PoisonError::into_inner) = self.client.anew();
    }
    fn complete_plan(&self, resource: &dyn AnyResource<Client>, change: &mut PlannedChange) {
        let exactly = resource.plans_exactly();
        self.client.tags().plan(change, exactly);
        resource.customize_plan(change);
        if !exactly {
            open::widen(&resource.schema().block, &mut change.planned);
        }
    }
    fn reviews(&self, resource: &dyn AnyResource<Client>) -> bool {
        review::looks_at(resource)
    }
    async fn review(&self, plan: &[PlannedObject]) -> Diagnostics {
        review::review(&self.sharing(), &self.types, plan).await
    }
    fn capabilities(&self) -> Option<&dyn Capabilities> {
        Some(&self.client)
    }
    fn complete_write<'o>(&self, want: &'o Object) -> Cow<'o, Object> {
        Cow::Owned(self.client.tags().complete(want))
    }
    fn complete_data(&self, schema: &Schema, object: &mut Object) {
        stored::spell_data(&schema.block, object);
    }
    fn complete_read(&self, resource: &dyn AnyResource<Client>, object: &mut Object, prior: &Object) {
        stored::spell(&resource.schema().block, object, resource.plans_exactly());
        self.client.tags().after_read(object, prior);
    }
}
