//! `kiban apply`, and what `destroy` and `refresh` share with it.

use super::ask::complete;
use super::plan::{begin, has_changes, show};
use crate::apply::Observer;
use crate::cli::args::ApplyCommand;
use crate::cli::render::progress::{JsonLines, Lines, Live};
use crate::cli::render::{Colour, events, outputs};
use crate::cli::{Applied, Operations, Output, PlanRequest, Planned, Screen};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::plan::{Mode, Summary};

pub async fn run(operations: &dyn Operations, screen: &Screen, args: ApplyCommand) -> u8 {
    begin(screen);
    let request = PlanRequest { local_exec: Some(args.allow_local_exec), ..args.planning.request() };
    if let Some(path) = &args.plan {
        if args.planning.decides() {
            let problem = Diagnostic::error(
                "A saved plan has its options already",
                "Targets and planning modes are decided when a plan is made, so they cannot be given together with a plan file.",
            );
            return screen.fail(&problem.hint("Leave the options away, or make a new plan with them.").into());
        }
        return match operations.resume(path, request).await {
            Ok(planned) => carry_out(operations, screen, planned, &Diagnostics::new(), Verb::Apply).await,
            Err(failure) => screen.fail(&failure),
        };
    }
    match operations.plan(complete(operations, screen, request)).await {
        Ok(planned) => approve(operations, screen, planned, args.auto_approve, Verb::Apply).await,
        Err(failure) => screen.fail(&failure),
    }
}

/// The command that speaks in the end: `apply -destroy` is an apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Apply,
    Destroy,
}

/// Shows the plan, asks if there is anything to ask for, and carries it out.
pub async fn approve(operations: &dyn Operations, screen: &Screen, planned: Planned, approved: bool, verb: Verb) -> u8 {
    show(screen, &planned);
    if has_changes(&planned) && !approved {
        if !screen.interactive || screen.json {
            let problem = Diagnostic::error(
                "Nobody can approve the plan",
                "The input is not a terminal (or questions are switched off), so kiban cannot ask whether to go on. Nothing was changed.",
            );
            return screen.fail(
                &problem.hint("Use -auto-approve, or save the plan with `plan -out=FILE` and apply that.").into(),
            );
        }
        let (question, explanation) = match planned.plan.mode {
            Mode::Normal => {
                ("Do you want to perform these actions?", "  kiban will perform the actions described above.")
            }
            Mode::Destroy => (
                "Do you really want to destroy all resources?",
                "  kiban will destroy everything shown above. There is no undo.",
            ),
            Mode::RefreshOnly => (
                "Would you like to update the state to reflect these detected changes?",
                "  kiban will write these changes to the state without modifying any real infrastructure.",
            ),
        };
        screen.line("");
        if !screen.confirm(question, explanation) {
            let what = if planned.plan.mode == Mode::Destroy { "Destroy" } else { "Apply" };
            screen.line(&format!("{what} cancelled."));
            return 1;
        }
    }
    let told = planned.diagnostics.clone();
    carry_out(operations, screen, planned, &told, verb).await
}

/// `told` is what has been reported already.
async fn carry_out(
    operations: &dyn Operations,
    screen: &Screen,
    planned: Planned,
    told: &Diagnostics,
    verb: Verb,
) -> u8 {
    let sources: Sources = planned.sources.clone();
    match watched(screen, sources, async |observer| operations.apply(planned, observer).await).await {
        Ok(mut applied) => {
            // A program that reads the events has what the plan has warned of.
            if screen.json {
                applied.diagnostics =
                    applied.diagnostics.into_iter().filter(|d| !told.iter().any(|t| t == d)).collect();
            }
            finish(screen, verb, &applied)
        }
        Err(failure) => screen.fail(&failure),
    }
}

/// Does something while the screen shows what happens.
pub(super) async fn watched<T>(screen: &Screen, sources: Sources, work: impl AsyncFnOnce(&dyn Observer) -> T) -> T {
    if screen.json {
        work(&JsonLines::new(Output(screen), || screen.now(), sources)).await
    } else if screen.live {
        work(&Live::new(screen.palette)).await
    } else {
        work(&Lines::new(Output(screen), screen.palette)).await
    }
}

fn finish(screen: &Screen, verb: Verb, applied: &Applied) -> u8 {
    let failed = applied.diagnostics.has_errors();
    if screen.json {
        screen.report(&applied.diagnostics, &applied.sources);
        if !failed {
            let operation = if verb == Verb::Destroy { "destroy" } else { "apply" };
            let now = || screen.now();
            screen.line(&events::summary(operation, applied.summary, &sentence(verb, applied.summary), &now));
            screen.line(&events::outputs(&applied.outputs, &now));
        }
        return u8::from(failed);
    }
    screen.line("");
    screen.report(&applied.diagnostics, &applied.sources);
    if failed {
        screen.line(&format!("Before it failed: {}", numbers(applied.summary)));
        return 1;
    }
    screen.line(&screen.palette.paint(Colour::Add, &sentence(verb, applied.summary)));
    if verb != Verb::Destroy && !applied.outputs.is_empty() {
        screen.write(&format!("\n{}\n\n{}", screen.palette.bold("Outputs:"), outputs::values(&applied.outputs)));
    }
    0
}

fn sentence(verb: Verb, sum: Summary) -> String {
    match verb {
        Verb::Destroy => format!("Destroy complete! Resources: {} destroyed.", sum.destroy),
        Verb::Apply => format!("Apply complete! Resources: {}", numbers(sum)),
    }
}

fn numbers(sum: Summary) -> String {
    let import = if sum.import > 0 { format!("{} imported, ", sum.import) } else { String::new() };
    format!("{import}{} added, {} changed, {} destroyed.", sum.add, sum.change, sum.destroy)
}
