//! What names mean in `kiban.hcl`: those of the root module, and `output.NAME` for its outputs.

use super::functions::Function;
use super::module_scope::ModuleScope;
use super::world::World;
use super::{Scope, Surroundings};
use crate::addr::ModuleInstance;
use crate::diag::{Diagnostic, did_you_mean};
use crate::hcl::ast::{Access, Ident};
use crate::value::Value;

/// The scope of a stack's own settings.
pub struct StackScope<'w, 'c> {
    world: &'w World<'c>,
    root: ModuleScope<'w, 'c>,
}

impl<'w, 'c> StackScope<'w, 'c> {
    pub fn new(world: &'w World<'c>) -> Self {
        Self { world, root: world.scope(&ModuleInstance::root()) }
    }
}

impl Scope for StackScope<'_, '_> {
    fn resolve(&self, root: &Ident, steps: &[Access], inner: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
        let ("output", Some(Access::Attr(name))) = (&*root.name, steps.first()) else {
            return self.root.resolve(root, steps, inner);
        };
        let outputs = &self.world.config.root.outputs;
        if outputs.contains_key(&name.name) {
            return Ok((self.world.output(&ModuleInstance::root(), &name.name), 1));
        }
        let detail = format!("The root module has no output \"{}\".", name.name);
        let near = did_you_mean(&name.name, outputs.keys().map(|n| &**n));
        Err(Diagnostic::error("Reference to undeclared output value", detail).at(name.span).meant(near))
    }

    fn surroundings(&self) -> &Surroundings {
        self.root.surroundings()
    }

    fn provider_functions(&self, local: &str) -> Option<&'static [Function]> {
        self.root.provider_functions(local)
    }
}
