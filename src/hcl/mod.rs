//! Source text to syntax tree.
//!
//! Knows nothing of what a resource is. Parsing stands on `hcl::edit`; no other module sees that crate.

pub mod ast;
