//! Syntax trees to a tree of modules: variables, locals, resources, data sources, outputs and the rest.
//!
//! Knows nothing of values at run time.

mod model;
mod reference;

pub use model::*;
pub use reference::span_of;
