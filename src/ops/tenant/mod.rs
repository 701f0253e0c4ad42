//! Tenants of the GitOps repository: new ones, a list of them, and whether they agree with the stack.

mod check;
mod create;
mod list;
mod stack;
mod write;

pub use check::{Checked, check_tenants};
pub use create::{FileChange, NewTenant, TenantRequest, new_tenant};
pub use list::{ListedTenant, list_tenants};
pub use write::write_tenant;
