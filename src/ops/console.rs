//! Answers expressions: what they come to in a root module, over its state or over a plan.
//!
//! Changes nothing, reads no object of a provider unless it plans, and knows nothing of terminals.

use std::collections::BTreeMap;

use crate::addr::{AbsResource, InstanceKey, ModuleInstance, Name};
use crate::apply::populate;
use crate::config::{Config, Repetition, Resource, given, load};
use crate::diag::{Diagnostic, Diagnostics, Sources, Span};
use crate::eval::world::{Facts, Instances, Keys, World};
use crate::eval::{evaluate, functions};
use crate::graph::{Graph, Node};
use crate::hcl::ast::{Call, Expr, ExprKind};
use crate::hcl::parse_expr;
use crate::provider::Providers;
use crate::state::State;
use crate::value::{Type, Value};

use super::place::place;
use super::plan::plan;
use super::prepare::{facts, root_variables};
use super::{Args, Failure, OpResult, Session};

/// What an expression came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Value(Value),
    /// Of the console's own function `type`.
    Type(Type),
}

/// A root module that expressions can be asked of.
pub struct Console {
    config: Config,
    facts: Facts,
    variables: BTreeMap<Name, Value>,
    instances: Vec<(AbsResource, Instances)>,
    /// Findings about the configuration; it serves even so.
    pub found: Diagnostics,
}

/// Name under which an expression's text stands in diagnostics.
const INPUT: &str = "<console-input>";

/// Opens a root module over its state.
pub async fn console(session: &Session, args: &Args) -> OpResult<Console> {
    let loaded = load(&session.dir, Sources::default());
    let (mut config, mut found) = (loaded.config, loaded.diagnostics);
    if found.has_errors() {
        return Err(Failure::new(found, &config.sources));
    }
    let graph = Graph::build(&config).map_err(|cycles| Failure::new(cycles, &config.sources))?;
    let mut sources = std::mem::take(&mut config.sources);
    let given = given(&session.dir, &config.root, &session.environment, &args.variables, &mut sources);
    config.sources = sources;
    found.extend(given.found);
    let mut facts = facts(session);
    // Nothing is planned: what changes with every call may be told.
    facts.surroundings.applying = true;
    // Variables without a value are unknown here, so that everything else can be asked for.
    let (variables, _, errors) = root_variables(&config, &given.values, false, &facts);
    found.extend(errors);
    let place = place(session, args, &config, &mut found);
    if found.has_errors() {
        return Err(Failure::new(found, &config.sources));
    }
    let stored = place.open(session).read().await;
    let state = stored.map_err(|e| Failure::new(Diagnostic::from(e), &config.sources))?.unwrap_or_default();
    let instances = {
        let world = World::new(&config, facts.clone(), variables.clone());
        let instances = over_state(&world, &graph, &session.providers(), &state);
        // Who asks for what is wrong hears of it then.
        drop(world.take_errors());
        instances
    };
    Ok(Console { config, facts, variables, instances, found })
}

/// Opens a root module over a plan that is made for it.
pub async fn console_over_plan(session: &Session, args: &Args) -> OpResult<Console> {
    let planned = plan(session, args, "OperationTypePlan").await?;
    let prepared = &planned.prepared;
    let mut facts = prepared.facts.clone();
    facts.surroundings.applying = true;
    let instances = {
        let world = World::new(&prepared.config, facts.clone(), prepared.variables.clone());
        populate(&world, &prepared.graph, &planned.plan);
        world.all_instances()
    };
    let variables = prepared.variables.clone();
    Ok(Console { config: prepared.config.clone(), facts, variables, instances, found: planned.warnings.clone() })
}

impl Console {
    /// Texts that [`Console::found`] points into.
    pub fn sources(&self) -> &Sources {
        &self.config.sources
    }

    /// Evaluates one expression.
    pub fn ask(&self, text: &str) -> OpResult<Answer> {
        let mut sources = self.config.sources.clone();
        let source = sources.add(INPUT, text);
        parse_expr(source, text).and_then(|expr| self.answer(&expr)).map_err(|found| Failure::new(found, &sources))
    }

    fn answer(&self, expr: &Expr) -> Result<Answer, Diagnostics> {
        let world = World::new(&self.config, self.facts.clone(), self.variables.clone());
        for (addr, instances) in &self.instances {
            world.set_instances(addr.clone(), instances.clone());
        }
        let value = |expr: &Expr| {
            let result = evaluate(expr, &world.scope(&ModuleInstance::root()));
            let mut found = world.take_errors();
            let value = found.take(result);
            match value {
                Some(value) => found.or(value),
                None => Err(found),
            }
        };
        match type_call(expr) {
            Some((call, span)) => value(type_argument(call, span)?).map(|v| Answer::Type(v.ty())),
            None => match misplaced_type(expr) {
                Some(problem) => Err(problem.into()),
                None => value(expr).map(Answer::Value),
            },
        }
    }

    /// Words that an expression may begin with here: functions, variables, locals, resources, modules.
    pub fn words(&self) -> Vec<String> {
        let root = &self.config.root;
        let mut words: Vec<String> = functions::names().map(|f| format!("{f}(")).collect();
        words.push("type(".into());
        words.extend(root.variables.keys().map(|n| format!("var.{n}")));
        words.extend(root.locals.keys().map(|n| format!("local.{n}")));
        words.extend(root.resources.keys().map(ToString::to_string));
        for (name, call) in &root.calls {
            words.push(format!("module.{name}"));
            words.extend(call.module.outputs.keys().map(|output| format!("module.{name}.{output}")));
        }
        words.extend(["path.module", "path.root", "path.cwd", "terraform.workspace"].map(str::to_owned));
        words.sort();
        words
    }
}

/// The call of `type` that an expression is, where it is one.
fn type_call(expr: &Expr) -> Option<(&Call, Span)> {
    match &expr.kind {
        ExprKind::Parens(inner) => type_call(inner),
        ExprKind::Call(call) if matches!(&*call.name.name, "type" | "core::type") => Some((call, expr.span)),
        _ => None,
    }
}

fn type_argument(call: &Call, span: Span) -> Result<&Expr, Diagnostic> {
    let name = &call.name.name;
    match call.args.as_slice() {
        [arg] => Ok(arg),
        [] => {
            let detail = format!("Function \"{name}\" expects 1 argument(s). Missing value for \"value\".");
            Err(Diagnostic::error("Not enough function arguments", detail).at(span))
        }
        [_, second, ..] => {
            let detail = format!("Function \"{name}\" expects only 1 argument(s).");
            Err(Diagnostic::error("Too many function arguments", detail).at(second.span))
        }
    }
}

/// A call of `type` within an expression that is more than this call.
fn misplaced_type(expr: &Expr) -> Option<Diagnostic> {
    let mut found = None;
    expr.calls(&mut |call| {
        if matches!(&*call.name.name, "type" | "core::type") {
            found.get_or_insert(call.name.span);
        }
    });
    let detail = "The console-only \"type\" function cannot be used as part of an expression.";
    found.map(|span| Diagnostic::error("Invalid use of type function", detail).at(span))
}

/// The objects of all resources as the state has them. What is not in the state is not known yet.
pub(super) fn over_state(
    world: &World<'_>,
    graph: &Graph,
    providers: &Providers,
    state: &State,
) -> Vec<(AbsResource, Instances)> {
    let mut out = Vec::new();
    for node in graph.order() {
        let Node::Resource(resource) = node else { continue };
        let module = world.config.module(&resource.module);
        let Some(block) = module.and_then(|m| m.resources.get(&resource.resource)) else { continue };
        for module in world.module_instances(&resource.module) {
            let addr = AbsResource { module, resource: resource.resource.clone() };
            let instances = stored(&addr, block, providers, state);
            world.set_instances(addr.clone(), instances.clone());
            out.push((addr, instances));
        }
    }
    out
}

fn stored(addr: &AbsResource, block: &Resource, providers: &Providers, state: &State) -> Instances {
    let Some(resource) = state.resources.get(addr) else { return Instances::Unknown(Value::unknown(Type::Dynamic)) };
    let schema = providers.schema(&resource.provider.source, &addr.resource);
    let values: BTreeMap<InstanceKey, Value> = resource
        .instances
        .iter()
        .filter_map(|(key, instance)| {
            let object = instance.current.as_ref()?;
            let decoded = schema.as_ref().and_then(|s| object.decode(&s.block).ok());
            Some((key.clone(), decoded.unwrap_or_else(|| object.untyped())))
        })
        .collect();
    let keys = match &block.repetition {
        Repetition::Once if values.contains_key(&InstanceKey::None) => Keys::Once,
        Repetition::Once => return Instances::Unknown(Value::unknown(Type::Dynamic)),
        Repetition::Count(_) => {
            let last = values.keys().filter_map(|k| if let InstanceKey::Int(i) = k { Some(*i) } else { None }).max();
            Keys::Count(last.map_or(0, |i| i + 1))
        }
        Repetition::ForEach(_) => Keys::ForEach(
            values
                .keys()
                .filter_map(|k| if let InstanceKey::Str(s) = k { Some(s.clone()) } else { None })
                .map(|k| (k, Value::unknown(Type::Dynamic)))
                .collect(),
        ),
    };
    Instances::Known { keys, values }
}
