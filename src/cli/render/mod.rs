//! Results of operations as text for people and JSON for machines.
//!
//! Everything here is a pure function to text; only `progress` and `testing` write while something runs. Knows nothing of commands
//! and of how a result came about.

pub mod bootstrap;
pub mod diagnostics;
pub mod diff;
pub mod drift;
pub mod events;
pub mod junit;
pub mod outputs;
mod palette;
pub mod plan;
pub mod progress;
pub mod testing;
pub mod value;

pub use palette::{Colour, Palette, printable, wrap};

use crate::addr::AbsInstance;
use crate::addr::ProviderAddr;
use crate::schema::SharedSchema;

/// Finds the schema of an instance's type; without one, nested blocks are shown as attributes.
pub type Schemas<'a> = &'a dyn Fn(&ProviderAddr, &AbsInstance) -> Option<SharedSchema>;

/// Tells of no schemas.
pub fn no_schemas(_: &ProviderAddr, _: &AbsInstance) -> Option<SharedSchema> {
    None
}
