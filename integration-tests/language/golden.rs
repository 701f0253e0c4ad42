//! Scenarios on the mock provider: plan text, plan JSON, state and events against snapshots.

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    Vec::new()
}
