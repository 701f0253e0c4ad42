//! Types that only this provider has, for what an engine must get right: replacement, values that the provider
//! chooses, secrets, objects that use each other, waiting.
//!
//! `tfcoremock_slow_resource` is the same with deletions that take a while.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::store::{Store, settled};
use crate::provider::{
    Actions, CreateCx, Deletion, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType, Result,
};
use crate::schema::{Schema, boolean, map_of, number, set_of, string};
use crate::value::Type;

/// The type whose deletions end at once, or the one whose deletions are waited for.
pub struct Engine<const POLLED: bool>;

impl<const POLLED: bool> ResourceType for Engine<POLLED> {
    type Client = Store;
    const NAME: &'static str = if POLLED { "tfcoremock_slow_resource" } else { "tfcoremock_engine_resource" };
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions { read: &[], create: &[], update: &[], delete: &[] };
    const DELETION: Deletion = if POLLED { Deletion::Polled } else { Deletion::Immediate };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().computed())
            .attr("name", string().required())
            // A change of it makes a new object.
            .attr("key", string().optional().force_new())
            .attr("value", string().optional())
            .attr("number", number().optional())
            .attr("flag", boolean().optional())
            .attr("mode", string().optional().default("auto"))
            .attr("secret", string().optional().sensitive())
            // Written, and never read again.
            .attr("secret_wo", string().optional().write_only())
            .attr("secret_wo_version", number().optional())
            // Of which the state holds a digest.
            .attr("script", string().optional().stored_as(digest))
            .attr("labels", map_of(Type::String).optional())
            // The provider chooses it where the configuration does not.
            .attr("zone", string().optional().computed())
            // New with every change.
            .attr("revision", number().computed())
            // Ids of objects that must exist as long as this one does.
            .attr("uses", set_of(Type::String).optional())
            // Reads that find the new object in the making.
            .attr("pending", number().optional())
            .attr("status", string().computed())
            .timeouts(&["create", "update", "delete"])
    }

    fn customize_plan(change: &mut PlannedChange) {
        let arguments = [
            "name",
            "key",
            "value",
            "number",
            "flag",
            "mode",
            "secret",
            "labels",
            "zone",
            "uses",
            "secret_wo_version",
            "script",
        ];
        if !change.is_create() && arguments.iter().any(|a| change.changes(a)) {
            change.set_unknown("revision");
        }
        if change.is_create() {
            change.predict("status", "ready");
        }
    }

    async fn read(
        store: &Store,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found = store.read(Self::NAME, ids).await?;
        for answer in found.values_mut() {
            if let Found::Object(object) = answer {
                // Arguments of the run, not of the object.
                object.0.remove("timeouts");
                object.0.remove("pending");
                object.0.remove("secret_wo");
                if let Some(script) = object.string("script") {
                    object.set("script", digest(&script));
                }
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Store>, want: &Object) -> Result<RemoteId> {
        let pending = want.i64("pending").and_then(|n| n.try_into().ok()).unwrap_or(0);
        let mut object = settled(want);
        if !object.has("zone") {
            object.set("zone", "zone-a");
        }
        object.set("revision", 1).set("status", "creating");
        cx.client.create(cx, Self::NAME, object, pending).await
    }

    async fn update(store: &Store, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let mut object = settled(want).with("revision", prior.i64("revision").unwrap_or(0) + 1);
        if prior.get("secret_wo_version") == want.get("secret_wo_version") {
            let old = store.objects().get(id).and_then(|o| o.attributes.string("secret_wo"));
            object.set("secret_wo", old);
        }
        if prior.get("script") == want.get("script") {
            let old = store.objects().get(id).and_then(|o| o.attributes.string("script"));
            object.set("script", old);
        }
        store.update(Self::NAME, id, &object).await
    }

    async fn delete(store: &Store, id: &RemoteId, prior: &Object) -> Result<()> {
        store.delete(Self::NAME, id, prior, POLLED).await
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("status") {
            Some("ready") | None => Readiness::Ready,
            Some("failed") => Readiness::Failed("the object has failed".into()),
            Some(other) => Readiness::Pending(other.into()),
        }
    }

    async fn find(store: &Store, intent: &Intent) -> Result<Option<RemoteId>> {
        store.find(Self::NAME, intent).await
    }
}

/// White space around a script means nothing.
fn digest(script: &str) -> String {
    hex::encode(Sha256::digest(script.trim()))
}
