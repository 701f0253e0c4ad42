//! `kiban bootstrap`

use super::apply::watched;
use crate::cli::args::{BootstrapChangeCommand, BootstrapCommand, BootstrapPlanCommand};
use crate::cli::operations::{Bootstrap, BootstrapPlanned};
use crate::cli::render::bootstrap as render;
use crate::cli::{Operations, Screen};
use crate::diag::Diagnostic;
use crate::handoff::{Health, to_yaml};

pub async fn run(operations: &dyn Operations, screen: &Screen, command: BootstrapCommand) -> u8 {
    match command {
        BootstrapCommand::Plan(args) => plan(operations, screen, args).await,
        BootstrapCommand::Apply(args) => change(operations, screen, args, false).await,
        BootstrapCommand::Destroy(args) => change(operations, screen, args, true).await,
        BootstrapCommand::Forget(args) => forget(operations, screen, args).await,
        BootstrapCommand::Status(args) => match operations.bootstrap_status(args.of.request()).await {
            Ok(status) => {
                screen.report_aside(&status.warnings, &status.sources);
                match args.json {
                    true => screen.line(&render::status_json(&status.observed).to_string()),
                    false => screen.write(&render::status(&status.observed, screen.palette)),
                }
                let well = |(_, objects): &(_, Vec<_>)| objects.iter().all(|o: &_| is_well(o));
                u8::from(!status.observed.iter().all(well))
            }
            Err(failure) => screen.fail(&failure),
        },
        BootstrapCommand::Render(args) => match operations.bootstrap_render(args.of.request()).await {
            Ok(objects) => {
                objects.iter().for_each(|object| screen.write(&format!("---\n{}", to_yaml(object))));
                0
            }
            Err(failure) => screen.fail(&failure),
        },
    }
}

fn is_well(object: &crate::cli::operations::Observed) -> bool {
    object.health == Some(Health::Ready)
}

/// Whether delivering does anything, be it only to wait.
pub(super) fn has_work(bootstraps: &[Bootstrap]) -> bool {
    bootstraps.iter().any(|b| !b.is_settled())
}

fn show(screen: &Screen, planned: &BootstrapPlanned, json: bool) {
    if json {
        screen.line(&render::plan_json(&planned.bootstraps).to_string());
        screen.report_aside(&planned.diagnostics, &planned.sources);
        return;
    }
    match has_work(&planned.bootstraps) {
        true => screen.write(&render::plan(&planned.bootstraps, screen.palette)),
        false => screen.write(&render::nothing(screen.palette)),
    }
    screen.report(&planned.diagnostics, &planned.sources);
}

async fn plan(operations: &dyn Operations, screen: &Screen, args: BootstrapPlanCommand) -> u8 {
    match operations.bootstrap_plan(args.of.request(), false).await {
        Ok(planned) => {
            show(screen, &planned, args.json);
            if args.detailed_exitcode && has_work(&planned.bootstraps) { 2 } else { 0 }
        }
        Err(failure) => screen.fail(&failure),
    }
}

/// The exit code where nobody approves of it.
fn refused(screen: &Screen, explanation: &str) -> Option<u8> {
    if !screen.interactive {
        let detail = "The input is not a terminal (or questions are switched off), so kiban cannot ask whether to go on. Nothing was changed.";
        let problem = Diagnostic::error("Nobody can approve the plan", detail).hint("Use -auto-approve.");
        return Some(screen.fail(&problem.into()));
    }
    if !screen.confirm("Do you want to perform these actions?", explanation) {
        screen.line("Bootstrap cancelled.");
        return Some(1);
    }
    None
}

async fn forget(operations: &dyn Operations, screen: &Screen, args: BootstrapChangeCommand) -> u8 {
    let explanation = "  kiban will not know any more what it has delivered. Nothing in the cluster changes.";
    if let Some(code) = (!args.auto_approve).then(|| refused(screen, explanation)).flatten() {
        return code;
    }
    match operations.bootstrap_forget(args.of.request()).await {
        Ok(forgotten) => {
            if forgotten.is_empty() {
                screen.line("Nothing was delivered: there is nothing to forget.");
            }
            for (name, count) in forgotten {
                screen.line(&format!("bootstrap.{name}: {count} objects are forgotten, and left as they are."));
            }
            0
        }
        Err(failure) => screen.fail(&failure),
    }
}

async fn change(operations: &dyn Operations, screen: &Screen, args: BootstrapChangeCommand, removing: bool) -> u8 {
    let planned = match operations.bootstrap_plan(args.of.request(), removing).await {
        Ok(planned) => planned,
        Err(failure) => return screen.fail(&failure),
    };
    show(screen, &planned, false);
    if has_work(&planned.bootstraps) && !args.auto_approve {
        let explanation = match removing {
            true => "  Everything that Argo CD brought to the cluster goes with it. There is no undo.",
            false => "  kiban will change the cluster as described above.",
        };
        if let Some(code) = refused(screen, explanation) {
            return code;
        }
    }
    let done = watched(screen, planned.sources, async |observer| operations.bootstrap_apply(observer).await).await;
    match done {
        Ok(()) => {
            screen.line(if removing {
                "Bootstrap is taken away."
            } else {
                "Bootstrap complete: everything is synchronised and healthy."
            });
            0
        }
        Err(failure) => screen.fail(&failure),
    }
}
