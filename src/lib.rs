//! kiban reads the Terraform language, plans against live AWS, applies in dependency order, detects drift and hands the
//! finished cluster over to Argo CD.
//!
//! The modules stand in the order in which they build on each other: each may use those above it, never one below.

pub mod addr;
pub mod diag;
pub mod value;
pub mod schema;
pub mod hcl;
pub mod config;
pub mod eval;
pub mod state;
pub mod provider;
pub mod graph;
pub mod refresh;
pub mod plan;
pub mod apply;
pub mod drift;
pub mod handoff;
#[cfg(feature = "aws")]
pub mod aws;
pub mod builtin;
pub mod ops;
pub mod cli;

#[cfg(test)]
mod architecture_tests;
