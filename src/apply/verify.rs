//! What can be judged only when everything is done: outputs, checks, and conditions that were open until then.

use futures::future::join_all;

use super::Event;
use super::run::Apply;
use crate::addr::AbsResource;
use crate::config::{Condition, Module};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::eval::checks::{CheckStatus, Checked};
use crate::eval::{ModuleScope, Scope};
use crate::plan::{Change, Mode, StepKind};
use crate::state::check_results;

impl Apply<'_> {
    /// Judges what is left to judge, and keeps in the state what came of all conditions.
    pub(super) async fn verify(&self, found: &mut Diagnostics) {
        if self.plan().mode != Mode::Destroy {
            let mild = self.plan().mode == Mode::RefreshOnly;
            let mut weigh = |errors: Diagnostics| {
                found.extend(errors.into_iter().map(|d| if mild && d.checked { as_warning(d) } else { d }));
            };
            weigh(self.open_conditions());
            self.read_scoped(&mut weigh).await;
            for module in self.world.config.modules() {
                weigh(self.module(module));
            }
        }
        let results = self.world.checks(|checks| check_results(checks));
        if self.saver.with(|state| state.check_results != results) {
            self.saver.change(|state| state.check_results = results);
        }
    }

    /// Conditions of objects that nothing was done to, and that were waiting for something else.
    fn open_conditions(&self) -> Diagnostics {
        let open: Vec<Checked> = self.world.checks(|checks| checks.undecided().cloned().collect());
        let mut found = Diagnostics::new();
        for object in open {
            let Checked::Instance(addr) = &object else { continue };
            let module = self.world.config.module(&addr.resource.module.path());
            let Some(block) = module.and_then(|m| m.resources.get(&addr.resource.resource)) else { continue };
            // An object whose step has failed is not there to be judged.
            let Some(value) = self.world.instance(&addr.resource, &addr.key).filter(|v| v.is_wholly_known()) else {
                continue;
            };
            let Ok(keys) = self.world.keys(&addr.resource.module, &block.repetition) else { continue };
            let scope = || self.world.scope_of(&addr.resource.module, keys.repeated(&addr.key));
            found.extend(self.judge(&object, &block.preconditions, &scope(), "Resource precondition failed"));
            let scope = scope().with_self(value);
            found.extend(self.judge(&object, &block.postconditions, &scope, "Resource postcondition failed"));
        }
        found
    }

    /// Reads the data sources of check blocks. One that cannot be read fails its check, and nothing else.
    async fn read_scoped(&self, weigh: &mut impl FnMut(Diagnostics)) {
        let read = |change| async move { (change, self.read_again(change).await) };
        let scoped = self.plan().changes.iter().filter(|c| c.scoped);
        for (change, answer) in join_all(scoped.map(read)).await {
            let addr = &change.key.addr;
            let module = self.world.config.module(&addr.resource.module.path());
            let block = module.and_then(|m| m.resources.get(&addr.resource.resource));
            let Some((block, check)) = block.and_then(|b| Some((b, b.check.clone()?))) else { continue };
            let object = Checked::Check(addr.resource.module.clone(), check);
            let why = answer.err().and_then(|errors| errors.into_iter().next());
            let status = if why.is_some() { CheckStatus::Fail } else { CheckStatus::Pass };
            self.world.note(&object, block.header, status, why.as_ref());
            weigh(why.map(as_warning).into_iter().collect());
        }
    }

    async fn read_again(&self, change: &Change) -> Result<(), Diagnostics> {
        let (addr, kind) = (change.key.addr.clone(), StepKind::Read);
        let start = self.clock.elapsed();
        self.emit(Event::Started { addr: addr.clone(), kind, id: None });
        let answer = self.step(change, kind).await;
        let elapsed = self.clock.elapsed().saturating_sub(start);
        self.emit(match answer {
            Ok(_) => Event::Finished { addr, kind, elapsed, id: None },
            Err(_) => Event::Failed { addr, kind, elapsed },
        });
        answer.map(drop)
    }

    fn module(&self, module: &Module) -> Diagnostics {
        let mut found = Diagnostics::new();
        for instance in self.world.module_instances(&module.path) {
            let scope = self.world.scope(&instance);
            for (name, output) in &module.outputs {
                let object = Checked::Output(instance.clone(), name.clone());
                if self.takes_part(&object) {
                    let summary = "Module output value precondition failed";
                    found.extend(self.judge(&object, &output.preconditions, &scope, summary));
                }
            }
            for (name, check) in &module.checks {
                let object = Checked::Check(instance.clone(), name.clone());
                let data = check.data.as_ref().map(|a| AbsResource { module: instance.clone(), resource: a.clone() });
                if data.is_none_or(|data| self.is_read(&data)) {
                    found.extend(self.assert(&object, &check.assertions, &scope));
                }
            }
        }
        found
    }

    /// With targets, only outputs that the plan speaks of.
    fn takes_part(&self, object: &Checked) -> bool {
        self.plan().complete || self.world.checks(|checks| checks.is_judged(object))
    }

    fn is_read(&self, data: &AbsResource) -> bool {
        self.world.instance(data, &crate::addr::InstanceKey::None).is_some_and(|v| v.is_wholly_known())
    }

    fn judge(&self, object: &Checked, conditions: &[Condition], scope: &dyn Scope, summary: &str) -> Diagnostics {
        conditions.iter().flat_map(|c| self.world.judge(object, c, scope, summary).findings()).collect()
    }

    fn assert(&self, object: &Checked, assertions: &[Condition], scope: &ModuleScope<'_, '_>) -> Diagnostics {
        let found = self.judge(object, assertions, scope, "Check block assertion failed");
        found.into_iter().map(|d| if d.checked { as_warning(d) } else { d }).collect()
    }
}

fn as_warning(found: Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..found }
}
