//! `kiban drift`: exits with 2 where something differs.

use crate::cli::args::DriftCommand;
use crate::cli::render::{bootstrap, drift};
use crate::cli::{Operations, PlanRequest, Screen};
use crate::plan::{Mode, Options};

pub async fn run(operations: &dyn Operations, screen: &Screen, args: DriftCommand) -> u8 {
    let request = PlanRequest {
        options: Options { mode: Mode::RefreshOnly, targets: args.targets, ..Options::default() },
        generate: None,
        refresh: true,
        lock: args.state.lock,
        lock_timeout: args.state.lock_timeout,
        variables: args.variables.ordered,
        parallelism: args.parallelism.map(usize::from),
        local_exec: None,
    };
    let found = match operations.drift(request).await {
        Ok(found) => found,
        Err(failure) => return screen.fail(&failure),
    };
    if args.json {
        let mut document = drift::to_json(&found.drift);
        if !found.bootstraps.is_empty() {
            document["bootstraps"] = bootstrap::plan_json(&found.bootstraps)["bootstraps"].take();
        }
        screen.line(&format!("{document:#}"));
    } else {
        screen.report(&found.diagnostics, &found.sources);
        let schemas = |provider: &_, addr: &_| (found.schemas)(provider, addr);
        screen.write(&drift::render(&found.drift, &schemas, screen.palette));
        if !found.bootstraps.is_empty() {
            screen.line("");
            screen.write(&bootstrap::plan(&found.bootstraps, screen.palette));
        }
    }
    if found.diagnostics.has_errors() {
        1
    } else if found.drift.is_empty() && found.bootstraps.is_empty() {
        0
    } else {
        2
    }
}
