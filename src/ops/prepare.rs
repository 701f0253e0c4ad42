//! What every operation on a configuration begins with: load it, give its variables values, open its state, configure
//! its providers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::addr::{ModuleInstance, Name, ResourceAddr};
use crate::config::{Config, Given, UNSUPPORTED_VERSION, Variable, given, load};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::eval::world::{Facts, World, variable_value};
use crate::eval::{Surroundings, evaluate};
use crate::graph::Graph;
use crate::plan::Connections;
use crate::provider::Providers;
use crate::state::backend::{Backend, LockInfo};
use crate::state::{StateError, StateErrorKind};
use crate::value::Value;

use super::place::{StatePlace, place};
use super::{Args, Failure, OpResult, Session};

/// A configuration ready to be worked on.
pub struct Prepared {
    pub config: Config,
    pub graph: Graph,
    pub variables: BTreeMap<Name, Value>,
    /// Values that variables were given, as opposed to their default: as they are written, not yet of their types.
    pub given: BTreeMap<Name, Value>,
    pub facts: Facts,
    pub providers: Arc<Providers>,
    pub warnings: Diagnostics,
    pub place: StatePlace,
    /// Configuration that this run has written for imported objects.
    pub generated: BTreeMap<ResourceAddr, String>,
}

/// Loads and evaluates what stands before everything else. Needs no network.
pub(super) fn prepare(session: &Session, args: &Args) -> OpResult<Prepared> {
    let loaded = load(&session.dir, Sources::default());
    let (mut config, mut found) = (loaded.config, loaded.diagnostics);
    let outdated = found.iter().any(|d| d.summary == UNSUPPORTED_VERSION);
    if loaded.broken || outdated {
        return Err(Failure::new(found, &config.sources));
    }
    let graph = match Graph::build(&config) {
        Ok(graph) => graph,
        Err(cycles) => {
            found.extend(cycles);
            return Err(Failure::new(found, &config.sources));
        }
    };
    let mut sources = std::mem::take(&mut config.sources);
    let given = given(&session.dir, &config.root, &session.environment, &args.variables, &mut sources);
    config.sources = sources;
    found.extend(given.found);
    let facts = facts(session);
    let (variables, written, errors) =
        root_variables(&config, &given.values, given.complete && !found.has_errors(), &facts);
    super::validate::add_independent(&mut found, errors);
    let providers = session.providers();
    let (_, errors) = super::validate::check(&config, &graph, &providers, &facts, &variables);
    super::validate::add_independent(&mut found, errors);
    let place = place(session, args, &config, &mut found);
    if found.has_errors() {
        return Err(Failure::new(found, &config.sources));
    }
    Ok(Prepared {
        config,
        graph,
        variables,
        given: written,
        facts,
        providers,
        warnings: found,
        place,
        generated: BTreeMap::new(),
    })
}

/// Surroundings of the evaluation.
pub(super) fn facts(session: &Session) -> Facts {
    Facts {
        surroundings: Surroundings {
            working_dir: session.dir.clone(),
            home_dir: session.environment.get("HOME").map(PathBuf::from),
            plan_timestamp: (session.now)(),
            applying: false,
            in_template: false,
            now: session.now,
            provider_functions: Arc::new(session.providers().functions()),
        },
        workspace: session.environment.get("TF_WORKSPACE").cloned().unwrap_or_else(|| "default".into()),
        original_dir: session.original_dir.display().to_string(),
        validating: false,
    }
}

/// Values of the root module's variables, of their types and as they are written. Missing ones are errors.
pub(super) fn root_variables(
    config: &Config,
    values: &BTreeMap<Name, Given>,
    complete: bool,
    facts: &Facts,
) -> (BTreeMap<Name, Value>, BTreeMap<Name, Value>, Diagnostics) {
    let world = World::new(config, facts.clone(), BTreeMap::new());
    let scope = world.scope(&ModuleInstance::root());
    let mut found = Diagnostics::new();
    let (mut out, mut written) = (BTreeMap::new(), BTreeMap::new());
    for (name, variable) in &config.root.variables {
        let given = match values.get(name) {
            Some(Given::Value(value, span)) => Some((value.clone(), *span, None)),
            Some(Given::Expr(expr)) => match evaluate(expr, &scope) {
                Ok(value) => Some((value, expr.span, Some(expr))),
                Err(errors) => {
                    found.extend(errors);
                    continue;
                }
            },
            None => None,
        };
        if given.is_none() && variable.default.is_none() {
            if complete {
                found.push(missing(variable));
            }
            continue;
        }
        if let Some((value, ..)) = &given {
            written.insert(name.clone(), value.clone());
        }
        let told = format!("var.{name} declared at {}", config.sources.place(variable.span));
        if let Some(value) = found.take(variable_value(variable, &told, given, &scope)) {
            out.insert(name.clone(), value);
        }
    }
    (out, written, found)
}

fn missing(variable: &Variable) -> Diagnostic {
    let name = &variable.name.name;
    Diagnostic::error(
        "No value for required variable",
        format!(
            "The root module input variable \"{name}\" is not set, and has no default value. Use a -var or -var-file command \
             line argument to provide a value for this variable."
        ),
    )
    .at(variable.span)
    .hint(format!("For example -var '{name}=…'. terraform.tfvars and the environment variable TF_VAR_{name} serve too."))
}

impl Prepared {
    pub fn world(&self, applying: bool) -> World<'_> {
        let mut facts = self.facts.clone();
        facts.surroundings.applying = applying;
        World::new(&self.config, facts, self.variables.clone())
    }

    /// Values of variables as plan documents show them: what was given as it is written, else the default.
    pub fn shown_variables(&self) -> BTreeMap<Name, Value> {
        let mut shown = self.variables.clone();
        let declared = self.given.iter().filter(|(name, _)| self.variables.contains_key(*name));
        shown.extend(declared.map(|(name, value)| (name.clone(), value.clone())));
        shown
    }

    pub fn fail(&self, diagnostics: impl Into<Diagnostics>) -> Box<Failure> {
        let mut all = self.warnings.clone();
        all.extend(diagnostics.into());
        Failure::new(all, &self.config.sources)
    }

    pub fn backend(&self, session: &Session) -> Box<dyn Backend> {
        self.place.open(session)
    }

    /// What a phase of the run is connected to.
    pub fn connections(&self) -> Connections<'_> {
        Connections::new(&self.config, &self.graph, &self.providers)
    }
}

/// Takes the lock of the state, waiting for it as long as the user allows.
pub(super) async fn lock(
    session: &Session,
    args: &Args,
    backend: &dyn Backend,
    operation: &str,
) -> Result<(), StateError> {
    if !args.lock {
        return Ok(());
    }
    let start = session.clock.elapsed();
    loop {
        let info = LockInfo::new(operation, session.user(), (session.now)());
        match backend.lock(info).await {
            Ok(_) => return Ok(()),
            Err(error) => {
                let waited = session.clock.elapsed().saturating_sub(start);
                if !matches!(error.kind, StateErrorKind::Locked(_)) || waited >= args.lock_timeout {
                    return Err(error);
                }
                session.clock.sleep(Duration::from_millis(250).min(args.lock_timeout)).await;
            }
        }
    }
}
