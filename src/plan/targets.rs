//! Which part of a configuration a plan speaks of: what `-target` and `-exclude` name, and what follows from it.
//!
//! Knows nothing of changes.

use std::collections::BTreeSet;

use crate::addr::{AbsInstance, ConfigResource, ModulePath, Name, Target};
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::graph::{Graph, Node};
use crate::state::{ObjectState, State};

use super::model::Options;

/// The part that takes part.
pub struct Selection<'a> {
    targets: &'a [Target],
    excludes: &'a [Target],
    /// With targets: these, and what they depend on.
    included: Option<BTreeSet<ConfigResource>>,
    /// What depends on something excluded.
    dragged: BTreeSet<ConfigResource>,
}

impl<'a> Selection<'a> {
    pub fn new(options: &'a Options, graph: &Graph) -> Self {
        let (targets, excludes) = (options.targets.as_slice(), options.excludes.as_slice());
        let mut included = (!targets.is_empty()).then(BTreeSet::new);
        let mut dragged = BTreeSet::new();
        for node in graph.nodes() {
            let Node::Resource(resource) = node else { continue };
            if targets.is_empty() && excludes.is_empty() {
                break;
            }
            let behind = graph.resources_behind(node);
            if let Some(included) = &mut included
                && targets.iter().any(|t| names(t, resource))
            {
                included.insert(resource.clone());
                included.extend(behind.iter().map(|r| (*r).clone()));
            }
            if behind.iter().any(|r| excludes.iter().any(|t| names(t, r))) {
                dragged.insert(resource.clone());
            }
        }
        Self { targets, excludes, included, dragged }
    }

    /// Whether everything takes part.
    pub fn is_whole(&self) -> bool {
        self.included.is_none() && self.excludes.is_empty()
    }

    /// Whether anything of a block takes part.
    pub fn has_block(&self, block: &ConfigResource) -> bool {
        !self.dragged.contains(block) && self.included.as_ref().is_none_or(|included| included.contains(block))
    }

    /// Whether an instance of the configuration takes part.
    pub fn has(&self, instance: &AbsInstance) -> bool {
        let config = instance.resource.config();
        if self.dragged.contains(&config) || self.excludes.iter().any(|t| t.covers(instance)) {
            return false;
        }
        let Some(included) = &self.included else { return true };
        // A resource that is itself a target takes part with the targeted instances only; dependencies do with all.
        included.contains(&config)
            && (!self.targets.iter().any(|t| names(t, &config)) || self.targets.iter().any(|t| t.covers(instance)))
    }

    /// Whether an object of the state is looked at: also where the configuration has it no more.
    pub fn reads(&self, instance: &AbsInstance) -> bool {
        self.has(instance) || self.targets.iter().any(|t| t.covers(instance))
    }

    /// Whether an output is told: only where all that it is made of takes part.
    pub fn has_output(&self, graph: &Graph, module: &ModulePath, name: &Name) -> bool {
        if self.is_whole() {
            return true;
        }
        let behind = graph.resources_behind(&Node::Output(module.clone(), name.clone()));
        let within = |r: &ConfigResource| self.included.as_ref().is_none_or(|included| included.contains(r));
        let left = |r: &ConfigResource| self.dragged.contains(r) || self.excludes.iter().any(|t| names(t, r));
        (self.included.is_none() || !behind.is_empty()) && behind.iter().all(|r| within(r) && !left(r))
    }

    /// Outputs of modules that what takes part and what is told of the root module are made of; `None` where all are.
    pub fn needed_outputs<'g>(
        &self,
        graph: &'g Graph,
        root: impl Iterator<Item = &'g Name>,
    ) -> Option<BTreeSet<(&'g ModulePath, &'g Name)>> {
        if self.is_whole() {
            return None;
        }
        let blocks = graph.nodes().filter(|n| matches!(n, Node::Resource(r) if self.has_block(r))).cloned();
        let told = root.filter(|name| self.has_output(graph, &ModulePath::root(), name));
        let told = told.map(|name| Node::Output(ModulePath::root(), name.clone()));
        Some(graph.outputs_behind(blocks.chain(told)))
    }

    /// Whether an object that is to be deleted may go: it, or something it depends on, is a target, and nothing that
    /// stays depends on it.
    pub fn lets_go(&self, addr: &AbsInstance, object: &ObjectState, state: &State) -> bool {
        let targeted = self.targets.is_empty()
            || self.targets.iter().any(|t| t.covers(addr) || object.dependencies.iter().any(|d| names(t, d)));
        targeted && !self.excludes.iter().any(|t| t.covers(addr)) && !self.is_needed(addr, state)
    }

    /// Whether an excluded object depends on another one.
    fn is_needed(&self, addr: &AbsInstance, state: &State) -> bool {
        if self.excludes.is_empty() {
            return false;
        }
        let config = addr.resource.config();
        let mut excluded = state.instances().filter(|(other, ..)| self.excludes.iter().any(|t| t.covers(other)));
        excluded.any(|(_, _, instance)| instance.current.iter().any(|o| o.dependencies.contains(&config)))
    }

    /// What to say of a plan that leaves something out.
    pub fn warning(&self) -> Option<Diagnostic> {
        if self.is_whole() {
            return None;
        }
        let option = if self.included.is_some() { "-target" } else { "-exclude" };
        Some(Diagnostic::warning(
            "Resource targeting is in effect",
            format!(
                "You are creating a plan with the {option} option, which means that the result of this plan may not \
                 represent all of the changes requested by the current configuration.\n\nThe {option} option is not for \
                 routine use, and is provided only for exceptional situations such as recovering from errors or \
                 mistakes, or when Terraform specifically suggests to use it as part of an error message."
            ),
        ))
    }
}

/// A target that names nothing is a slip: what was meant would be left as it is.
pub(super) fn unmatched(options: &Options, graph: &Graph, stored: &State) -> Diagnostics {
    let mut found = Diagnostics::new();
    let blocks: Vec<ConfigResource> =
        graph.nodes().filter_map(|n| if let Node::Resource(r) = n { Some(r.clone()) } else { None }).collect();
    let stored: Vec<ConfigResource> = stored.resources.keys().map(|r| r.config()).collect();
    let targets = options.targets.iter().map(|t| (t, "-target"));
    for (target, option) in targets.chain(options.excludes.iter().map(|t| (t, "-exclude"))) {
        let all = || blocks.iter().chain(&stored);
        if all().any(|r| names(target, r)) {
            continue;
        }
        let mut known: BTreeSet<String> = all().map(ToString::to_string).collect();
        known.extend(all().filter(|r| !r.module.is_root()).map(|r| r.module.to_string()));
        let near = did_you_mean(&target.to_string(), known.iter().map(String::as_str));
        found.push(
            Diagnostic::error(
                "No such target",
                format!("Neither the configuration nor the state has {target}, which {option} names."),
            )
            .hint(near.map_or_else(
                || "`kiban state list` lists what the state has.".to_owned(),
                |near| format!("Did you mean {near}?"),
            )),
        );
    }
    found
}

/// Whether a target names a block, whatever the keys.
pub(super) fn names(target: &Target, resource: &ConfigResource) -> bool {
    match target {
        Target::Module(module) => {
            let path = module.path();
            resource.module.0.starts_with(&path.0)
        }
        Target::Resource(r) => r.config() == *resource,
        Target::Instance(i) => i.resource.config() == *resource,
    }
}
