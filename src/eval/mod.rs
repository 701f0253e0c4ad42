//! Expression and scope to value.
//!
//! Knows nothing of AWS and of states. Everything here is pure but for the functions that read files of the module.

mod bindings;
mod call;
pub mod checks;
pub mod condition;
mod constraint;
mod decode;
mod expr;
mod for_expr;
pub mod functions;
mod involved;
mod locate;
mod misplaced;
mod module_scope;
mod operators;
mod repetition;
pub mod scope;
mod stack_scope;
mod template;
#[cfg(test)]
mod tests;
mod traversal;
pub mod validations;
mod variable;
pub mod world;

pub use bindings::Bindings;
pub use constraint::apply_type;
pub use decode::decode_body;
pub use expr::evaluate;
pub use involved::{involved, involved_because};
pub use locate::expr_at;
pub use misplaced::decode_stored;
pub use module_scope::ModuleScope;
pub use scope::{Scope, Surroundings};
pub use stack_scope::StackScope;
