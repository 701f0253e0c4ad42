//! Validations of variables, each judged once what it refers to is known.
//!
//! Knows nothing of when that is.

use crate::addr::{ModuleInstance, ModulePath, Name};
use crate::config::Variable;
use crate::diag::{Diagnostics, Span};

use super::checks::Checked;
use super::condition::{Verdict, judge_validation};
use super::world::World;

/// Validations of one variable that could not be judged yet, in one instance of its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenValidation {
    pub module: ModuleInstance,
    pub variable: Name,
}

impl World<'_> {
    /// Judges the validations of a variable in all instances of its module; those that depend on something unknown come
    /// back.
    pub fn validate_variable(&self, module: &ModulePath, name: &Name) -> (Vec<OpenValidation>, Diagnostics) {
        let (mut open, mut found) = (Vec::new(), Diagnostics::new());
        let variable = self.config.module(module).and_then(|m| m.variables.get(name));
        if variable.is_none_or(|v| v.validations.is_empty()) {
            return (open, found);
        }
        for module in self.module_instances(module) {
            let validation = OpenValidation { module, variable: name.clone() };
            let (decided, errors) = self.judge_again(&validation);
            found.extend(errors);
            if !decided {
                open.push(validation);
            }
        }
        (open, found)
    }

    /// Judges with what is known now; false while something is unknown still.
    pub fn judge_again(&self, open: &OpenValidation) -> (bool, Diagnostics) {
        let mut found = Diagnostics::new();
        let Some(variable) = self.module(&open.module).and_then(|m| m.variables.get(&open.variable)) else {
            return (true, found);
        };
        let subject = match open.module.is_root() {
            true => format!("var.{}", open.variable),
            false => format!("{}.var.{}", open.module, open.variable),
        };
        let scope = self.scope(&open.module);
        let blame = self.given_at(&open.module, variable);
        let mut decided = true;
        for condition in &variable.validations {
            let rule = self.config.sources.place(condition.span);
            let verdict = judge_validation(condition, &scope, blame, &subject, &rule);
            self.judged(&Checked::Variable(open.module.clone(), open.variable.clone()), condition, &verdict);
            match verdict {
                Verdict::Holds => {}
                Verdict::Undecided => decided = false,
                Verdict::Fails(errors) => found.extend(errors),
            }
        }
        (decided, found)
    }

    /// Judges all validations as far as they can be.
    pub fn validate_variables(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        for module in self.config.modules() {
            for name in module.variables.keys() {
                found.extend(self.validate_variable(&module.path, name).1);
            }
        }
        found.extend(self.take_errors());
        found
    }

    /// Where the value of a variable was given, or else the variable.
    fn given_at(&self, module: &ModuleInstance, variable: &Variable) -> Span {
        let call = module.parent().and_then(|(parent, (call, _))| self.module(&parent)?.calls.get(call));
        let argument = call.and_then(|c| c.args.iter().find(|a| a.name.name == variable.name.name));
        argument.map_or(variable.span, |a| a.expr.span)
    }
}
