//! What tenants have in the stack, and the checkout that their folders are in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::config::project::{FILE, Gitops, Project};
use crate::config::{Config, automatic, given, load};
use crate::diag::{Diagnostic, Diagnostics, SourceId, Sources, reason};
use crate::handoff::tenant::{Entries, Platform, TENANTS, Tenant};
use crate::hcl::ast::{ExprKind, ObjectKey};
use crate::value::Value;

use super::super::{Failure, OpResult, Session, prepare};

/// A stack that has tenants.
pub(super) struct Stack {
    pub platform: Platform,
    /// The value of `var.tenants`.
    pub value: Value,
    pub tenants: BTreeMap<String, Tenant>,
    /// The file of variables that sets `tenants`.
    pub written: Option<Written>,
    /// Names of the facts that `bootstrap` hands over; `None` where there is no such block.
    pub facts: Option<BTreeSet<String>>,
    /// Attributes of a tenant in the output `tenants`; `None` where they cannot be read off it.
    pub attributes: Option<BTreeSet<String>>,
    /// The checkout of the GitOps repository.
    pub checkout: PathBuf,
    /// Folder of the tenants in it.
    pub folder: String,
    pub sources: Sources,
}

/// A file of variables, as it is.
pub(super) struct Written {
    pub name: String,
    pub source: SourceId,
    pub text: String,
    pub entries: Entries,
}

/// Reads the stack in the session's folder. `gitops` is another checkout than the one that `kiban.hcl` names.
pub(super) fn stack(session: &Session, gitops: Option<&Path>) -> OpResult<Stack> {
    let loaded = load(&session.dir, Sources::default());
    let (mut config, mut found) = (loaded.config, loaded.diagnostics);
    let mut sources = std::mem::take(&mut config.sources);
    if found.has_errors() {
        return Err(Failure::new(found, &sources));
    }
    let given = given(&session.dir, &config.root, &session.environment, &[], &mut sources);
    found.extend(given.found);
    config.sources = sources.clone();
    let (variables, _, errors) = prepare::root_variables(&config, &given.values, false, &prepare::facts(session));
    found.extend(errors);
    let project = Project::read(&session.dir, &mut sources).0;
    let gitops = gitops.map(Gitops::at).or(project.gitops).ok_or_else(|| {
        let detail = format!("{FILE} does not say where the GitOps repository is.");
        Diagnostic::error("No GitOps repository", detail)
            .hint("Name a checkout with -gitops=DIR, or write: gitops { path = \"../gitops\" }")
    });
    let gitops = found.take(gitops.map_err(Diagnostics::from));
    let text = |name: &str| variables.get(name).and_then(Value::as_str).map(str::to_owned);
    let (name, zone, value) = (text("name"), text("zone_name"), variables.get(TENANTS).cloned());
    let missing: Vec<&str> = [("name", name.is_none()), ("zone_name", zone.is_none()), (TENANTS, value.is_none())]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect();
    if !missing.is_empty() && !found.has_errors() {
        let detail = format!("The stack has no value for {}.", missing.join(", "));
        found.push(Diagnostic::error("Not a stack with tenants", detail).hint("Use -chdir=stacks/platform."));
    }
    let written = found.take(written(&session.dir, &mut sources)).flatten();
    let (Some(gitops), Some(name), Some(zone), Some(value), false) = (gitops, name, zone, value, found.has_errors())
    else {
        return Err(Failure::new(found, &sources));
    };
    let tenants = value.as_map().into_iter().flatten();
    let tenants = tenants.map(|(name, v)| (name.to_string(), Tenant::read(name, v))).collect();
    Ok(Stack {
        platform: Platform { name, zone },
        tenants,
        written,
        facts: facts(&config),
        attributes: attributes(&config),
        checkout: session.dir.join(gitops.path),
        folder: gitops.tenants,
        sources,
        value,
    })
}

/// The file that gives the map its value: the last one that does.
fn written(dir: &Path, sources: &mut Sources) -> Result<Option<Written>, Diagnostics> {
    for name in automatic(dir).into_iter().rev().filter(|n| n.ends_with(".tfvars")) {
        let text = fs::read_to_string(dir.join(&name)).map_err(|e| unreadable(&name, &e))?;
        let source = sources.add(name.as_str(), text.as_str());
        if let Some(entries) = Entries::find(source, &text)? {
            return Ok(Some(Written { name, source, text, entries }));
        }
    }
    Ok(None)
}

/// Names in `facts = { … }` of the `bootstrap` block.
fn facts(config: &Config) -> Option<BTreeSet<String>> {
    let block = config.bootstrap.first()?;
    Some(block.body.attribute("facts").map(|a| keys(&a.expr.kind)).unwrap_or_default())
}

/// Attributes of the objects in `output "tenants" { value = { for … : name => { … } } }`.
fn attributes(config: &Config) -> Option<BTreeSet<String>> {
    let ExprKind::For(each) = &config.root.outputs.get(TENANTS)?.value.kind else { return None };
    Some(keys(&each.value.kind)).filter(|k| !k.is_empty())
}

fn keys(kind: &ExprKind) -> BTreeSet<String> {
    let ExprKind::Object(items) = kind else { return BTreeSet::new() };
    let name = |key: &ObjectKey| match key {
        ObjectKey::Name(name) => Some(name.name.to_string()),
        ObjectKey::Expr(expr) => expr.as_str().map(str::to_owned),
    };
    items.iter().filter_map(|(key, _)| name(key)).collect()
}

impl Stack {
    /// A tenant's folder as seen from the root of the repository.
    pub fn folder_of(&self, tenant: &str) -> String {
        format!("{}/{tenant}", self.folder)
    }

    /// Files below a folder of the checkout by their paths from its root. No folder is no files.
    pub fn files(&self, folder: &str) -> Result<BTreeMap<String, String>, Diagnostics> {
        let mut files = BTreeMap::new();
        let mut found = Diagnostics::new();
        self.walk(folder, &mut files, &mut found);
        found.or(files)
    }

    fn walk(&self, folder: &str, files: &mut BTreeMap<String, String>, found: &mut Diagnostics) {
        let entries = match fs::read_dir(self.checkout.join(folder)) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return,
            Err(e) => return found.push(unreadable(folder, &e)),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(e) => return found.push(unreadable(folder, &e)),
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{folder}/{name}");
            // A link is not followed: it may lead out of the repository.
            match entry.file_type() {
                _ if name.starts_with('.') => {}
                Ok(kind) if kind.is_dir() => self.walk(&path, files, found),
                Ok(kind) if kind.is_file() => match fs::read_to_string(entry.path()) {
                    Ok(text) => drop(files.insert(path, text)),
                    Err(e) => found.push(unreadable(&path, &e)),
                },
                _ => {}
            }
        }
    }
}

pub(super) fn unreadable(name: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("Failed to read file", format!("{name} cannot be read: {}.", reason(error)))
}
