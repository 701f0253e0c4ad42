//! What a delivery would do: each object as it is against what the cluster would make of the wanted one.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _};
use serde_json::Value as Json;

use crate::diag::{Diagnostic, Diagnostics};
use crate::state::Delivered;

use super::applied::{applied, ours};
use super::cluster::{Apply, Cluster, ClusterError, Conflict};
use super::difference::{Difference, differences};
use super::health::{Health, health, leaving};
use super::manifest::{Id, Manifest};
use super::render::{OWNER, Rendered};
use super::wave::Wave;

/// Calls to one cluster at a time.
const WIDTH: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Create,
    Update,
    Delete,
    Keep,
}

/// One object with what becomes of it.
#[derive(Clone, Debug)]
pub struct Change {
    pub id: Id,
    pub wave: Wave,
    pub verb: Verb,
    /// `None` for what is deleted.
    pub wanted: Option<Manifest>,
    /// Of the live object.
    pub uid: Option<String>,
    pub differences: Vec<Difference>,
    /// Fields that are taken back from others, on objects that are ours.
    pub taken_back: Vec<Conflict>,
    /// How the live object is.
    pub health: Health,
    /// Why the live object has to go before this one can come.
    pub leaving: Option<String>,
    /// Compared without the cluster's help: it does not let this identity write, not even to try.
    pub guessed: bool,
}

impl Change {
    fn new(rendered: &Rendered, verb: Verb) -> Self {
        Self {
            id: rendered.id(),
            wave: rendered.wave,
            verb,
            wanted: Some(rendered.manifest.clone()),
            uid: None,
            differences: Vec::new(),
            taken_back: Vec::new(),
            health: Health::Pending("not there yet".into()),
            leaving: None,
            guessed: false,
        }
    }
}

/// All objects of a `bootstrap` block, wave by wave, with what becomes of each.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    pub changes: Vec<Change>,
}

impl Preview {
    /// Of a cluster that is not there yet.
    pub fn of_nothing(rendered: &[Rendered]) -> Self {
        Self { changes: rendered.iter().map(|r| Change::new(r, Verb::Create)).collect() }
    }

    pub fn count(&self, verb: Verb) -> usize {
        self.changes.iter().filter(|c| c.verb == verb).count()
    }

    /// Some of it was compared without the cluster's help.
    pub fn is_guessed(&self) -> bool {
        self.changes.iter().any(|c| c.guessed)
    }

    /// Nothing is written.
    pub fn is_empty(&self) -> bool {
        self.count(Verb::Keep) == self.changes.len()
    }

    /// There is nothing to write, nor to wait for.
    pub fn is_settled(&self) -> bool {
        self.is_empty() && self.unready().next().is_none()
    }

    /// Takes the identities of what is there into the record of a stack.
    pub fn record(&self, delivered: &mut Delivered) {
        for change in self.changes.iter().filter(|c| c.wanted.is_some()) {
            if let Some(uid) = &change.uid {
                delivered.insert(change.id.clone(), uid.clone());
            }
        }
    }

    /// Objects that are as they should be and do not work yet.
    pub fn unready(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|c| c.verb == Verb::Keep && !c.health.is_ready())
    }
}

/// Compares a cluster with what it shall have. `delivered` is what earlier runs have brought.
pub async fn preview(cluster: &Cluster, rendered: &[Rendered], delivered: &Delivered) -> Result<Preview, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut changes = Vec::new();
    let wanted = rendered.iter().map(|r| change(cluster, r, delivered).boxed()).collect();
    for result in in_order(wanted).await {
        match result {
            Ok(change) => changes.push(change),
            Err(diagnostic) => found.push(diagnostic),
        }
    }
    let stale = delivered.objects.iter().filter(|o| !rendered.iter().any(|r| r.id().is_same(&o.id)));
    let stale = stale.map(|o| removal(cluster, &o.id, &o.uid).boxed()).collect();
    for result in in_order(stale).await {
        match result {
            Ok(change) => changes.extend(change),
            Err(diagnostic) => found.push(diagnostic),
        }
    }
    one_of_each(&mut found);
    found.or(Preview { changes })
}

/// What comes of all calls, in their order; some are under way at the same time.
pub(super) async fn in_order<T: Send>(calls: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    stream::iter(calls).buffered(WIDTH).collect().await
}

/// A cluster that cannot be reached says so for each object; once is enough.
pub(super) fn one_of_each(found: &mut Diagnostics) {
    let cause = |d: &Diagnostic| (d.summary.clone(), d.detail.rsplit_once(": ").map(|(_, why)| why.to_owned()));
    let mut told = Vec::new();
    let kept = std::mem::take(found).into_iter().filter(|d| {
        let cause = cause(d);
        let new = !told.contains(&cause);
        told.push(cause);
        new
    });
    *found = kept.collect();
}

async fn change(cluster: &Cluster, rendered: &Rendered, delivered: &Delivered) -> Result<Change, Diagnostic> {
    let id = rendered.id();
    let failed = |e: &ClusterError| e.to_diagnostic("Cannot plan", &id);
    let live = cluster.get(&id).await.map_err(|e| failed(&e))?;
    let Some(live) = live else {
        let dry = cluster.apply(&rendered.manifest, Apply { dry_run: true, force: false }).await;
        return match dry {
            // The namespace, or the kind, comes earlier in the same delivery; or this identity may only look.
            Err(e) if !e.is_not_found() && !e.is_forbidden() => Err(failed(&e)),
            _ => Ok(Change::new(rendered, Verb::Create)),
        };
    };
    if live.pointer("/metadata/deletionTimestamp").is_some() {
        let leaving = Some(leaving(&live));
        return Ok(Change { leaving, ..Change::new(rendered, Verb::Create) });
    }
    let uid = live.pointer("/metadata/uid").and_then(Json::as_str).map(str::to_owned);
    let dry = cluster.apply(&rendered.manifest, Apply { dry_run: true, force: false }).await;
    let mut guessed = false;
    let (after, taken_back) = match dry {
        Ok(after) => (after, Vec::new()),
        Err(e) if e.is_forbidden() && !is_leaving(&e) => {
            guessed = true;
            (applied(&live, &rendered.manifest.0), Vec::new())
        }
        Err(ClusterError::Conflict(conflicts)) if is_ours(&live, delivered.uid(&id)) => {
            let forced = cluster.apply(&rendered.manifest, Apply { dry_run: true, force: true }).await;
            (forced.map_err(|e| failed(&e))?, conflicts)
        }
        Err(e) => return Err(failed(&e)),
    };
    let differences = differences(&live, &after);
    let verb = if differences.is_empty() { Verb::Keep } else { Verb::Update };
    Ok(Change { uid, differences, taken_back, guessed, health: health(&live), ..Change::new(rendered, verb) })
}

/// Whether a namespace takes nothing in because it is being deleted.
pub(super) fn is_leaving(error: &ClusterError) -> bool {
    matches!(error, ClusterError::Refused { code: 403, message, .. } if message.contains("being terminated"))
}

/// An object is ours when the state knows it by its identity, or when it was applied by us under this label: a run may have
/// ended before its state was saved.
pub(super) fn is_ours(live: &Json, uid: Option<&str>) -> bool {
    if uid.is_some() && live.pointer("/metadata/uid").and_then(Json::as_str) == uid {
        return true;
    }
    live["metadata"]["labels"].get(OWNER).is_some() && ours(live).is_some()
}

/// What is to be deleted: only what is still the object that we have brought.
async fn removal(cluster: &Cluster, id: &Id, uid: &str) -> Result<Option<Change>, Diagnostic> {
    let live = cluster.get(id).await.map_err(|e| e.to_diagnostic("Cannot read", id))?;
    let live = live.filter(|l| l.pointer("/metadata/uid").and_then(Json::as_str) == Some(uid));
    Ok(live.map(|live| {
        let wanted = Rendered { wave: Wave::of(&Manifest(live.clone())), manifest: Manifest(live.clone()) };
        Change { wanted: None, uid: Some(uid.to_owned()), health: health(&live), ..Change::new(&wanted, Verb::Delete) }
    }))
}
