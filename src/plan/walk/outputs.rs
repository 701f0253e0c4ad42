//! Outputs of the root module.

use crate::addr::{ModuleInstance, ModulePath};
use crate::state::OutputState;
use crate::value::Value;

use super::Walk;
use crate::plan::model::{Action, Mode, OutputChange};

impl Walk<'_> {
    pub(super) fn outputs(&mut self) {
        let root = ModuleInstance::root();
        let destroy = self.inputs.options.mode == Mode::Destroy && self.selection.is_whole();
        for (name, output) in &self.inputs.config.root.outputs {
            let stored = self.prior.outputs.get(name);
            let before = stored.map(stored_output);
            if self.inputs.options.mode == Mode::Destroy || !self.outputs_take_part(&ModulePath::root(), name) {
                continue;
            }
            let after = self.inputs.world.output(&root, name);
            let changed = stored.is_some_and(|o| o.sensitive != output.sensitive);
            let action = match &before {
                None if after.is_null() => Action::NoOp,
                None => Action::Create,
                Some(before) if before.same_content(&after) && after.is_wholly_known() && !changed => Action::NoOp,
                Some(_) => Action::Update,
            };
            // Null outputs are not stored.
            let after = Some(after);
            self.outputs.insert(name.clone(), OutputChange { action, before, after, sensitive: output.sensitive });
        }
        for (name, output) in &self.prior.outputs {
            if destroy || !self.inputs.config.root.outputs.contains_key(name) {
                let (before, sensitive) = (Some(stored_output(output)), output.sensitive);
                self.outputs
                    .insert(name.clone(), OutputChange { action: Action::Delete, before, after: None, sensitive });
            }
        }
    }

    /// Values of the outputs of all modules, whether or not something asks for them: what is wrong with them is told.
    pub(super) fn module_outputs(&mut self) {
        if self.inputs.options.mode == Mode::Destroy {
            return;
        }
        let world = self.inputs.world;
        for module in self.inputs.config.modules().into_iter().filter(|m| !m.outputs.is_empty()) {
            for instance in world.module_instances(&module.path) {
                module.outputs.keys().for_each(|name| drop(world.output(&instance, name)));
            }
        }
    }
}

/// Value of an output in state. The file says beside it whether it is sensitive.
fn stored_output(output: &OutputState) -> Value {
    if output.sensitive { output.value.clone().sensitive() } else { output.value.clone() }
}
