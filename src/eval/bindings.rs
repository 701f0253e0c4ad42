//! Names bound by a construct of the language itself: `for` variables, the iterator of a `dynamic` block, template
//! variables.
//!
//! Knows nothing of what the names outside mean.

use super::functions::Function;
use super::{Scope, Surroundings};
use crate::addr::Name;
use crate::diag::Diagnostic;
use crate::hcl::ast::{Access, Ident};
use crate::value::Value;

/// A scope in which a few names hide those of the scope around it.
pub struct Bindings<'a> {
    outer: &'a dyn Scope,
    names: Vec<(Name, Value)>,
}

impl<'a> Bindings<'a> {
    pub fn new(outer: &'a dyn Scope, names: Vec<(Name, Value)>) -> Self {
        Self { outer, names }
    }
}

impl Scope for Bindings<'_> {
    fn resolve(&self, root: &Ident, steps: &[Access], inner: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
        match self.names.iter().rev().find(|(name, _)| *name == root.name) {
            Some((_, value)) => Ok((value.clone(), 0)),
            None => self.outer.resolve(root, steps, inner),
        }
    }

    fn surroundings(&self) -> &Surroundings {
        self.outer.surroundings()
    }

    fn provider_functions(&self, local: &str) -> Option<&'static [Function]> {
        self.outer.provider_functions(local)
    }
}
