//! How a zone is signed, as AWS tells it: its keys and its status together.

use std::sync::Arc;

use aws_sdk_route53::operation::get_dnssec::GetDnssecOutput;

use crate::aws::Client;
use crate::provider::{Error, Result};

/// What one zone's keys and its signing have in common; `None` where there is no such zone.
pub async fn of(client: &Client, zone: &str) -> Result<Arc<Option<GetDnssecOutput>>> {
    let name = format!("route53 dnssec {zone}");
    client
        .once(&name, || async {
            match client.route53().get_dnssec().hosted_zone_id(zone).send().await {
                Ok(answer) => Ok(Some(answer)),
                Err(e) => Error::from(e).unless_not_found().map(|()| None),
            }
        })
        .await
}
