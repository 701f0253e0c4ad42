//! What a cloud runs for a cluster beside it. No configuration declares it: the engine keeps it for a hand-over.

use async_trait::async_trait;

use super::{Readiness, Result};

/// How Argo CD is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArgoCd {
    pub role_arn: String,
    /// Where it looks for its own objects in the cluster; stays as it was made.
    pub namespace: String,
    /// ARN of the IAM Identity Center instance whose users it knows; stays as it was made.
    pub identity_center: String,
}

/// A capability as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Capability {
    pub settings: ArgoCd,
    pub readiness: Readiness,
    /// It is on its way out.
    pub deleting: bool,
}

/// Capabilities of clusters. One of a kind is possible for each, and its name is unique there: a repeated creation makes
/// no second one.
#[async_trait]
pub trait Capabilities: Send + Sync {
    /// As it is now; `None` where there is none.
    async fn read(&self, cluster: &str, name: &str) -> Result<Option<Capability>>;
    async fn create(&self, cluster: &str, name: &str, want: &ArgoCd) -> Result<()>;
    /// Brings what can be changed to what is wanted.
    async fn update(&self, cluster: &str, name: &str, want: &ArgoCd) -> Result<()>;
    /// Begins to delete it; what is gone already is fine.
    async fn delete(&self, cluster: &str, name: &str) -> Result<()>;
}
