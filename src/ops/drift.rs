//! Looks for changes behind the state's back.

use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::drift::material;
use crate::plan::{Drift, drifted};
use crate::provider::Freshness;
use crate::state::{State, journal};

use super::bootstrap::{Bootstrap, of_state, unless_unreachable};
use super::plan::looked_at;
use super::prepare::Prepared;
use super::{Args, OpResult, Session};

/// The result of a look.
pub struct Drifted {
    pub drift: Vec<Drift>,
    /// Blocks whose objects in a cluster are not as they shall be.
    pub bootstraps: Vec<Bootstrap>,
    pub warnings: Diagnostics,
    pub sources: Sources,
    pub providers: std::sync::Arc<crate::provider::Providers>,
}

/// Compares the state with the live objects. Writes nothing, and takes no lock.
pub async fn drift(session: &Session, args: &Args) -> OpResult<Drifted> {
    let (prepared, stored) = looked_at(session, args).await?;
    let mut warnings = prepared.warnings.clone();
    let unfinished = journal::read(&prepared.place.journal()).map_err(|e| prepared.fail(Diagnostic::from(e)))?;
    if !unfinished.is_empty() {
        let what: Vec<&str> = unfinished.iter().map(|u| u.intent.address.as_str()).collect();
        warnings.push(
            Diagnostic::warning(
                "An earlier run was interrupted",
                format!("What became of these is not known: {}. Their differences are not told here.", what.join(", ")),
            )
            .hint("Run plan: it finds out, and takes what was made into the state."),
        );
    }
    let live = live(&prepared, &stored, args).await.map_err(|e| prepared.fail(e))?;
    let all = drifted(&stored, &live, &prepared.providers);
    let drift = material(all, &prepared.config, &prepared.providers);
    let whole = args.options.targets.is_empty();
    let bootstraps = if whole { of_state(session, &prepared, &stored).await } else { Ok(Vec::new()) };
    let bootstraps = unless_unreachable(bootstraps, &mut warnings).map_err(|e| prepared.fail(e))?;
    Ok(Drifted { drift, bootstraps, warnings, sources: prepared.config.sources, providers: prepared.providers })
}

async fn live(prepared: &Prepared, stored: &State, args: &Args) -> Result<State, Diagnostics> {
    let targets = &args.options.targets;
    let takes_part = |addr: &crate::addr::AbsInstance| targets.is_empty() || targets.iter().any(|t| t.covers(addr));
    let live = crate::refresh::refresh(stored, &prepared.providers, takes_part, Freshness::Thorough).await?;
    Ok(live.state)
}
