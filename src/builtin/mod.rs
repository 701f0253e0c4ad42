//! Providers that need no cloud: one folder a provider, one small file a type.
//!
//! Knows nothing of the command line and of plans. A new type is one file, one `mod` line in its provider's folder and
//! one line in that folder's `register`.

mod machine;
mod null;
mod plugin;
mod random;
mod terraform;
mod time;
mod tls;
mod validate;

pub use machine::{Machine, Randomness};

use std::sync::Arc;

use crate::addr::ProviderAddr;
use crate::provider::Plugin;

use plugin::BuiltinPlugin;

/// All providers that need no cloud.
pub fn plugins(machine: Machine) -> Vec<Arc<dyn Plugin>> {
    let machine = Arc::new(machine);
    let plugin = |source: &str, register: plugin::Register, functions| -> Arc<dyn Plugin> {
        Arc::new(BuiltinPlugin::new(source, register, functions, machine.clone()))
    };
    vec![
        plugin(ProviderAddr::BUILT_IN, terraform::register, terraform::FUNCTIONS),
        plugin(null::SOURCE, null::register, &[]),
        plugin(random::SOURCE, random::register, &[]),
        plugin(time::SOURCE, time::register, &[]),
        plugin(tls::SOURCE, tls::register, &[]),
    ]
}
