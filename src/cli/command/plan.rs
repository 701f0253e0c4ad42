//! `kiban plan`

use super::ask::complete;
use super::bootstrap::has_work;
use crate::cli::args::PlanCommand;
use crate::cli::render::{bootstrap, events, plan};
use crate::cli::{Operations, PlanRequest, Planned, Screen, VERSION};
use crate::plan::Mode;
use crate::state::LANGUAGE_VERSION;

pub async fn run(operations: &dyn Operations, screen: &Screen, args: PlanCommand) -> u8 {
    begin(screen);
    let request = PlanRequest { generate: args.generate_config_out.clone(), ..args.planning.request() };
    let planned = match operations.plan(complete(operations, screen, request)).await {
        Ok(planned) => planned,
        Err(failure) => return screen.fail(&failure),
    };
    show(screen, &planned);
    if let Some(path) = &args.out {
        if let Err(failure) = operations.save(&planned, path).await {
            return screen.fail(&failure);
        }
        if !screen.json {
            let name = path.display();
            screen.line(&format!(
                "\n{}\n\nSaved the plan to: {name}\n\nTo perform exactly these actions, run:\n    kiban apply \"{name}\"",
                screen.palette.rule()
            ));
        }
    } else if !screen.json && has_changes(&planned) {
        let note = "Note: you did not use -out to save this plan, so \"kiban apply\" plans again and may find other actions if anything has changed by then.";
        screen.line(&format!("\n{}\n\n{}", screen.palette.rule(), screen.palette.prose(note)));
    }
    if args.detailed_exitcode && has_changes(&planned) { 2 } else { 0 }
}

/// The first line of a JSON stream.
pub fn begin(screen: &Screen) {
    if screen.json {
        screen.line(&events::version(VERSION, LANGUAGE_VERSION, &|| screen.now()));
    }
}

/// Shows a plan and the warnings that came with it.
pub fn show(screen: &Screen, planned: &Planned) {
    if screen.json {
        for line in events::planned(&planned.plan, &|| screen.now()) {
            screen.line(&line);
        }
    } else {
        let schemas = |provider: &_, addr: &_| (planned.schemas)(provider, addr);
        screen.write(&plan::render(&planned.plan, &schemas, screen.palette));
        let delivered = bootstrap::plan(&planned.bootstraps, screen.palette);
        if !delivered.is_empty() {
            screen.write(&format!("\n{delivered}"));
        }
        if !planned.diagnostics.is_empty() {
            screen.line("");
        }
    }
    screen.report(&planned.diagnostics, &planned.sources);
}

/// Whether applying the plan does more than to write the state.
pub fn has_changes(planned: &Planned) -> bool {
    let plan = &planned.plan;
    let delivers = has_work(&planned.bootstraps);
    !plan.is_empty() || delivers || (plan.mode == Mode::RefreshOnly && !plan.drift.is_empty())
}
