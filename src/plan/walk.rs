//! The walk over the dependency graph that turns configuration and prior state into a plan.

mod conditions;
mod connect;
mod data;
mod finish;
mod imports;
mod managed;
mod orphans;
mod outputs;
mod review;
mod triggers;

pub use conditions::UNDECIDED_CHECK;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use crate::addr::{
    AbsInstance, AbsResource, ConfigResource, Mode as ResourceMode, ModuleInstance, ModulePath, Name, ProviderAddr,
};
use crate::config::{Config, Resource};
use crate::diag::Diagnostics;
use crate::eval::validations::OpenValidation;
use crate::eval::world::{Instances, Keys, World};
use crate::graph::{Graph, Node};
use crate::provider::{Freshness, Object, Providers};
use crate::schema::SharedSchema;
use crate::state::State;
use crate::value::{Type, Value};

use super::connections::Connections;
use super::drift::drifted;
use super::lookup::{Lacking, find_schema, provider_of};
use super::model::{Change, ChangeKey, Drift, Mode, Options, OutputChange, Plan};
use super::moves::Moves;
use super::targets::Selection;
use imports::Imports;
pub use imports::identify;

/// What a plan is made of.
pub struct Inputs<'a> {
    pub config: &'a Config,
    pub graph: &'a Graph,
    pub world: &'a World<'a>,
    pub providers: &'a Providers,
    /// The state as stored.
    pub stored: &'a State,
    pub options: &'a Options,
    pub connections: &'a Connections<'a>,
    /// How objects are read whose provider is configured on the way; `None` where the state is taken as it is.
    pub freshness: Option<Freshness>,
}

/// Makes a plan. `refreshed` is the state as AWS has it now; data sources that need nothing of it are read meanwhile.
/// What was opened on the way is closed again, also after errors.
pub async fn plan(
    inputs: Inputs<'_>,
    refreshed: impl Future<Output = Result<State, Diagnostics>>,
) -> Result<(Plan, Diagnostics), Diagnostics> {
    let connections = inputs.connections;
    let planned = walk(inputs, refreshed).await;
    let closed = connections.close().await;
    match planned {
        Ok((plan, mut found)) => {
            found.extend(closed);
            if found.has_errors() { Err(found) } else { Ok((plan, found)) }
        }
        Err(mut found) => {
            found.extend(closed);
            Err(found)
        }
    }
}

async fn walk(
    inputs: Inputs<'_>,
    refreshed: impl Future<Output = Result<State, Diagnostics>>,
) -> Result<(Plan, Diagnostics), Diagnostics> {
    let mut walk = Walk::new(inputs);
    let levels = walk.levels();
    let mut gates = walk.gates(&levels);
    let last = levels.len();
    walk.admit(&gates.remove(&0).unwrap_or_default());
    walk.found.extend(walk.inputs.world.take_errors());
    if walk.found.has_errors() {
        return Err(walk.found);
    }
    let levels =
        levels.into_iter().map(|l| l.into_iter().filter(|r| walk.takes_turn(r)).partition(|r| walk.is_early(r)));
    let (early, late): (Vec<Vec<_>>, Vec<Vec<_>>) = levels.unzip();
    let read_early = async {
        for level in early {
            walk.level(level).await;
        }
    };
    let (refreshed, ()) = futures::join!(refreshed, read_early);
    walk.prior = match refreshed {
        Ok(state) => state,
        Err(errors) => {
            walk.found.extend(errors);
            return Err(walk.found);
        }
    };
    walk.live = true;
    walk.drift = drifted(walk.inputs.stored, &walk.prior, walk.inputs.providers);
    let (moves, errors) = Moves::apply(walk.inputs.config, walk.inputs.providers, &mut walk.prior);
    walk.moves = moves;
    walk.found.extend(errors);
    for (n, level) in late.into_iter().enumerate() {
        walk.admit(&gates.remove(&n).unwrap_or_default());
        walk.level(level).await;
    }
    walk.admit(&gates.remove(&last).unwrap_or_default());
    walk.connect_rest().await;
    walk.forget_looks();
    if walk.inputs.options.mode == Mode::Normal {
        walk.lost_imports();
    }
    walk.orphans();
    walk.module_outputs();
    walk.outputs();
    if walk.inputs.options.mode == Mode::Destroy {
        walk.disregard();
    } else {
        walk.conditions();
    }
    walk.review().await;
    walk.finish()
}

struct Walk<'a> {
    inputs: Inputs<'a>,
    prior: State,
    drift: Vec<Drift>,
    changes: BTreeMap<ChangeKey, Change>,
    data: BTreeMap<AbsInstance, Value>,
    outputs: BTreeMap<Name, OutputChange>,
    moves: Moves,
    imports: Imports<'a>,
    /// Instances that the configuration has, or whose number it cannot tell.
    visited: BTreeSet<AbsInstance>,
    undecided: BTreeSet<ConfigResource>,
    /// Resources with a change: data sources that depend on them wait.
    pending: BTreeSet<ConfigResource>,
    /// Resources whose new object comes before the old one goes, by their own or a dependant's wish.
    create_first: BTreeSet<ConfigResource>,
    /// What resources depend on, in the order of the names, as states hold it.
    dependencies: BTreeMap<ConfigResource, Vec<ConfigResource>>,
    selection: Selection<'a>,
    /// Data sources of check blocks that could not be read.
    unread: BTreeSet<AbsResource>,
    /// The prior state is there.
    live: bool,
    /// Providers configured on the way whose objects were read.
    refreshed: BTreeSet<ProviderAddr>,
    lacking: Vec<Lacking>,
    /// Configuration of the objects that providers judge in the end.
    reviewed: BTreeMap<AbsInstance, Object>,
    /// Validations that depend on something unknown.
    open: Vec<OpenValidation>,
    found: Diagnostics,
}

impl<'a> Walk<'a> {
    fn new(inputs: Inputs<'a>) -> Self {
        let mut create_first = BTreeSet::new();
        for module in inputs.config.modules() {
            for resource in module.resources.values().filter(|r| r.lifecycle.create_before_destroy) {
                let own = ConfigResource { module: module.path.clone(), resource: resource.addr.clone() };
                let behind = inputs.graph.resources_behind(&Node::Resource(own.clone()));
                create_first.extend(behind.into_iter().filter(|r| r.resource.mode == ResourceMode::Managed).cloned());
                create_first.insert(own);
            }
        }
        let selection = Selection::new(inputs.options, inputs.graph);
        let mut walk = Self {
            inputs,
            prior: State::default(),
            drift: Vec::new(),
            changes: BTreeMap::new(),
            data: BTreeMap::new(),
            outputs: BTreeMap::new(),
            moves: Moves::default(),
            imports: Imports::default(),
            visited: BTreeSet::new(),
            undecided: BTreeSet::new(),
            pending: BTreeSet::new(),
            create_first,
            dependencies: BTreeMap::new(),
            selection,
            unread: BTreeSet::new(),
            live: false,
            refreshed: BTreeSet::new(),
            lacking: Vec::new(),
            reviewed: BTreeMap::new(),
            open: Vec::new(),
            found: Diagnostics::new(),
        };
        walk.find_imports();
        walk
    }

    fn block(&self, addr: &ConfigResource) -> Option<&'a Resource> {
        self.inputs.config.module(&addr.module)?.resources.get(&addr.resource)
    }

    /// Resources in levels: each level depends only on those before it.
    fn levels(&self) -> Vec<Vec<ConfigResource>> {
        let mut depth: BTreeMap<&ConfigResource, usize> = BTreeMap::new();
        let mut levels: Vec<Vec<ConfigResource>> = Vec::new();
        for node in self.inputs.graph.order() {
            let Node::Resource(resource) = node else { continue };
            let nearest = self.inputs.graph.nearest_resources(node);
            let level = nearest.iter().filter_map(|r| depth.get(*r)).map(|d| d + 1).max().unwrap_or(0);
            depth.insert(resource, level);
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            levels[level].push(resource.clone());
        }
        levels
    }

    /// A data source that needs no managed object can be read while the state is refreshed.
    fn is_early(&self, resource: &ConfigResource) -> bool {
        resource.resource.mode == ResourceMode::Data
            && self
                .inputs
                .graph
                .resources_behind(&Node::Resource(resource.clone()))
                .iter()
                .all(|r| r.resource.mode == ResourceMode::Data)
    }

    /// Whether an output of a module is told.
    fn outputs_take_part(&self, module: &ModulePath, name: &Name) -> bool {
        self.selection.has_output(self.inputs.graph, module, name)
    }

    /// Whether an instance takes part: always, unless the user has chosen.
    fn takes_part(&self, instance: &AbsInstance) -> bool {
        self.selection.has(instance)
    }

    /// Plans all resources of one level; its data sources are read at the same time.
    async fn level(&mut self, level: Vec<ConfigResource>) {
        self.connect(&level).await;
        self.import(&level).await;
        let mut reads = Vec::new();
        for addr in level {
            let Some(block) = self.block(&addr) else { continue };
            if addr.resource.mode == ResourceMode::Ephemeral {
                self.ephemeral(&addr).await;
                continue;
            }
            let modules = self.inputs.world.module_instances(&addr.module);
            for module in modules.into_iter().filter(|m| self.inputs.config.override_of(m).is_none()) {
                match addr.resource.mode {
                    ResourceMode::Managed => self.resource(&addr, block, module),
                    ResourceMode::Data => reads.extend(self.data_source(&addr, block, module)),
                    ResourceMode::Ephemeral => {}
                }
            }
        }
        self.read(reads).await;
    }

    /// Provider address and schema of a block; what is missing is reported.
    fn typed(&mut self, addr: &ConfigResource, block: &Resource) -> Option<(ProviderAddr, SharedSchema)> {
        let provider = provider_of(self.inputs.config, addr, block)?;
        match find_schema(self.inputs.providers, &provider, block) {
            Ok(schema) => Some((provider, schema?)),
            Err(diagnostic) => {
                self.found.push(diagnostic);
                None
            }
        }
    }

    /// A block without a schema: where it makes no instance there is nothing to say.
    fn untyped(&mut self, addr: &ConfigResource, block: &Resource, module: &ModuleInstance) {
        let resource = AbsResource { module: module.clone(), resource: block.addr.clone() };
        let provider = provider_of(self.inputs.config, addr, block);
        let lacks = |p: &ProviderAddr| matches!(find_schema(self.inputs.providers, p, block), Ok(None));
        if let Some(provider) = provider.filter(lacks)
            && let Some(keys) = self.keys(addr, block, module)
        {
            let instances: Vec<AbsInstance> = keys.iter().into_iter().map(|key| resource.instance(key)).collect();
            if instances.is_empty() {
                self.inputs.world.set_instances(resource, Instances::Known { keys, values: BTreeMap::new() });
                return;
            }
            let asked = |i: &&AbsInstance| self.inputs.options.mode == Mode::Normal && self.takes_part(i);
            let source = provider.source.to_string();
            let lacking = instances.iter().filter(asked).map(|instance| Lacking {
                address: instance.to_string(),
                provider: source.clone(),
                span: block.kind_span,
            });
            let lacking: Vec<Lacking> = lacking.collect();
            self.lacking.extend(lacking);
        }
        self.undecided.insert(addr.clone());
        self.inputs.world.set_instances(resource, Instances::Unknown(Value::unknown(Type::Dynamic)));
    }

    fn keys(&mut self, addr: &ConfigResource, block: &Resource, module: &ModuleInstance) -> Option<Keys> {
        match self.inputs.world.keys(module, &block.repetition) {
            Ok(keys) => Some(keys),
            Err(errors) => {
                self.found.extend(errors);
                self.undecided.insert(addr.clone());
                let resource = AbsResource { module: module.clone(), resource: block.addr.clone() };
                self.inputs.world.set_instances(resource, Instances::Unknown(Value::unknown(Type::Dynamic)));
                None
            }
        }
    }
}
