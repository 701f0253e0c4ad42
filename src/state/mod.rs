//! What kiban knows of the objects it made: the snapshot, where it is kept, and the journal beside it.
//!
//! Knows nothing of plans.

pub mod backend;
mod checks;
mod delivered;
mod error;
pub mod file;
pub mod journal;
mod model;

pub use checks::check_results;
pub use delivered::{ClusterObject, Delivered, DeliveredObject};
pub use error::{StateError, StateErrorKind};
pub use model::{InstanceState, ObjectState, OutputState, ResourceState, State, Status, mark_at};

pub use crate::config::LANGUAGE_VERSION;
