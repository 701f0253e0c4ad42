//! Providers whose objects are nothing but their attributes, with the types of `hashicorp/tfcoremock`.
//!
//! [`FilePlugin`] is an in-process stand-in for the public provider of that name: its objects are JSON files.
//! [`MockPlugin`] keeps its objects in memory, for tests of the engine. Knows nothing of any cloud and of time.

mod definition;
mod files;
mod memory;

pub use files::FilePlugin;
pub use memory::{Call, Fault, MockPlugin, Script, Store, Stored, Verb};
