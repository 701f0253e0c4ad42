//! The commands of `kiban bootstrap`.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::look::{Look, look, stored_world};
use super::{Bootstrap, Work, deliver};
use crate::apply::Observer;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::handoff::{Change, Health, Id, Verb, family, health, hidden};
use crate::ops::plan::{Opened, looked_at, opened};
use crate::ops::{Args, Failure, OpResult, Session};

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

/// Opens the state and looks at the blocks over it, as it is stored.
pub async fn bootstrap_plan(session: &Session, args: &Args, removing: bool) -> OpResult<Looked> {
    let opened = opened(session, args, "OperationTypePlan").await?;
    let looks = {
        let world = stored_world(&opened.prepared, &opened.stored);
        let work = if removing { Work::Remove } else { Work::Settle };
        look(session, &opened.prepared, &world, &opened.stored.delivered, work, &|_| false).await
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

/// Drops the record of what was delivered, and touches no cluster: for those that are gone for good, or that others keep now.
/// Returns how many objects each block had.
pub async fn bootstrap_forget(session: &Session, args: &Args) -> OpResult<Vec<(String, usize)>> {
    let Opened { prepared, backend, mut stored, .. } = opened(session, args, "OperationTypeApply").await?;
    let forgotten: Vec<(String, usize)> =
        std::mem::take(&mut stored.delivered).into_iter().map(|(name, d)| (name, d.objects.len())).collect();
    let mut found = Diagnostics::new();
    if !forgotten.is_empty()
        && let Err(error) = backend.write(&mut stored).await
    {
        found.push(Diagnostic::from(error));
    }
    if let Err(error) = backend.unlock().await {
        found.push(Diagnostic::from(error));
    }
    if found.has_errors() { Err(prepared.fail(found)) } else { Ok(forgotten) }
}

/// How the objects of all blocks are, with the Applications that came of them.
pub async fn bootstrap_status(session: &Session, args: &Args) -> OpResult<Status> {
    let (prepared, stored) = looked_at(session, args).await?;
    let looks = {
        let world = stored_world(&prepared, &stored);
        look(session, &prepared, &world, &stored.delivered, Work::Deliver, &|_| false).await
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
    let looks = look(session, &prepared, &world, &BTreeMap::new(), Work::Deliver, &|_| true).await;
    let looks = looks.map_err(|e| prepared.fail(e))?;
    Ok(looks.iter().flat_map(|look| &look.rendered).map(|r| hidden(&r.manifest.0)).collect())
}
