//! kiban
pub mod diag;
pub mod addr;
pub mod value;
pub mod schema;
pub mod hcl;
pub mod provider;
pub mod config;
pub mod eval;
