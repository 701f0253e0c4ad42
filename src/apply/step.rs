//! One step: evaluate again with what is known now, journal the intent, call, wait, keep the result.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::addr::AbsInstance;
use crate::config::Resource;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::checks::Checked;
use crate::eval::{decode_stored, expr_at};
use crate::plan::{Action, Change, InstanceInput, StepKind, plan_instance, same_secrets, written};
use crate::provider::{
    Create, Deletion, Error, ErrorKind, Intent, Object, Operation, Provider, RemoteId, Result as ProviderResult,
    Timeouts,
};
use crate::refresh::merge;
use crate::schema::SharedSchema;
use crate::state::journal::{Act, Outcome, Record};
use crate::state::{ObjectState, Status};
use crate::value::{Kind, Value};

use super::poll::Watched;
use super::run::Apply;
use super::save::storage;
use super::{Event, recover};

type StepResult = Result<Option<String>, Diagnostics>;

/// What a step works on.
pub(super) struct Subject<'a> {
    pub(super) change: &'a Change,
    provider: std::sync::Arc<dyn Provider>,
    schema: SharedSchema,
    pub(super) block: Option<&'a Resource>,
}

impl<'a> Subject<'a> {
    pub(super) fn addr(&self) -> &'a AbsInstance {
        &self.change.key.addr
    }

    fn kind(&self) -> &'a str {
        self.change.key.addr.kind()
    }

    /// A failed call, at the block it is about.
    fn error(&self, summary: &str, error: &Error) -> Diagnostic {
        let mut found = error.to_diagnostic(summary).address(self.addr());
        found.span = self.change.span;
        found
    }

    fn timeouts(&self, object: Option<&Value>) -> Timeouts {
        let configured = object.map(Object::from_value).and_then(|o| o.object("timeouts"));
        let defaults = self.provider.timeouts(self.kind());
        configured.map_or(defaults, |block| defaults.with_block(&block))
    }
}

impl Apply<'_> {
    /// Runs one step. The id of the object comes back for the screen.
    pub(super) async fn step(&self, change: &Change, kind: StepKind) -> StepResult {
        let addr = &change.key.addr;
        let block = self.world.config.module(&addr.resource.module.path());
        let block = block.and_then(|m| m.resources.get(&addr.resource.resource));
        let missing =
            || Diagnostics::from(Diagnostic::error("Provider missing", change.provider.to_string()).address(addr));
        self.connect(change, kind).await?;
        let provider = self.providers.of(&change.provider, addr).ok_or_else(missing)?;
        let schema = self.providers.schema(&change.provider.source, &addr.resource.resource).ok_or_else(missing)?;
        let subject = Subject { change, provider, schema, block };
        match kind {
            StepKind::Create | StepKind::CreateBeforeDestroy => Box::pin(self.create(&subject, kind)).await,
            StepKind::Update => Box::pin(self.update(&subject)).await,
            StepKind::Delete => Box::pin(self.delete(&subject, change.key.deposed.clone())).await,
            StepKind::DeleteDeposed => Box::pin(self.delete(&subject, Some(self.deposed_of(addr)))).await,
            StepKind::Read => Box::pin(self.read(&subject)).await,
            StepKind::Forget => {
                self.saver.change(|state| state.remove(addr, change.key.deposed.as_deref()));
                self.saver.save().await.map_err(storage)?;
                Ok(None)
            }
        }
    }

    /// Plans the instance again now that more is known. What was known must have come out the same.
    fn replan(&self, subject: &Subject<'_>, prior: Option<&Value>) -> Result<Replanned, Diagnostics> {
        let addr = subject.addr();
        let Some(block) = subject.block else {
            return Err(Diagnostic::error("Block missing", "The configuration has no such block.")
                .address(addr)
                .into());
        };
        let keys = self.world.keys(&addr.resource.module, &block.repetition)?;
        let scope = self.world.scope_of(&addr.resource.module, keys.repeated(&addr.key));
        let mut found = Diagnostics::new();
        let object = Checked::Instance(addr.clone());
        for condition in &block.preconditions {
            found.extend(self.world.judge(&object, condition, &scope, "Resource precondition failed").findings());
        }
        let (config, errors) = decode_stored(&block.body, &subject.schema.block, &scope);
        found.extend(errors.into_iter().map(|d| d.address(addr)));
        found.extend(self.world.take_errors());
        if !found.has_errors() && !config.is_wholly_known() {
            found.push(not_known(&config).address(addr));
        }
        if found.has_errors() {
            return Err(found);
        }
        let (plan, errors) = plan_instance(InstanceInput {
            kind: subject.kind(),
            schema: &subject.schema.block,
            provider: &*subject.provider,
            prior,
            tainted: false,
            config: config.clone(),
            ignore: &block.lifecycle.ignore_changes,
            force: None,
        });
        if errors.has_errors() {
            let at = |mut d: Diagnostic| {
                d.span = d.span.or_else(|| expr_at(&block.body, d.attribute.as_ref()?)).or(subject.change.span);
                d.address(addr)
            };
            return Err(errors.into_iter().map(at).collect());
        }
        if let Some(attribute) =
            subject.change.after.as_ref().and_then(|planned| broken_promise(planned, &plan.planned))
        {
            return Err(
                self.not_as_planned(subject, &format!("\"{attribute}\" came out different from what was planned"))
            );
        }
        if prior.is_some() && plan.action.is_replace() {
            let paths: Vec<String> = plan.replace_paths.iter().map(ToString::to_string).collect();
            return Err(self.not_as_planned(
                subject,
                &format!("{} would now force a new object, and an update was planned", paths.join(", ")),
            ));
        }
        let written = written(&subject.schema.block, &plan.planned, &config);
        Ok(Replanned { action: plan.action, want: Object::from_value(&written), planned: plan.planned })
    }

    fn not_as_planned(&self, subject: &Subject<'_>, why: &str) -> Diagnostics {
        let mut found = Diagnostic::error("The plan does not hold any more", format!("{why}. Nothing was done to it."))
            .address(subject.addr())
            .hint("Plan again: now that more is known, the plan will show what really happens.");
        found.span = subject.change.span;
        found.into()
    }

    async fn journal(&self, record: Record) -> Result<(), Diagnostics> {
        self.journal.record(record).await.map_err(storage)
    }

    async fn intend(&self, subject: &Subject<'_>, action: Act, object: &Object) -> Result<(u64, String), Diagnostics> {
        let seq = self.journal.next_seq();
        let token = format!("kiban-{}", uuid::Uuid::new_v4().simple());
        let identity = match action {
            Act::Create => subject.provider.identity(subject.kind(), object),
            _ => object.string("id").map(|id| ("id".to_owned(), id)).into_iter().collect(),
        };
        self.journal(Record::Intent(crate::state::journal::Intent {
            seq,
            address: subject.addr().to_string(),
            action,
            kind: subject.kind().to_owned(),
            provider: subject.change.provider.to_string(),
            deposed: subject.change.key.deposed.clone(),
            token: token.clone(),
            identity,
            dependencies: subject.change.dependencies.iter().map(ToString::to_string).collect(),
            create_before_destroy: subject.change.create_before_destroy,
        }))
        .await?;
        Ok((seq, token))
    }

    async fn done(&self, seq: u64, error: Option<&Error>) -> Result<(), Diagnostics> {
        let outcome = match error {
            None => Outcome::Succeeded,
            // Codes only: a message may quote what it complains of.
            Some(e) => Outcome::Failed { message: e.code.clone().unwrap_or_else(|| format!("{:?}", e.kind)) },
        };
        self.journal(Record::Done { seq, outcome }).await
    }

    async fn create(&self, subject: &Subject<'_>, kind: StepKind) -> StepResult {
        let Replanned { planned, want, .. } = self.replan(subject, None)?;
        if kind == StepKind::CreateBeforeDestroy {
            self.depose(subject.addr());
            self.saver.save().await.map_err(storage)?;
        }
        if let Some(derived) = subject.provider.derive(subject.kind(), None, &want).await {
            if derived.is_err() && kind == StepKind::CreateBeforeDestroy {
                self.restore(subject.addr());
            }
            let kept = self.keep_derived(subject, "Creation failed", &planned, derived).await?;
            self.provision_new(subject).await?;
            self.postconditions(subject)?;
            return Ok(kept);
        }
        let (seq, token) = self.intend(subject, Act::Create, &want).await?;
        let timeouts = subject.timeouts(Some(&planned));
        let made = self.make(subject, &want, seq, &token, timeouts.create).await;
        let (id, unfinished) = match made {
            Made::Object(id) => (id, false),
            Made::Unfinished(id) => (id, true),
            Made::Half(id, error) => {
                self.keep_half(subject, &planned, &id, Status::Tainted).await;
                self.done(seq, Some(&error)).await?;
                self.saver.save().await.map_err(storage)?;
                return Err(subject.error("Creation failed halfway", &error).into());
            }
            Made::Nothing(error) => {
                if kind == StepKind::CreateBeforeDestroy {
                    self.restore(subject.addr());
                }
                self.done(seq, Some(&error)).await?;
                self.saver.save().await.map_err(storage)?;
                return Err(subject.error("Creation failed", &error).into());
            }
        };
        let watched = self.watched(subject, &id, &want, timeouts.create);
        let mut live = self.poller.ready(&watched, |why| self.pending(subject, kind, why)).await;
        if let (Ok(made), true) = (&live, unfinished) {
            live = self.complete(subject, &id, (&planned, &want), made, timeouts.create).await;
        }
        let result = match live {
            Ok(live) => self.keep(subject, &planned, &live, Status::Ready),
            Err(error) => {
                // What is still being made may yet succeed: the next run waits for it.
                let status = if error.kind == ErrorKind::NotYet { Status::Ready } else { Status::Tainted };
                self.keep_half(subject, &planned, &id, status).await;
                self.done(seq, Some(&error)).await?;
                self.saver.save().await.map_err(storage)?;
                return Err(subject.error("The new object is not ready", &error).into());
            }
        };
        self.done(seq, None).await?;
        self.saver.save().await.map_err(storage)?;
        result?;
        self.provision_new(subject).await?;
        self.postconditions(subject)?;
        Ok(Some(id.to_string()))
    }

    /// Finishes an object that was not ready for all of its creation: what is missing is an update.
    async fn complete(
        &self,
        subject: &Subject<'_>,
        id: &RemoteId,
        (planned, want): (&Value, &Object),
        made: &Object,
        timeout: Duration,
    ) -> ProviderResult<Object> {
        let prior = merge(&subject.schema.block, planned, made).map_err(Error::other)?;
        let before = Object::from_value(&prior);
        self.retrying(subject, Operation::Update, timeout, || {
            subject.provider.update(subject.kind(), id, &before, want)
        })
        .await?;
        let watched = self.watched(subject, id, want, timeout);
        self.poller.ready(&watched, |why| self.pending(subject, StepKind::Create, why)).await
    }

    /// Calls until the object exists, or certainly does not.
    async fn make(&self, subject: &Subject<'_>, want: &Object, seq: u64, token: &str, timeout: Duration) -> Made {
        let named: std::sync::Mutex<Option<RemoteId>> = std::sync::Mutex::new(None);
        let unwritten = AtomicBool::new(false);
        let created = |id: &RemoteId| {
            *named.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(id.clone());
            // Synchronously: the next call must not go out before the id is on disk.
            if self.journal.append(&Record::Created { seq, id: id.to_string() }).is_err() {
                unwritten.store(true, Ordering::SeqCst);
            }
        };
        let known = || named.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let start = self.clock.elapsed();
        loop {
            let create = Create { token, created: &created };
            let error = match subject.provider.create(subject.kind(), create, want).await {
                Ok(id) => {
                    if known().is_none() {
                        created(&id);
                    }
                    if unwritten.load(Ordering::SeqCst) {
                        return Made::Half(id, Error::other("the journal cannot be written"));
                    }
                    return Made::Object(id);
                }
                Err(error) => error,
            };
            if let Some(id) = known() {
                let later = subject.provider.retries(subject.kind(), Operation::Create, &error);
                if !later && error.kind != ErrorKind::Connection {
                    return Made::Half(id, error);
                }
                return self.unfinished(subject, id).await;
            }
            let waited = self.clock.elapsed().saturating_sub(start);
            if error.kind == ErrorKind::Connection {
                // No answer: the object may exist, or come into being in a moment.
                self.poller.pause(waited).await;
                let intent = Intent {
                    token: token.to_owned(),
                    id: None,
                    identity: subject.provider.identity(subject.kind(), want),
                };
                match subject.provider.find(subject.kind(), &intent).await {
                    Ok(Some(id)) => {
                        created(&id);
                        // What the creation does after the call without an answer is still to be done.
                        return self.unfinished(subject, id).await;
                    }
                    Ok(None) if waited < timeout => {}
                    Ok(None) => return Made::Nothing(error),
                    Err(e) => return Made::Nothing(e),
                }
            } else if waited >= timeout || !subject.provider.retries(subject.kind(), Operation::Create, &error) {
                return Made::Nothing(error);
            }
            self.pending(subject, StepKind::Create, &error.message);
            self.poller.pause(waited).await;
        }
    }

    /// An object whose id is in the journal, and whose creation is to be finished.
    async fn unfinished(&self, subject: &Subject<'_>, id: RemoteId) -> Made {
        let _ = subject.provider.reclaim(subject.kind(), &id).await;
        Made::Unfinished(id)
    }

    async fn update(&self, subject: &Subject<'_>) -> StepResult {
        let Some(prior) = &subject.change.before else { return Ok(None) };
        let Replanned { action, planned, want } = self.replan(subject, Some(prior))?;
        let before = Object::from_value(prior);
        // Where only the marks of values differ, the state changes and the object does not.
        let quiet = action == Action::NoOp || (planned.same_content(prior) && !same_secrets(prior, &planned));
        if !quiet && let Some(derived) = subject.provider.derive(subject.kind(), Some(&before), &want).await {
            let kept = self.keep_derived(subject, "Update failed", &planned, derived).await?;
            self.postconditions(subject)?;
            return Ok(kept);
        }
        let Some(id) = subject.provider.remote_id(subject.kind(), &before) else {
            return Err(subject.error("Update failed", &Error::other("the state does not identify the object")).into());
        };
        if quiet {
            // What was unknown has come out as it was: no call, but what the state keeps beside the values may differ.
            self.saver.change(|state| {
                let instance = state.instance_mut(subject.addr(), &subject.change.provider);
                let Some(object) = &mut instance.current else { return };
                object.encode(&planned, &subject.schema.block);
                object.dependencies.clone_from(&subject.change.dependencies);
                object.create_before_destroy = subject.change.create_before_destroy;
            });
            self.saver.save().await.map_err(storage)?;
            self.world.set_instance(&subject.addr().resource, subject.addr().key.clone(), planned);
            return Ok(before.string("id"));
        }
        let (seq, _) = self.intend(subject, Act::Update, &before).await?;
        let timeouts = subject.timeouts(Some(&planned));
        let updated = self
            .retrying(subject, Operation::Update, timeouts.update, || {
                subject.provider.update(subject.kind(), &id, &before, &want)
            })
            .await;
        let watched = self.watched(subject, &id, &want, timeouts.update);
        let live = match &updated {
            Ok(()) => self.poller.ready(&watched, |why| self.pending(subject, StepKind::Update, why)).await,
            Err(error) => Err(error.clone()),
        };
        let result = match live {
            Ok(live) => self.keep(subject, &planned, &live, Status::Ready),
            Err(error) => {
                // Some of it may have been done: the state takes what is there now.
                let watched = Watched { prior: &before, ..watched };
                if let Ok(Some(crate::provider::Found::Object(live))) = self.poller.read(&watched).await {
                    let _ = self.keep(subject, prior, &live, Status::Ready);
                }
                self.done(seq, Some(&error)).await?;
                self.saver.save().await.map_err(storage)?;
                return Err(subject.error("Update failed", &error).into());
            }
        };
        self.done(seq, None).await?;
        self.saver.save().await.map_err(storage)?;
        result?;
        self.postconditions(subject)?;
        Ok(Some(id.to_string()))
    }

    async fn delete(&self, subject: &Subject<'_>, deposed: Option<String>) -> StepResult {
        let stored = self.saver.with(|state| {
            let instance = state.instance(subject.addr())?;
            match &deposed {
                Some(key) => instance.deposed.get(key).cloned(),
                None => instance.current.clone(),
            }
        });
        let Some(stored) = stored else { return Ok(None) };
        let prior = stored.decode(&subject.schema.block);
        let prior =
            prior.map_err(|why| Diagnostic::error("Unreadable object in state", why).address(subject.addr()))?;
        let before = Object::from_value(&prior);
        let Some(id) = subject.provider.remote_id(subject.kind(), &before) else {
            return Err(subject.error("Delete failed", &Error::other("the state does not identify the object")).into());
        };
        if deposed.is_none() && stored.status == Status::Ready {
            self.provision_old(subject, &prior).await?;
        }
        let (seq, _) = self.intend(subject, Act::Delete, &before).await?;
        let timeouts = subject.timeouts(Some(&prior));
        let mut deleted = self
            .retrying(subject, Operation::Delete, timeouts.delete, || {
                subject.provider.delete(subject.kind(), &id, &before)
            })
            .await;
        if deleted.is_ok() && subject.provider.deletion(subject.kind()) == Deletion::Polled {
            let watched = self.watched(subject, &id, &before, timeouts.delete);
            deleted = self.poller.gone(&watched, |why| self.pending(subject, StepKind::Delete, why)).await;
        }
        if let Err(error) = deleted {
            self.done(seq, Some(&error)).await?;
            return Err(subject.error("Delete failed", &error).into());
        }
        self.saver.change(|state| state.remove(subject.addr(), deposed.as_deref()));
        self.done(seq, None).await?;
        self.saver.save().await.map_err(storage)?;
        Ok(before.string("id"))
    }

    async fn read(&self, subject: &Subject<'_>) -> StepResult {
        let addr = subject.addr();
        let Some(block) = subject.block else { return Ok(None) };
        let keys = self.world.keys(&addr.resource.module, &block.repetition)?;
        let scope = self.world.scope_of(&addr.resource.module, keys.repeated(&addr.key));
        let (config, errors) = decode_stored(&block.body, &subject.schema.block, &scope);
        let object = Checked::Instance(addr.clone());
        let judge = |c| self.world.judge(&object, c, &scope, "Resource precondition failed").findings();
        let mut found: Diagnostics = block.preconditions.iter().flat_map(judge).collect();
        found.extend(errors);
        if !found.has_errors() && !config.is_wholly_known() {
            found.push(not_known(&config).address(addr));
        }
        found.or(())?;
        let read = subject.provider.read_data(subject.kind(), &Object::from_value(&config)).await;
        let object = read.map_err(|e| Diagnostics::from(subject.error("Cannot read data source", &e)))?;
        let value = merge(&subject.schema.block, &config, &object)
            .map_err(|why| Diagnostic::error("Unexpected answer of a data source", why).address(addr))?;
        self.store_data(addr, &subject.change.provider, &subject.schema, &value);
        self.world.set_instance(&addr.resource, addr.key.clone(), value);
        self.postconditions(subject)?;
        Ok(None)
    }

    /// Tries again what may succeed later. A lost answer to an update or delete is no harm: both may be repeated.
    async fn retrying<F>(
        &self,
        subject: &Subject<'_>,
        operation: Operation,
        timeout: Duration,
        call: impl Fn() -> F,
    ) -> ProviderResult<()>
    where
        F: Future<Output = ProviderResult<()>>,
    {
        let start = self.clock.elapsed();
        let kind = if operation == Operation::Delete { StepKind::Delete } else { StepKind::Update };
        loop {
            let Err(error) = call().await else { return Ok(()) };
            let waited = self.clock.elapsed().saturating_sub(start);
            let again =
                error.kind == ErrorKind::Connection || subject.provider.retries(subject.kind(), operation, &error);
            if !again || waited >= timeout {
                return Err(error);
            }
            self.pending(subject, kind, &error.message);
            self.poller.pause(waited).await;
        }
    }

    fn watched<'w>(
        &self,
        subject: &'w Subject<'_>,
        id: &'w RemoteId,
        prior: &'w Object,
        timeout: Duration,
    ) -> Watched<'w> {
        Watched {
            provider: &*subject.provider,
            addr: &subject.change.provider,
            kind: subject.kind(),
            id,
            prior,
            timeout,
        }
    }

    fn pending(&self, subject: &Subject<'_>, kind: StepKind, why: &str) {
        self.waiting(&subject.change.key, kind, why);
    }

    /// Keeps an object that lives in the state only. No journal speaks of it: what a crash loses was never anywhere.
    async fn keep_derived(
        &self,
        subject: &Subject<'_>,
        failure: &str,
        planned: &Value,
        derived: ProviderResult<Object>,
    ) -> StepResult {
        let kept = match &derived {
            Ok(object) => self.keep(subject, planned, object, Status::Ready),
            Err(error) => Err(subject.error(failure, error).into()),
        };
        self.saver.save().await.map_err(storage)?;
        kept?;
        let object = self.world.instance(&subject.addr().resource, &subject.addr().key);
        Ok(object.as_ref().and_then(|o| o.get("id")).and_then(Value::as_str).map(str::to_owned))
    }

    /// Puts an object into the state and into the world.
    fn keep(&self, subject: &Subject<'_>, planned: &Value, live: &Object, status: Status) -> Result<(), Diagnostics> {
        let addr = subject.addr();
        let merged = merge(&subject.schema.block, planned, live);
        let (value, problem) = match merged {
            Ok(value) => (value, None),
            // Never lose an object: the planned values, without what is unknown, stand in.
            Err(why) => {
                (merge(&subject.schema.block, planned, &Object::new()).unwrap_or_else(|_| planned.clone()), Some(why))
            }
        };
        let mut object = ObjectState {
            status,
            schema_version: subject.schema.version,
            dependencies: subject.change.dependencies.clone(),
            create_before_destroy: subject.change.create_before_destroy,
            ..ObjectState::default()
        };
        self.saver.change(|state| {
            let instance = state.instance_mut(addr, &subject.change.provider);
            if let Some(old) = &instance.current {
                object.private.clone_from(&old.private);
                object.identity.clone_from(&old.identity);
                object.identity_schema_version = old.identity_schema_version;
            }
            object.encode(&value, &subject.schema.block);
            instance.current = Some(object);
        });
        self.world.set_instance(&addr.resource, addr.key.clone(), value);
        problem.map_or(Ok(()), |why| Err(Diagnostic::error("Unexpected answer", why).address(addr).into()))
    }

    /// Keeps an object that was not finished. One that is tainted is replaced by the next plan.
    async fn keep_half(&self, subject: &Subject<'_>, planned: &Value, id: &RemoteId, status: Status) {
        let want = Object::from_value(planned);
        let watched = self.watched(subject, id, &want, Duration::ZERO);
        let mut live = match self.poller.read(&watched).await {
            Ok(Some(crate::provider::Found::Object(live))) => live,
            _ => Object::new(),
        };
        if live.0.is_empty() && want.is_unknown("id") {
            live.set("id", id.as_str());
        }
        let _ = self.keep(subject, planned, &live, status);
    }

    fn depose(&self, addr: &AbsInstance) {
        let key = self.saver.change(|state| {
            let instance = state.resources.get_mut(&addr.resource)?.instances.get_mut(&addr.key)?;
            let old = instance.current.take()?;
            let id = RemoteId::from(old.id().unwrap_or_default());
            let key = recover::deposed_key(instance.deposed.len(), &id);
            instance.deposed.insert(key.clone(), old);
            Some(key)
        });
        self.remember_deposed(addr, key.unwrap_or_default());
    }

    /// The old object is the current one again: nothing has taken its place.
    fn restore(&self, addr: &AbsInstance) {
        let key = self.deposed_of(addr);
        self.saver.change(|state| {
            let Some(resource) = state.resources.get_mut(&addr.resource) else { return };
            let Some(instance) = resource.instances.get_mut(&addr.key) else { return };
            if instance.current.is_none() {
                instance.current = instance.deposed.remove(&key);
            }
        });
    }

    fn postconditions(&self, subject: &Subject<'_>) -> Result<(), Diagnostics> {
        let (Some(block), addr) = (subject.block, subject.addr()) else { return Ok(()) };
        if block.postconditions.is_empty() {
            return Ok(());
        }
        let keys = self.world.keys(&addr.resource.module, &block.repetition)?;
        let object = self.world.instance(&addr.resource, &addr.key).unwrap_or_else(|| subject.schema.block.empty());
        let scope = self.world.scope_of(&addr.resource.module, keys.repeated(&addr.key)).with_self(object);
        let object = Checked::Instance(addr.clone());
        let judge = |c| self.world.judge(&object, c, &scope, "Resource postcondition failed").findings();
        let found: Diagnostics = block.postconditions.iter().flat_map(judge).collect();
        found.or(())
    }

    pub(super) fn emit(&self, event: Event) {
        self.observer.event(event);
    }
}

/// What a step does, now that everything it needs is known.
struct Replanned {
    action: Action,
    /// What the state will hold.
    planned: Value,
    /// What the type is asked for: with what the configuration says where the state holds something else, or nothing.
    want: Object,
}

/// How a creation ended.
enum Made {
    Object(RemoteId),
    /// It exists, and the rest can be done once it is ready.
    Unfinished(RemoteId),
    /// It exists, and not everything could be done to it.
    Half(RemoteId, Error),
    Nothing(Error),
}

fn not_known(config: &Value) -> Diagnostic {
    let what = unknown_in(config).join(", ");
    Diagnostic::error("Value still unknown", format!("{what}: not known although its turn has come."))
        .hint("Something that it is made of failed, or was left out by -target. Plan again.")
}

/// Names of the attributes that hold something unknown.
fn unknown_in(config: &Value) -> Vec<String> {
    let attributes = config.as_map().into_iter().flatten();
    attributes.filter(|(_, v)| !v.is_wholly_known()).map(|(name, _)| format!("\"{name}\"")).collect()
}

/// The first attribute whose planned value was known and has come out different.
fn broken_promise(planned: &Value, now: &Value) -> Option<String> {
    match (&planned.kind, &now.kind) {
        (Kind::Unknown(..), _) => None,
        (Kind::Object(a), Kind::Object(b)) => a.iter().find_map(|(k, planned)| {
            let inner = broken_promise(planned, b.get(k)?)?;
            Some(if inner.is_empty() { k.to_string() } else { format!("{k}.{inner}") })
        }),
        (Kind::List(_, a) | Kind::Tuple(a), Kind::List(_, b) | Kind::Tuple(b)) if a.len() == b.len() => {
            a.iter().zip(b.iter()).find_map(|(a, b)| broken_promise(a, b))
        }
        (Kind::Map(_, a), Kind::Map(_, b)) if a.len() == b.len() => {
            a.iter().find_map(|(k, planned)| broken_promise(planned, b.get(k)?))
        }
        // Elements of a set that hold unknowns may become any.
        (Kind::Set(..), _) if !planned.is_wholly_known() => None,
        _ => (!planned.same_content(now)).then(String::new),
    }
}
