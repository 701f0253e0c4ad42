//! The end of the walk: what was found becomes a plan with ordered steps.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics, did_you_mean};

use super::Walk;
use crate::addr::{ModuleInstance, Name};
use crate::plan::model::{Action, Change, ChangeKey, Mode, Plan, Relevant};
use crate::plan::relevant::Relevance;
use crate::plan::{lacking, steps, targets};

impl Walk<'_> {
    /// An old object that was made create-first, for the sake of something that used it, still has that user. Where the
    /// configuration has parted the two, replacing it in the plain order would have to wait for the user to go, which
    /// waits for the new object: so it is replaced the way it was made.
    fn resolve(&self, cycles: &steps::Cycles, changes: &mut [Change]) -> bool {
        let mut resolved = false;
        for index in &cycles.changes {
            let Some(change) = changes.get_mut(*index).filter(|c| c.action == Action::DeleteThenCreate) else {
                continue;
            };
            if self.prior.current(&change.key.addr).is_some_and(|o| o.create_before_destroy) {
                change.action = Action::CreateThenDelete;
                resolved = true;
            }
        }
        resolved
    }

    /// Objects that leave the state and live on.
    fn unmanaged(&self) -> Option<Diagnostic> {
        let forgotten = self.changes.values().filter(|c| c.action == Action::Forget);
        let mut lines: Vec<String> = forgotten
            .map(|c| match &c.key.deposed {
                Some(key) => format!("\n - {} (deposed {key})", c.key.addr),
                None => format!("\n - {}", c.key.addr),
            })
            .collect();
        lines.sort();
        let list = lines.concat();
        (!list.is_empty()).then(|| {
            Diagnostic::warning(
                "Some objects will no longer be managed by Terraform",
                format!(
                    "If you apply this plan, Terraform will discard its tracking information for the following objects, but \
                     it will not delete them:{list}\n\nAfter applying this plan, Terraform will no longer manage \
                     these objects. You will need to import them into Terraform to manage them again."
                ),
            )
        })
    }

    pub(super) fn finish(mut self) -> Result<(Plan, Diagnostics), Diagnostics> {
        self.found.extend(lacking(&self.lacking, self.inputs.providers));
        self.found.extend(self.inputs.world.take_errors());
        for addr in &self.inputs.options.replace {
            if !self.changes.contains_key(&ChangeKey::current(addr.clone())) {
                let known: Vec<String> = self.changes.keys().map(|k| k.addr.to_string()).collect();
                let near = did_you_mean(&addr.to_string(), known.iter().map(String::as_str));
                self.found.push(
                    Diagnostic::error("No such instance", format!("There is no {addr} that -replace could replace."))
                        .hint(near.map_or_else(
                            || "`kiban state list` lists what there is.".to_owned(),
                            |near| format!("Did you mean {near}?"),
                        )),
                );
            }
        }
        if self.inputs.options.mode != Mode::Destroy {
            self.found.extend(self.moves.validate(self.inputs.config, self.inputs.world, &self.visited));
        }
        self.found.extend(self.moves.excluded(&self.inputs.options.targets));
        self.found.extend(self.moves.unresolved());
        self.found.extend(self.unmanaged());
        self.found.extend(targets::unmatched(self.inputs.options, self.inputs.graph, self.inputs.stored));
        self.found.extend(self.selection.warning());
        if self.found.has_errors() {
            return Err(self.found);
        }
        let mut changes: Vec<Change> = std::mem::take(&mut self.changes).into_values().collect();
        // What stands in the root module comes first, then what stands one level deeper.
        changes.sort_by_key(|c| c.key.addr.resource.module.0.len());
        let mut behind = BTreeMap::new();
        let mut stored: steps::StateDependencies = BTreeMap::new();
        for (index, change) in changes.iter().enumerate().filter(|(_, c)| c.action != Action::NoOp) {
            let config = change.key.addr.resource.config();
            behind.entry(config.clone()).or_insert_with(|| {
                let behind = self.inputs.graph.instances_behind(&config);
                behind.into_iter().map(|(resource, shared)| (resource.clone(), shared)).collect::<steps::Behind>()
            });
            let object = self.prior.instance(&change.key.addr).and_then(|i| match &change.key.deposed {
                Some(key) => i.deposed.get(key),
                None => i.current.as_ref(),
            });
            stored.insert(index, object.map(|o| o.dependencies.iter().cloned().collect()).unwrap_or_default());
        }
        let mut courtesy = steps::Courtesy::Wait;
        let ordered = loop {
            match steps::order(&changes, &behind, &stored, courtesy) {
                Ok(ordered) => break ordered,
                Err(cycles) if self.resolve(&cycles, &mut changes) => {}
                Err(_) if courtesy == steps::Courtesy::Wait => courtesy = steps::Courtesy::Skip,
                Err(cycles) => return Err(cycles.diagnostics),
            }
        };
        let relevant = self.relevant(&changes);
        let plan = Plan {
            mode: self.inputs.options.mode,
            changes,
            steps: ordered.steps,
            gates: ordered.gates,
            outputs: self.outputs,
            drift: self.drift,
            relevant,
            prior: self.prior,
            checks: self.inputs.world.checks(std::mem::take),
            complete: self.selection.is_whole(),
            timestamp: self.inputs.world.facts.surroundings.plan_timestamp.clone(),
            data: self.data,
            open: self.open,
            planners: self.inputs.connections.planners(),
        };
        Ok((plan, self.found))
    }

    /// Attributes that changes and outputs refer to. An output of a module is made anew by each plan that needs it.
    fn relevant(&self, changes: &[Change]) -> Vec<Relevant> {
        let mut relevance = Relevance::new(self.inputs.config);
        changes.iter().for_each(|change| relevance.change(change));
        for (name, _) in self.outputs.iter().filter(|(_, o)| o.action != Action::NoOp) {
            relevance.output(&ModuleInstance::root(), name);
        }
        if self.inputs.options.mode != Mode::Destroy {
            let needed = self.selection.needed_outputs(self.inputs.graph, self.inputs.config.root.outputs.keys());
            for module in self.inputs.config.modules().into_iter().filter(|m| !m.path.is_root()) {
                let wanted = |name: &&Name| needed.as_ref().is_none_or(|n| n.contains(&(&module.path, *name)));
                let outputs: Vec<&Name> = module.outputs.keys().filter(wanted).collect();
                for instance in self.inputs.world.module_instances(&module.path) {
                    outputs.iter().for_each(|name| relevance.output(&instance, name));
                }
            }
        }
        relevance.finish()
    }
}
