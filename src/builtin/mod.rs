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
use crate::schema::Block;

use plugin::BuiltinPlugin;

/// All providers that need no cloud.
pub fn plugins(machine: Machine) -> Vec<Arc<dyn Plugin>> {
    let machine = Arc::new(machine);
    let plugin = |source: &str, config, register: plugin::Register| -> Arc<dyn Plugin> {
        Arc::new(BuiltinPlugin::new(source, config, register, machine.clone()))
    };
    vec![
        plugin(ProviderAddr::BUILT_IN, Block::new(), terraform::register),
        plugin(null::SOURCE, Block::new(), null::register),
        plugin(random::SOURCE, Block::new(), random::register),
        plugin(time::SOURCE, Block::new(), time::register),
        plugin(tls::SOURCE, Block::new(), tls::register),
    ]
}
