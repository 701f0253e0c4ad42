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

use crate::addr::{ConfigResource, ModuleInstance};
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

/// How many steps of the module path two instances share that depend on each other, by the resource depended on.
pub(super) type Behind = BTreeMap<ConfigResource, usize>;

/// Steps in their order.
pub(super) struct Ordered {
    pub steps: Vec<Step>,
    /// See [`super::Plan::gates`].
    pub gates: Vec<Vec<usize>>,
}

/// A gate pays where it replaces more edges than it costs.
const SMALL: usize = 4;

/// Steps that others wait for together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    /// What brings the objects of a resource below a module instance to their new form.
    Made(ConfigResource, ModuleInstance),
    /// What removes objects of the first resource, which by the state depended on the second.
    Removed(ConfigResource, ConfigResource),
    /// Updates of the first resource that let go of objects of the second.
    LetGo(ConfigResource, ConfigResource),
}

/// Orders the changes. `behind` are the resources that a change's resource depends on by the configuration, however
/// far; `stored` those by the state. A cycle is an error that names its path.
pub(super) fn order(
    changes: &[Change],
    behind: &BTreeMap<ConfigResource, Behind>,
    stored: &StateDependencies,
    courtesy: Courtesy,
) -> Result<Ordered, Cycles> {
    let mut orderer = Orderer {
        changes,
        behind,
        stored,
        courtesy,
        steps: Vec::new(),
        removers: BTreeMap::new(),
        groups: BTreeMap::new(),
    };
    orderer.steps();
    let waits = orderer.waits();
    let ordered = orderer.connect(waits);
    check(changes, &ordered)?;
    Ok(ordered)
}

struct Orderer<'a> {
    changes: &'a [Change],
    behind: &'a BTreeMap<ConfigResource, Behind>,
    stored: &'a StateDependencies,
    courtesy: Courtesy,
    steps: Vec<Step>,
    removers: BTreeMap<ConfigResource, Vec<usize>>,
    groups: BTreeMap<Group, Vec<usize>>,
}

/// What a step waits for.
enum Wait {
    Step(usize),
    Group(Group),
}

impl<'a> Orderer<'a> {
    /// Makes the steps, and groups them.
    fn steps(&mut self) {
        let changes = self.changes;
        for (index, change) in changes.iter().enumerate() {
            match change.action {
                Action::NoOp => {}
                Action::Create => self.make(index, StepKind::Create, vec![]),
                Action::Update => self.make(index, StepKind::Update, vec![]),
                Action::Read if change.scoped => {}
                Action::Read => self.make(index, StepKind::Read, vec![]),
                Action::Delete => self.remove(index, StepKind::Delete, vec![]),
                Action::Forget => self.remove(index, StepKind::Forget, vec![]),
                Action::DeleteThenCreate => {
                    self.remove(index, StepKind::Delete, vec![]);
                    self.make(index, StepKind::Create, vec![self.steps.len() - 1]);
                }
                Action::CreateThenDelete => {
                    self.make(index, StepKind::CreateBeforeDestroy, vec![]);
                    self.remove(index, StepKind::DeleteDeposed, vec![self.steps.len() - 1]);
                }
            }
        }
    }

    fn add(&mut self, change: usize, kind: StepKind, after: Vec<usize>) -> (usize, ConfigResource) {
        self.steps.push(Step { change, kind, after, gates: Vec::new() });
        (self.steps.len() - 1, self.changes[change].key.addr.resource.config())
    }

    fn make(&mut self, change: usize, kind: StepKind, after: Vec<usize>) {
        let (n, resource) = self.add(change, kind, after);
        let module = &self.changes[change].key.addr.resource.module;
        for shared in 0..=module.0.len() {
            self.member(Group::Made(resource.clone(), below(module, shared)), n);
        }
        if kind == StepKind::Update {
            for dependency in self.stored(change) {
                self.member(Group::LetGo(resource.clone(), dependency.clone()), n);
            }
        }
    }

    fn remove(&mut self, change: usize, kind: StepKind, after: Vec<usize>) {
        let (n, resource) = self.add(change, kind, after);
        for dependency in self.stored(change).filter(|d| **d != resource) {
            self.member(Group::Removed(resource.clone(), dependency.clone()), n);
        }
        self.removers.entry(resource).or_default().push(n);
    }

    fn member(&mut self, group: Group, n: usize) {
        self.groups.entry(group).or_default().push(n);
    }

    fn stored(&self, change: usize) -> impl Iterator<Item = &'a ConfigResource> + use<'a> {
        self.stored.get(&change).into_iter().flatten()
    }

    fn waits(&self) -> Vec<(usize, Wait)> {
        let mut waits = Vec::new();
        self.makers_wait(&mut waits);
        self.removers_wait(&mut waits);
        waits
    }

    /// What is made waits for what it is made of.
    fn makers_wait(&self, waits: &mut Vec<(usize, Wait)>) {
        for (n, step) in self.steps.iter().enumerate().filter(|(_, s)| !removes(s)) {
            let addr = &self.changes[step.change].key.addr.resource;
            let resource = addr.config();
            for (dependency, shared) in
                self.behind.get(&resource).into_iter().flatten().filter(|(d, _)| **d != resource)
            {
                waits.push((n, Wait::Group(Group::Made(dependency.clone(), below(&addr.module, *shared)))));
                // What is made only now has never used the old object.
                let lets_go = step.kind == StepKind::Update && self.stored(step.change).any(|d| d == dependency);
                if self.courtesy == Courtesy::Skip && lets_go {
                    waits.extend(self.deposed(dependency).map(|d| (d, Wait::Step(n))));
                }
            }
        }
    }

    /// What is removed waits until nothing holds it any more.
    fn removers_wait(&self, waits: &mut Vec<(usize, Wait)>) {
        if self.courtesy == Courtesy::Wait {
            for (user, behind) in self.behind {
                for (dependency, shared) in behind.iter().filter(|(d, _)| *d != user) {
                    for d in self.deposed(dependency) {
                        let module = &self.changes[self.steps[d].change].key.addr.resource.module;
                        waits.push((d, Wait::Group(Group::Made(user.clone(), below(module, *shared)))));
                    }
                }
            }
        }
        for group in self.groups.keys() {
            let (Group::Removed(_, dependency) | Group::LetGo(_, dependency)) = group else { continue };
            let let_go = matches!(group, Group::LetGo(..));
            if let_go && self.courtesy == Courtesy::Skip {
                continue;
            }
            let waiting = self.removers.get(dependency).into_iter().flatten();
            // An update that lets go of an object comes before that object's delete.
            let gone = |n: &&usize| !let_go || self.changes[self.steps[**n].change].action == Action::Delete;
            waits.extend(waiting.filter(gone).map(|n| (*n, Wait::Group(group.clone()))));
        }
    }

    /// Steps that delete the old objects of a resource whose new ones exist already.
    fn deposed(&self, resource: &ConfigResource) -> impl Iterator<Item = usize> {
        let removers = self.removers.get(resource).into_iter().flatten().copied();
        removers.filter(|n| self.steps[*n].kind == StepKind::DeleteDeposed)
    }

    fn connect(mut self, waits: Vec<(usize, Wait)>) -> Ordered {
        let mut gates: Vec<Vec<usize>> = Vec::new();
        let mut opened: BTreeMap<Group, usize> = BTreeMap::new();
        for (n, wait) in waits {
            match wait {
                Wait::Step(before) => self.steps[n].after.push(before),
                Wait::Group(group) => match self.groups.get(&group) {
                    None => {}
                    Some(members) if members.len() <= SMALL => {
                        let others = members.iter().copied().filter(|m| *m != n);
                        self.steps[n].after.extend(others);
                    }
                    Some(members) => {
                        let gate = *opened.entry(group).or_insert_with(|| {
                            gates.push(members.clone());
                            gates.len() - 1
                        });
                        self.steps[n].gates.push(gate);
                    }
                },
            }
        }
        for step in &mut self.steps {
            for list in [&mut step.after, &mut step.gates] {
                list.sort_unstable();
                list.dedup();
            }
        }
        Ordered { steps: self.steps, gates }
    }
}

fn removes(step: &Step) -> bool {
    matches!(step.kind, StepKind::Delete | StepKind::DeleteDeposed | StepKind::Forget)
}

/// The first steps of a module instance's path.
fn below(module: &ModuleInstance, shared: usize) -> ModuleInstance {
    ModuleInstance(module.0.iter().take(shared).cloned().collect())
}

fn check(changes: &[Change], ordered: &Ordered) -> Result<(), Cycles> {
    let Ordered { steps, gates } = ordered;
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<_> = (0..steps.len() + gates.len()).map(|n| graph.add_node(n)).collect();
    for (n, step) in steps.iter().enumerate() {
        let gates = step.gates.iter().map(|gate| steps.len() + gate);
        for after in step.after.iter().copied().chain(gates) {
            graph.add_edge(nodes[n], nodes[after], ());
        }
    }
    for (gate, members) in gates.iter().enumerate() {
        for member in members {
            graph.add_edge(nodes[steps.len() + gate], nodes[*member], ());
        }
    }
    let mut found = Cycles { changes: BTreeSet::new(), diagnostics: Diagnostics::new() };
    for component in tarjan_scc(&graph).into_iter().filter(|c| c.len() > 1) {
        let waiting: Vec<&Step> = component.iter().filter_map(|n| steps.get(graph[*n])).collect();
        let names: Vec<String> =
            waiting.iter().map(|s| format!("{} ({:?})", changes[s.change].key.addr, s.kind)).collect();
        found.changes.extend(waiting.iter().map(|s| s.change));
        found
            .diagnostics
            .push(Diagnostic::error("Cycle", format!("These steps wait for each other: {}.", names.join(", "))).hint(
            "Often create_before_destroy on one of the resources, or applying the change in two parts, resolves it.",
        ));
    }
    if found.changes.is_empty() { Ok(()) } else { Err(found) }
}
