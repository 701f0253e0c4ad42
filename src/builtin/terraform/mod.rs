//! `terraform.io/builtin/terraform`: what is part of the language.

mod data;

use super::plugin::Types;

pub(super) fn register(types: Types) -> Types {
    types.state_only::<data::Data>()
}
