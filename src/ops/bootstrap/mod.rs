//! Hands a cluster over: the `bootstrap` blocks of `kiban.hcl`, planned, delivered, watched and taken away.

mod capability;
mod commands;
mod look;
mod reach;

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::apply::{Observer, populate};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::handoff::{Delivery, Preview, Store, UNREACHABLE, Verb};
use crate::plan::{Action, Mode as PlanMode, Plan};
use crate::state::backend::Backend;
use crate::state::{Delivered, State};
use crate::value::Value;

use super::Session;
use super::plan::Planned;
use super::prepare::Prepared;
pub use commands::{
    Looked, Observed, Status, bootstrap_apply, bootstrap_forget, bootstrap_plan, bootstrap_render, bootstrap_status,
};
use look::{Look, look, stored_world};
pub(super) use reach::{AWS, CLUSTER, SECRET, TOKEN};

/// What one `bootstrap` block would do to its cluster.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    /// `bootstrap.NAME`
    pub address: String,
    /// `None` while its name is not known.
    pub cluster: Option<String>,
    /// Why nothing can be compared: all is new.
    pub absent: bool,
    /// The cluster is deleted or replaced, and emptied before.
    pub goes_away: bool,
    /// What becomes of the Argo CD that the cloud runs; `None` where the cluster has its own.
    pub capability: Option<Verb>,
    pub preview: Preview,
}

impl Bootstrap {
    /// There is nothing to write, nor to wait for.
    pub fn is_settled(&self) -> bool {
        self.preview.is_settled() && matches!(self.capability, None | Some(Verb::Keep))
    }
}

/// What the blocks would do once a plan is applied.
pub(super) async fn of_plan(session: &Session, planned: &Planned) -> Result<Vec<Bootstrap>, Diagnostics> {
    let plan = &planned.plan;
    if plan.mode == PlanMode::RefreshOnly {
        return Ok(Vec::new());
    }
    let doomed = doomed(plan);
    let work = match before_apply(plan, &doomed) {
        Some(Work::Vacate(_)) if plan.complete => Work::Deliver,
        Some(work) => work,
        None if plan.complete => Work::Deliver,
        None => return Ok(Vec::new()),
    };
    let prepared = &planned.prepared;
    if prepared.config.bootstrap.is_empty() && plan.prior.delivered.is_empty() {
        return Ok(Vec::new());
    }
    let world = match work {
        Work::Deliver | Work::Settle => {
            let world = prepared.world(false);
            populate(&world, &prepared.graph, plan);
            world
        }
        Work::Remove | Work::Vacate(_) => stored_world(prepared, &plan.prior),
    };
    let made = |name: &str| work == Work::Deliver && is_made(plan, name);
    let looks = look(session, prepared, &world, &plan.prior.delivered, work, &made).await?;
    let shown = |look: &Look| Bootstrap {
        goes_away: plan.prior.delivered.get(&look.settings.name).is_some_and(|d| doomed.contains(&d.cluster)),
        ..look.shown()
    };
    Ok(looks.iter().map(shown).collect())
}

/// What goes out of clusters before a plan is carried out: while they still run, and what is in them has its controllers.
pub(super) fn before_apply<'a>(plan: &Plan, doomed: &'a BTreeSet<String>) -> Option<Work<'a>> {
    match plan.mode {
        PlanMode::Destroy if plan.complete => Some(Work::Remove),
        _ if !doomed.is_empty() => Some(Work::Vacate(doomed)),
        _ => None,
    }
}

/// Names of the clusters that a plan takes away, or replaces.
pub(super) fn doomed(plan: &Plan) -> BTreeSet<String> {
    let clusters = plan.changes.iter().filter(|change| &*change.key.addr.resource.resource.kind == CLUSTER);
    let gone = clusters
        .filter(|change| matches!(change.action, Action::Delete | Action::DeleteThenCreate | Action::CreateThenDelete));
    gone.filter_map(|change| change.before.as_ref()?.get("name")?.as_str().map(str::to_owned)).collect()
}

/// Whether a plan makes a cluster of this name: what bears it now, if anything, goes away.
fn is_made(plan: &Plan, name: &str) -> bool {
    plan.changes.iter().any(|change| {
        let made = matches!(change.action, Action::Create | Action::DeleteThenCreate | Action::CreateThenDelete);
        let named = change.after.as_ref().and_then(|a| a.get("name")).and_then(Value::as_str) == Some(name);
        made && named && &*change.key.addr.resource.resource.kind == CLUSTER
    })
}

/// Blocks that have delivered something which is no longer as it shall be.
pub(super) async fn of_state(
    session: &Session,
    prepared: &Prepared,
    stored: &State,
) -> Result<Vec<Bootstrap>, Diagnostics> {
    if stored.delivered.is_empty() {
        return Ok(Vec::new());
    }
    let world = stored_world(prepared, stored);
    let looks = look(session, prepared, &world, &stored.delivered, Work::Deliver, &|_| false).await?;
    let differs = |b: &Bootstrap| !b.preview.is_empty() || !matches!(b.capability, None | Some(Verb::Keep));
    Ok(looks.iter().map(Look::shown).filter(differs).collect())
}

/// What was found, or nothing and warnings: the cloud can be looked at from where its clusters are not reached.
pub(super) fn unless_unreachable(
    found: Result<Vec<Bootstrap>, Diagnostics>,
    warnings: &mut Diagnostics,
) -> Result<Vec<Bootstrap>, Diagnostics> {
    match found {
        Err(found) if found.iter().all(|d| d.summary == UNREACHABLE) => {
            warnings.extend(found.into_iter().map(|d| Diagnostic { severity: Severity::Warning, ..d }));
            Ok(Vec::new())
        }
        found => found,
    }
}

/// Keeps in the state what is in the cluster.
struct InState<'a> {
    backend: &'a dyn Backend,
    state: tokio::sync::Mutex<&'a mut State>,
    name: &'a str,
}

#[async_trait]
impl Store for InState<'_> {
    async fn save(&self, delivered: &Delivered) -> Result<(), Diagnostic> {
        let mut state = self.state.lock().await;
        match delivered.is_empty() {
            true => drop(state.delivered.remove(self.name)),
            false => drop(state.delivered.insert(self.name.to_owned(), delivered.clone())),
        }
        self.backend.write(&mut state).await.map(drop).map_err(Diagnostic::from)
    }
}

/// Carries out what all blocks are looked at for, over a state, and keeps in it what is in the clusters.
pub(super) async fn deliver(
    session: &Session,
    prepared: &Prepared,
    backend: &dyn Backend,
    state: &mut State,
    observer: &dyn Observer,
    work: Work<'_>,
) -> Result<(), Diagnostics> {
    if state.delivered.is_empty() && prepared.config.bootstrap.is_empty() {
        return Ok(());
    }
    let world = stored_world(prepared, state);
    if let Some(provider) = prepared.providers.get(&reach::address()) {
        // What the plan has read of the cluster may be older than the cluster.
        provider.forget();
    }
    let looks = look(session, prepared, &world, &state.delivered, work, &|_| false).await?;
    for look in &looks {
        carry_out(session, look, backend, state, observer, work).await?;
    }
    Ok(())
}

/// What blocks are looked at for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work<'a> {
    /// To deliver what is not as it shall be.
    Deliver,
    /// And to wait for all that comes of it in any case.
    Settle,
    Remove,
    /// To remove what is in these clusters, and to leave the others alone.
    Vacate(&'a BTreeSet<String>),
}

impl Work<'_> {
    fn removes(self) -> bool {
        matches!(self, Self::Remove | Self::Vacate(_))
    }

    fn concerns(self, cluster: Option<&str>) -> bool {
        match self {
            Self::Vacate(clusters) => cluster.is_some_and(|name| clusters.contains(name)),
            _ => true,
        }
    }
}

async fn carry_out(
    session: &Session,
    look: &Look,
    backend: &dyn Backend,
    state: &mut State,
    observer: &dyn Observer,
    work: Work<'_>,
) -> Result<(), Diagnostics> {
    let settings = &look.settings;
    let name = settings.cluster.clone().unwrap_or_default();
    let mut delivered = look.delivered.clone();
    let store = InState { backend, state: tokio::sync::Mutex::new(state), name: &settings.name };
    let work = if look.rendered.is_empty() { Work::Remove } else { work };
    let gone = work.removes();
    if gone && delivered.is_empty() {
        return Ok(());
    }
    let Some(cluster) = &look.cluster else {
        if gone {
            // The cluster is gone, and everything in it.
            return store.save(&Delivered::default()).await.map_err(Diagnostics::from);
        }
        let detail = format!("{}: there is no cluster \"{name}\" that answers.", settings.address());
        let hint = "Apply the configuration that makes the cluster first, or wait until it is active.";
        return Err(Diagnostic::error("No cluster to deliver to", detail).hint(hint).into());
    };
    if settings.incomplete && !gone {
        let detail = format!("{}: some of its values are not known after the apply either.", settings.address());
        return Err(Diagnostic::error("Incomplete bootstrap", detail).into());
    }
    let told = name.clone();
    delivered.cluster = name;
    let delivery = Delivery { cluster, store: &store, observer, cancel: &session.cancel, timeout: settings.wait() };
    let keeping = |capabilities| capability::Keeping { session, capabilities, observer, settings, cluster: &told };
    match work {
        Work::Remove | Work::Vacate(_) => {
            delivery.remove(&mut delivered).await?;
            if delivered.capability {
                keeping(capability::of(&*look.provider)?).remove().await?;
                delivered.capability = false;
                store.save(&delivered).await?;
            }
            Ok(())
        }
        // What the Applications of others do must not hold up who changes the cloud alone.
        Work::Deliver if look.shown().is_settled() => {
            let before = delivered.clone();
            look.preview.record(&mut delivered);
            if delivered == before { Ok(()) } else { Ok(store.save(&delivered).await?) }
        }
        Work::Deliver | Work::Settle => {
            if look.capability.is_some() {
                delivered.capability = true;
                store.save(&delivered).await?;
                keeping(capability::of(&*look.provider)?).ensure().await?;
            }
            delivery.deliver(&look.preview, &mut delivered).await
        }
    }
}
