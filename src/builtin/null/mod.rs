//! `hashicorp/null`: things that do nothing.

mod data_source;
mod resource;

use super::plugin::Types;

pub(super) const SOURCE: &str = "registry.terraform.io/hashicorp/null";

pub(super) fn register(types: Types) -> Types {
    types.state_only::<resource::Resource>().data::<data_source::NullData>()
}
