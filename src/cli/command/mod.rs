//! One file for each command.

pub(super) mod apply;
mod ask;
pub(super) mod bootstrap;
pub(super) mod console;
pub(super) mod destroy;
pub(super) mod drift;
pub(super) mod eks_token;
pub(super) mod fmt;
pub(super) mod graph;
pub(super) mod iam_policy;
pub(super) mod import;
pub(super) mod init;
pub(super) mod output;
pub(super) mod plan;
pub(super) mod providers;
pub(super) mod refresh;
pub(super) mod show;
pub(super) mod state;
pub(super) mod tenant;
pub(super) mod test;
pub(super) mod validate;
pub(super) mod version;
pub(super) mod workspace;
