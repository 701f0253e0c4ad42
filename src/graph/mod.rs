//! The dependency graph of a configuration: what must be known before what.
//!
//! Knows nothing of how a step is executed. Nodes are blocks, not instances: how many instances a block has is known
//! only while planning walks this graph.

mod dot;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use petgraph::Direction;
use petgraph::algo::{tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Dfs;

use crate::addr::{ConfigResource, Mode, ModulePath, Name};
use crate::config::{Condition, Config, Module, Reference, Resource, Target, Variable};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::hcl::ast::Expr;

pub use dot::to_dot;

/// Something that has a value, or instances.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    Variable(ModulePath, Name),
    Local(ModulePath, Name),
    Output(ModulePath, Name),
    /// The instances of a module call: its `count` or `for_each`.
    Module(ModulePath),
    Resource(ConfigResource),
    /// A provider block, by local name and alias.
    Provider(ModulePath, ProviderKey),
}

impl Node {
    /// The module that the node belongs to.
    fn module(&self) -> &ModulePath {
        match self {
            Self::Variable(module, _)
            | Self::Local(module, _)
            | Self::Output(module, _)
            | Self::Module(module)
            | Self::Provider(module, _) => module,
            Self::Resource(resource) => &resource.module,
        }
    }
}

/// Local name and alias of a provider configuration.
pub type ProviderKey = (Name, Option<Name>);

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut within = |module: &ModulePath, what: &str, name: &Name| {
            if !module.is_root() {
                write!(f, "{module}.")?;
            }
            write!(f, "{what}.{name}")
        };
        match self {
            Self::Variable(module, name) => within(module, "var", name),
            Self::Local(module, name) => within(module, "local", name),
            Self::Output(module, name) => within(module, "output", name),
            Self::Module(module) => module.fmt(f),
            Self::Resource(resource) => resource.fmt(f),
            Self::Provider(module, (name, alias)) => {
                let alias = alias.as_ref().map(|a| format!(".{a}")).unwrap_or_default();
                within(module, "provider", &format!("{name}{alias}").into())
            }
        }
    }
}

/// Blocks with an edge from each to what it depends on.
pub struct Graph {
    graph: DiGraph<Node, Span>,
    index: HashMap<Node, NodeIndex>,
    /// What `depends_on` of a resource or module call names.
    explicit: HashMap<Node, Vec<Node>>,
}

impl Graph {
    /// Builds the graph of a whole configuration. Cycles are errors that name their path.
    pub fn build(config: &Config) -> Result<Self, Diagnostics> {
        let mut builder =
            Builder { config, graph: Self { graph: DiGraph::new(), index: HashMap::new(), explicit: HashMap::new() } };
        for module in config.modules() {
            builder.module(module);
        }
        let graph = builder.graph;
        let cycles = graph.cycles();
        if cycles.is_empty() { Ok(graph) } else { Err(cycles) }
    }

    fn node(&mut self, node: Node) -> NodeIndex {
        match self.index.get(&node) {
            Some(index) => *index,
            None => {
                let index = self.graph.add_node(node.clone());
                self.index.insert(node, index);
                index
            }
        }
    }

    fn edge(&mut self, from: &Node, to: Node, span: Span) {
        let (from, to) = (self.node(from.clone()), self.node(to));
        self.graph.update_edge(from, to, span);
    }

    fn cycles(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        for component in tarjan_scc(&self.graph) {
            let own = |n: NodeIndex| self.graph.contains_edge(n, n);
            if component.len() < 2 && !component.iter().any(|n| own(*n)) {
                continue;
            }
            let path = self.cycle_path(&component);
            let names: Vec<String> = path.iter().map(|n| self.graph[*n].to_string()).collect();
            let span = path.first().zip(path.get(1)).and_then(|(a, b)| self.graph.find_edge(*a, *b));
            let span = span.and_then(|e| self.graph.edge_weight(e)).copied();
            let mut diagnostic = match (component.as_slice(), names.first()) {
                ([own], Some(name)) => itself(&self.graph[*own], name),
                _ => Diagnostic::error("Cycle", format!("These objects depend on each other: {}.", names.join(" -> ")))
                    .hint("Take one of the references away, or move what both need into an object of its own."),
            };
            diagnostic.span = span;
            found.push(diagnostic);
        }
        found
    }

    /// A way through a strongly connected component back to where it began.
    fn cycle_path(&self, component: &[NodeIndex]) -> Vec<NodeIndex> {
        let Some(start) = component.iter().copied().min_by_key(|n| &self.graph[*n]) else { return Vec::new() };
        let within: BTreeSet<NodeIndex> = component.iter().copied().collect();
        // Breadth first: the shortest cycle is the one that is understood.
        let mut from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            for next in self.graph.neighbors(at).filter(|n| within.contains(n)) {
                if next == start {
                    let mut path = vec![start, at];
                    let mut step = at;
                    while let Some(previous) = from.get(&step) {
                        path.push(*previous);
                        step = *previous;
                    }
                    if path.last() != Some(&start) {
                        path.push(start);
                    }
                    if at == start {
                        path.truncate(2);
                    }
                    path.reverse();
                    return path;
                }
                if next != start && !from.contains_key(&next) {
                    from.insert(next, at);
                    queue.push_back(next);
                }
            }
        }
        component.to_vec()
    }

    /// All nodes, each after everything it depends on.
    pub fn order(&self) -> Vec<&Node> {
        let mut order = toposort(&self.graph, None).unwrap_or_default();
        order.reverse();
        order.into_iter().map(|n| &self.graph[n]).collect()
    }

    /// What a node depends on directly.
    pub fn dependencies(&self, node: &Node) -> Vec<&Node> {
        let found = self.index.get(node).into_iter().flat_map(|n| self.graph.neighbors(*n));
        let mut found: Vec<&Node> = found.map(|n| &self.graph[n]).collect();
        found.sort();
        found
    }

    /// All resources that a node depends on, however far.
    pub fn resources_behind(&self, node: &Node) -> BTreeSet<&ConfigResource> {
        let Some(start) = self.index.get(node) else { return BTreeSet::new() };
        let mut found = BTreeSet::new();
        let mut dfs = Dfs::new(&self.graph, *start);
        while let Some(n) = dfs.next(&self.graph) {
            if let Node::Resource(resource) = &self.graph[n]
                && n != *start
            {
                found.insert(resource);
            }
        }
        found
    }

    /// All outputs that nodes depend on, however far.
    pub fn outputs_behind(&self, nodes: impl Iterator<Item = Node>) -> BTreeSet<(&ModulePath, &Name)> {
        let mut open: Vec<NodeIndex> = nodes.filter_map(|n| self.index.get(&n).copied()).collect();
        let mut seen: HashSet<NodeIndex> = open.iter().copied().collect();
        let mut found = BTreeSet::new();
        while let Some(n) = open.pop() {
            for next in self.graph.neighbors_directed(n, Direction::Outgoing) {
                if let Node::Output(module, name) = &self.graph[next] {
                    found.insert((module, name));
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        found
    }

    /// All resources that a resource depends on, however far, each with how many steps of the module path an instance
    /// shares with those it depends on. `module.team["a"].B` that depends on an `A` beside it needs `module.team["a"].A`
    /// alone (1); where the way leads through the module around, it may need those of every team (0).
    pub fn instances_behind(&self, resource: &ConfigResource) -> BTreeMap<&ConfigResource, usize> {
        let mut found: BTreeMap<&ConfigResource, usize> = BTreeMap::new();
        let Some(start) = self.index.get(&Node::Resource(resource.clone())) else { return found };
        let mut least: HashMap<NodeIndex, usize> = HashMap::new();
        let mut open = vec![(*start, resource.module.0.len())];
        while let Some((n, shared)) = open.pop() {
            let here = self.graph[n].module().0.iter().zip(&resource.module.0).take_while(|(a, b)| a == b).count();
            let shared = shared.min(here);
            if least.get(&n).is_some_and(|before| *before <= shared) {
                continue;
            }
            least.insert(n, shared);
            if let Node::Resource(behind) = &self.graph[n]
                && n != *start
            {
                found.insert(behind, shared);
            }
            open.extend(self.graph.neighbors_directed(n, Direction::Outgoing).map(|next| (next, shared)));
        }
        found
    }

    /// Resources that a node depends on through no other resource.
    pub fn nearest_resources(&self, node: &Node) -> BTreeSet<&ConfigResource> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut stack: Vec<NodeIndex> = self.index.get(node).copied().into_iter().collect();
        let start = stack.first().copied();
        while let Some(n) = stack.pop() {
            if !seen.insert(n) {
                continue;
            }
            match &self.graph[n] {
                Node::Resource(resource) if Some(n) != start => {
                    found.insert(resource);
                }
                _ => stack.extend(self.graph.neighbors_directed(n, Direction::Outgoing)),
            }
        }
        found
    }

    /// Managed resources that `depends_on` makes a resource wait for: its own, and those of the modules around it.
    pub fn explicit_resources(&self, resource: &ConfigResource) -> BTreeSet<&ConfigResource> {
        let mut nodes = vec![Node::Resource(resource.clone())];
        let mut module = resource.module.clone();
        while let Some((parent, _)) = module.parent() {
            nodes.push(Node::Module(module.clone()));
            module = parent;
        }
        let mut found = BTreeSet::new();
        for named in nodes.iter().filter_map(|n| self.explicit.get(n)).flatten() {
            if let Node::Resource(resource) = named {
                found.insert(resource);
            } else {
                found.extend(self.nearest_resources(named));
            }
        }
        found.retain(|r| r.resource.mode == Mode::Managed);
        found
    }

    /// Whether a node depends on another, however far.
    pub fn depends(&self, node: &Node, on: &Node) -> bool {
        let (Some(start), Some(end)) = (self.index.get(node), self.index.get(on)) else { return false };
        petgraph::algo::has_path_connecting(&self.graph, *start, *end, None)
    }

    /// Whether there is any ephemeral resource.
    pub fn has_ephemeral(&self) -> bool {
        self.nodes().any(|n| matches!(n, Node::Resource(r) if r.resource.mode == Mode::Ephemeral))
    }

    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.graph.node_weights()
    }
}

/// Something that refers to itself.
fn itself(node: &Node, name: &str) -> Diagnostic {
    match node {
        Node::Local(..) => Diagnostic::error(
            "Self-referencing local value",
            format!("Local value {name} cannot use its own result as part of its expression."),
        ),
        _ => Diagnostic::error("Self-referential block", format!("Configuration for {name} may not refer to itself.")),
    }
    .hint("Take the reference away, or let both be made from a third value.")
}

struct Builder<'c> {
    config: &'c Config,
    graph: Graph,
}

impl Builder<'_> {
    fn module(&mut self, module: &Module) {
        let path = &module.path;
        let expansion = Node::Module(path.clone());
        for (name, variable) in &module.variables {
            let node = Node::Variable(path.clone(), name.clone());
            self.graph.node(node.clone());
            self.validations(&node, path, variable);
        }
        for (name, local) in &module.locals {
            self.expression(&Node::Local(path.clone(), name.clone()), path, &local.expr);
        }
        for (name, output) in &module.outputs {
            let node = Node::Output(path.clone(), name.clone());
            self.expression(&node, path, &output.value);
            self.references(&node, path, &output.depends_on);
            self.conditions(&node, path, &output.preconditions);
        }
        for resource in module.resources.values() {
            let node = Node::Resource(ConfigResource { module: path.clone(), resource: resource.addr.clone() });
            self.graph.node(node.clone());
            if !path.is_root() {
                self.graph.edge(&node, expansion.clone(), resource.header);
            }
            self.resource(&node, path, resource);
        }
        for import in &module.imports {
            // What tells the object must be known before it can be imported.
            if let Some(target) = import.target(path)
                && self.config.module(&target.module).is_some_and(|m| m.resources.contains_key(&target.resource))
            {
                let node = Node::Resource(target);
                import.exprs().for_each(|expr| self.expression(&node, path, expr));
            }
        }
        for (key, provider) in &module.providers {
            let node = Node::Provider(path.clone(), key.clone());
            self.graph.node(node.clone());
            self.references(&node, path, &Reference::of_body(&provider.body));
        }
        for (name, call) in &module.calls {
            let child = path.child(name);
            let node = Node::Module(child.clone());
            self.graph.node(node.clone());
            if !path.is_root() {
                self.graph.edge(&node, expansion.clone(), call.header);
            }
            if let Some(expr) = call.repetition.expr() {
                self.expression(&node, path, expr);
            }
            self.depends_on(&node, path, &call.depends_on);
            for arg in &call.args {
                self.expression(&Node::Variable(child.clone(), arg.name.name.clone()), path, &arg.expr);
            }
        }
    }

    fn resource(&mut self, node: &Node, path: &ModulePath, resource: &Resource) {
        if let Some(expr) = resource.repetition.expr() {
            self.expression(node, path, expr);
        }
        let references = Reference::of_body(&resource.body);
        self.references(node, path, &references);
        self.depends_on(node, path, &resource.depends_on);
        if resource.addr.mode == Mode::Data {
            // A data source waits for changes of the objects that it names itself, as if `depends_on` named them
            // (Terraform's documentation on data sources).
            let named =
                references.iter().filter(|r| matches!(&r.target, Target::Resource(a) if a.mode == Mode::Managed));
            let named: Vec<Node> = named.flat_map(|r| self.targets(path, &r.target)).collect();
            self.graph.explicit.entry(node.clone()).or_default().extend(named);
        }
        self.conditions(node, path, &resource.preconditions);
        self.conditions(node, path, &resource.postconditions);
        for provisioner in &resource.provisioners {
            self.references(node, path, &Reference::of_body(&provisioner.body));
        }
        for trigger in &resource.lifecycle.replace_triggered_by {
            self.expression(node, path, trigger);
        }
        if let Some((module, key)) = configured_provider(self.config, path, &resource.provider)
            && self.config.module(&module).is_some_and(|m| m.providers.contains_key(&key))
        {
            self.graph.edge(node, Node::Provider(module, key), resource.header);
        }
    }

    fn depends_on(&mut self, node: &Node, path: &ModulePath, references: &[Reference]) {
        self.references(node, path, references);
        let named = references.iter().flat_map(|r| self.targets(path, &r.target)).collect::<Vec<_>>();
        if !named.is_empty() {
            self.graph.explicit.entry(node.clone()).or_default().extend(named);
        }
    }

    /// What depends on a variable waits for its validations, too. Of itself a validation always speaks.
    fn validations(&mut self, node: &Node, path: &ModulePath, variable: &Variable) {
        for condition in &variable.validations {
            let mut references = Reference::of(&condition.condition);
            references.extend(Reference::of(&condition.message));
            references.retain(|r| r.target != Target::Variable(variable.name.name.clone()));
            self.references(node, path, &references);
        }
    }

    fn conditions(&mut self, node: &Node, path: &ModulePath, conditions: &[Condition]) {
        for condition in conditions {
            self.expression(node, path, &condition.condition);
            self.expression(node, path, &condition.message);
        }
    }

    fn expression(&mut self, node: &Node, path: &ModulePath, expr: &Expr) {
        self.graph.node(node.clone());
        self.references(node, path, &Reference::of(expr));
    }

    fn references(&mut self, node: &Node, path: &ModulePath, references: &[Reference]) {
        for reference in references {
            for target in self.targets(path, &reference.target) {
                // `self` in a postcondition is no dependency; other self-references are cycles.
                self.graph.edge(node, target, reference.span);
            }
        }
    }

    fn targets(&self, path: &ModulePath, target: &Target) -> Vec<Node> {
        let Some(module) = self.config.module(path) else { return Vec::new() };
        match target {
            Target::Variable(name) if module.variables.contains_key(name) => {
                vec![Node::Variable(path.clone(), name.clone())]
            }
            Target::Local(name) if module.locals.contains_key(name) => vec![Node::Local(path.clone(), name.clone())],
            Target::Resource(addr) if module.resources.contains_key(addr) => {
                vec![Node::Resource(ConfigResource { module: path.clone(), resource: addr.clone() })]
            }
            Target::ModuleOutput(call, output) if module.calls.contains_key(call) => {
                let child = path.child(call);
                vec![Node::Module(child.clone()), Node::Output(child, output.clone())]
            }
            // A module as a whole: all its outputs, and for `depends_on` all its resources.
            Target::Module(call) => match module.calls.get(call) {
                Some(call) => whole_module(&call.module),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

fn whole_module(module: &Module) -> Vec<Node> {
    let path = &module.path;
    let mut nodes = vec![Node::Module(path.clone())];
    nodes.extend(module.outputs.keys().map(|o| Node::Output(path.clone(), o.clone())));
    let managed = module.resources.keys().filter(|r| r.mode == Mode::Managed);
    nodes.extend(managed.map(|r| Node::Resource(ConfigResource { module: path.clone(), resource: r.clone() })));
    nodes.extend(module.calls.values().flat_map(|c| whole_module(&c.module)));
    nodes
}

/// The module with the provider configuration that a block of a module uses, and its name there: modules hand their own
/// on under the same name unless `providers` says otherwise. Old modules have configurations of their own.
pub fn configured_provider(
    config: &Config,
    path: &ModulePath,
    provider: &ProviderKey,
) -> Option<(ModulePath, ProviderKey)> {
    let mut current = provider.clone();
    let mut at = path.clone();
    while let Some((parent, call)) = at.parent() {
        let call = config.module(&parent)?.calls.get(call)?;
        current = match call.providers.get(&current) {
            Some(handed) => handed.clone(),
            None if call.module.providers.contains_key(&current) => return Some((at, current)),
            None => {
                // Local names may differ between modules: the source is what both mean.
                let source = call.module.provider_source(&current.0);
                let caller = config.module(&parent)?;
                let same = caller.required_providers.keys().find(|n| caller.provider_source(n) == source);
                (same.cloned().unwrap_or(current.0), current.1)
            }
        };
        at = parent;
    }
    Some((at, current))
}
