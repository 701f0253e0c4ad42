//! What a finished cluster is handed over with: the stack's facts to Argo CD's objects, and those to the cluster.
//!
//! Knows nothing of any cloud: whoever calls brings the endpoint of the cluster and the tokens for it.

mod applications;
mod applied;
mod cluster;
mod deliver;
mod difference;
mod explain;
mod health;
mod manifest;
mod plugin;
mod preview;
mod recover;
mod release;
mod remove;
mod render;
mod settings;
pub mod tenant;
mod wave;

pub use applications::family;
pub use cluster::{Cluster, ClusterError, Conflict, Endpoint, Tokens, UNREACHABLE};
pub use deliver::{Delivery, Store};
pub use difference::{Difference, hidden};
pub use health::{Health, health};
pub use manifest::{Id, Manifest, to_yaml};
pub use preview::{Change, Preview, Verb, preview};
pub use recover::recover;
pub use release::manifests;
pub use render::{Credentials, ROOT, Rendered, render};
pub use settings::{Mode, Settings};
pub use wave::Wave;
