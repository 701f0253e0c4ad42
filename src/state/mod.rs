//! What kiban knows of the objects it made: the snapshot, where it is kept, and the journal beside it.
//!
//! Knows nothing of plans.

mod model;

pub use model::{InstanceState, ObjectState, OutputState, ResourceState, State, Status};
