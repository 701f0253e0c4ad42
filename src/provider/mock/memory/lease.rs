//! `tfcoremock_lease`: an ephemeral resource. Each time it is opened it has another token, and it must be closed.

use std::time::Duration;

use super::store::Store;
use crate::provider::{EphemeralResource, Object, Opened, Result};
use crate::schema::{Schema, number, string};

pub struct Lease;

impl EphemeralResource for Lease {
    type Client = Store;
    const NAME: &'static str = "tfcoremock_lease";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("name", string().required())
            // Seconds until it must be renewed.
            .attr("renew_after", number().optional())
            .attr("token", string().computed().sensitive())
    }

    async fn open(store: &Store, config: &Object) -> Result<Opened> {
        let name = config.str("name").unwrap_or_default();
        let token = store.open(Self::NAME, name).await?;
        Ok(Opened { object: config.clone().with("token", token), renew_after: renewal(config) })
    }

    async fn renew(store: &Store, opened: &Opened) -> Result<Option<Duration>> {
        store.renew(Self::NAME, opened.object.str("name").unwrap_or_default()).await?;
        Ok(renewal(&opened.object))
    }

    async fn close(store: &Store, opened: &Opened) -> Result<()> {
        store.close(Self::NAME, opened.object.str("name").unwrap_or_default()).await
    }
}

fn renewal(config: &Object) -> Option<Duration> {
    config.i64("renew_after").and_then(|n| n.try_into().ok()).map(Duration::from_secs)
}
