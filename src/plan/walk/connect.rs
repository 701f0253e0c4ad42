//! What must stand before a level of the walk: validations of variables, ephemeral resources, provider configurations.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{AbsInstance, ConfigResource, Mode as ResourceMode, ModulePath, Name, ProviderAddr};
use crate::graph::Node;
use crate::refresh::refresh;
use crate::state::State;

use super::Walk;
use crate::plan::drift::drifted;
use crate::plan::lookup::provider_of;
use crate::plan::model::Mode;

/// Variables with validations, by the level before which these can be judged.
pub(super) type Gates = BTreeMap<usize, Vec<(ModulePath, Name)>>;

impl Walk<'_> {
    /// A validation is judged as soon as everything that it refers to is planned.
    pub(super) fn gates(&self, levels: &[Vec<ConfigResource>]) -> Gates {
        let depth: BTreeMap<&ConfigResource, usize> =
            levels.iter().enumerate().flat_map(|(n, level)| level.iter().map(move |r| (r, n))).collect();
        let mut gates = Gates::new();
        for module in self.inputs.config.modules() {
            for (name, variable) in &module.variables {
                if variable.validations.is_empty() {
                    continue;
                }
                let nearest = self.inputs.graph.nearest_resources(&Node::Variable(module.path.clone(), name.clone()));
                let level = nearest.iter().filter_map(|r| depth.get(*r)).map(|d| d + 1).max().unwrap_or(0);
                gates.entry(level).or_default().push((module.path.clone(), name.clone()));
            }
        }
        gates
    }

    /// Judges validations; those that depend on something unknown are judged again by the apply.
    pub(super) fn admit(&mut self, gates: &[(ModulePath, Name)]) {
        for (module, name) in gates {
            let (open, found) = self.inputs.world.validate_variable(module, name);
            self.open.extend(open);
            self.found.extend(found);
        }
    }

    /// In a destroy nothing is planned, and only what providers are configured from is looked at.
    pub(super) fn takes_turn(&self, resource: &ConfigResource) -> bool {
        self.inputs.options.mode != Mode::Destroy || self.inputs.connections.behind_providers().contains(resource)
    }

    /// Configures the providers that a level needs and that had to wait for what is known now.
    pub(super) async fn connect(&mut self, level: &[ConfigResource]) {
        let mut wanted = BTreeSet::new();
        for addr in level {
            let Some(block) = self.block(addr) else { continue };
            wanted.extend(provider_of(self.inputs.config, addr, block));
        }
        for provider in wanted {
            self.connect_to(&provider).await;
        }
    }

    /// Providers that only the state still speaks of.
    pub(super) async fn connect_rest(&mut self) {
        let left: BTreeSet<ProviderAddr> = self.prior.resources.values().map(|r| r.provider.clone()).collect();
        for provider in left {
            self.connect_to(&provider).await;
        }
    }

    async fn connect_to(&mut self, provider: &ProviderAddr) {
        let connections = self.inputs.connections;
        if !connections.is_late(provider) {
            return;
        }
        if let Err(errors) = connections.configure(self.inputs.world, provider).await {
            self.found.extend(errors);
        } else if self.live && self.refreshed.insert(provider.clone()) {
            self.refresh(provider).await;
        }
    }

    /// Reads the objects of a provider that was not there yet when the others were read.
    async fn refresh(&mut self, provider: &ProviderAddr) {
        let of_provider = |state: &State| State {
            resources: state
                .resources
                .iter()
                .filter(|(_, r)| r.provider == *provider)
                .map(|(a, r)| (a.clone(), r.clone()))
                .collect(),
            ..State::default()
        };
        let before = of_provider(&self.prior);
        if before.resources.is_empty() {
            return;
        }
        if let Some(problem) = self.inputs.connections.must_be_known(provider) {
            self.found.push(problem);
            return;
        }
        let Some(freshness) = self.inputs.freshness else { return };
        let takes_part = |addr: &AbsInstance| before.resources.contains_key(&addr.resource);
        match refresh(&self.prior, self.inputs.providers, takes_part, freshness).await {
            Ok(live) => {
                self.drift.extend(drifted(&before, &of_provider(&live.state), self.inputs.providers));
                self.prior = live.state;
            }
            Err(errors) => self.found.extend(errors),
        }
    }

    /// Opens an ephemeral resource, if everything that it needs is there.
    pub(super) async fn ephemeral(&mut self, addr: &ConfigResource) {
        let Some(block) = self.block(addr) else { return };
        let left_out = !self.selection.has_block(addr);
        let waits = self.inputs.graph.explicit_resources(addr).iter().any(|r| self.pending.contains(*r));
        let opened = self.inputs.connections.open(self.inputs.world, addr, block, left_out || waits).await;
        self.found.extend(opened.err().into_iter().flatten());
    }

    /// What a destroy has looked at for the sake of providers is no step of it.
    pub(super) fn forget_looks(&mut self) {
        if self.inputs.options.mode == Mode::Destroy {
            self.changes.retain(|key, _| key.addr.mode() == ResourceMode::Managed);
        }
    }
}
