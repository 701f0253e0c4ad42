//! Reads what is there: state, outputs, graph.

use std::sync::Arc;

use crate::config::load;
use crate::diag::{Diagnostic, Sources};
use crate::graph::{Graph, to_dot};
use crate::provider::Providers;
use crate::state::State;

use super::place::place_alone;
use super::{Args, Failure, OpResult, Session};

/// A stored state with the schemas to show it by.
pub struct Stored {
    pub state: Option<State>,
    pub providers: Arc<Providers>,
}

/// Reads the state. Takes no lock, and needs the network only where the state is kept behind it.
pub async fn stored(session: &Session, args: &Args) -> OpResult<Stored> {
    let backend = place_alone(session, args)?.open(session);
    let state = backend.read().await.map_err(|e| Failure::new(Diagnostic::from(e), &Sources::default()))?;
    Ok(Stored { state, providers: session.providers() })
}

/// A drawn graph.
pub struct Graphed {
    pub dot: String,
}

/// The dependency graph of the configuration in Graphviz's language.
pub fn graph(session: &Session) -> OpResult<Graphed> {
    let loaded = load(&session.dir, Sources::default());
    if loaded.diagnostics.has_errors() {
        return Err(Failure::new(loaded.diagnostics, &loaded.config.sources));
    }
    let graph = Graph::build(&loaded.config).map_err(|e| Failure::new(e, &loaded.config.sources))?;
    Ok(Graphed { dot: to_dot(&graph) })
}
