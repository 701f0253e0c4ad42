//! Syntax trees to a tree of modules: variables, locals, resources, data sources, outputs and the rest.
//!
//! Knows nothing of values at run time.

mod address;
mod blocks;
mod check;
mod handover;
mod load;
pub mod locate;
pub mod manifest;
mod model;
mod overrides;
pub mod project;
mod reference;
mod settings;
mod source;
pub mod testing;
mod types;
mod variables;

pub use check::check;
pub use load::{Loaded, add_text, clean, is_ignored_file, load, load_below, load_calls, load_with};
pub use model::*;
pub use reference::span_of;
pub use settings::{LANGUAGE_VERSION, UNSUPPORTED_VERSION, allows, only_constants};
pub use source::{DEFAULT_REGISTRY, GitSource, ModuleSource, RegistryModule};
pub use types::constant_type;
pub use variables::{Argument, Given, GivenValues, automatic, given, given_for_tests};
