//! Finds again what was delivered, where the record of it is lost: Terraform keeps none when it writes a state.

use futures::FutureExt as _;
use serde_json::Value as Json;

use crate::diag::Diagnostics;
use crate::state::Delivered;

use super::cluster::{Cluster, ClusterError};
use super::manifest::Id;
use super::preview::{in_order, is_ours, one_of_each};
use super::render::OWNER;

/// Everything in the cluster that was applied for the block of this name, whatever its kind.
pub async fn recover(cluster: &Cluster, name: &str) -> Result<Delivered, Diagnostics> {
    let any = Id::new("v1", "APIGroup", None, "*");
    let kinds = cluster.kinds().await.map_err(|e| e.to_diagnostic("Cannot read", &any))?;
    let selector = &format!("{OWNER}={name}");
    let lists = kinds.iter().map(|(api_version, kind)| {
        async move {
            let listed = cluster.list(api_version, kind, None, Some(selector)).await;
            let failed = |e: ClusterError| e.to_diagnostic("Cannot list", &Id::new(api_version, kind, None, "*"));
            listed.map(|items| (api_version, kind, items)).map_err(failed)
        }
        .boxed()
    });
    let mut found = Diagnostics::new();
    let mut delivered = Delivered::default();
    for list in in_order(lists.collect()).await {
        let Some((api_version, kind, items)) = found.take(list.map_err(Diagnostics::from)) else { continue };
        for live in items.iter().filter(|live| is_ours(live, None)) {
            let text = |at: &str| live.pointer(at).and_then(Json::as_str);
            let (Some(object), Some(uid)) = (text("/metadata/name"), text("/metadata/uid")) else { continue };
            // Some kinds are served by several groups, the same objects by each.
            if !delivered.objects.iter().any(|known| known.uid == uid) {
                let id = Id::new(api_version, kind, text("/metadata/namespace"), object);
                delivered.insert(id, uid.to_owned());
            }
        }
    }
    one_of_each(&mut found);
    found.or(delivered)
}
