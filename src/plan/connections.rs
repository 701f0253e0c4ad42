//! What a run is connected to: provider configurations, and ephemeral resources that are open.
//!
//! A provider whose block depends on nothing but variables is configured before everything else. One that needs a data
//! source, an ephemeral resource or a managed object is configured when something first needs it, after what it depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;

use crate::addr::{AbsInstance, AbsResource, ConfigResource, InstanceKey, Mode, ModuleInstance, Name, ProviderAddr};
use crate::config::{Config, ProviderConfig, Resource};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::checks::Checked;
use crate::eval::decode_body;
use crate::eval::world::{Instances, Keys, World};
use crate::graph::{Graph, Node};
use crate::provider::{Object, Opened, Provider, Providers};
use crate::schema::SharedSchema;
use crate::state::State;
use crate::value::{Marks, Type, Value};

use super::lookup::{find_schema, provider_of};

/// Provider configurations and ephemeral resources of one phase of a run.
pub struct Connections<'a> {
    config: &'a Config,
    graph: &'a Graph,
    providers: &'a Providers,
    /// Providers whose blocks depend on resources, with these.
    late: BTreeMap<ProviderAddr, BTreeSet<ConfigResource>>,
    has_ephemeral: bool,
    /// Providers that can only plan: part of their configuration is unknown.
    planners: Mutex<BTreeSet<ProviderAddr>>,
    open: Mutex<Vec<Open>>,
    /// Ephemeral resources that were opened or found unknown, in this phase.
    opened: Mutex<BTreeSet<ConfigResource>>,
    /// What could not be renewed.
    problems: Mutex<Diagnostics>,
    /// Something was opened.
    wake: tokio::sync::Notify,
    /// One thing at a time: what steps need may be the same.
    turn: tokio::sync::Mutex<()>,
}

/// An ephemeral resource that is open.
struct Open {
    addr: AbsInstance,
    provider: Arc<dyn Provider>,
    opened: Opened,
    /// When it must be renewed; not known before the first look at the clock.
    renew_at: Option<Duration>,
}

/// An instance that is about to be opened.
struct Opening<'b> {
    addr: AbsInstance,
    config: Value,
    keys: &'b Keys,
}

impl<'a> Connections<'a> {
    pub fn new(config: &'a Config, graph: &'a Graph, providers: &'a Providers) -> Self {
        let mut late = BTreeMap::new();
        for node in graph.nodes() {
            let Node::Provider(module, (name, alias)) = node else { continue };
            let behind: BTreeSet<ConfigResource> = graph.resources_behind(node).into_iter().cloned().collect();
            if let Some(owner) = config.module(module).filter(|_| !behind.is_empty()) {
                let source = owner.provider_source(name).into();
                late.insert(ProviderAddr { module: module.clone(), source, alias: alias.clone() }, behind);
            }
        }
        Self {
            config,
            graph,
            providers,
            late,
            has_ephemeral: graph.has_ephemeral(),
            planners: Mutex::default(),
            open: Mutex::default(),
            opened: Mutex::default(),
            problems: Mutex::default(),
            wake: tokio::sync::Notify::new(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Whether a provider is configured only when it is needed.
    pub fn is_late(&self, provider: &ProviderAddr) -> bool {
        self.late.contains_key(provider)
    }

    /// Resources that the configuration of some provider depends on.
    pub fn behind_providers(&self) -> BTreeSet<&ConfigResource> {
        self.late.values().flatten().collect()
    }

    /// Whether a provider can plan new objects and nothing else.
    pub fn only_plans(&self, provider: &ProviderAddr) -> bool {
        lock(&self.planners).contains(provider)
    }

    /// Configures every provider that the configuration or the state uses and that depends on no resource, all at the
    /// same time.
    pub async fn configure_early(&self, world: &World<'_>, state: &State) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        let mut wanted: BTreeSet<ProviderAddr> = state.resources.values().map(|r| r.provider.clone()).collect();
        for module in self.config.modules() {
            for resource in module.resources.values() {
                let addr = ConfigResource { module: module.path.clone(), resource: resource.addr.clone() };
                wanted.extend(provider_of(self.config, &addr, resource));
            }
        }
        wanted.retain(|addr| !self.is_late(addr));
        let configured = wanted.iter().map(|addr| self.configure(world, addr));
        for result in join_all(configured).await {
            found.take(result);
        }
        found.or(())
    }

    /// Configures the other providers that a state needs, for who plans nothing: each must be known without a walk.
    pub async fn configure_known(&self, world: &World<'_>, state: &State) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        let used: BTreeSet<&ProviderAddr> = state.resources.values().map(|r| &r.provider).collect();
        for addr in used.into_iter().filter(|a| self.is_late(a)) {
            found.take(self.configure(world, addr).await);
            found.extend(self.must_be_known(addr));
        }
        found.or(())
    }

    /// Makes sure that a provider is configured; its block must be known as far as it ever will be in this phase.
    pub async fn configure(&self, world: &World<'_>, addr: &ProviderAddr) -> Result<(), Diagnostics> {
        if self.providers.get(addr).is_some() {
            return Ok(());
        }
        // A missing plugin is reported where the resource is.
        let Some(plugin) = self.providers.plugin(&addr.source).cloned() else { return Ok(()) };
        let block = self.block_of(addr);
        if block.is_none() && (addr.alias.is_some() || !addr.module.is_root()) {
            return Err(absent(addr).into());
        }
        let Some(block) = block else {
            let config = Object::from_value(&plugin.config_schema().empty());
            self.providers.add(addr.clone(), plugin.configure(config).await?);
            return Ok(());
        };
        let scope = world.scope(&ModuleInstance::of(&addr.module));
        let (value, mut found) = decode_body(&block.body, plugin.config_schema(), &scope);
        found.extend(world.take_errors());
        if found.has_errors() {
            return Err(found.into_iter().map(|d| Diagnostic { span: d.span.or(Some(block.header)), ..d }).collect());
        }
        // A provider keeps what it needs to itself: nothing of it is stored.
        let config = Object::from_value(&value.clone().unmark_deep().0);
        if value.is_wholly_known() {
            let made = plugin.configure(config).await;
            let at = |d: Diagnostic| Diagnostic { span: d.span.or(Some(block.header)), ..d };
            self.providers.add(addr.clone(), made.map_err(|e| e.into_iter().map(at).collect::<Diagnostics>())?);
            return Ok(());
        }
        let Some(planner) = plugin.planner(&config) else { return Err(not_known(block).into()) };
        self.providers.add(addr.clone(), planner);
        lock(&self.planners).insert(addr.clone());
        Ok(())
    }

    /// A provider with objects in state cannot read them while its configuration is unknown.
    pub fn must_be_known(&self, addr: &ProviderAddr) -> Option<Diagnostic> {
        let block = self.block_of(addr).filter(|_| self.only_plans(addr))?;
        Some(not_known(block))
    }

    fn block_of(&self, addr: &ProviderAddr) -> Option<&'a ProviderConfig> {
        let module = self.config.module(&addr.module)?;
        module
            .providers
            .values()
            .find(|p| p.alias == addr.alias && module.provider_source(&p.name.name) == *addr.source)
    }

    /// What was made while planning and cannot serve any longer: providers that knew only a part of their
    /// configuration, or that were configured from an ephemeral resource, which is closed by now.
    pub fn begin_apply(&self, planners: &BTreeSet<ProviderAddr>) {
        for (addr, behind) in &self.late {
            if planners.contains(addr) || behind.iter().any(|r| r.resource.mode == Mode::Ephemeral) {
                self.providers.remove(addr);
            }
        }
    }

    /// Providers that can only plan.
    pub fn planners(&self) -> BTreeSet<ProviderAddr> {
        lock(&self.planners).clone()
    }

    /// Whether a resource needs something of this phase before its turn.
    fn needs(&self, resource: &ConfigResource, provider: &ProviderAddr) -> Vec<ConfigResource> {
        let mut behind: BTreeSet<&ConfigResource> = self.graph.resources_behind(&Node::Resource(resource.clone()));
        behind.extend(self.late.get(provider).into_iter().flatten());
        behind.retain(|r| r.resource.mode == Mode::Ephemeral);
        self.in_order(&behind)
    }

    fn in_order(&self, wanted: &BTreeSet<&ConfigResource>) -> Vec<ConfigResource> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let order = self.graph.order().into_iter().filter_map(|n| match n {
            Node::Resource(r) if wanted.contains(r) => Some(r.clone()),
            _ => None,
        });
        order.collect()
    }

    /// Before the step of a resource: opens the ephemeral resources that it depends on, and configures its provider.
    pub async fn prepare(
        &self,
        world: &World<'_>,
        resource: &ConfigResource,
        provider: &ProviderAddr,
    ) -> Result<(), Diagnostics> {
        let needs = if self.has_ephemeral { self.needs(resource, provider) } else { Vec::new() };
        if needs.is_empty() && !self.is_late(provider) {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        self.open_in_order(world, &needs).await?;
        if self.is_late(provider) {
            self.configure(world, provider).await?;
        }
        Ok(())
    }

    /// Opens what outputs depend on, and what could not be opened while planning, so that its conditions are judged.
    pub async fn finish(&self, world: &World<'_>) -> Diagnostics {
        if !self.has_ephemeral {
            return Diagnostics::new();
        }
        let wanted: BTreeSet<&ConfigResource> = self
            .graph
            .nodes()
            .filter_map(|n| match n {
                Node::Resource(r) if r.resource.mode == Mode::Ephemeral => Some(r),
                _ => None,
            })
            .collect();
        let _turn = self.turn.lock().await;
        self.open_in_order(world, &self.in_order(&wanted)).await.err().unwrap_or_default()
    }

    async fn open_in_order(&self, world: &World<'_>, resources: &[ConfigResource]) -> Result<(), Diagnostics> {
        for resource in resources {
            if lock(&self.opened).contains(resource) {
                continue;
            }
            let Some(block) = self.config.module(&resource.module).and_then(|m| m.resources.get(&resource.resource))
            else {
                continue;
            };
            if let Some(provider) = provider_of(self.config, resource, block) {
                self.configure(world, &provider).await?;
            }
            self.open(world, resource, block, false).await?;
        }
        Ok(())
    }

    /// Opens all instances of an ephemeral resource whose configuration is known; the others are deferred, and all of
    /// them if it `waits` for something.
    pub async fn open(
        &self,
        world: &World<'_>,
        addr: &ConfigResource,
        block: &Resource,
        waits: bool,
    ) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        let Some(provider_addr) = provider_of(self.config, addr, block) else { return Ok(()) };
        lock(&self.opened).insert(addr.clone());
        let Some(schema) = find_schema(self.providers, &provider_addr, block)? else { return Ok(()) };
        let provider = self.providers.get(&provider_addr).filter(|_| !waits && !self.only_plans(&provider_addr));
        for module in world.module_instances(&addr.module) {
            let resource = AbsResource { module: module.clone(), resource: block.addr.clone() };
            match world.keys(&module, &block.repetition) {
                Ok(keys) => {
                    let values =
                        self.open_in(world, &resource, block, &schema, &keys, provider.clone(), &mut found).await;
                    world.set_instances(resource, Instances::Known { keys, values });
                }
                Err(errors) => {
                    found.extend(errors);
                    world.set_instances(resource, Instances::Unknown(ephemeral(Value::unknown(Type::Dynamic))));
                }
            }
        }
        found.or(())
    }

    #[allow(clippy::too_many_arguments, reason = "one call, and all of it is needed")]
    async fn open_in(
        &self,
        world: &World<'_>,
        resource: &AbsResource,
        block: &Resource,
        schema: &SharedSchema,
        keys: &Keys,
        provider: Option<Arc<dyn Provider>>,
        found: &mut Diagnostics,
    ) -> BTreeMap<InstanceKey, Value> {
        let mut values = BTreeMap::new();
        let mut opening = Vec::new();
        for key in keys.iter() {
            let addr = resource.instance(key.clone());
            values.insert(key.clone(), ephemeral(Value::unknown(schema.block.ty())));
            let scope = world.scope_of(&resource.module, keys.repeated(&key));
            let before = found.len();
            let checked = Checked::Instance(addr.clone());
            for condition in &block.preconditions {
                found.extend(world.judge(&checked, condition, &scope, "Resource precondition failed").findings());
            }
            let (config, errors) = decode_body(&block.body, &schema.block, &scope);
            found.extend(errors.into_iter().map(|d| at_block(d, &addr, block)));
            if found.len() > before {
                continue;
            }
            if config.is_wholly_known() {
                opening.push(Opening { addr, config, keys });
            } else {
                values.insert(key, ephemeral(config_with_unknowns(schema, &config)));
            }
        }
        let Some(provider) = provider else { return values };
        let calls = opening.into_iter().map(|one| async {
            let config = Object::from_value(&one.config.clone().unmark_deep().0);
            let answer = provider.open_ephemeral(&block.addr.kind, &config).await;
            (one, answer)
        });
        for (one, answer) in join_all(calls).await {
            match answer {
                Ok(opened) => {
                    let value = self.keep(&one, schema, provider.clone(), opened, found);
                    let scope =
                        world.scope_of(&resource.module, one.keys.repeated(&one.addr.key)).with_self(value.clone());
                    let checked = Checked::Instance(one.addr.clone());
                    for condition in &block.postconditions {
                        found.extend(
                            world.judge(&checked, condition, &scope, "Resource postcondition failed").findings(),
                        );
                    }
                    values.insert(one.addr.key.clone(), value);
                }
                Err(error) => {
                    found.push(
                        error.to_diagnostic("Cannot open ephemeral resource").address(&one.addr).at(block.header),
                    );
                }
            }
        }
        values
    }

    fn keep(
        &self,
        one: &Opening<'_>,
        schema: &SharedSchema,
        provider: Arc<dyn Provider>,
        opened: Opened,
        found: &mut Diagnostics,
    ) -> Value {
        let value = schema.block.conform(&opened.object.clone().into_value()).unwrap_or_else(|why| {
            found.push(Diagnostic::error("Unexpected answer of an ephemeral resource", why).address(&one.addr));
            Value::unknown(schema.block.ty())
        });
        // What the configuration marks stays marked in the answer.
        let value = schema.block.mark_sensitive(value);
        let marked = value.as_map().into_iter().flatten().map(|(name, value)| {
            let marks = one.config.get(name).map(Value::marks_deep).unwrap_or_default();
            (name.clone(), value.clone().mark(marks))
        });
        let value = ephemeral(Value::object(marked.collect::<BTreeMap<Name, Value>>()));
        lock(&self.open).push(Open { addr: one.addr.clone(), provider, opened, renew_at: None });
        self.wake.notify_one();
        value
    }

    /// Waits until something is open that must be renewed.
    pub async fn renewable(&self) {
        loop {
            let opened = self.wake.notified();
            if lock(&self.open).iter().any(|o| o.opened.renew_after.is_some()) {
                return;
            }
            opened.await;
        }
    }

    /// Makes those last longer that are about to end. `now` is the time of the run. What cannot be renewed is told when
    /// it is closed.
    pub async fn renew(&self, now: Duration) {
        for one in lock(&self.open).iter_mut().filter(|o| o.renew_at.is_none()) {
            one.renew_at = one.opened.renew_after.map(|after| now.saturating_add(after));
        }
        let due: Vec<(AbsInstance, Arc<dyn Provider>, Opened)> = lock(&self.open)
            .iter()
            .filter(|o| o.renew_at.is_some_and(|at| at <= now))
            .map(|o| (o.addr.clone(), o.provider.clone(), o.opened.clone()))
            .collect();
        for (addr, provider, opened) in due {
            let answer = provider.renew_ephemeral(addr.kind(), &opened).await;
            let mut problems = lock(&self.problems);
            let after = answer.unwrap_or_else(|error| {
                problems.push(error.to_diagnostic("Cannot renew ephemeral resource").address(&addr));
                None
            });
            for one in lock(&self.open).iter_mut().filter(|o| o.addr == addr) {
                one.opened.renew_after = after;
                one.renew_at = after.map(|after| now.saturating_add(after));
            }
        }
    }

    /// Closes everything that is open, the last opened first. What cannot be closed is told.
    pub async fn close(&self) -> Diagnostics {
        let mut found = std::mem::take(&mut *lock(&self.problems));
        let open = std::mem::take(&mut *lock(&self.open));
        for one in open.into_iter().rev() {
            if let Err(error) = one.provider.close_ephemeral(one.addr.kind(), &one.opened).await {
                found.push(error.to_diagnostic("Cannot close ephemeral resource").address(&one.addr));
            }
        }
        found
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that comes from an ephemeral resource is ephemeral.
fn ephemeral(value: Value) -> Value {
    value.mark(Marks::EPHEMERAL)
}

/// The configuration as far as it is known, all else unknown.
fn config_with_unknowns(schema: &SharedSchema, config: &Value) -> Value {
    super::propose::propose(&schema.block, None, config)
}

fn at_block(diagnostic: Diagnostic, addr: &AbsInstance, block: &Resource) -> Diagnostic {
    let span = diagnostic.span.or(Some(block.header));
    let address = diagnostic.address.clone().or_else(|| Some(addr.to_string()));
    Diagnostic { span, address, ..diagnostic }
}

fn absent(addr: &ProviderAddr) -> Diagnostic {
    Diagnostic::error(
        "Provider configuration not present",
        format!("Objects of the configuration or of the state belong to {addr}, and there is no such provider block."),
    )
    .hint("Declare it with this alias until nothing belongs to it any more, or hand it over in `providers`.")
}

fn not_known(block: &ProviderConfig) -> Diagnostic {
    Diagnostic::error(
        "Provider configuration not known",
        "The provider block depends on what is known only after apply, and the provider has to work before that.",
    )
    .at(block.header)
    .hint(
        "Apply what the block depends on first with -target, or configure the provider from data that exists already.",
    )
}
