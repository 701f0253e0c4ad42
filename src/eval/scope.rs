//! What names mean where an expression stands.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::functions::Function;
use crate::diag::Diagnostic;
use crate::hcl::ast::{Access, Ident};
use crate::value::Value;

/// Resolves the names of one place in the configuration.
pub trait Scope {
    /// The value that a traversal starts at, and how many of its steps that took: `local.x` takes one, `each` none,
    /// `data.aws_region.current` two. `inner` is the scope of the expression itself, for index expressions among the
    /// steps. A name that means nothing is an error with "did you mean".
    fn resolve(&self, root: &Ident, steps: &[Access], inner: &dyn Scope) -> Result<(Value, usize), Diagnostic>;

    /// What functions may know of their surroundings.
    fn surroundings(&self) -> &Surroundings;

    /// The functions of the provider that has a local name here; `None` where no required provider has it.
    fn provider_functions(&self, _local: &str) -> Option<&'static [Function]> {
        None
    }
}

/// Facts for functions: folders, the fixed time of the plan, the phase.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Relative paths of file functions start here: the working directory.
    pub working_dir: std::path::PathBuf,
    pub home_dir: Option<std::path::PathBuf>,
    /// `plantimestamp()`: RFC 3339, fixed for one plan.
    pub plan_timestamp: String,
    /// Impure functions (`timestamp`, `uuid`, `bcrypt`) have values only during apply; before, they are unknown.
    pub applying: bool,
    /// Whether the expression stands in a template that a function renders.
    pub in_template: bool,
    /// The time at this moment, as RFC 3339 in UTC with whole seconds: what `timestamp()` gives during apply.
    pub now: fn() -> String,
    /// What providers offer, by their source.
    pub provider_functions: Arc<BTreeMap<String, &'static [Function]>>,
}

impl Surroundings {
    pub fn resolve_path(&self, path: &str) -> std::path::PathBuf {
        self.working_dir.join(Path::new(path))
    }
}
