//! Configuration over prior state to changes, and changes to ordered steps.
//!
//! Pure but for the reading of data sources, which the configuration may need to go on. Knows nothing of how steps are
//! executed and of how a plan is shown.

mod connections;
mod drift;
mod generate;
mod instance;
pub mod json;
mod lookup;
mod model;
mod moves;
mod propose;
mod relevant;
mod steps;
mod targets;
mod walk;

pub use connections::Connections;
pub use drift::drifted;
pub use generate::resource_block;
pub use instance::{InstanceInput, InstancePlan, plan_instance, same_secrets, with_prior_at};
pub use lookup::{Lacking, find_schema, lacking, provider_of};
pub use model::{
    Action, Change, ChangeKey, Drift, Mode, Options, OutputChange, Plan, Reason, Relevant, Step, StepKind, Summary,
};
pub use propose::{difference, propose, written};
pub use targets::Selection;
pub use walk::{Inputs, UNDECIDED_CHECK, identify, plan};
