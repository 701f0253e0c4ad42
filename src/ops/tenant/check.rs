//! Whether the folders of all tenants are sound, and agree with the stack.

use std::path::Path;

use crate::config::clean;
use crate::diag::{Diagnostics, Sources};
use crate::handoff::tenant::check::{Checkout, Stack, check};

use super::super::{Failure, OpResult, Session};
use super::stack::stack;

/// What was found.
pub struct Checked {
    /// How many tenants have a folder.
    pub tenants: usize,
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

/// Looks through all tenants, offline.
pub fn check_tenants(session: &Session, gitops: Option<&Path>) -> OpResult<Checked> {
    let mut stack = stack(session, gitops)?;
    let files = stack.files(&stack.folder).map_err(|found| Failure::new(found, &stack.sources))?;
    let mut sources = std::mem::take(&mut stack.sources);
    let shown = format!("{}/", clean(&stack.checkout).display());
    let expected = Stack {
        platform: &stack.platform,
        tenants: &stack.tenants,
        entries: stack.written.as_ref().map(|w| &w.entries),
        facts: stack.facts.as_ref(),
        attributes: stack.attributes.as_ref(),
    };
    let checkout = Checkout { shown: &shown, folder: &stack.folder, files: &files };
    let (tenants, diagnostics) = check(&expected, &checkout, &mut sources);
    Ok(Checked { tenants, diagnostics, sources })
}
