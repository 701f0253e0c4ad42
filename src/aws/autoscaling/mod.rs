//! Auto Scaling.

mod group_tag;
mod groups_data;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.resource::<group_tag::GroupTag>().data::<groups_data::GroupsData>()
}
