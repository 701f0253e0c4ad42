//! Source text to syntax tree.
//!
//! Knows nothing of what a resource is. Parsing stands on `hcl::edit`; no other module sees that crate.

mod align;
pub mod ast;
mod convert;
mod explain;
mod format;
mod grammar;
mod json;
mod outline;
mod parse;
#[cfg(test)]
mod print;
mod recover;
mod respan;
mod scan;
mod template;
#[cfg(test)]
mod tests;
mod write;

pub use align::is_open;
pub use format::format;
pub use json::{parse_json_body, parse_json_tests, parse_json_values};
pub use outline::Outline;
pub use parse::{MAX_SOURCE_BYTES, parse_body, parse_expr, parse_expr_at, parse_template};
pub use write::{is_identifier, write_arguments, write_expr};
