//! Carries a plan out.

use crate::apply::{Context, LocalExec, Observer, populate};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::plan::{Mode, Summary};
use crate::state::State;

use super::bootstrap::{Work, before_apply, deliver, doomed};
use super::local_exec::Shell;
use super::{OpResult, Planned, Session};

/// What came of an apply.
pub struct Outcome {
    pub summary: Summary,
    pub state: State,
    /// Errors too: part of the plan may have been done.
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

/// Applies a plan. On errors, what was done is in the state all the same.
pub async fn apply(session: &Session, planned: Planned, observer: &dyn Observer) -> OpResult<Outcome> {
    let Planned { mut plan, prepared, backend, journal, parallelism, local_exec, .. } = planned;
    let doomed = doomed(&plan);
    if let Some(work) = before_apply(&plan, &doomed) {
        let removed = deliver(session, &prepared, &*backend, &mut plan.prior, observer, work).await;
        removed.map_err(|e| prepared.fail(e))?;
    }
    let shell = Shell { dir: session.dir.clone(), environment: session.environment.clone() };
    let world = prepared.world(true);
    populate(&world, &prepared.graph, &plan);
    // What cannot be evaluated before its turn is reported at its turn.
    world.take_errors();
    let connections = prepared.connections();
    let applied = Box::pin(crate::apply::apply(
        &plan,
        Context {
            world: &world,
            graph: &prepared.graph,
            connections: &connections,
            providers: &prepared.providers,
            backend: &*backend,
            journal: &journal,
            clock: &*session.clock,
            observer,
            cancel: &session.cancel,
            local_exec: local_exec.then_some(&shell as &dyn LocalExec),
            parallelism,
        },
    ))
    .await;
    drop(connections);
    drop(world);
    let (mut found, mut state) = (applied.diagnostics, applied.state);
    if plan.mode == Mode::Normal && plan.complete && !found.has_errors() {
        let delivered = deliver(session, &prepared, &*backend, &mut state, observer, Work::Deliver).await;
        found.extend(delivered.err().unwrap_or_default());
    }
    if !plan.complete {
        found.push(Diagnostic::warning(
            "Applied changes may be incomplete",
            "The plan was created with the -target or the -exclude option in effect, so some changes requested in the \
             configuration may have been ignored and the output values may not be fully updated. Run the following \
             command to verify that no other changes are pending:\n    kiban plan\n\nNote that these options are not \
             suitable for routine use, and are provided only for exceptional situations such as recovering from errors \
             or mistakes, or when Terraform specifically suggests to use them as part of an error message.",
        ));
    }
    if let Err(error) = backend.unlock().await {
        found.push(Diagnostic::from(error));
    }
    let sources = prepared.config.sources;
    Ok(Outcome { summary: applied.summary, state, diagnostics: found, sources })
}
