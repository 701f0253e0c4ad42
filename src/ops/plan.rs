//! Makes a plan and keeps everything that applying it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{AbsInstance, AbsResource};
use crate::apply::{Clock, PROVISIONER_HINT, provisioned, ready, recover};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, Sources, Span};
use crate::plan::{Inputs, Mode, Plan, Selection};
use crate::provider::{Freshness, Providers};
use crate::refresh::{Pending, refresh};
use crate::state::State;
use crate::state::backend::Backend;
use crate::state::journal::{Journal, Outcome, Record, Unfinished};

use super::bootstrap::{Bootstrap, of_plan, unless_unreachable};
use super::generate::generate;
use super::prepare::{Prepared, lock, prepare};
use super::{Args, OpResult, Session};

/// A plan with its surroundings. The state stays locked as long as this lives.
pub struct Planned {
    pub plan: Plan,
    pub warnings: Diagnostics,
    pub prepared: Prepared,
    pub backend: Box<dyn Backend>,
    pub journal: Journal,
    pub parallelism: usize,
    /// Whether provisioners may run.
    pub local_exec: bool,
    /// What is delivered into clusters when all else is done.
    pub bootstraps: Vec<Bootstrap>,
}

impl Planned {
    pub fn sources(&self) -> &Sources {
        &self.prepared.config.sources
    }

    pub fn providers(&self) -> &Arc<Providers> {
        &self.prepared.providers
    }
}

/// Most steps at once where the user does not say: services set their own pace below it.
const PARALLELISM: usize = 64;

/// A state that is locked and read, with the configuration for it and its providers ready.
pub(super) struct Opened {
    pub prepared: Prepared,
    pub backend: Box<dyn Backend>,
    pub journal: Journal,
    pub stored: State,
    pub warnings: Diagnostics,
}

/// What every operation that changes a state begins with.
pub(super) async fn opened(session: &Session, args: &Args, operation: &str) -> OpResult<Opened> {
    let prepared = prepare(session, args)?;
    let backend = prepared.backend(session);
    lock(session, args, &*backend, operation).await.map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    let stored = backend.read().await.map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    let mut stored = stored.unwrap_or_default();
    let configured = prepared.connections().configure_early(&prepared.world(false), &stored).await;
    configured.map_err(|e| prepared.fail(e))?;
    let (journal, unfinished) =
        Journal::open(prepared.place.journal()).map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    let mut warnings = prepared.warnings.clone();
    let recovered = settle(&prepared, &*backend, &journal, &unfinished, &mut stored, &*session.clock).await;
    warnings.extend(recovered.map_err(|e| prepared.fail(e))?);
    Ok(Opened { prepared, backend, journal, stored, warnings })
}

/// The same for who only looks: without the lock, and with what interrupted runs have left as it is.
pub(super) async fn looked_at(session: &Session, args: &Args) -> OpResult<(Prepared, State)> {
    let prepared = prepare(session, args)?;
    let backend = prepared.backend(session);
    let stored = backend.read().await.map_err(|e| prepared.fail(Diagnostic::from(e)))?.unwrap_or_default();
    let configured = async {
        let (world, connections) = (prepared.world(false), prepared.connections());
        connections.configure_early(&world, &stored).await?;
        connections.configure_known(&world, &stored).await
    };
    let configured = configured.await;
    configured.map_err(|e| prepared.fail(e))?;
    Ok((prepared, stored))
}

/// A plan over an object that an earlier run has begun.
fn still_made(pending: &Pending) -> Diagnostic {
    let detail = format!(
        "{} is not ready: {}. What depends on it is planned over what it shows so far.",
        pending.addr, pending.why
    );
    Diagnostic::warning("Object is still being made", detail).address(&pending.addr).hint("Apply waits for it first.")
}

/// Plans the configuration against the live objects.
pub async fn plan(session: &Session, args: &Args, operation: &str) -> OpResult<Planned> {
    let Opened { mut prepared, backend, journal, stored, mut warnings } = opened(session, args, operation).await?;
    if let Some(path) = &args.generate {
        let written = generate(session, &mut prepared, &stored, path).await;
        written.map_err(|e| prepared.fail(e))?;
    }
    let world = prepared.world(false);
    let connections = prepared.connections();
    // Where the refresh itself is the result, nothing may be left out.
    let thorough = args.options.mode == Mode::RefreshOnly;
    let freshness = if thorough { Freshness::Thorough } else { Freshness::Run };
    let inputs = Inputs {
        config: &prepared.config,
        graph: &prepared.graph,
        world: &world,
        providers: &prepared.providers,
        stored: &stored,
        options: &args.options,
        connections: &connections,
        freshness: args.refresh.then_some(freshness),
    };
    // Objects of providers that are configured on the way are read there.
    let late: BTreeSet<&AbsResource> =
        stored.resources.iter().filter(|(_, r)| connections.is_late(&r.provider)).map(|(addr, _)| addr).collect();
    let selection = Selection::new(&args.options, &prepared.graph);
    let destroy = args.options.mode == Mode::Destroy;
    let now = |addr: &AbsInstance| !late.contains(&addr.resource) && (destroy || selection.reads(addr));
    let mut unready = Diagnostics::new();
    let live = async {
        if !args.refresh {
            return Ok(stored.clone());
        }
        let refreshed = refresh(&stored, &prepared.providers, now, freshness).await?;
        if refreshed.pending.is_empty() || destroy {
            return Ok(refreshed.state);
        }
        if !args.is_carried_out() {
            unready.extend(refreshed.pending.iter().map(still_made));
            return Ok(refreshed.state);
        }
        ready(&refreshed.pending, &prepared.providers, &*session.clock, &session.cancel, session.tell).await?;
        let waited = |addr: &AbsInstance| refreshed.pending.iter().any(|p| p.addr == *addr);
        Ok(refresh(&refreshed.state, &prepared.providers, waited, Freshness::Now).await?.state)
    };
    let (mut plan, found) = Box::pin(crate::plan::plan(inputs, live)).await.map_err(|e| prepared.fail(e))?;
    warnings.extend(unready);
    warnings.extend(found);
    drop(connections);
    drop(world);
    for change in plan.changes.iter_mut().filter(|c| c.key.addr.resource.module.is_root()) {
        change.generated = prepared.generated.get(&change.key.addr.resource.resource).cloned();
    }
    let parallelism = args.parallelism.unwrap_or(PARALLELISM);
    if args.local_exec == Some(false) {
        refused_provisioners(&plan, &prepared.config).or(()).map_err(|e| prepared.fail(e))?;
    }
    let local_exec = args.local_exec == Some(true);
    let bootstraps = Vec::new();
    let mut planned = Planned { plan, warnings, prepared, backend, journal, parallelism, local_exec, bootstraps };
    let bootstraps = of_plan(session, &planned).await;
    let bootstraps = unless_unreachable(bootstraps, &mut planned.warnings);
    planned.bootstraps = bootstraps.map_err(|e| planned.prepared.fail(e))?;
    Ok(planned)
}

/// Provisioners run only where the user allows it: without that nothing of the plan is done.
pub(super) fn refused_provisioners(plan: &Plan, config: &Config) -> Diagnostics {
    let headers: BTreeMap<Span, String> =
        provisioned(plan, config).into_iter().map(|(c, p)| (p.header, c.key.addr.to_string())).collect();
    let refused = headers.into_iter().map(|(header, address)| {
        let found = Diagnostic::error(
            "Provisioners are not run",
            format!("kiban runs local-exec provisioners only where it is told to, and {address} has one."),
        );
        found.at(header).hint(PROVISIONER_HINT)
    });
    refused.collect()
}

/// Resolves what an interrupted run has left, and saves what was found before anything else happens.
async fn settle(
    prepared: &Prepared,
    backend: &dyn Backend,
    journal: &Journal,
    unfinished: &[Unfinished],
    state: &mut State,
    clock: &dyn Clock,
) -> Result<Diagnostics, Diagnostics> {
    if unfinished.is_empty() {
        return Ok(Diagnostics::new());
    }
    let storage = |e| Diagnostics::from(Diagnostic::from(e));
    let found = recover(unfinished, &prepared.providers, state, journal, clock).await?;
    for open in unfinished.iter().filter(|u| u.outcome.is_none()) {
        let outcome = Outcome::Failed { message: "interrupted".into() };
        journal.append(&Record::Done { seq: open.intent.seq, outcome }).map_err(storage)?;
    }
    let mark = journal.mark();
    backend.write(state).await.map_err(storage)?;
    journal.append(&Record::Saved { serial: state.serial, mark }).map_err(storage)?;
    journal.clear().map_err(storage)?;
    Ok(found)
}
