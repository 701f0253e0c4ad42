//! kiban
pub mod addr;
pub mod aws;
pub mod config;
pub mod diag;
pub mod eval;
pub mod hcl;
pub mod provider;
pub mod schema;
pub mod state;
pub mod value;
