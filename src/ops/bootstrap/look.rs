//! Looks at each `bootstrap` block: what it wants, what its cluster has, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::reach::{self, EksTokens, credentials, endpoint, server};
use super::{Bootstrap, Work, capability};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::StackScope;
use crate::eval::world::World;
use crate::handoff::{
    Cluster, Mode, Preview, Rendered, Settings, UNREACHABLE, Verb, manifests, preview, recover, render,
};
use crate::hcl::ast::Block;
use crate::ops::Session;
use crate::ops::console::over_state;
use crate::ops::prepare::Prepared;
use crate::provider::Provider;
use crate::state::{Delivered, State};

/// A block with everything it takes to compare and to deliver.
pub(super) struct Look {
    pub(super) settings: Settings,
    pub(super) rendered: Vec<Rendered>,
    /// `None` where it is not there yet.
    pub(super) cluster: Option<Cluster>,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) capability: Option<Verb>,
    pub(super) preview: Preview,
    /// What of it is in that cluster, by the record or by its own marks.
    pub(super) delivered: Delivered,
}

impl Look {
    pub(super) fn shown(&self) -> Bootstrap {
        Bootstrap {
            address: self.settings.address(),
            cluster: self.settings.cluster.clone(),
            absent: self.cluster.is_none(),
            goes_away: false,
            capability: self.capability,
            preview: self.preview.clone(),
        }
    }
}

/// The names of a configuration over a state.
pub(super) fn stored_world<'p>(prepared: &'p Prepared, state: &State) -> World<'p> {
    let world = prepared.world(true);
    over_state(&world, &prepared.graph, &prepared.providers, state);
    // Who asks for what is wrong hears of it then.
    drop(world.take_errors());
    world
}

/// Looks at every block, and at what blocks that are gone have left.
pub(super) async fn look(
    session: &Session,
    prepared: &Prepared,
    world: &World<'_>,
    delivered: &BTreeMap<String, Delivered>,
    work: Work<'_>,
    made: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Look>, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut looks: Vec<Look> = Vec::new();
    let mut passed = BTreeSet::new();
    for block in &prepared.config.bootstrap {
        let read = Settings::read(block, &StackScope::new(world));
        found.extend(world.take_errors());
        let Some(settings) = found.take(read) else { continue };
        let before = delivered.get(&settings.name).cloned().unwrap_or_default();
        let known = if before.is_empty() { settings.cluster.as_deref() } else { Some(&*before.cluster) };
        if !settings.enabled && before.is_empty() || !work.concerns(known) {
            passed.insert(settings.name);
            continue;
        }
        let one = match work.removes() || !settings.enabled {
            true => removal(session, prepared, world, settings, before).await,
            false => delivery(session, prepared, world, block, settings, before, made).await,
        };
        looks.extend(found.take(one));
    }
    let gone = |name: &String| !passed.contains(name) && !looks.iter().any(|look| look.settings.name == *name);
    let left = delivered.iter().filter(|(name, before)| gone(name) && work.concerns(Some(&before.cluster)));
    let left: Vec<_> = left.collect();
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
    let provider = reach::provider(prepared, world).await?;
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
    let provider = reach::provider(prepared, world).await?;
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
    let provider = reach::provider(prepared, world).await?;
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
