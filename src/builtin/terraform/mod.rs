//! `terraform.io/builtin/terraform`: what is part of the language.

mod data;
#[cfg(feature = "aws")]
mod remote_s3;
mod remote_state;
mod tfvars;

use super::plugin::Types;
pub(super) use data::take_over;
pub(super) use tfvars::FUNCTIONS;

pub(super) fn register(types: Types) -> Types {
    types.state_only::<data::Data>().data::<remote_state::RemoteState>()
}
