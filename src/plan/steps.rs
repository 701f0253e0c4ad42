//! Changes to steps with edges.
//!
//! For B that depends on A (`B -> A`: B waits for A):
//!
//! ```text
//! create or update:      B -> A
//! delete:                A_delete -> B_delete
//! replace:               A_create -> A_delete -> B_delete,   B_create -> A_create
//! create first:          A_delete -> A_create,  A_delete -> B (create or update: B must let go of the old A first)
//! ```

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use crate::addr::ConfigResource;
use crate::diag::{Diagnostic, Diagnostics};

use super::model::{Action, Change, Step, StepKind};

/// Dependencies that an object has had, by the state: for deletes.
pub(super) type StateDependencies = BTreeMap<usize, BTreeSet<ConfigResource>>;

/// Whether a delete also waits for steps that need not come before it: updates that let go of an object that is given
/// up, and objects that are made in the place of its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Courtesy {
    Wait,
    /// Where waiting would be a cycle.
    Skip,
}

/// Steps that wait for each other.
pub(super) struct Cycles {
    /// Indexes of the changes that take part.
    pub changes: BTreeSet<usize>,
    pub diagnostics: Diagnostics,
}

/// Orders the changes. `behind` are the resources that a change's resource depends on by the configuration, however
/// far; `stored` those by the state. A cycle is an error that names its path.
pub(super) fn order(
    changes: &[Change],
    behind: &BTreeMap<ConfigResource, BTreeSet<ConfigResource>>,
    stored: &StateDependencies,
    courtesy: Courtesy,
) -> Result<Vec<Step>, Cycles> {
    let mut steps: Vec<Step> = Vec::new();
    // Steps that bring an object to its new form, and steps that remove one, by resource block.
    let mut makers: BTreeMap<ConfigResource, Vec<usize>> = BTreeMap::new();
    let mut removers: BTreeMap<ConfigResource, Vec<usize>> = BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        let resource = change.key.addr.resource.config();
        let mut add = |kind: StepKind, after: Vec<usize>| {
            steps.push(Step { change: index, kind, after });
            steps.len() - 1
        };
        let mut make = |n| makers.entry(resource.clone()).or_default().push(n);
        let mut remove = |n| removers.entry(resource.clone()).or_default().push(n);
        match change.action {
            Action::NoOp => {}
            Action::Create => make(add(StepKind::Create, vec![])),
            Action::Update => make(add(StepKind::Update, vec![])),
            Action::Read if change.scoped => {}
            Action::Read => make(add(StepKind::Read, vec![])),
            Action::Delete => remove(add(StepKind::Delete, vec![])),
            Action::Forget => remove(add(StepKind::Forget, vec![])),
            Action::DeleteThenCreate => {
                let delete = add(StepKind::Delete, vec![]);
                remove(delete);
                make(add(StepKind::Create, vec![delete]));
            }
            Action::CreateThenDelete => {
                let create = add(StepKind::CreateBeforeDestroy, vec![]);
                make(create);
                remove(add(StepKind::DeleteDeposed, vec![create]));
            }
        }
    }
    let removes = |s: &Step| matches!(s.kind, StepKind::Delete | StepKind::DeleteDeposed | StepKind::Forget);
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let change = &changes[step.change];
        let resource = change.key.addr.resource.config();
        if removes(step) {
            // Whatever depended on this object goes first, or lets go of it.
            for dependency in stored.get(&step.change).into_iter().flatten().filter(|d| **d != resource) {
                edges.extend(removers.get(dependency).into_iter().flatten().map(|later| (*later, n)));
            }
            continue;
        }
        for dependency in behind.get(&resource).into_iter().flatten().filter(|d| **d != resource) {
            edges.extend(makers.get(dependency).into_iter().flatten().map(|first| (n, *first)));
            // What is made only now has never used the old object.
            let lets_go =
                step.kind == StepKind::Update && stored.get(&step.change).is_some_and(|s| s.contains(dependency));
            if courtesy == Courtesy::Skip && !lets_go {
                continue;
            }
            let deposed = removers.get(dependency).into_iter().flatten();
            edges.extend(deposed.filter(|d| steps[**d].kind == StepKind::DeleteDeposed).map(|d| (*d, n)));
        }
        // An update that lets go of an object comes before that object's delete.
        if step.kind == StepKind::Update && courtesy == Courtesy::Wait {
            let gone =
                stored.get(&step.change).into_iter().flatten().flat_map(|d| removers.get(d).into_iter().flatten());
            edges.extend(gone.filter(|d| changes[steps[**d].change].action == Action::Delete).map(|d| (*d, n)));
        }
    }
    for (from, to) in edges {
        if from != to && !steps[from].after.contains(&to) {
            steps[from].after.push(to);
        }
    }
    for step in &mut steps {
        step.after.sort_unstable();
    }
    check(changes, &steps)?;
    Ok(steps)
}

fn check(changes: &[Change], steps: &[Step]) -> Result<(), Cycles> {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<_> = (0..steps.len()).map(|n| graph.add_node(n)).collect();
    for (n, step) in steps.iter().enumerate() {
        for after in &step.after {
            graph.add_edge(nodes[n], nodes[*after], ());
        }
    }
    let mut found = Cycles { changes: BTreeSet::new(), diagnostics: Diagnostics::new() };
    for component in tarjan_scc(&graph).into_iter().filter(|c| c.len() > 1) {
        let names: Vec<String> = component
            .iter()
            .map(|n| {
                let step = &steps[graph[*n]];
                format!("{} ({:?})", changes[step.change].key.addr, step.kind)
            })
            .collect();
        found.changes.extend(component.iter().map(|n| steps[graph[*n]].change));
        found
            .diagnostics
            .push(Diagnostic::error("Cycle", format!("These steps wait for each other: {}.", names.join(", "))).hint(
            "Often create_before_destroy on one of the resources, or applying the change in two parts, resolves it.",
        ));
    }
    if found.changes.is_empty() { Ok(()) } else { Err(found) }
}
