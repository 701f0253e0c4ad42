//! The walk over the dependency graph that turns configuration and prior state into a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures::future::join_all;

use crate::addr::{
    AbsInstance, AbsResource, ConfigResource, InstanceKey, Mode as ResourceMode, ModuleInstance, Name, ProviderAddr,
};
use crate::config::{Config, Reference, Repetition, Resource, Target as RefTarget};
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::eval::world::{Instances, Keys, World, failed};
use crate::eval::{decode_body, expr_at};
use crate::graph::{Graph, Node};
use crate::provider::{ErrorKind, Object, Provider, Providers};
use crate::schema::SharedSchema;
use crate::state::{ObjectState, OutputState, State, Status};
use crate::value::{Type, Value};

use super::instance::{InstanceInput, InstancePlan, plan_instance};
use super::lookup::{find_schema, no_such_type, provider_of};
use super::model::{Action, Change, ChangeKey, Drift, Mode, Options, OutputChange, Plan, Reason};
use super::propose::{difference, propose};
use super::targets::names;
use super::{moves, steps, targets};

/// What a plan is made of.
pub struct Inputs<'a> {
    pub config: &'a Config,
    pub graph: &'a Graph,
    pub world: &'a World<'a>,
    pub providers: &'a Providers,
    /// The state as stored.
    pub stored: &'a State,
    pub options: &'a Options,
}

/// Makes a plan. `refreshed` is the state as AWS has it now; data sources that need nothing of it are read meanwhile.
pub async fn plan(
    inputs: Inputs<'_>,
    refreshed: impl Future<Output = Result<State, Diagnostics>>,
) -> Result<(Plan, Diagnostics), Diagnostics> {
    let mut walk = Walk::new(inputs);
    let levels = walk.levels();
    let destroy = walk.inputs.options.mode == Mode::Destroy;
    let (early, late): (Vec<_>, Vec<_>) =
        levels.into_iter().map(|l| l.into_iter().partition(|r| walk.is_early(r))).unzip();
    let read_early = async {
        for level in early {
            if !destroy {
                walk.level(level).await;
            }
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
    walk.drift = drifted(walk.inputs.stored, &walk.prior, walk.inputs.providers);
    walk.found.extend(moves::apply(walk.inputs.config, walk.inputs.world, &mut walk.prior, &mut walk.moved));
    if !destroy {
        for level in late {
            walk.level(level).await;
        }
    }
    walk.orphans();
    walk.outputs();
    walk.finish()
}

struct Walk<'a> {
    inputs: Inputs<'a>,
    prior: State,
    drift: Vec<Drift>,
    changes: BTreeMap<ChangeKey, Change>,
    data: BTreeMap<AbsInstance, Value>,
    outputs: BTreeMap<Name, OutputChange>,
    moved: BTreeMap<AbsInstance, AbsInstance>,
    /// Instances that the configuration has, or whose number it cannot tell.
    visited: BTreeSet<AbsInstance>,
    undecided: BTreeSet<ConfigResource>,
    /// Resources with a change: data sources that depend on them wait.
    pending: BTreeSet<ConfigResource>,
    /// Resources whose new object comes before the old one goes, by their own or a dependant's wish.
    create_first: BTreeSet<ConfigResource>,
    /// With targets: these, and what they depend on.
    included: Option<BTreeSet<ConfigResource>>,
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
        let mut walk = Self {
            inputs,
            prior: State::default(),
            drift: Vec::new(),
            changes: BTreeMap::new(),
            data: BTreeMap::new(),
            outputs: BTreeMap::new(),
            moved: BTreeMap::new(),
            visited: BTreeSet::new(),
            undecided: BTreeSet::new(),
            pending: BTreeSet::new(),
            create_first,
            included: None,
            found: Diagnostics::new(),
        };
        walk.included = walk.targeted();
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

    fn targeted(&self) -> Option<BTreeSet<ConfigResource>> {
        let targets = &self.inputs.options.targets;
        if targets.is_empty() {
            return None;
        }
        let mut included = BTreeSet::new();
        for node in self.inputs.graph.nodes() {
            let Node::Resource(resource) = node else { continue };
            if targets.iter().any(|t| names(t, resource)) {
                included.insert(resource.clone());
                included.extend(self.inputs.graph.resources_behind(node).into_iter().cloned());
            }
        }
        Some(included)
    }

    /// Whether an instance takes part: always, unless there are targets.
    fn takes_part(&self, instance: &AbsInstance) -> bool {
        let targets = &self.inputs.options.targets;
        let Some(included) = &self.included else { return true };
        let config = instance.resource.config();
        if !included.contains(&config) {
            return false;
        }
        // A resource that is itself a target takes part with the targeted instances only; dependencies do with all.
        !targets.iter().any(|t| names(t, &config)) || targets.iter().any(|t| t.covers(instance))
    }

    /// Plans all resources of one level; its data sources are read at the same time.
    async fn level(&mut self, level: Vec<ConfigResource>) {
        let mut reads = Vec::new();
        for addr in level {
            let Some(block) = self.block(&addr) else { continue };
            for module in self.inputs.world.module_instances(&addr.module) {
                match addr.resource.mode {
                    ResourceMode::Managed => self.resource(&addr, block, module),
                    ResourceMode::Data => reads.extend(self.data_source(&addr, block, module)),
                    ResourceMode::Ephemeral => self.found.push(
                        Diagnostic::error("Unsupported block", "Ephemeral resources are not supported yet.")
                            .at(block.header),
                    ),
                }
            }
        }
        let read = reads.into_iter().map(|read| async {
            let config = Object::from_value(&read.config);
            let answer = read.provider.read_data(&read.kind, &config).await;
            (read, answer)
        });
        let mut by_resource: BTreeMap<AbsResource, (Keys, BTreeMap<InstanceKey, Value>)> = BTreeMap::new();
        for (read, answer) in join_all(read).await {
            let value = match answer {
                Ok(object) => self.data_value(&read, object),
                Err(error) => {
                    let mut diagnostic = error.to_diagnostic("Cannot read data source");
                    if !matches!(error.kind, ErrorKind::Credentials | ErrorKind::Unreachable) {
                        diagnostic = diagnostic.address(&read.addr).at(read.block.header);
                    }
                    self.found.push(diagnostic);
                    None
                }
            };
            let value = value.unwrap_or_else(|| Value::unknown(read.schema.block.ty()));
            self.data.insert(read.addr.clone(), value.clone());
            let slot = by_resource
                .entry(read.addr.resource.clone())
                .or_insert_with(|| (read.keys.clone(), read.others.clone()));
            slot.1.insert(read.addr.key.clone(), value);
        }
        for (addr, (keys, values)) in by_resource {
            self.inputs.world.set_instances(addr, Instances::Known { keys, values });
        }
    }

    fn data_value(&mut self, read: &DataRead<'_>, object: Object) -> Option<Value> {
        match read.schema.block.conform(&object.into_value()) {
            Ok(value) => {
                // What the configuration marks stays marked in the answer.
                let value = read.schema.block.mark_sensitive(value);
                let marked = value.as_map().into_iter().flatten().map(|(k, v)| {
                    let marks = read.config.get(k).map(Value::marks_deep).unwrap_or_default();
                    (k.clone(), v.clone().mark(marks))
                });
                Some(Value::object(marked.collect()))
            }
            Err(why) => {
                self.found.push(
                    Diagnostic::error("Unexpected answer of a data source", why)
                        .address(&read.addr)
                        .at(read.block.header),
                );
                None
            }
        }
    }

    /// Provider address and schema of a block; what is missing is reported.
    fn typed(&mut self, addr: &ConfigResource, block: &Resource) -> Option<(ProviderAddr, SharedSchema)> {
        let provider = provider_of(self.inputs.config, addr, block)?;
        match find_schema(self.inputs.providers, &provider, block) {
            Ok(schema) => Some((provider, schema)),
            Err(diagnostic) => {
                self.found.push(diagnostic);
                None
            }
        }
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

    fn resource(&mut self, addr: &ConfigResource, block: &'a Resource, module: ModuleInstance) {
        let resource = AbsResource { module: module.clone(), resource: block.addr.clone() };
        let Some((provider_addr, schema)) = self.typed(addr, block) else {
            self.undecided.insert(addr.clone());
            self.inputs.world.set_instances(resource, Instances::Unknown(Value::unknown(Type::Dynamic)));
            return;
        };
        let Some(keys) = self.keys(addr, block, &module) else { return };
        moves::implied(&resource, &keys, &mut self.prior, &mut self.moved);
        let mut values = BTreeMap::new();
        for key in keys.iter() {
            let instance = resource.instance(key.clone());
            self.visited.insert(instance.clone());
            let value = if self.takes_part(&instance) && self.inputs.options.mode == Mode::Normal {
                self.instance(&instance, block, &keys, &provider_addr, &schema)
            } else {
                self.unchanged(&instance, &provider_addr, &schema, block)
            };
            values.insert(key, value);
        }
        self.inputs.world.set_instances(resource, Instances::Known { keys, values });
    }

    fn decode(&mut self, instance: &AbsInstance, object: &ObjectState, schema: &SharedSchema) -> Option<Value> {
        match object.decode(&schema.block) {
            Ok(value) => Some(value),
            Err(why) => {
                self.found.push(
                    Diagnostic::error(
                        "Unreadable object in state",
                        format!("The stored attributes do not fit the type: {why}."),
                    )
                    .address(instance)
                    .hint("The state may have been written by another version. Restore it from its backup."),
                );
                None
            }
        }
    }

    /// An instance that this plan leaves alone.
    fn unchanged(
        &mut self,
        instance: &AbsInstance,
        provider: &ProviderAddr,
        schema: &SharedSchema,
        block: &Resource,
    ) -> Value {
        let object = self.prior.current(instance).cloned();
        let Some(object) = object else { return Value::unknown(schema.block.ty()) };
        let Some(value) = self.decode(instance, &object, schema) else { return Value::unknown(schema.block.ty()) };
        let mut change = self.change(instance, provider, Action::NoOp, Some(value.clone()), Some(value.clone()));
        change.span = Some(block.header);
        change.dependencies = object.dependencies;
        change.create_before_destroy = object.create_before_destroy;
        self.changes.insert(change.key.clone(), change);
        value
    }

    fn change(
        &self,
        instance: &AbsInstance,
        provider: &ProviderAddr,
        action: Action,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Change {
        Change {
            key: ChangeKey::current(instance.clone()),
            provider: provider.clone(),
            action,
            reason: None,
            before,
            after,
            replace_paths: BTreeSet::new(),
            moved_from: self.moved.get(instance).cloned(),
            importing: None,
            span: None,
            dependencies: Vec::new(),
            create_before_destroy: false,
        }
    }

    fn instance(
        &mut self,
        instance: &AbsInstance,
        block: &'a Resource,
        keys: &Keys,
        provider_addr: &ProviderAddr,
        schema: &SharedSchema,
    ) -> Value {
        let world = self.inputs.world;
        let unknown = Value::unknown(schema.block.ty());
        let Some(provider) = self.inputs.providers.get(provider_addr) else { return unknown };
        let scope = world.scope_of(&instance.resource.module, keys.repeated(&instance.key));
        for condition in &block.preconditions {
            let found = failed(condition, &scope, "Resource precondition failed", &instance.to_string());
            self.found.extend(found);
        }
        let (config, errors) = decode_body(&block.body, &schema.block, &scope);
        let broken = errors.has_errors();
        self.found.extend(errors.into_iter().map(|d| if d.address.is_none() { d.address(instance) } else { d }));
        if broken {
            return unknown;
        }
        let object = self.prior.current(instance).cloned();
        let prior = match &object {
            Some(object) => match self.decode(instance, object, schema) {
                Some(value) => Some(value),
                None => return unknown,
            },
            None => None,
        };
        let force = self.forced(instance, block);
        let (planned, errors) = plan_instance(InstanceInput {
            kind: instance.kind(),
            schema: &schema.block,
            provider: &*provider,
            prior: prior.as_ref(),
            tainted: object.as_ref().is_some_and(|o| o.status == Status::Tainted),
            config,
            ignore: &block.lifecycle.ignore_changes,
            force,
        });
        self.found.extend(errors.into_iter().map(|d| blame(d, instance, block)));
        let config_addr = instance.resource.config();
        let value = planned.planned.clone();
        let change = self.planned_change(instance, block, provider_addr, prior, planned);
        if change.action != Action::NoOp {
            self.pending.insert(config_addr);
        }
        if block.lifecycle.prevent_destroy && change.action.is_replace() {
            self.found.push(prevented(instance, block, &change));
        }
        self.changes.insert(change.key.clone(), change);
        if !block.postconditions.is_empty() {
            let scope = scope.with_self(value.clone());
            for condition in &block.postconditions {
                self.found.extend(failed(condition, &scope, "Resource postcondition failed", &instance.to_string()));
            }
        }
        value
    }

    fn planned_change(
        &self,
        instance: &AbsInstance,
        block: &Resource,
        provider: &ProviderAddr,
        prior: Option<Value>,
        planned: InstancePlan,
    ) -> Change {
        let config = instance.resource.config();
        let create_first = self.create_first.contains(&config);
        let action = match planned.action {
            Action::DeleteThenCreate if create_first => Action::CreateThenDelete,
            action => action,
        };
        let mut change = self.change(instance, provider, action, prior, Some(planned.planned));
        change.reason = planned.reason;
        change.replace_paths = planned.replace_paths;
        change.span = Some(block.header);
        let behind = self.inputs.graph.resources_behind(&Node::Resource(config));
        change.dependencies = behind.into_iter().cloned().collect();
        change.create_before_destroy = create_first;
        change
    }

    /// Whether `-replace` or `replace_triggered_by` asks for a new object.
    fn forced(&self, instance: &AbsInstance, block: &Resource) -> Option<Reason> {
        if self.inputs.options.replace.contains(instance) {
            return Some(Reason::Requested);
        }
        let triggered = block.lifecycle.replace_triggered_by.iter().any(|expr| {
            let Some((root, steps)) = expr.as_traversal() else { return false };
            let Ok(Reference { target: RefTarget::Resource(addr), .. }) = Reference::parse(root, steps) else {
                return false;
            };
            let attribute = steps.iter().rev().find_map(|s| match s {
                crate::hcl::ast::Access::Attr(i) if i.name != addr.name => Some(i.name.clone()),
                _ => None,
            });
            let resource = AbsResource { module: instance.resource.module.clone(), resource: addr };
            self.changes.values().filter(|c| c.key.addr.resource == resource).any(|change| match &attribute {
                Some(name) => {
                    let at = |v: &Option<Value>| v.as_ref().and_then(|v| v.get(name)).cloned();
                    change.before.is_some() && at(&change.before) != at(&change.after)
                }
                None => change.action == Action::Update || change.action.is_replace(),
            })
        });
        triggered.then_some(Reason::TriggeredBy)
    }

    /// Prepares the reads of a data source; what cannot be read yet becomes a step of the plan.
    fn data_source(&mut self, addr: &ConfigResource, block: &'a Resource, module: ModuleInstance) -> Vec<DataRead<'a>> {
        let resource = AbsResource { module: module.clone(), resource: block.addr.clone() };
        let Some((provider_addr, schema)) = self.typed(addr, block) else {
            self.inputs.world.set_instances(resource, Instances::Unknown(Value::unknown(Type::Dynamic)));
            return Vec::new();
        };
        let Some(keys) = self.keys(addr, block, &module) else { return Vec::new() };
        let Some(provider) = self.inputs.providers.get(&provider_addr) else { return Vec::new() };
        let waits = self.inputs.graph.explicit_resources(addr).iter().any(|r| self.pending.contains(*r));
        let mut reads = Vec::new();
        let mut others = BTreeMap::new();
        for key in keys.iter() {
            let instance = resource.instance(key.clone());
            self.visited.insert(instance.clone());
            let scope = self.inputs.world.scope_of(&module, keys.repeated(&key));
            let (config, errors) = decode_body(&block.body, &schema.block, &scope);
            let broken = errors.has_errors();
            self.found.extend(errors.into_iter().map(|d| if d.address.is_none() { d.address(&instance) } else { d }));
            if broken {
                others.insert(key, Value::unknown(schema.block.ty()));
                continue;
            }
            let known = config.is_wholly_known();
            if known && !waits {
                let (kind, addr) = (block.addr.kind.clone(), instance);
                reads.push(DataRead {
                    addr,
                    kind,
                    block,
                    provider: provider.clone(),
                    schema: schema.clone(),
                    config,
                    keys: keys.clone(),
                    others: BTreeMap::new(),
                });
                continue;
            }
            let planned = schema.block.mark_sensitive(propose(&schema.block, None, &config));
            others.insert(key, planned.clone());
            let mut change = self.change(&instance, &provider_addr, Action::Read, None, Some(planned));
            change.reason = Some(if known { Reason::DependencyPending } else { Reason::ConfigUnknown });
            change.span = Some(block.header);
            self.changes.insert(change.key.clone(), change);
        }
        if reads.is_empty() {
            self.inputs.world.set_instances(resource, Instances::Known { keys, values: others });
        } else {
            reads.iter_mut().for_each(|r| r.others = others.clone());
        }
        reads
    }

    /// Objects of the state that the configuration has no more.
    fn orphans(&mut self) {
        let destroy = self.inputs.options.mode == Mode::Destroy;
        let gone: Vec<(AbsInstance, ProviderAddr, crate::state::InstanceState)> = self
            .prior
            .instances()
            .filter(|(addr, ..)| addr.mode() == ResourceMode::Managed)
            .map(|(addr, resource, instance)| (addr, resource.provider.clone(), instance.clone()))
            .collect();
        for (addr, provider, instance) in gone {
            let config = addr.resource.config();
            let Some(schema) = self.inputs.providers.schema(&provider.source, &addr.resource.resource) else {
                self.found.push(no_such_type(self.inputs.providers, &provider, &addr));
                continue;
            };
            for (key, object) in &instance.deposed {
                let before = self.decode(&addr, object, &schema);
                let mut change = self.change(&addr, &provider, Action::Delete, before, None);
                change.key.deposed = Some(key.clone());
                self.changes.insert(change.key.clone(), change);
            }
            let Some(object) = &instance.current else { continue };
            let kept = self.visited.contains(&addr) || self.undecided.contains(&config);
            if kept && !destroy {
                continue;
            }
            let Some(before) = self.decode(&addr, object, &schema) else { continue };
            if self.inputs.options.mode == Mode::RefreshOnly || !self.leaves(&addr, object) {
                let mut change = self.change(&addr, &provider, Action::NoOp, Some(before.clone()), Some(before));
                // The order of a later delete hangs on them.
                change.dependencies.clone_from(&object.dependencies);
                change.create_before_destroy = object.create_before_destroy;
                self.changes.insert(change.key.clone(), change);
                continue;
            }
            let block = self.block(&config);
            let action = if self.forgotten(&addr) { Action::Forget } else { Action::Delete };
            let mut change = self.change(&addr, &provider, action, Some(before), None);
            change.reason = (!destroy).then(|| self.why_gone(&addr));
            change.span = block.map(|b| b.header);
            if let Some(block) = block.filter(|b| b.lifecycle.prevent_destroy) {
                self.found.push(prevented(&addr, block, &change));
            }
            self.pending.insert(config);
            self.changes.insert(change.key.clone(), change);
        }
    }

    /// Whether targets let an object that is to be deleted go: it, or something it depends on, is a target.
    fn leaves(&self, addr: &AbsInstance, object: &ObjectState) -> bool {
        let targets = &self.inputs.options.targets;
        targets.is_empty() || targets.iter().any(|t| t.covers(addr) || object.dependencies.iter().any(|d| names(t, d)))
    }

    /// Whether a `removed` block lets the object live on outside the state.
    fn forgotten(&self, addr: &AbsInstance) -> bool {
        let removed = self.inputs.config.root.removed.iter();
        removed.filter(|r| !r.destroy).any(|r| {
            let target = crate::addr::Target::parse(self.inputs.config.sources.snippet(r.from.span));
            target.is_some_and(|t| t.covers(addr))
        })
    }

    fn why_gone(&self, addr: &AbsInstance) -> Reason {
        let config = addr.resource.config();
        if !self.inputs.world.module_instances(&config.module).contains(&addr.resource.module) {
            return Reason::NoModule;
        }
        match (self.block(&config).map(|b| &b.repetition), &addr.key) {
            (None, _) => Reason::NoResourceConfig,
            (Some(Repetition::Count(_)), InstanceKey::Int(_)) => Reason::CountIndex,
            (Some(Repetition::ForEach(_)), InstanceKey::Str(_)) => Reason::EachKey,
            _ => Reason::WrongRepetition,
        }
    }

    fn outputs(&mut self) {
        let root = ModuleInstance::root();
        let destroy = self.inputs.options.mode == Mode::Destroy && self.inputs.options.targets.is_empty();
        for (name, output) in &self.inputs.config.root.outputs {
            let before = self.prior.outputs.get(name).map(stored_output);
            if self.inputs.options.mode == Mode::Destroy {
                continue;
            }
            for condition in &output.preconditions {
                let scope = self.inputs.world.scope(&root);
                self.found.extend(failed(
                    condition,
                    &scope,
                    "Module output value precondition failed",
                    &format!("output.{name}"),
                ));
            }
            let after = self.inputs.world.output(&root, name);
            let action = match &before {
                None if after.is_null() => Action::NoOp,
                None => Action::Create,
                Some(before) if before.same_content(&after) && after.is_wholly_known() => Action::NoOp,
                Some(_) => Action::Update,
            };
            // Null outputs are not stored.
            let after = Some(after);
            self.outputs.insert(name.clone(), OutputChange { action, before, after, sensitive: output.sensitive });
        }
        for (name, output) in &self.prior.outputs {
            if destroy || !self.inputs.config.root.outputs.contains_key(name) {
                let (before, sensitive) = (Some(stored_output(output)), output.sensitive);
                self.outputs
                    .insert(name.clone(), OutputChange { action: Action::Delete, before, after: None, sensitive });
            }
        }
        for check in self.inputs.config.root.checks.values() {
            let scope = self.inputs.world.scope(&root);
            for assertion in &check.assertions {
                let found =
                    failed(assertion, &scope, "Check block assertion failed", &format!("check.{}", check.name.name));
                self.found
                    .extend(found.into_iter().map(|d| Diagnostic { severity: crate::diag::Severity::Warning, ..d }));
            }
        }
    }

    /// An old object that was made create-first, for the sake of something that used it, still has that user. Where the
    /// configuration has parted the two, replacing it in the plain order would have to wait for the user to go, which
    /// waits for the new object: so it is replaced the way it was made.
    fn resolve(&self, cycles: &steps::Cycles, changes: &mut [Change]) -> bool {
        let mut resolved = false;
        for index in &cycles.changes {
            let Some(change) = changes.get_mut(*index).filter(|c| c.action == Action::DeleteThenCreate) else {
                continue;
            };
            if self.prior.current(&change.key.addr).is_some_and(|o| o.create_before_destroy) {
                change.action = Action::CreateThenDelete;
                resolved = true;
            }
        }
        resolved
    }

    fn finish(mut self) -> Result<(Plan, Diagnostics), Diagnostics> {
        self.found.extend(self.inputs.world.take_errors());
        for addr in &self.inputs.options.replace {
            if !self.changes.contains_key(&ChangeKey::current(addr.clone())) {
                let known: Vec<String> = self.changes.keys().map(|k| k.addr.to_string()).collect();
                let near = did_you_mean(&addr.to_string(), known.iter().map(String::as_str));
                self.found.push(
                    Diagnostic::error("No such instance", format!("There is no {addr} that -replace could replace."))
                        .hint(near.map_or_else(
                            || "`kiban state list` lists what there is.".to_owned(),
                            |near| format!("Did you mean {near}?"),
                        )),
                );
            }
        }
        self.found.extend(targets::unmatched(self.inputs.options, self.inputs.graph, self.inputs.stored));
        if self.included.is_some() && !self.found.has_errors() {
            self.found.push(Diagnostic::warning(
                "Resource targeting is in effect",
                "The plan speaks of a part of the configuration only. Plan again without -target to see what else there is to do.",
            ));
        }
        if self.found.has_errors() {
            return Err(self.found);
        }
        let mut changes: Vec<Change> = std::mem::take(&mut self.changes).into_values().collect();
        let mut behind = BTreeMap::new();
        let mut stored: steps::StateDependencies = BTreeMap::new();
        for (index, change) in changes.iter().enumerate().filter(|(_, c)| c.action != Action::NoOp) {
            let config = change.key.addr.resource.config();
            behind.entry(config.clone()).or_insert_with(|| {
                self.inputs.graph.resources_behind(&Node::Resource(config)).into_iter().cloned().collect()
            });
            let object = self.prior.instance(&change.key.addr).and_then(|i| match &change.key.deposed {
                Some(key) => i.deposed.get(key),
                None => i.current.as_ref(),
            });
            stored.insert(index, object.map(|o| o.dependencies.iter().cloned().collect()).unwrap_or_default());
        }
        let mut courtesy = steps::Courtesy::Wait;
        let steps = loop {
            match steps::order(&changes, &behind, &stored, courtesy) {
                Ok(steps) => break steps,
                Err(cycles) if self.resolve(&cycles, &mut changes) => {}
                Err(_) if courtesy == steps::Courtesy::Wait => courtesy = steps::Courtesy::Skip,
                Err(cycles) => return Err(cycles.diagnostics),
            }
        };
        let plan = Plan {
            mode: self.inputs.options.mode,
            changes,
            steps,
            outputs: self.outputs,
            drift: self.drift,
            prior: self.prior,
            complete: self.included.is_none(),
            timestamp: self.inputs.world.facts.surroundings.plan_timestamp.clone(),
            data: self.data,
        };
        Ok((plan, self.found))
    }
}

/// What changed behind the state's back: objects that differ materially, and those that are gone.
pub fn drifted(stored: &State, live: &State, providers: &Providers) -> Vec<Drift> {
    let mut drift = Vec::new();
    for (addr, resource, instance) in stored.instances().filter(|(a, ..)| a.mode() == ResourceMode::Managed) {
        let Some(schema) = providers.schema(&resource.provider.source, &addr.resource.resource) else { continue };
        let Some(Ok(before)) = instance.current.as_ref().map(|o| o.decode(&schema.block)) else { continue };
        let after = live.current(&addr).and_then(|o| o.decode(&schema.block).ok());
        let same = after.as_ref().is_some_and(|live| !difference(&schema.block, &before, live).changed);
        if !same {
            drift.push(Drift { key: ChangeKey::current(addr), provider: resource.provider.clone(), before, after });
        }
    }
    drift
}

/// Value of an output in state. The file says beside it whether it is sensitive.
fn stored_output(output: &OutputState) -> Value {
    if output.sensitive { output.value.clone().sensitive() } else { output.value.clone() }
}

/// A data source about to be read.
struct DataRead<'a> {
    addr: AbsInstance,
    kind: Name,
    block: &'a Resource,
    provider: std::sync::Arc<dyn Provider>,
    schema: SharedSchema,
    config: Value,
    keys: Keys,
    /// Values of the block's other instances, that cannot be read yet.
    others: BTreeMap<InstanceKey, Value>,
}

fn prevented(addr: &AbsInstance, block: &Resource, change: &Change) -> Diagnostic {
    let paths: Vec<String> = change.replace_paths.iter().map(ToString::to_string).collect();
    let why =
        if paths.is_empty() { String::new() } else { format!(" ({} would force a new object)", paths.join(", ")) };
    Diagnostic::error(
        "Instance cannot be destroyed",
        format!("{addr} has lifecycle.prevent_destroy set, but the plan calls for it to be destroyed{why}."),
    )
    .at(block.header)
    .address(addr)
    .hint("Take prevent_destroy away, or reduce the scope of the plan with -target.")
}

/// Puts a finding of the provider at the part of the block that it speaks of.
fn blame(mut diagnostic: Diagnostic, instance: &AbsInstance, block: &Resource) -> Diagnostic {
    if diagnostic.span.is_none() {
        let at = diagnostic.attribute.as_ref().and_then(|path| expr_at(&block.body, path));
        diagnostic.span = Some(at.unwrap_or(block.header));
        diagnostic.context = Some(block.header);
    }
    diagnostic.address.get_or_insert_with(|| instance.to_string());
    diagnostic
}
