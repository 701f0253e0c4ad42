//! One run: plan, apply if it is to be applied, judge what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{AbsInstance, AbsResource, ModuleInstance};
use crate::apply::{Cancel, Context, LocalExec, Silent, populate};
use crate::config::Loaded;
use crate::config::testing::{Command, Run, RunMode};
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};
use crate::eval::condition::failed;
use crate::eval::world::World;
use crate::plan::{Connections, Inputs, Mode, Options, Plan, UNDECIDED_CHECK};
use crate::provider::Freshness;
use crate::refresh::refresh;
use crate::state::journal::Journal;
use crate::state::{State, StateError};
use crate::value::Value;

use super::super::local_exec::Shell;
use super::super::plan::refused_provisioners;
use super::super::prepare::Prepared;
use super::expected::{Expected, is_check, too_early};
use super::names::{Inside, Names};
use super::report::{PlanOrState, Shown, Status};
use super::variables::{self, RunVariables};
use super::{Session, TestArgs, assertions, subject};

const PARTIAL: &str = "The plan was created with the -target option in effect, so some changes requested in the configuration may have been ignored and the output values may not be fully updated. Run the following command to verify that no other changes are pending:\n    kiban plan\n\nNote that the -target option is not suitable for routine use, and is provided only for exceptional situations such as recovering from errors or mistakes, or when kiban specifically suggests to use it as part of an error message.";

/// What a run works with.
pub(super) struct Bench<'a> {
    pub session: &'a Session,
    pub args: &'a TestArgs,
    pub sources: &'a Sources,
}

/// What came of a run.
pub(super) struct Outcome {
    pub status: Status,
    pub diagnostics: Diagnostics,
    pub shown: Option<Shown>,
    /// Outputs of the module, for later runs.
    pub outputs: Option<Value>,
    /// Where the run has applied something: the state, and what it takes to destroy it.
    pub left: Option<(State, Prepared)>,
}

impl Outcome {
    fn error(diagnostics: Diagnostics) -> Self {
        Self { status: Status::Error, diagnostics, shown: None, outputs: None, left: None }
    }
}

impl Bench<'_> {
    pub async fn run(&self, run: &Run, loaded: &Loaded, names: &Names<'_>, before: &State) -> Outcome {
        let variables = |config: &_| variables::of_run(run, config, names, self.sources);
        let (prepared, given) = match subject::prepare(self.session, run, loaded, names, self.sources, variables) {
            Ok(ready) => ready,
            Err(found) => return Outcome::error(found),
        };
        let unfit = unfit(run);
        if unfit.has_errors() {
            return Outcome::error(unfit);
        }
        let mut found = prepared.warnings.clone();
        let mut expected = Expected::new(&run.expected);
        let world = prepared.world(false);
        let connections = prepared.connections();
        if let Err(errors) = connections.configure_early(&world, before).await {
            return Outcome::error(errors);
        }
        let planned = self.plan(&prepared, &world, &connections, &given, run, before).await;
        drop(connections);
        if run.command == Command::Plan {
            let (plan, errors) = match planned {
                Ok((plan, warnings)) => (Some(plan), warnings),
                Err(errors) => (None, errors),
            };
            found.extend(expected.take(errors));
            found.extend(expected.missing());
            let shown = plan.map_or(PlanOrState::NoPlan, |plan| PlanOrState::Plan(Box::new(plan)));
            let mut outcome = judge(run, names, &world, found);
            outcome.shown = self.shown(shown, &prepared);
            return outcome;
        }
        let (plan, warnings) = match planned {
            Ok(planned) => planned,
            Err(errors) => {
                found.extend(too_early(errors, &expected));
                return Outcome::error(found);
            }
        };
        // What checks say of a plan, they say again once it is applied, or it has been mended.
        found.extend(warnings.into_iter().filter(|d| !is_check(d)));
        if !run.options.targets.is_empty() {
            found.push(Diagnostic::warning("Applied changes may be incomplete", PARTIAL));
        }
        drop(world);
        let world = prepared.world(true);
        let (state, applied) = self.apply(&prepared, &world, &plan, before, &self.session.cancel).await;
        let mut applied = applied;
        applied.extend(conditions(&world));
        found.extend(expected.take(applied));
        found.extend(expected.missing());
        let mut outcome = judge(run, names, &world, found);
        drop(world);
        outcome.shown = self.shown(PlanOrState::State(state.clone()), &prepared);
        outcome.left = Some((state, prepared));
        outcome
    }

    async fn plan(
        &self,
        prepared: &Prepared,
        world: &World<'_>,
        connections: &Connections<'_>,
        given: &RunVariables,
        run: &Run,
        before: &State,
    ) -> Result<(Plan, Diagnostics), Diagnostics> {
        let mode = match run.options.mode {
            RunMode::Normal => Mode::Normal,
            RunMode::RefreshOnly => Mode::RefreshOnly,
        };
        let options = Options {
            mode,
            targets: run.options.targets.clone(),
            replace: run.options.replace.clone(),
            ..Options::default()
        };
        if mode != Mode::Normal && !options.replace.is_empty() {
            let detail =
                "Forcing resource instance replacement (with -replace=...) is allowed only in normal planning mode.";
            return Err(Diagnostic::error("Unsupported plan mode", detail).into());
        }
        // A value that a variable refuses was written in the test.
        let blame = |d: Diagnostic| {
            let own = d.address.as_deref().and_then(|a| a.strip_prefix("var.")).filter(|_| d.checked);
            let span = own.and_then(|name| given.given_at.get(name)).copied();
            Diagnostic { span: span.or(d.span), ..d }
        };
        let planned = self.planned(prepared, world, connections, before, &options, run.options.refresh).await;
        // Checks behind what failed were not reached.
        let reached = |d: &Diagnostic| d.summary != UNDECIDED_CHECK;
        let (plan, found) =
            planned.map_err(|errors| errors.into_iter().filter(reached).map(blame).collect::<Diagnostics>())?;
        Ok((plan, found.into_iter().map(blame).collect()))
    }

    async fn planned(
        &self,
        prepared: &Prepared,
        world: &World<'_>,
        connections: &Connections<'_>,
        before: &State,
        options: &Options,
        fresh: bool,
    ) -> Result<(Plan, Diagnostics), Diagnostics> {
        let inputs = Inputs {
            config: &prepared.config,
            graph: &prepared.graph,
            world,
            providers: &prepared.providers,
            stored: before,
            options,
            connections,
            freshness: fresh.then_some(Freshness::Thorough),
        };
        // Objects of providers that are configured on the way are read there.
        let late: BTreeSet<&AbsResource> =
            before.resources.iter().filter(|(_, r)| connections.is_late(&r.provider)).map(|(addr, _)| addr).collect();
        let now = |addr: &AbsInstance| !late.contains(&addr.resource);
        let live = async {
            if !fresh {
                return Ok(before.clone());
            }
            Ok(refresh(before, &prepared.providers, now, Freshness::Thorough).await?.state)
        };
        Box::pin(crate::plan::plan(inputs, live)).await
    }

    /// Carries a plan out. What was done is in the state, whatever the findings say.
    pub async fn apply(
        &self,
        prepared: &Prepared,
        world: &World<'_>,
        plan: &Plan,
        before: &State,
        cancel: &Cancel,
    ) -> (State, Diagnostics) {
        if !self.args.local_exec {
            let refused = refused_provisioners(plan, &prepared.config);
            if refused.has_errors() {
                return (before.clone(), refused);
            }
        }
        let backend = prepared.backend(self.session);
        let mut stored = before.clone();
        if let Err(error) = backend.write(&mut stored).await {
            return (stored, storage(error));
        }
        let mut plan = plan.clone();
        plan.prior.serial = stored.serial;
        plan.prior.lineage.clone_from(&stored.lineage);
        populate(world, &prepared.graph, &plan);
        // What cannot be evaluated before its turn is reported at its turn.
        world.take_errors();
        let journal = Journal::in_memory();
        let shell = Shell { dir: self.session.dir.clone(), environment: self.session.environment.clone() };
        let connections = prepared.connections();
        let applied = Box::pin(crate::apply::apply(
            &plan,
            Context {
                world,
                graph: &prepared.graph,
                connections: &connections,
                providers: &prepared.providers,
                backend: &*backend,
                journal: &journal,
                clock: &*self.session.clock,
                observer: &Silent,
                cancel,
                local_exec: self.args.local_exec.then_some(&shell as &dyn LocalExec),
                parallelism: self.args.parallelism.unwrap_or(64),
            },
        ))
        .await;
        // A run of a test cannot be taken up again.
        let plain = |d: Diagnostic| if d.summary == "Interrupted" { Diagnostic { hint: None, ..d } } else { d };
        (applied.state, applied.diagnostics.into_iter().map(plain).collect())
    }

    /// Destroys what a run has left. What could not be destroyed stays in the state.
    pub async fn destroy(&self, prepared: &Prepared, left: &State, cancel: &Cancel) -> (State, Diagnostics) {
        let world = prepared.world(false);
        let options = Options { mode: Mode::Destroy, ..Options::default() };
        let connections = prepared.connections();
        if let Err(errors) = connections.configure_early(&world, left).await {
            return (left.clone(), errors);
        }
        let (plan, mut found) = match self.planned(prepared, &world, &connections, left, &options, true).await {
            Ok(planned) => planned,
            Err(errors) => return (left.clone(), errors),
        };
        drop(connections);
        drop(world);
        let world = prepared.world(true);
        let (state, errors) = self.apply(prepared, &world, &plan, left, cancel).await;
        found.extend(errors);
        (state, found)
    }

    fn shown(&self, what: PlanOrState, prepared: &Prepared) -> Option<Shown> {
        self.args.verbose.then(|| Shown {
            what,
            config: prepared.config.clone(),
            variables: prepared.variables.clone(),
            providers: Arc::clone(&prepared.providers),
        })
    }
}

/// Failures that nothing can report.
fn unfit(run: &Run) -> Diagnostics {
    let unfit = run.expected.iter().filter(|e| !e.checkable).map(|e| {
        let detail = format!(
            "You cannot expect failures from {}. You can only expect failures from checkable objects such as input variables, output values, check blocks, managed resources and data sources.",
            e.address
        );
        Diagnostic::error("Invalid `expect_failures` reference", detail).at(e.span).within(run.header)
    });
    unfit.collect()
}

fn storage(error: StateError) -> Diagnostics {
    Diagnostic::from(error).into()
}

/// Conditions of outputs, and checks, now that everything is known.
fn conditions(world: &World<'_>) -> Diagnostics {
    let root = ModuleInstance::root();
    let scope = world.scope(&root);
    let module = &world.config.root;
    let mut found = Diagnostics::new();
    for (name, output) in &module.outputs {
        for condition in &output.preconditions {
            let subject = format!("output.{name}");
            found.extend(failed(condition, &scope, "Module output value precondition failed", &subject));
        }
    }
    for check in module.checks.values() {
        for assertion in &check.assertions {
            let subject = format!("check.{}", check.name.name);
            let failures = failed(assertion, &scope, "Check block assertion failed", &subject);
            found.extend(failures.into_iter().map(|d| Diagnostic { severity: Severity::Warning, ..d }));
        }
    }
    found
}

/// Judges the assertions, unless there are errors already.
fn judge(run: &Run, names: &Names<'_>, world: &World<'_>, mut found: Diagnostics) -> Outcome {
    world.take_errors();
    if found.has_errors() {
        return Outcome::error(found);
    }
    let scope = Inside { names, world };
    let mut status = Status::Pass;
    for assertion in &run.assertions {
        let (verdict, more) = assertions::judge(assertion, &scope);
        status = status.max(verdict);
        found.extend(more.into_iter().map(|d| Diagnostic { context: d.context.or(Some(run.header)), ..d }));
    }
    let root = ModuleInstance::root();
    let outputs: BTreeMap<_, _> =
        world.config.root.outputs.keys().map(|name| (name.clone(), world.output(&root, name))).collect();
    world.take_errors();
    Outcome { status, diagnostics: found, shown: None, outputs: Some(Value::object(outputs)), left: None }
}
