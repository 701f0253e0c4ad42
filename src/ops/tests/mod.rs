//! The engine as a whole on the mock provider: no cloud, no network, no time.
//!
//! Configurations say `part` for `tfcoremock_engine_resource`, and so do the expectations.

mod bench;
mod clock;
mod ephemeral;
mod faults;
mod conditions;
mod history;
mod imports;
mod lifecycle;
mod order;
mod properties;
mod random;
mod selection;
mod stored;
mod values;

pub(super) use bench::Bench;
