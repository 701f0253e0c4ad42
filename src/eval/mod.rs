//! Expression and scope to value.
//!
//! Knows nothing of AWS and of states. Everything here is pure but for the functions that read files of the module.

pub mod scope;

pub use scope::Scope;
