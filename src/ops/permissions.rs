//! The IAM policy that a run needs, from what the types say that their verbs call.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::addr::{Mode, ResourceAddr};
use crate::config::{Config, load};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::plan::Action;
use crate::provider::Providers;

use super::bootstrap::{AWS, CLUSTER, SECRET, TOKEN};
use super::place::place;
use super::plan::plan;
use super::{Args, Failure, OpResult, Session};

/// What a policy is to allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To compare live objects with the state.
    Drift,
    /// To plan as well.
    Plan,
    /// To make, change and delete everything that the configuration and the state have.
    Apply,
    /// To carry out what a plan made now would do, and to make that plan.
    Changes,
}

/// A policy document.
pub struct Permissions {
    pub policy: Json,
    pub warnings: Diagnostics,
    pub sources: Sources,
}

/// The policy for a root module. Needs the network where a plan is made or the state is kept behind it.
pub async fn permissions(session: &Session, args: &Args, purpose: Purpose) -> OpResult<Permissions> {
    let providers = session.providers();
    let mut actions = BTreeSet::new();
    if purpose == Purpose::Changes {
        let planned = plan(session, args, "iam-policy").await?;
        let needed = |addr: &ResourceAddr, source: &str, action| of_type(&providers, source, addr, action);
        for change in &planned.plan.changes {
            let addr = &change.key.addr.resource.resource;
            actions.extend(needed(addr, &change.provider.source, change.action));
        }
        // What is only read may stand in no change.
        actions.extend(of_config(&planned.prepared.config, &providers, Purpose::Plan));
        let policy = document(&actions, planned.prepared.place.permissions(true));
        return Ok(Permissions { policy, warnings: planned.warnings, sources: planned.prepared.config.sources });
    }
    let loaded = load(&session.dir, Sources::default());
    if loaded.diagnostics.has_errors() {
        return Err(Failure::new(loaded.diagnostics, &loaded.config.sources));
    }
    let mut warnings = loaded.diagnostics;
    let place = place(session, args, &loaded.config, &mut warnings);
    if warnings.has_errors() {
        return Err(Failure::new(warnings, &loaded.config.sources));
    }
    actions.extend(of_config(&loaded.config, &providers, purpose));
    match place.open(session).read().await {
        Ok(state) => {
            let state = state.unwrap_or_default();
            for (addr, resource) in &state.resources {
                let known = |action| of_type(&providers, &resource.provider.source, &addr.resource, action);
                actions.extend(known(Action::NoOp));
                if purpose == Purpose::Apply {
                    actions.extend(known(Action::Delete));
                }
            }
        }
        Err(error) => {
            let why = Diagnostic::from(error).detail;
            let detail = format!("Types of which only the state has objects are left out. {why}");
            warnings.push(Diagnostic::warning("State is not looked at", detail));
        }
    }
    let policy = document(&actions, place.permissions(purpose != Purpose::Drift));
    Ok(Permissions { policy, warnings, sources: loaded.config.sources })
}

/// Actions for everything that a configuration declares.
fn of_config(config: &Config, providers: &Providers, purpose: Purpose) -> BTreeSet<&'static str> {
    let mut actions = BTreeSet::new();
    if !config.bootstrap.is_empty() {
        // What a bootstrap block asks of AWS: the cluster's endpoint, and the credentials of repositories.
        let addrs = [(Mode::Data, CLUSTER), (Mode::Ephemeral, TOKEN), (Mode::Ephemeral, SECRET)];
        let of = addrs.map(|(mode, kind)| ResourceAddr { mode, kind: kind.into(), name: kind.into() });
        actions.extend(of.iter().flat_map(|addr| of_type(providers, AWS, addr, Action::Read)));
        if config.bootstrap.iter().any(|block| block.body.attribute("mode").is_some()) {
            let all = providers.plugin(AWS).map(|p| p.capability_actions()).unwrap_or_default();
            let looks = |action: &&&str| purpose == Purpose::Apply || action.contains(":Describe");
            actions.extend(all.iter().filter(looks));
        }
    }
    for module in config.modules() {
        for resource in module.resources.values() {
            let source = module.provider_source(&resource.provider.0);
            actions.extend(of_type(providers, &source, &resource.addr, Action::NoOp));
            let Some(plugin) = providers.plugin(&source).filter(|_| resource.addr.mode == Mode::Managed) else {
                continue;
            };
            if purpose != Purpose::Drift {
                actions.extend(plugin.planning_actions(&resource.addr.kind));
            }
            if purpose == Purpose::Apply {
                for action in [Action::Create, Action::Update, Action::Delete] {
                    actions.extend(of_type(providers, &source, &resource.addr, action));
                }
            }
        }
    }
    actions
}

/// Actions that one kind of change of an object needs; to leave it as it is takes reading it.
fn of_type(providers: &Providers, source: &str, addr: &ResourceAddr, action: Action) -> Vec<&'static str> {
    let Some(plugin) = providers.plugin(source) else { return Vec::new() };
    let types = plugin.types();
    let own = match addr.mode {
        Mode::Data => return types.data_actions(&addr.kind).to_vec(),
        Mode::Ephemeral => return types.ephemeral_actions(&addr.kind).to_vec(),
        Mode::Managed => types.actions(&addr.kind),
    };
    let written: &[&[&'static str]] = match action {
        Action::NoOp | Action::Read | Action::Forget => &[],
        Action::Create => &[own.create],
        Action::Update => &[own.update],
        Action::Delete => &[own.delete],
        Action::DeleteThenCreate | Action::CreateThenDelete => &[own.create, own.delete],
    };
    own.read.iter().chain(written.iter().copied().flatten()).copied().collect()
}

/// One statement a service; roles are passed by a statement of its own, and the state has its place.
fn document(actions: &BTreeSet<&'static str>, state: Vec<Json>) -> Json {
    let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for action in actions.iter().filter(|a| **a != PASS_ROLE) {
        services.entry(action.split(':').next().unwrap_or_default()).or_default().push(action);
    }
    let mut statements: Vec<Json> = services
        .into_iter()
        .map(|(service, actions)| statement(&identifier(service), &json!(actions), &json!("*")))
        .collect();
    if actions.contains(PASS_ROLE) {
        statements.push(statement("PassRoles", &json!(PASS_ROLE), &json!("arn:*:iam::*:role/*")));
    }
    statements.extend(state);
    json!({ "Version": "2012-10-17", "Statement": statements })
}

const PASS_ROLE: &str = "iam:PassRole";

pub(super) fn statement(sid: &str, actions: &Json, resource: &Json) -> Json {
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource })
}

/// `Ec2` of `ec2`: identifiers of statements have letters and digits only.
fn identifier(service: &str) -> String {
    let mut letters = service.chars().filter(char::is_ascii_alphanumeric);
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
