//! Syntax trees to a tree of modules: variables, locals, resources, data sources, outputs and the rest.
//!
//! Knows nothing of values at run time.

mod address;
mod blocks;
mod check;
mod load;
mod model;
mod overrides;
mod reference;
mod settings;
pub mod testing;
mod types;
mod variables;

pub use load::{Loaded, clean, load, load_below};
pub use model::*;
pub use reference::span_of;
pub use settings::{LANGUAGE_VERSION, UNSUPPORTED_VERSION, allows};
pub use variables::{Argument, Given, GivenValues, given};
