//! The executor: starts every step as soon as what it waits for has succeeded, the longest chain first.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};

use crate::addr::{AbsInstance, ConfigResource, ModuleInstance, ProviderAddr};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::eval::world::World;
use crate::graph::Graph;
use crate::plan::{Action, ChangeKey, Connections, Mode, Plan, StepKind, Summary};
use crate::provider::{Freshness, Providers};
use crate::refresh::{Refreshed, refresh};
use crate::schema::SharedSchema;
use crate::state::backend::Backend;
use crate::state::journal::{Journal, Record};
use crate::state::{ObjectState, OutputState, State};
use crate::value::Value;

use super::poll::Poller;
use super::save::{Saver, storage};
use super::schedule::Schedule;
use super::{Cancel, Clock, Event, LocalExec, Observer, Urgency};

/// How often the screen hears of a step that goes on.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);

/// Everything an apply needs.
pub struct Apply<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) graph: &'a Graph,
    pub(super) connections: &'a Connections<'a>,
    pub(super) providers: &'a Providers,
    pub(super) journal: &'a Journal,
    pub(super) clock: &'a dyn Clock,
    pub(super) observer: &'a dyn Observer,
    pub(super) saver: Saver<'a>,
    pub(super) poller: Poller<'a>,
    pub(super) local_exec: Option<&'a dyn LocalExec>,
    pub(super) plan: &'a Plan,
    cancel: &'a Cancel,
    parallelism: usize,
    deposed: Mutex<BTreeMap<AbsInstance, String>>,
    waiting: Mutex<BTreeMap<ChangeKey, String>>,
}

/// What an apply has done.
#[derive(Clone, Debug)]
pub struct Applied {
    pub summary: Summary,
    pub state: State,
    /// Errors and warnings; the state is saved whatever they say.
    pub diagnostics: Diagnostics,
}

/// Surroundings of [`apply`].
pub struct Context<'a> {
    pub world: &'a World<'a>,
    pub graph: &'a Graph,
    pub connections: &'a Connections<'a>,
    pub providers: &'a Providers,
    pub backend: &'a dyn Backend,
    pub journal: &'a Journal,
    pub clock: &'a dyn Clock,
    pub observer: &'a dyn Observer,
    pub cancel: &'a Cancel,
    /// Runs the commands of provisioners, where the user allows it.
    pub local_exec: Option<&'a dyn LocalExec>,
    /// Most steps at the same time; services set their own pace below that.
    pub parallelism: usize,
}

/// Executes a plan. The world must hold the planned values ([`super::populate`]).
pub async fn apply(plan: &Plan, cx: Context<'_>) -> Applied {
    let run = Apply {
        world: cx.world,
        graph: cx.graph,
        connections: cx.connections,
        providers: cx.providers,
        journal: cx.journal,
        clock: cx.clock,
        observer: cx.observer,
        saver: Saver::new(cx.backend, cx.journal, plan.prior.clone()),
        poller: Poller::new(cx.clock),
        plan,
        cancel: cx.cancel,
        local_exec: cx.local_exec,
        parallelism: cx.parallelism.max(1),
        deposed: Mutex::default(),
        waiting: Mutex::default(),
    };
    run.execute().await
}

impl Apply<'_> {
    async fn execute(self) -> Applied {
        let mut found = Diagnostics::new();
        // Imported objects are in the state from the first write on.
        let mut summary = Summary { import: self.plan.summary().import, ..Summary::default() };
        let begin = Record::Begin {
            run: uuid::Uuid::new_v4().to_string(),
            serial: self.plan.prior.serial,
            lineage: self.plan.prior.lineage.clone(),
        };
        let started = if self.plan.steps.is_empty() { Ok(()) } else { self.journal.record(begin).await };
        match started {
            Ok(()) => {
                self.bookkeeping();
                self.connected_steps(&mut found, &mut summary).await;
            }
            Err(error) => found.extend(storage(error)),
        }
        self.settle(&mut found).await;
        if self.cancel.urgency() == Urgency::None {
            self.verify(&mut found).await;
        }
        if !found.has_errors() || self.plan.steps.is_empty() {
            self.outputs(&mut found);
        }
        found.extend(self.connections.close().await);
        match self.saver.save().await {
            Ok(()) => {
                // Only what is not settled keeps the journal: the next run looks after it.
                if let Err(error) = self.journal.clear() {
                    found.extend(storage(error));
                }
            }
            Err(error) => found.extend(storage(error)),
        }
        Applied { summary, state: self.saver.into_state(), diagnostics: found }
    }

    pub(super) fn plan(&self) -> &Plan {
        self.plan
    }

    pub(super) async fn steps(&self, found: &mut Diagnostics, summary: &mut Summary) {
        let steps = &self.plan.steps;
        let mut schedule = Schedule::of(&self.plan.steps, &self.plan.gates);
        let rank = |schedule: &Schedule, n: usize| (schedule.chain(n), std::cmp::Reverse(n));
        let mut queue: BinaryHeap<_> = schedule.first().map(|n| rank(&schedule, n)).collect();
        let mut running = FuturesUnordered::new();
        let mut since: BTreeMap<usize, (Duration, Duration)> = BTreeMap::new();
        let mut told = Urgency::None;
        loop {
            while self.cancel.urgency() == Urgency::None && running.len() < self.parallelism {
                let Some((_, std::cmp::Reverse(n))) = queue.pop() else { break };
                let now = self.clock.elapsed();
                since.insert(n, (now, now));
                running.push(self.run(n));
            }
            if running.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                Some((n, result)) = running.next() => {
                    since.remove(&n);
                    match result {
                        Ok(()) => {
                            count(summary, steps[n].kind);
                            let ready = schedule.succeeded(n);
                            queue.extend(ready.into_iter().map(|n| rank(&schedule, n)));
                        }
                        Err(errors) => {
                            for diagnostic in &errors {
                                self.emit(Event::Diagnostic(diagnostic.clone()));
                            }
                            found.extend(errors);
                        }
                    }
                }
                () = self.cancel.at_least(Urgency::Abandon) => break,
                () = self.cancel.at_least(Urgency::Stop), if told == Urgency::None => {
                    told = Urgency::Stop;
                    self.emit(Event::Stopping { running: running.len() });
                }
                () = self.clock.sleep(Duration::from_secs(1)) => self.progress(&mut since),
            }
        }
        if self.cancel.urgency() != Urgency::None {
            found.push(
                Diagnostic::error(
                    "Interrupted",
                    "The run was stopped before everything planned was done; what was done is in the state.",
                )
                .hint("Run apply again: it goes on where this run stopped."),
            );
        }
    }

    /// Reads again what other objects have changed: a security group shows its rules only after they are made. Without
    /// this the next look at the group would take them for drift.
    async fn settle(&self, found: &mut Diagnostics) {
        if self.plan.steps.is_empty() || self.cancel.urgency() == Urgency::Abandon {
            return;
        }
        let touched = self.plan.steps.iter().map(|s| &self.plan.changes[s.change]);
        let around: BTreeSet<ConfigResource> = touched.flat_map(|c| c.dependencies.iter().cloned()).collect();
        let state = self.saver.with(State::clone);
        for resource in state.resources.values() {
            if let Some(provider) = self.providers.get(&resource.provider) {
                provider.forget();
            }
        }
        // A provider that no step has needed may not be configured in this phase.
        let configured = |addr: &AbsInstance| {
            state.resources.get(&addr.resource).is_some_and(|r| self.providers.get(&r.provider).is_some())
        };
        let takes_part = |addr: &AbsInstance| around.contains(&addr.resource.config()) && configured(addr);
        match refresh(&state, self.providers, takes_part, Freshness::Thorough).await {
            Ok(Refreshed { state: live, .. }) => {
                for (addr, resource, instance) in live.instances().filter(|(a, ..)| takes_part(a)) {
                    let Some(object) = &instance.current else { continue };
                    let schema = self.providers.schema(&resource.provider.source, &addr.resource.resource);
                    if let Some(Ok(value)) = schema.map(|s| object.decode(&s.block)) {
                        self.world.set_instance(&addr.resource, addr.key.clone(), value);
                    }
                }
                self.saver.change(|state| *state = live);
            }
            // Everything was done; only the state is a little behind.
            Err(errors) => found.extend(errors.into_iter().map(|d| Diagnostic { severity: Severity::Warning, ..d })),
        }
    }

    async fn run(&self, n: usize) -> (usize, Result<(), Diagnostics>) {
        let step = &self.plan.steps[n];
        let change = &self.plan.changes[step.change];
        let (addr, kind) = (change.key.addr.clone(), step.kind);
        let old = change.before.as_ref().filter(|_| !matches!(kind, StepKind::Create | StepKind::CreateBeforeDestroy));
        let id = old.and_then(|b| b.get("id")).and_then(Value::as_str).map(str::to_owned);
        let start = self.clock.elapsed();
        self.emit(Event::Started { addr: addr.clone(), kind, id });
        // On the heap: a step holds everything that it may do.
        let result = Box::pin(self.step(change, kind)).await;
        let elapsed = self.clock.elapsed().saturating_sub(start);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&change.key);
        match result {
            Ok(id) => {
                self.emit(Event::Finished { addr, kind, elapsed, id });
                (n, Ok(()))
            }
            Err(errors) => {
                self.emit(Event::Failed { addr, kind, elapsed });
                (n, Err(errors))
            }
        }
    }

    fn progress(&self, since: &mut BTreeMap<usize, (Duration, Duration)>) {
        let now = self.clock.elapsed();
        for (n, (start, told)) in since.iter_mut() {
            if now.saturating_sub(*told) < PROGRESS_EVERY {
                continue;
            }
            *told = now;
            let step = &self.plan.steps[*n];
            let key = &self.plan.changes[step.change].key;
            let why = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
            let (addr, kind, elapsed) = (key.addr.clone(), step.kind, now.saturating_sub(*start));
            self.emit(Event::Progress { addr, kind, elapsed, why });
        }
    }

    /// Why a step is not finished yet, for the next progress line.
    pub(super) fn waiting(&self, key: &ChangeKey, _kind: StepKind, why: &str) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), why.to_owned());
    }

    pub(super) fn remember_deposed(&self, addr: &AbsInstance, key: String) {
        self.deposed.lock().unwrap_or_else(PoisonError::into_inner).insert(addr.clone(), key);
    }

    /// Key of the object that this run has deposed.
    pub(super) fn deposed_of(&self, addr: &AbsInstance) -> String {
        self.deposed.lock().unwrap_or_else(PoisonError::into_inner).get(addr).cloned().unwrap_or_default()
    }

    pub(super) fn store_data(&self, addr: &AbsInstance, provider: &ProviderAddr, schema: &SharedSchema, value: &Value) {
        let mut object = ObjectState { schema_version: schema.version, ..ObjectState::default() };
        object.encode(value, &schema.block);
        self.saver.change(|state| state.instance_mut(addr, provider).current = Some(object));
    }

    /// What changes in the state without a call: dependencies, sensitivity, data sources, forgotten ones.
    fn bookkeeping(&self) {
        let destroy = self.plan.mode == Mode::Destroy;
        for change in &self.plan.changes {
            if let Some(id) = &change.importing {
                self.emit(Event::Imported { addr: change.key.addr.clone(), id: id.clone() });
            }
        }
        self.saver.change(|state| {
            for change in self.plan.changes.iter().filter(|c| c.action == Action::NoOp && c.key.deposed.is_none()) {
                let Some(after) = &change.after else { continue };
                let Some(resource) = state.resources.get_mut(&change.key.addr.resource) else { continue };
                let Some(object) = resource.instances.get_mut(&change.key.addr.key).and_then(|i| i.current.as_mut())
                else {
                    continue;
                };
                let schema = self.providers.schema(&change.provider.source, &change.key.addr.resource.resource);
                if let Some(schema) = schema.filter(|_| after.is_wholly_known()) {
                    object.encode(after, &schema.block);
                }
                object.dependencies.clone_from(&change.dependencies);
                object.create_before_destroy = change.create_before_destroy;
            }
            let data: Vec<AbsInstance> =
                state.instances().map(|(a, ..)| a).filter(|a| a.mode() == crate::addr::Mode::Data).collect();
            let read: BTreeSet<&AbsInstance> = self.plan.data.keys().collect();
            for addr in data.iter().filter(|a| destroy || (self.plan.complete && !read.contains(*a))) {
                state.remove(addr, None);
            }
        });
        for (addr, value) in self.plan.data.iter().filter(|_| !destroy) {
            let block = self.world.config.module(&addr.resource.module.path());
            let block = block.and_then(|m| m.resources.get(&addr.resource.resource));
            let Some(block) = block else { continue };
            let Some(provider) = crate::plan::provider_of(self.world.config, &addr.resource.config(), block) else {
                continue;
            };
            if let Some(schema) = self.providers.schema(&provider.source, &addr.resource.resource) {
                self.store_data(addr, &provider, &schema, value);
            }
        }
    }

    fn outputs(&self, found: &mut Diagnostics) {
        let root = ModuleInstance::root();
        let mut values = BTreeMap::new();
        for (name, change) in &self.plan.outputs {
            if change.after.is_none() {
                continue;
            }
            let value = self.world.output(&root, name);
            if value.is_null() || !value.is_wholly_known() {
                continue;
            }
            values.insert(name.clone(), OutputState { value, sensitive: change.sensitive });
        }
        let errors = self.world.take_errors();
        found.extend(errors.into_iter().filter(|d| d.severity == Severity::Error));
        self.saver.change(|state| {
            if self.plan.complete {
                state.outputs = values;
                return;
            }
            // With targets the plan does not speak of all of them.
            state.outputs.retain(|name, _| !self.plan.outputs.contains_key(name));
            state.outputs.extend(values);
        });
    }
}

fn count(summary: &mut Summary, kind: StepKind) {
    match kind {
        StepKind::Create | StepKind::CreateBeforeDestroy => summary.add += 1,
        StepKind::Update => summary.change += 1,
        StepKind::Delete | StepKind::DeleteDeposed => summary.destroy += 1,
        StepKind::Read | StepKind::Forget => {}
    }
}
