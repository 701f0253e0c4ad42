//! Variables that have no value, and that somebody may be asked for.
//!
//! Knows nothing of how they are asked.

use crate::addr::Name;
use crate::config::{Argument, Variable, given, load};
use crate::diag::Sources;

use super::Session;

/// What to ask for one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub name: Name,
    pub description: Option<String>,
    /// What is typed must not be shown.
    pub sensitive: bool,
    pub ephemeral: bool,
}

/// The variables of the root module without a value, by name. None where the configuration or the values cannot be
/// used anyway: the operation itself tells why.
pub fn questions(session: &Session, arguments: &[Argument]) -> Vec<Question> {
    let loaded = load(&session.dir, Sources::default());
    if loaded.diagnostics.has_errors() {
        return Vec::new();
    }
    let root = &loaded.config.root;
    let given = given(&session.dir, root, &session.environment, arguments, &mut Sources::default());
    if given.found.has_errors() {
        return Vec::new();
    }
    let open = |v: &&Variable| v.default.is_none() && !given.values.contains_key(&v.name.name);
    let ask = |v: &Variable| Question {
        name: v.name.name.clone(),
        description: v.description.clone(),
        sensitive: v.sensitive,
        ephemeral: v.ephemeral,
    };
    root.variables.values().filter(open).map(ask).collect()
}
