//! Brings objects to a cluster, wave by wave: what a wave needs works before it begins.

use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use futures::future::join_all;
use serde_json::Value as Json;

use crate::apply::{Cancel, Event, Observer, Urgency};
use crate::diag::{Diagnostic, Diagnostics};
use crate::state::Delivered;

use super::applications;
use super::cluster::{Apply, Cluster, ClusterError};
use super::explain::explain;
use super::health::{Health, health, leaving};
use super::manifest::Id;
use super::preview::{Change, Preview, Verb, in_order, is_leaving};
use super::wave::Wave;

/// First and longest time between two looks at what is waited for.
const LOOK: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(5)];

/// Keeps what a delivery must not lose.
#[async_trait]
pub trait Store: Send + Sync {
    /// What is in the cluster by now.
    async fn save(&self, delivered: &Delivered) -> Result<(), Diagnostic>;
}

/// What an object is waited for to become.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal<'a> {
    Ready,
    /// Gone: the one of this identity, or the one that is being deleted.
    Gone(Option<&'a str>),
}

/// How a delivery is carried out.
pub struct Delivery<'a> {
    pub cluster: &'a Cluster,
    pub store: &'a dyn Store,
    pub observer: &'a dyn Observer,
    pub cancel: &'a Cancel,
    /// How long one wait may take.
    pub timeout: Duration,
}

impl Delivery<'_> {
    /// Carries a preview out. What was brought is in `delivered`, also after an error.
    pub async fn deliver(&self, preview: &Preview, delivered: &mut Delivered) -> Result<(), Diagnostics> {
        for wave in Wave::ALL {
            let changes: Vec<&Change> =
                preview.changes.iter().filter(|c| c.wave == wave && c.verb != Verb::Delete).collect();
            self.may_go_on()?;
            for change in changes.iter().filter(|c| c.leaving.is_some()) {
                self.until(&change.id, Goal::Gone(None)).await?;
            }
            let result = self.apply_all(&changes, delivered).await;
            self.store.save(delivered).await?;
            result?;
            self.all_ready(&changes).await?;
        }
        let stale: Vec<&Change> = preview.changes.iter().filter(|c| c.verb == Verb::Delete).collect();
        for change in stale.into_iter().rev() {
            self.may_go_on()?;
            self.delete(&change.id, change.uid.as_deref().unwrap_or_default()).await?;
            delivered.remove(&change.id);
            self.store.save(delivered).await?;
        }
        Ok(())
    }

    fn tell(&self, id: &Id, what: &str) {
        self.observer.event(Event::Delivery { object: id.to_string(), what: what.to_owned() });
    }

    pub(super) fn may_go_on(&self) -> Result<(), Diagnostic> {
        match self.cancel.urgency() {
            Urgency::None => Ok(()),
            _ => {
                Err(Diagnostic::error("Interrupted", "The delivery was stopped; the next run goes on where it ended."))
            }
        }
    }

    async fn apply_all(&self, changes: &[&Change], delivered: &mut Delivered) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        let calls = changes.iter().map(|change| self.apply(change).boxed()).collect();
        for (change, result) in changes.iter().zip(in_order(calls).await) {
            match result {
                Ok(uid) => delivered.insert(change.id.clone(), uid),
                Err(diagnostic) => found.push(diagnostic),
            }
        }
        found.or(())
    }

    /// Applies what is not as it should be, and gives the identity of the object.
    async fn apply(&self, change: &Change) -> Result<String, Diagnostic> {
        let Some(manifest) = change.wanted.as_ref().filter(|_| change.verb != Verb::Keep) else {
            return Ok(change.uid.clone().unwrap_or_default());
        };
        let force = !change.taken_back.is_empty();
        let applied = self.cluster.apply(manifest, Apply { dry_run: false, force }).await;
        let live = applied.map_err(|e| refused(&e, &change.id))?;
        self.tell(&change.id, if change.verb == Verb::Create { "Created" } else { "Changed" });
        Ok(live.pointer("/metadata/uid").and_then(Json::as_str).unwrap_or_default().to_owned())
    }

    /// Waits until all objects of a wave work; the root Application with everything that comes of it.
    async fn all_ready(&self, changes: &[&Change]) -> Result<(), Diagnostics> {
        let waits = changes.iter().filter(|c| c.verb != Verb::Keep || !c.health.is_ready() || c.wave == Wave::Root);
        let waits = waits.map(|change| self.ready(&change.id).boxed());
        let results = join_all(waits).await;
        results.into_iter().filter_map(Result::err).collect::<Diagnostics>().or(())?;
        for root in changes.iter().filter(|c| c.wave == Wave::Root) {
            self.family_ready(&root.id).await?;
        }
        Ok(())
    }

    async fn ready(&self, id: &Id) -> Result<(), Diagnostic> {
        if self.until(id, Goal::Ready).await? {
            self.tell(id, "Ready");
        }
        Ok(())
    }

    /// Waits for every Application that comes of the root.
    async fn family_ready(&self, root: &Id) -> Result<(), Diagnostics> {
        let namespace = root.namespace.as_deref().unwrap_or_default();
        let start = self.cluster.clock().elapsed();
        loop {
            let family = applications::family(self.cluster, root).await;
            let family = family.map_err(|e| e.to_diagnostic("Cannot list the Applications of", root))?;
            let unready: Vec<Id> = family
                .iter()
                .filter(|app| !health(app).is_ready())
                .filter_map(|app| Some(applications::id(namespace, app.pointer("/metadata/name")?.as_str()?)))
                .collect();
            if unready.is_empty() {
                return Ok(());
            }
            self.may_go_on()?;
            if self.cluster.clock().elapsed().saturating_sub(start) >= self.timeout {
                let late = unready.iter().map(|id| self.late(id, "it comes of the root, and is not ready").boxed());
                return join_all(late).await.into_iter().collect::<Diagnostics>().or(());
            }
            // Those that are there; a ready one may bring others.
            let waits = join_all(unready.iter().map(|id| self.ready(id).boxed())).await;
            waits.into_iter().filter_map(Result::err).collect::<Diagnostics>().or(())?;
        }
    }

    /// How far an object is from what is waited for.
    async fn look(&self, id: &Id, goal: Goal<'_>) -> Result<Health, Diagnostic> {
        let live = self.cluster.get(id).await.map_err(|e| e.to_diagnostic("Cannot read", id))?;
        let Some(live) = live else {
            return Ok(if goal == Goal::Ready { Health::Pending("it is gone again".into()) } else { Health::Ready });
        };
        let marked = live.pointer("/metadata/deletionTimestamp").is_some();
        Ok(match goal {
            Goal::Ready => health(&live),
            Goal::Gone(Some(uid)) if live.pointer("/metadata/uid").and_then(Json::as_str) != Some(uid) => Health::Ready,
            Goal::Gone(_) if marked => Health::Pending(leaving(&live)),
            Goal::Gone(Some(_)) => Health::Pending("being deleted".into()),
            // What is not marked is another one by now.
            Goal::Gone(None) => Health::Ready,
        })
    }

    /// Looks until the goal is reached, the object has failed, or it takes too long. Tells whether anything was waited for.
    async fn until(&self, id: &Id, goal: Goal<'_>) -> Result<bool, Diagnostic> {
        let clock = self.cluster.clock();
        let start = clock.elapsed();
        let [mut wait, longest] = LOOK;
        let mut last = String::new();
        let mut asked = false;
        loop {
            match self.look(id, goal).await? {
                Health::Ready => return Ok(!last.is_empty()),
                Health::Failed(_) if !asked && self.looked_at_anew(id).await => asked = true,
                Health::Failed(why) => return Err(self.late(id, &why).await),
                Health::Pending(why) => {
                    if clock.elapsed().saturating_sub(start) >= self.timeout {
                        let why = format!("{why}, after {} seconds", self.timeout.as_secs());
                        return Err(self.late(id, &why).await);
                    }
                    if why != last {
                        self.tell(id, &format!("Waiting: {why}"));
                        last = why;
                    }
                }
            }
            self.may_go_on()?;
            clock.sleep(wait).await;
            wait = (wait * 3 / 2).min(longest);
        }
    }

    /// Has Argo CD look at an Application again: what has failed may be mended in its repository by now.
    async fn looked_at_anew(&self, id: &Id) -> bool {
        id.kind == "Application" && self.cluster.annotate(id, applications::REFRESH, "normal").await.is_ok()
    }

    /// What an object that does not get ready shows of the cause.
    async fn late(&self, id: &Id, why: &str) -> Diagnostic {
        let mut detail = format!("{id}: {why}.");
        for line in explain(self.cluster, id).await {
            detail += &format!("\n    {line}");
        }
        Diagnostic::error("Object in the cluster does not get ready", detail)
            .address(id)
            .hint("Mend the cause and run it again: it goes on where it stopped.")
    }

    /// Deletes an object that is ours, and waits until it is gone.
    pub(super) async fn delete(&self, id: &Id, uid: &str) -> Result<(), Diagnostic> {
        let begun = self.cluster.delete(id, uid).await.map_err(|e| e.to_diagnostic("Cannot delete", id))?;
        if begun {
            self.tell(id, "Deleting...");
            self.until(id, Goal::Gone(Some(uid))).await?;
            self.tell(id, "Deleted");
        }
        Ok(())
    }
}

fn refused(error: &ClusterError, id: &Id) -> Diagnostic {
    let diagnostic = error.to_diagnostic("Cannot apply", id);
    match is_leaving(error) {
        true => diagnostic.hint("Its namespace is being deleted: wait until it is gone, and run it again."),
        false => diagnostic,
    }
}
