//! What changed behind the state's back.
//!
//! Knows nothing of configuration.

use crate::addr::Mode;
use crate::provider::Providers;
use crate::state::State;

use super::model::{ChangeKey, Drift};
use super::propose::difference;

/// Objects that differ materially, and those that are gone.
pub fn drifted(stored: &State, live: &State, providers: &Providers) -> Vec<Drift> {
    let mut drift = Vec::new();
    for (addr, resource, instance) in stored.instances().filter(|(a, ..)| a.mode() == Mode::Managed) {
        let Some(schema) = providers.schema(&resource.provider.source, &addr.resource.resource) else { continue };
        let Some(Ok(before)) = instance.current.as_ref().map(|o| o.decode(&schema.block)) else { continue };
        let after = live.current(&addr).and_then(|o| o.decode(&schema.block).ok());
        let same = after.as_ref().is_some_and(|live| !difference(&schema.block, &before, live).changed);
        if !same {
            drift.push(Drift { key: ChangeKey::current(addr), provider: resource.provider.clone(), before, after });
        }
    }
    drift
}
