//! STS, and what is known of regions and partitions without a call.

mod caller_identity;
mod partition;
mod region;
pub(super) mod regions;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.data::<caller_identity::CallerIdentity>().data::<partition::Partition>().data::<region::Region>()
}
