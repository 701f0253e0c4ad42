//! Hands a cluster over: the `bootstrap` blocks of `kiban.hcl`, planned, delivered, watched and taken away.

mod capability;
mod reach;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::apply::{Observer, populate};
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};
use crate::eval::StackScope;
use crate::eval::world::World;
use crate::handoff::{
    Change, Cluster, Delivery, Health, Id, Mode, Preview, Rendered, Settings, Store, UNREACHABLE, Verb, family, health,
    hidden, manifests, preview, recover, render,
};
use crate::hcl::ast::Block;
use crate::plan::{Action, Mode as PlanMode, Plan};
use crate::provider::Provider;
use crate::state::backend::Backend;
use crate::state::{Delivered, State};
use crate::value::Value;

use super::console::over_state;
use super::plan::{Opened, Planned, looked_at, opened};
use super::prepare::Prepared;
use super::{Args, Failure, OpResult, Session};
pub(super) use reach::{AWS, CLUSTER, SECRET, TOKEN};
use reach::{EksTokens, credentials, endpoint, provider, server};

/// What one `bootstrap` block would do to its cluster.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    /// `bootstrap.NAME`
    pub address: String,
    /// `None` while its name is not known.
    pub cluster: Option<String>,
    /// Why nothing can be compared: all is new.
    pub absent: bool,
    /// What becomes of the Argo CD that the cloud runs; `None` where the cluster has its own.
    pub capability: Option<Verb>,
    pub preview: Preview,
}

impl Bootstrap {
    /// There is nothing to write, nor to wait for.
    pub fn is_settled(&self) -> bool {
        self.preview.is_settled() && matches!(self.capability, None | Some(Verb::Keep))
    }
}

/// An object of a block as it is in the cluster.
#[derive(Clone, Debug)]
pub struct Observed {
    pub id: Id,
    /// `None` where it is missing.
    pub health: Option<Health>,
}

/// The state of all blocks.
pub struct Status {
    pub observed: Vec<(String, Vec<Observed>)>,
    pub warnings: Diagnostics,
    pub sources: Sources,
}

/// Blocks over a state that is locked.
pub struct Looked {
    pub bootstraps: Vec<Bootstrap>,
    pub warnings: Diagnostics,
    opened: Opened,
    removing: bool,
}

impl Looked {
    pub fn sources(&self) -> &Sources {
        &self.opened.prepared.config.sources
    }
}

/// A block with everything it takes to compare and to deliver.
struct Look {
    settings: Settings,
    rendered: Vec<Rendered>,
    /// `None` where it is not there yet.
    cluster: Option<Cluster>,
    provider: Arc<dyn Provider>,
    capability: Option<Verb>,
    preview: Preview,
    /// What of it is in that cluster, by the record or by its own marks.
    delivered: Delivered,
}

impl Look {
    fn shown(&self) -> Bootstrap {
        Bootstrap {
            address: self.settings.address(),
            cluster: self.settings.cluster.clone(),
            absent: self.cluster.is_none(),
            capability: self.capability,
            preview: self.preview.clone(),
        }
    }
}

/// What the blocks would do once a plan is applied.
pub(super) async fn of_plan(session: &Session, planned: &Planned) -> Result<Vec<Bootstrap>, Diagnostics> {
    let plan = &planned.plan;
    let nothing = planned.prepared.config.bootstrap.is_empty() && plan.prior.delivered.is_empty();
    if nothing || plan.mode == PlanMode::RefreshOnly || !plan.complete {
        return Ok(Vec::new());
    }
    let removing = plan.mode == PlanMode::Destroy;
    let world = match removing {
        true => stored_world(&planned.prepared, &plan.prior),
        false => planned.prepared.world(false),
    };
    if !removing {
        populate(&world, &planned.prepared.graph, plan);
    }
    let made = |name: &str| !removing && is_made(plan, name);
    let looks = look(session, &planned.prepared, &world, &plan.prior.delivered, removing, &made).await?;
    Ok(looks.iter().map(Look::shown).collect())
}

/// Blocks that have delivered something which is no longer as it shall be.
pub(super) async fn of_state(
    session: &Session,
    prepared: &Prepared,
    stored: &State,
) -> Result<Vec<Bootstrap>, Diagnostics> {
    if stored.delivered.is_empty() {
        return Ok(Vec::new());
    }
    let world = stored_world(prepared, stored);
    let looks = look(session, prepared, &world, &stored.delivered, false, &|_| false).await?;
    let differs = |b: &Bootstrap| !b.preview.is_empty() || !matches!(b.capability, None | Some(Verb::Keep));
    Ok(looks.iter().map(Look::shown).filter(differs).collect())
}

/// What was found, or nothing and warnings: the cloud can be looked at from where its clusters are not reached.
pub(super) fn unless_unreachable(
    found: Result<Vec<Bootstrap>, Diagnostics>,
    warnings: &mut Diagnostics,
) -> Result<Vec<Bootstrap>, Diagnostics> {
    match found {
        Err(found) if found.iter().all(|d| d.summary == UNREACHABLE) => {
            warnings.extend(found.into_iter().map(|d| Diagnostic { severity: Severity::Warning, ..d }));
            Ok(Vec::new())
        }
        found => found,
    }
}

/// The names of a configuration over a state.
fn stored_world<'p>(prepared: &'p Prepared, state: &State) -> World<'p> {
    let world = prepared.world(true);
    over_state(&world, &prepared.graph, &prepared.providers, state);
    // Who asks for what is wrong hears of it then.
    drop(world.take_errors());
    world
}

/// Whether a plan makes a cluster of this name: what bears it now, if anything, goes away.
fn is_made(plan: &Plan, name: &str) -> bool {
    plan.changes.iter().any(|change| {
        let made = matches!(change.action, Action::Create | Action::DeleteThenCreate | Action::CreateThenDelete);
        let named = change.after.as_ref().and_then(|a| a.get("name")).and_then(Value::as_str) == Some(name);
        made && named && &*change.key.addr.resource.resource.kind == CLUSTER
    })
}

/// Looks at every block, and at what blocks that are gone have left.
async fn look(
    session: &Session,
    prepared: &Prepared,
    world: &World<'_>,
    delivered: &BTreeMap<String, Delivered>,
    removing: bool,
    made: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Look>, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut looks = Vec::new();
    for block in &prepared.config.bootstrap {
        let read = Settings::read(block, &StackScope::new(world));
        found.extend(world.take_errors());
        let Some(settings) = found.take(read) else { continue };
        let before = delivered.get(&settings.name).cloned().unwrap_or_default();
        if !settings.enabled && before.is_empty() {
            continue;
        }
        let one = match removing || !settings.enabled {
            true => removal(session, prepared, world, settings, before).await,
            false => delivery(session, prepared, world, block, settings, before, made).await,
        };
        looks.extend(found.take(one));
    }
    let gone = |name: &String| !looks.iter().any(|look| look.settings.name == *name);
    let left: Vec<_> = delivered.iter().filter(|(name, _)| gone(name)).collect();
    if !found.has_errors() {
        for (name, before) in left {
            let settings = Settings { name: name.clone(), ..Settings::default() };
            looks.extend(found.take(removal(session, prepared, world, settings, before.clone()).await));
        }
    }
    found.or(looks)
}

async fn connect(
    session: &Session,
    prepared: &Prepared,
    world: &World<'_>,
    name: &str,
) -> Result<Option<Cluster>, Diagnostics> {
    let provider = provider(prepared, world).await?;
    let Some(endpoint) = endpoint(&*provider, name).await? else { return Ok(None) };
    let tokens = EksTokens { provider, cluster: name.to_owned() };
    let cluster = Cluster::new(endpoint, Arc::new(tokens), session.clock.clone());
    cluster.reach(name).await?;
    Ok(Some(cluster))
}

async fn delivery(
    session: &Session,
    prepared: &Prepared,
    world: &World<'_>,
    block: &Block,
    mut settings: Settings,
    before: Delivered,
    made: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Look, Diagnostics> {
    let name = settings.cluster.as_deref().filter(|name| !made(name));
    let cluster = match name {
        Some(name) => connect(session, prepared, world, name).await?,
        None => None,
    };
    let provider = provider(prepared, world).await?;
    let mut capability = capability::wanted(&settings).map(|_| Verb::Create);
    if let (Mode::EksCapability, Some(_), Some(name)) = (settings.mode, &cluster, name) {
        capability = capability::preview(capability::of(&*provider)?, &settings, name).await?;
        settings.server = server(&*provider, name).await?;
    }
    let at = |d: Diagnostic| Diagnostic { span: d.span.or(Some(block.header)), ..d };
    let upstream = match settings.mode {
        Mode::Manifests => manifests(&settings, &session.dir, &kept(session)).await.map_err(at)?,
        Mode::EksCapability => String::new(),
    };
    let opened = match &cluster {
        Some(_) if !settings.incomplete => credentials(&*provider, &settings).await?,
        _ => BTreeMap::new(),
    };
    let rendered = render(&settings, &upstream, &opened).map_err(at)?;
    let same = Some(&*before.cluster) == settings.cluster.as_deref();
    let before = if same { before } else { Delivered::default() };
    let preview = match &cluster {
        Some(cluster) => preview(cluster, &rendered, &before).await?,
        None => Preview::of_nothing(&rendered),
    };
    Ok(Look { settings, rendered, cluster, provider, capability, preview, delivered: before })
}

/// Manifests that were fetched.
fn kept(session: &Session) -> PathBuf {
    session.dir.join(".terraform/kiban/manifests")
}

/// Everything that was delivered goes away, by the record of it, or by its own marks where that is lost.
async fn removal(
    session: &Session,
    prepared: &Prepared,
    world: &World<'_>,
    mut settings: Settings,
    mut before: Delivered,
) -> Result<Look, Diagnostics> {
    if !before.is_empty() {
        settings.cluster = Some(before.cluster.clone());
    }
    let cluster = match &settings.cluster {
        Some(name) => {
            let connected = connect(session, prepared, world, name).await;
            connected.map_err(|found| if before.is_empty() { unless_disabled(found, &settings) } else { found })?
        }
        None => None,
    };
    let provider = provider(prepared, world).await?;
    if let (Some(cluster), Some(name), true) = (&cluster, &settings.cluster, before.is_empty()) {
        before = recover(cluster, &settings.name).await?;
        let by_cloud = settings.mode == Mode::EksCapability;
        before.capability = by_cloud && capability::exists(&*provider, name, &settings.name).await?;
        before.cluster.clone_from(name);
    }
    let preview = match &cluster {
        Some(cluster) => preview(cluster, &[], &before).await?,
        None => Preview::default(),
    };
    let capability = before.capability.then_some(Verb::Delete).filter(|_| cluster.is_some());
    Ok(Look { settings, rendered: Vec::new(), cluster, provider, capability, preview, delivered: before })
}

/// Who has delivered nothing to a cluster that does not answer can say so.
fn unless_disabled(found: Diagnostics, settings: &Settings) -> Diagnostics {
    let hint = |d: Diagnostic| match d.summary == UNREACHABLE {
        true => d.hint(format!(
            "The state does not say whether {} has delivered anything to it. Reach its endpoint from here, or write \
             `enabled = false` into the block if nothing of it is there.",
            settings.address()
        )),
        false => d,
    };
    found.into_iter().map(hint).collect()
}

/// Keeps in the state what is in the cluster.
struct InState<'a> {
    backend: &'a dyn Backend,
    state: tokio::sync::Mutex<&'a mut State>,
    name: &'a str,
}

#[async_trait]
impl Store for InState<'_> {
    async fn save(&self, delivered: &Delivered) -> Result<(), Diagnostic> {
        let mut state = self.state.lock().await;
        match delivered.is_empty() {
            true => drop(state.delivered.remove(self.name)),
            false => drop(state.delivered.insert(self.name.to_owned(), delivered.clone())),
        }
        self.backend.write(&mut state).await.map(drop).map_err(Diagnostic::from)
    }
}

/// Carries out what all blocks are looked at for, over a state, and keeps in it what is in the clusters.
pub(super) async fn deliver(
    session: &Session,
    prepared: &Prepared,
    backend: &dyn Backend,
    state: &mut State,
    observer: &dyn Observer,
    work: Work,
) -> Result<(), Diagnostics> {
    let removing = work == Work::Remove;
    if state.delivered.is_empty() && prepared.config.bootstrap.is_empty() {
        return Ok(());
    }
    let world = stored_world(prepared, state);
    if let Some(provider) = prepared.providers.get(&reach::address()) {
        // What the plan has read of the cluster may be older than the cluster.
        provider.forget();
    }
    let looks = look(session, prepared, &world, &state.delivered, removing, &|_| false).await?;
    for look in &looks {
        carry_out(session, look, backend, state, observer, work).await?;
    }
    Ok(())
}

/// What a block is looked at for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// To deliver what is not as it shall be.
    Deliver,
    /// And to wait for all that comes of it in any case.
    Settle,
    Remove,
}

async fn carry_out(
    session: &Session,
    look: &Look,
    backend: &dyn Backend,
    state: &mut State,
    observer: &dyn Observer,
    work: Work,
) -> Result<(), Diagnostics> {
    let settings = &look.settings;
    let name = settings.cluster.clone().unwrap_or_default();
    let mut delivered = look.delivered.clone();
    let store = InState { backend, state: tokio::sync::Mutex::new(state), name: &settings.name };
    let work = if look.rendered.is_empty() { Work::Remove } else { work };
    let gone = work == Work::Remove;
    let Some(cluster) = &look.cluster else {
        if gone {
            // The cluster is gone, and everything in it.
            return store.save(&Delivered::default()).await.map_err(Diagnostics::from);
        }
        let detail = format!("{}: there is no cluster \"{name}\" that answers.", settings.address());
        let hint = "Apply the configuration that makes the cluster first, or wait until it is active.";
        return Err(Diagnostic::error("No cluster to deliver to", detail).hint(hint).into());
    };
    if settings.incomplete && !gone {
        let detail = format!("{}: some of its values are not known after the apply either.", settings.address());
        return Err(Diagnostic::error("Incomplete bootstrap", detail).into());
    }
    let told = name.clone();
    delivered.cluster = name;
    let delivery = Delivery { cluster, store: &store, observer, cancel: &session.cancel, timeout: settings.wait() };
    let keeping = |capabilities| capability::Keeping { session, capabilities, observer, settings, cluster: &told };
    match work {
        Work::Remove => {
            delivery.remove(&mut delivered).await?;
            if delivered.capability {
                keeping(capability::of(&*look.provider)?).remove().await?;
                delivered.capability = false;
                store.save(&delivered).await?;
            }
            Ok(())
        }
        // What the Applications of others do must not hold up who changes the cloud alone.
        Work::Deliver if look.shown().is_settled() => {
            let before = delivered.clone();
            look.preview.record(&mut delivered);
            if delivered == before { Ok(()) } else { Ok(store.save(&delivered).await?) }
        }
        Work::Deliver | Work::Settle => {
            if look.capability.is_some() {
                delivered.capability = true;
                store.save(&delivered).await?;
                keeping(capability::of(&*look.provider)?).ensure().await?;
            }
            delivery.deliver(&look.preview, &mut delivered).await
        }
    }
}

/// Opens the state and looks at the blocks over it, as it is stored.
pub async fn bootstrap_plan(session: &Session, args: &Args, removing: bool) -> OpResult<Looked> {
    let opened = opened(session, args, "OperationTypePlan").await?;
    let looks = {
        let world = stored_world(&opened.prepared, &opened.stored);
        look(session, &opened.prepared, &world, &opened.stored.delivered, removing, &|_| false).await
    };
    let bootstraps = looks.map_err(|e| opened.prepared.fail(e))?.iter().map(Look::shown).collect();
    let mut warnings = opened.warnings.clone();
    if opened.prepared.config.bootstrap.is_empty() {
        let detail = "kiban.hcl has no bootstrap block: there is nothing to install on a cluster.";
        warnings.push(
            Diagnostic::warning("Nothing to bootstrap", detail)
                .hint("Write one, for example: bootstrap \"argocd\" { cluster = aws_eks_cluster.main.name … }"),
        );
    }
    Ok(Looked { bootstraps, warnings, opened, removing })
}

/// Carries out what was looked at.
pub async fn bootstrap_apply(session: &Session, looked: Looked, observer: &dyn Observer) -> OpResult<Sources> {
    let Opened { prepared, backend, mut stored, .. } = looked.opened;
    let work = if looked.removing { Work::Remove } else { Work::Settle };
    let done = deliver(session, &prepared, &*backend, &mut stored, observer, work).await;
    let mut found = done.err().unwrap_or_default();
    if let Err(error) = backend.unlock().await {
        found.push(Diagnostic::from(error));
    }
    let sources = prepared.config.sources.clone();
    if found.has_errors() { Err(Failure::new(found, &sources)) } else { Ok(sources) }
}

/// How the objects of all blocks are, with the Applications that came of them.
pub async fn bootstrap_status(session: &Session, args: &Args) -> OpResult<Status> {
    let (prepared, stored) = looked_at(session, args).await?;
    let looks = {
        let world = stored_world(&prepared, &stored);
        look(session, &prepared, &world, &stored.delivered, false, &|_| false).await
    };
    let mut observed = Vec::new();
    for look in looks.map_err(|e| prepared.fail(e))? {
        let mut objects: Vec<Observed> = look.preview.changes.iter().map(observe).collect();
        let root = objects.iter().find(|o| o.id.kind == "Application" && o.health.is_some()).map(|o| o.id.clone());
        if let (Some(root), Some(cluster)) = (root, &look.cluster) {
            let apps = family(cluster, &root).await;
            let apps = apps.map_err(|e| prepared.fail(e.to_diagnostic("Cannot list the Applications of", &root)))?;
            objects.extend(apps.iter().map(|app| Observed { id: app_id(&root, app), health: Some(health(app)) }));
        }
        observed.push((look.settings.address(), objects));
    }
    Ok(Status { observed, warnings: prepared.warnings.clone(), sources: prepared.config.sources })
}

fn observe(change: &Change) -> Observed {
    let health = change.uid.as_ref().map(|_| match change.verb {
        Verb::Update => Health::Pending("differs from what is wanted".into()),
        _ => change.health.clone(),
    });
    Observed { id: change.id.clone(), health }
}

fn app_id(root: &Id, app: &Json) -> Id {
    let name = app.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
    Id { name: name.to_owned(), ..root.clone() }
}

/// The objects of all blocks as documents, with the values of Secrets hidden. Needs no cluster.
pub async fn bootstrap_render(session: &Session, args: &Args) -> OpResult<Vec<Json>> {
    let (prepared, stored) = looked_at(session, args).await?;
    let world = stored_world(&prepared, &stored);
    let looks = look(session, &prepared, &world, &BTreeMap::new(), false, &|_| true).await;
    let looks = looks.map_err(|e| prepared.fail(e))?;
    Ok(looks.iter().flat_map(|look| &look.rendered).map(|r| hidden(&r.manifest.0)).collect())
}
