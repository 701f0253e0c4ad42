//! Objects of the state that the configuration has no more.

use crate::addr::{AbsInstance, ConfigResource, InstanceKey, Mode as ResourceMode, ModulePath, ProviderAddr};
use crate::config::Repetition;

use super::Walk;
use super::managed::prevented;
use crate::plan::lookup::no_such_type;
use crate::plan::model::{Action, Mode, Reason};
use crate::plan::targets::names;

impl Walk<'_> {
    /// Objects of the state that the configuration has no more.
    pub(super) fn orphans(&mut self) {
        let destroy = self.inputs.options.mode == Mode::Destroy;
        let gone: Vec<(AbsInstance, ProviderAddr, crate::state::InstanceState)> = self
            .prior
            .instances()
            .filter(|(addr, ..)| addr.mode() == ResourceMode::Managed)
            .map(|(addr, resource, instance)| (addr, resource.provider.clone(), instance.clone()))
            .collect();
        for (addr, provider, instance) in gone {
            let config = addr.resource.config();
            let Some(schema) = self.inputs.providers.schema(&provider.source, &addr.resource.resource) else {
                self.found.push(no_such_type(self.inputs.providers, &provider, &addr));
                continue;
            };
            for (key, object) in &instance.deposed {
                let before = self.decode(&addr, object, &schema);
                let action = if !destroy && self.forgotten(&addr) { Action::Forget } else { Action::Delete };
                let mut change = self.change(&addr, &provider, action, before, None);
                change.key.deposed = Some(key.clone());
                self.changes.insert(change.key.clone(), change);
            }
            let Some(object) = &instance.current else { continue };
            let kept = self.visited.contains(&addr) || self.undecided.contains(&config);
            if kept && !destroy {
                continue;
            }
            let Some(before) = self.decode(&addr, object, &schema) else { continue };
            if self.inputs.options.mode == Mode::RefreshOnly || !self.selection.lets_go(&addr, object, &self.prior) {
                let mut change = self.change(&addr, &provider, Action::NoOp, Some(before.clone()), Some(before));
                change.left_out = self.inputs.options.mode != Mode::RefreshOnly;
                // The order of a later delete hangs on them.
                change.dependencies.clone_from(&object.dependencies);
                change.create_before_destroy = object.create_before_destroy;
                self.changes.insert(change.key.clone(), change);
                continue;
            }
            let block = self.block(&config);
            let action = if !destroy && self.forgotten(&addr) { Action::Forget } else { Action::Delete };
            let mut change = self.change(&addr, &provider, action, Some(before), None);
            change.reason = (!destroy).then(|| self.why_gone(&addr));
            change.span = block.map(|b| b.header);
            if let Some(block) = block.filter(|b| b.lifecycle.prevent_destroy) {
                self.found.push(prevented(&addr, block, &change));
            }
            self.pending.insert(config);
            self.changes.insert(change.key.clone(), change);
        }
    }

    /// Whether a `removed` block lets the object live on outside the state.
    fn forgotten(&self, addr: &AbsInstance) -> bool {
        let config = addr.resource.config();
        self.inputs.config.modules().into_iter().any(|module| {
            let Some(below) = config.module.0.strip_prefix(&*module.path.0) else { return false };
            let below = ConfigResource { module: ModulePath(below.to_vec()), resource: config.resource.clone() };
            module.removed.iter().any(|removed| !removed.destroy && names(&removed.from, &below))
        })
    }

    fn why_gone(&self, addr: &AbsInstance) -> Reason {
        let config = addr.resource.config();
        let Some(block) = self.block(&config) else {
            return if self.moves.origin(addr).is_some() { Reason::NoMoveTarget } else { Reason::NoResourceConfig };
        };
        if !self.inputs.world.module_instances(&config.module).contains(&addr.resource.module) {
            return Reason::NoModule;
        }
        match (&block.repetition, &addr.key) {
            (Repetition::Count(_), InstanceKey::Int(_)) => Reason::CountIndex,
            (Repetition::ForEach(_), InstanceKey::Str(_)) => Reason::EachKey,
            _ => Reason::WrongRepetition,
        }
    }
}
