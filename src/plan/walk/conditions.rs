//! Conditions: what they find while planning, and how much that weighs.

use super::Walk;
use crate::addr::{AbsInstance, AbsResource, ModuleInstance};
use crate::config::{Condition, Resource};
use crate::diag::{Diagnostic, Severity};
use crate::eval::checks::{CheckStatus, Checked, Checks};
use crate::eval::condition::Verdict;
use crate::eval::world::Keys;
use crate::eval::{Scope, involved};
use crate::plan::model::Mode;
use crate::value::Value;

pub(super) const PRECONDITION: &str = "Resource precondition failed";
pub(super) const POSTCONDITION: &str = "Resource postcondition failed";
const OUTPUT: &str = "Module output value precondition failed";
const ASSERTION: &str = "Check block assertion failed";

/// Summary of an assertion that a plan cannot judge.
pub const UNDECIDED_CHECK: &str = "Check block assertion known after apply";

impl Walk<'_> {
    /// Judges conditions of an object; false where one of them is an error. A refresh alone is not held up by any.
    pub(super) fn judge(
        &mut self,
        object: &Checked,
        conditions: &[Condition],
        scope: &dyn Scope,
        summary: &str,
    ) -> bool {
        let mild = self.inputs.options.mode == Mode::RefreshOnly;
        let mut clear = true;
        for condition in conditions {
            let verdict = self.inputs.world.judge(object, condition, scope, summary);
            for found in verdict.findings() {
                let found = if mild { as_warning(found) } else { found };
                clear &= found.severity != Severity::Error;
                self.found.push(found);
            }
        }
        clear
    }

    /// Judges the conditions of an instance that is not planned.
    pub(super) fn recheck(&mut self, instance: &AbsInstance, block: &Resource, keys: &Keys, value: &Value) {
        let scope = self.inputs.world.scope_of(&instance.resource.module, keys.repeated(&instance.key));
        let checked = Checked::Instance(instance.clone());
        if self.judge(&checked, &block.preconditions, &scope, PRECONDITION) {
            self.judge(&checked, &block.postconditions, &scope.with_self(value.clone()), POSTCONDITION);
        }
    }

    /// In a destroy conditions mean nothing any more: what there is of them goes.
    pub(super) fn disregard(&mut self) {
        let mut checks = Checks::declared(self.inputs.config);
        let outputs = self.inputs.config.root.outputs.iter().filter(|(_, o)| !o.preconditions.is_empty());
        outputs.for_each(|(name, _)| checks.expect(Checked::Output(ModuleInstance::root(), name.clone())));
        self.inputs.world.checks(|kept| *kept = checks);
    }

    /// Conditions of outputs and check blocks, in all instances of all modules.
    pub(super) fn conditions(&mut self) {
        for module in self.inputs.config.modules() {
            if module.checks.is_empty() && module.outputs.values().all(|o| o.preconditions.is_empty()) {
                continue;
            }
            for instance in self.inputs.world.module_instances(&module.path) {
                let scope = self.inputs.world.scope(&instance);
                for (name, output) in &module.outputs {
                    if self.outputs_take_part(&module.path, name) {
                        let object = Checked::Output(instance.clone(), name.clone());
                        self.judge(&object, &output.preconditions, &scope, OUTPUT);
                    }
                }
                for (name, check) in &module.checks {
                    let object = Checked::Check(instance.clone(), name.clone());
                    let data = check
                        .data
                        .as_ref()
                        .map(|addr| AbsResource { module: instance.clone(), resource: addr.clone() });
                    // Without its data source there is nothing to assert.
                    if data.is_none_or(|data| !self.unread.contains(&data)) {
                        self.assert(&object, &check.assertions, &scope);
                    }
                }
            }
        }
    }

    fn assert(&mut self, object: &Checked, assertions: &[Condition], scope: &dyn Scope) {
        for assertion in assertions {
            match self.inputs.world.judge(object, assertion, scope, ASSERTION) {
                Verdict::Holds => {}
                Verdict::Fails(found) => self.found.extend(found.into_iter().map(as_warning)),
                // After an error more is unknown than the apply would leave so.
                Verdict::Undecided if self.found.has_errors() => {}
                Verdict::Undecided => self.found.push(
                    Diagnostic::warning(
                        UNDECIDED_CHECK,
                        "The condition could not be evaluated at this time, a result will be known when this plan is \
                         applied.",
                    )
                    .at(assertion.condition.span)
                    .values(involved(&assertion.condition, None, scope)),
                ),
            }
        }
    }

    /// Keeps that the data source of a check block cannot be read: that fails the check, and holds nothing up.
    pub(super) fn unread(&mut self, addr: &AbsInstance, block: &Resource, why: Diagnostic) {
        if let Some(check) = &block.check {
            let object = Checked::Check(addr.resource.module.clone(), check.clone());
            self.inputs.world.note(&object, block.header, CheckStatus::Fail, Some(&why));
            self.unread.insert(addr.resource.clone());
        }
        self.found.push(Diagnostic { severity: Severity::Warning, ..why });
    }
}

/// A condition that does not hold, as a warning. What cannot be evaluated stays an error.
fn as_warning(found: Diagnostic) -> Diagnostic {
    if found.checked { Diagnostic { severity: Severity::Warning, ..found } } else { found }
}
