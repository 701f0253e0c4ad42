//! Which plugins there are, and which providers of theirs are configured in this run.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::addr::{AbsInstance, Mode, ProviderAddr, ResourceAddr, Target};
use crate::eval::functions::Function;
use crate::schema::SharedSchema;

use super::{Plugin, Provider};

/// All plugins by source, and the configured providers by address.
#[derive(Default)]
pub struct Providers {
    plugins: BTreeMap<String, Arc<dyn Plugin>>,
    configured: RwLock<BTreeMap<ProviderAddr, Arc<dyn Provider>>>,
    /// Instead of the configured providers, for what each target covers; the last one counts.
    overrides: RwLock<Vec<(Target, Arc<dyn Provider>)>>,
}

impl Providers {
    pub fn new(plugins: impl IntoIterator<Item = Arc<dyn Plugin>>) -> Self {
        let plugins = plugins.into_iter().map(|p| (p.source().to_owned(), p)).collect();
        Self { plugins, configured: RwLock::default(), overrides: RwLock::default() }
    }

    pub fn plugin(&self, source: &str) -> Option<&Arc<dyn Plugin>> {
        self.plugins.get(source)
    }

    pub fn plugins(&self) -> impl Iterator<Item = &Arc<dyn Plugin>> {
        self.plugins.values()
    }

    /// The functions that expressions may call, by source.
    pub fn functions(&self) -> BTreeMap<String, &'static [Function]> {
        self.plugins.iter().map(|(source, plugin)| (source.clone(), plugin.functions())).collect()
    }

    /// The configured provider; `None` before [`Providers::add`].
    pub fn get(&self, addr: &ProviderAddr) -> Option<Arc<dyn Provider>> {
        self.configured.read().unwrap_or_else(PoisonError::into_inner).get(addr).cloned()
    }

    pub fn add(&self, addr: ProviderAddr, provider: Arc<dyn Provider>) {
        self.configured.write().unwrap_or_else(PoisonError::into_inner).insert(addr, provider);
    }

    /// Puts a provider in the place of the configured one, for all instances that a target covers.
    pub fn override_for(&self, target: Target, provider: Arc<dyn Provider>) {
        self.overrides.write().unwrap_or_else(PoisonError::into_inner).push((target, provider));
    }

    /// Whether another provider stands in for the configured one of an instance.
    pub fn overridden(&self, instance: &AbsInstance) -> bool {
        self.override_of(instance).is_some()
    }

    fn override_of(&self, instance: &AbsInstance) -> Option<Arc<dyn Provider>> {
        let overrides = self.overrides.read().unwrap_or_else(PoisonError::into_inner);
        overrides.iter().rev().find(|(target, _)| target.covers(instance)).map(|(_, provider)| provider.clone())
    }

    /// The provider of one instance: the configured one, unless another stands in for it.
    pub fn of(&self, addr: &ProviderAddr, instance: &AbsInstance) -> Option<Arc<dyn Provider>> {
        let provider = self.override_of(instance).or_else(|| self.get(addr))?;
        Some(provider.bound(instance).unwrap_or(provider))
    }

    /// Takes a configured provider away, so that it is configured again.
    pub fn remove(&self, addr: &ProviderAddr) {
        self.configured.write().unwrap_or_else(PoisonError::into_inner).remove(addr);
    }

    /// Schema of a resource, data source or ephemeral resource.
    pub fn schema(&self, source: &str, resource: &ResourceAddr) -> Option<SharedSchema> {
        let plugin = self.plugin(source)?;
        match resource.mode {
            Mode::Managed => plugin.resource_schema(&resource.kind),
            Mode::Data => plugin.data_schema(&resource.kind),
            Mode::Ephemeral => plugin.ephemeral_schema(&resource.kind),
        }
    }
}
