//! Looks for changes behind the state's back, or takes them into the state.

use crate::apply::recover;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::drift::{DriftReport, report};
use crate::plan::drifted;
use crate::state::backend::Backend;
use crate::state::{State, journal};

use super::prepare::{Prepared, journal_path, lock, prepare};
use super::{Args, OpResult, Session};

/// The result of a look.
pub struct Drifted {
    pub report: DriftReport,
    pub warnings: Diagnostics,
    pub sources: Sources,
    pub providers: std::sync::Arc<crate::provider::Providers>,
}

/// Compares the state with the live objects. Writes nothing, and takes no lock.
pub async fn drift(session: &Session, args: &Args) -> OpResult<Drifted> {
    let prepared = prepare(session, args)?;
    let backend = prepared.backend(session);
    let stored = backend.read().await.map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    let mut stored = stored.unwrap_or_default();
    prepared.configure(&stored).await.map_err(|e| prepared.fail(e))?;
    let mut warnings = prepared.warnings.clone();
    let unfinished =
        journal::read(&journal_path(&prepared.state_path)).map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    warnings.extend(recover(&unfinished, &prepared.providers, &mut stored).await.map_err(|e| prepared.fail(e))?);
    let live = live(&prepared, &stored, args).await.map_err(|e| prepared.fail(e))?;
    let drift = drifted(&stored, &live, &prepared.providers);
    let report = report(drift, &prepared.config, &prepared.providers);
    Ok(Drifted { report, warnings, sources: prepared.config.sources, providers: prepared.providers })
}

/// Takes what is live into the state.
pub async fn refresh(session: &Session, args: &Args) -> OpResult<(State, Diagnostics)> {
    let prepared = prepare(session, args)?;
    let backend = prepared.backend(session);
    lock(session, args, &backend, "OperationTypeRefresh").await.map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    let stored = backend.read().await.map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    let stored = stored.unwrap_or_default();
    prepared.configure(&stored).await.map_err(|e| prepared.fail(e))?;
    let mut live = live(&prepared, &stored, args).await.map_err(|e| prepared.fail(e))?;
    backend.write(&mut live).await.map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    backend.unlock().await.map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    Ok((live, prepared.warnings))
}

async fn live(prepared: &Prepared, stored: &State, args: &Args) -> Result<State, Diagnostics> {
    let targets = &args.options.targets;
    let takes_part = |addr: &crate::addr::AbsInstance| targets.is_empty() || targets.iter().any(|t| t.covers(addr));
    crate::refresh::refresh(stored, &prepared.providers, takes_part).await
}
