//! What is wrong with `moved` blocks, once it is known which instances there are.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use super::statement::Statement;
use crate::addr::{AbsInstance, AbsResource, ModuleInstance, Target};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::eval::world::World;

/// Rules that lead in a circle. They have no order in which they could be followed.
pub(super) fn cycles(statements: &[Statement], config: &Config) -> Diagnostics {
    let graph = dependencies(statements);
    let mut found = Diagnostics::new();
    for component in tarjan_scc(&graph).into_iter().filter(|c| c.len() > 1) {
        let mut lines: Vec<String> = component
            .iter()
            .filter_map(|n| statements.get(n.index()))
            .map(|s| format!("\n  - {}: {s}", place(config, s.span)))
            .collect();
        lines.sort();
        found.push(Diagnostic::error(
            "Cyclic dependency in move statements",
            format!(
                "The following chained move statements form a cycle, and so there is no final location to move objects \
                 to:{}\n\nA chain of move statements must end with an address that doesn't appear in any other \
                 statements, and which typically also refers to an object still declared in the configuration.",
                lines.concat()
            ),
        ));
    }
    found
}

/// An edge leads from each rule to those that are followed before it.
pub(super) fn dependencies(statements: &[Statement]) -> DiGraph<(), ()> {
    let mut graph = DiGraph::new();
    let nodes: Vec<_> = statements.iter().map(|_| graph.add_node(())).collect();
    for (a, from) in statements.iter().zip(&nodes) {
        for (b, to) in statements.iter().zip(&nodes) {
            if from != to && a.depends_on(b) {
                graph.add_edge(*from, *to, ());
            }
        }
    }
    graph
}

fn place(config: &Config, span: Span) -> String {
    let at = config.sources.position(span.source, span.range().start);
    format!("{}:{},{}", config.sources.get(span.source).map_or("", |s| &s.name), at.line, at.column)
}

/// Compares every rule with what the configuration declares. `visited` are the instances that it has.
pub(super) fn validate(
    statements: &[Statement],
    config: &Config,
    world: &World<'_>,
    visited: &BTreeSet<AbsInstance>,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut sources: BTreeMap<String, (&Statement, Target)> = BTreeMap::new();
    let mut goals: BTreeMap<String, (&Statement, Target)> = BTreeMap::new();
    for statement in statements {
        for module in world.module_instances(&statement.declared) {
            let (from, to) = statement.within(&module);
            if from == to {
                found.push(
                    Diagnostic::error(
                        "Redundant move statement",
                        format!(
                            "This statement declares a move from {from} to the same address, which is the same as not \
                             declaring this move at all."
                        ),
                    )
                    .at(statement.span),
                );
                continue;
            }
            let (noun, short) = nouns(&from, statement.from.is_whole());
            if let Some(declared) = declaration(&from, statement.from.is_whole(), config, world, visited) {
                let at = place(config, declared);
                found.push(
                    Diagnostic::error(
                        "Moved object still exists",
                        format!(
                            "This statement declares a move from {from}, but that {noun} is still declared at {at}.\n\n\
                             Change your configuration so that this {short} will be declared as {to} instead."
                        ),
                    )
                    .at(statement.span),
                );
            }
            let mut ambiguous = |other: &Statement, what: String| {
                let at = place(config, other.span);
                found.push(
                    Diagnostic::error("Ambiguous move statements", format!("A statement at {at} declared that {what}"))
                        .at(statement.span),
                );
            };
            match sources.get(&from.to_string()) {
                Some((other, goal)) if *goal != to => ambiguous(
                    other,
                    format!(
                        "{from} moved to {goal}, but this statement instead declares that it moved to {to}.\n\nEach \
                         {noun} can move to only one destination {short}."
                    ),
                ),
                Some(_) => {}
                None => drop(sources.insert(from.to_string(), (statement, to.clone()))),
            }
            match goals.get(&to.to_string()) {
                Some((other, source)) if *source != from => ambiguous(
                    other,
                    format!(
                        "{source} moved to {to}, but this statement instead declares that {from} moved there.\n\nEach \
                         {noun} can have moved from only one source {short}."
                    ),
                ),
                Some(_) => {}
                None => drop(goals.insert(to.to_string(), (statement, from))),
            }
        }
    }
    found
}

fn nouns(target: &Target, whole: bool) -> (&'static str, &'static str) {
    match (target, whole) {
        (Target::Module(_), true) => ("module call", "call"),
        (Target::Module(_), false) => ("module instance", "instance"),
        (_, true) => ("resource", "resource"),
        (_, false) => ("resource instance", "instance"),
    }
}

/// Where the configuration still has what a rule moves away.
fn declaration(
    target: &Target,
    whole: bool,
    config: &Config,
    world: &World<'_>,
    visited: &BTreeSet<AbsInstance>,
) -> Option<Span> {
    let resource = |r: &AbsResource| {
        let module = config.module(&r.module.path())?;
        world.module_instances(&module.path).contains(&r.module).then(|| module.resources.get(&r.resource))?
    };
    match target {
        Target::Module(module) => {
            let (parent, (name, _)) = module.parent()?;
            let call = config.module(&parent.path())?.calls.get(name)?;
            let exists = |m: &ModuleInstance| world.module_instances(&m.path()).contains(m);
            let there = if whole { exists(&parent) } else { exists(module) };
            there.then_some(call.header)
        }
        Target::Resource(r) => Some(resource(r)?.header),
        Target::Instance(i) => {
            let block = resource(&i.resource)?;
            visited.contains(i).then(|| block.repetition.expr().map_or(block.header, |e| e.span))
        }
    }
}
