//! Steps to events, a journal and a new state.
//!
//! Walks what a plan has decided and refuses to do anything else. Knows nothing of how a plan was made on screen.

mod clock;
mod connect;
mod event;
mod poll;
mod provision;
mod recover;
mod run;
mod save;
mod schedule;
mod step;
mod unready;
mod verify;
mod world;

pub use clock::{Cancel, Clock, Urgency};
pub use event::{Event, Observer, Provisioning, Silent};
pub use provision::{LocalCommand, LocalExec, PROVISIONER_HINT, local_exec_schema, provisioned};
pub use recover::recover;
pub use run::{Applied, Apply, Context, apply};
pub use unready::ready;
pub use world::populate;
