//! A new tenant: which files come to be what.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::config::clean;
use crate::diag::{Diagnostic, Diagnostics};
use crate::handoff::tenant::{
    Arch, Capacity, Environment, KUSTOMIZATION, OVERLAYS, Tenant, begun, folder, listed, next_uid,
};

use super::super::{Failure, OpResult, Session};
use super::stack::{Stack, stack, unreadable};

/// What was said of a tenant. What was not is what the stack says already, or its default.
#[derive(Clone, Debug, Default)]
pub struct TenantRequest {
    pub name: String,
    pub environments: Vec<String>,
    pub arch: Option<String>,
    pub capacity: Option<String>,
    pub domain: Option<String>,
    pub contact: Option<String>,
    pub storage_gib: Option<i64>,
    pub executors: Option<i64>,
    pub admins: Vec<String>,
    /// Rendered by the plugin, and not by an Application of several sources.
    pub plugin: bool,
    /// Another checkout than `kiban.hcl` names.
    pub gitops: Option<PathBuf>,
}

/// One file and what it comes to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    pub path: PathBuf,
    /// `None` where there is no such file yet.
    pub before: Option<String>,
    pub after: String,
}

/// What is to be written.
#[derive(Debug)]
pub struct NewTenant {
    pub tenant: String,
    /// In the order of their paths, the stack's own last.
    pub changes: Vec<FileChange>,
}

/// Works out what a tenant needs and what of it is missing. Writes nothing.
pub fn new_tenant(session: &Session, request: &TenantRequest) -> OpResult<NewTenant> {
    let stack = stack(session, request.gitops.as_deref())?;
    let fail = |found: Diagnostics| Failure::new(found, &stack.sources);
    if !stack.checkout.is_dir() {
        let detail = format!("There is no folder {}.", stack.checkout.display());
        return Err(fail(Diagnostic::error("No GitOps repository", detail).into()));
    }
    let tenant = tenant(&stack, request).map_err(fail)?;
    let mut changes = folder_changes(&stack, &tenant, request).map_err(fail)?;
    changes.extend(listing(&stack, &tenant.name).map_err(fail)?);
    if !stack.tenants.contains_key(&tenant.name) {
        changes.push(entry(session, &stack, &tenant).map_err(fail)?);
    }
    Ok(NewTenant { tenant: tenant.name, changes })
}

/// The tenant as it is to be. What the stack says already can be repeated, but not changed here.
fn tenant(stack: &Stack, request: &TenantRequest) -> Result<Tenant, Diagnostics> {
    let mut found = Diagnostics::new();
    let existing = stack.tenants.get(&request.name);
    let mut wanted = existing.cloned().unwrap_or_else(|| Tenant::new(&request.name, ""));
    if let Some(contact) = &request.contact {
        wanted.contact.clone_from(contact);
    } else if existing.is_none() {
        let detail = format!("The stack has no tenant \"{}\" yet, and nothing says whom to write to.", request.name);
        found.push(Diagnostic::error("No contact", detail).hint("For example: -contact=team@example.com"));
        return Err(found);
    }
    let choice = |what: &str, given: &str, all: &str| {
        Diagnostic::error(format!("Invalid {what}"), format!("\"{given}\" is none of {all}."))
    };
    if let Some(arch) = &request.arch {
        let parsed = Arch::parse(arch).ok_or_else(|| choice("architecture", arch, "x86_64 and arm64").into());
        wanted.arch = found.take(parsed).unwrap_or(wanted.arch);
    }
    if let Some(capacity) = &request.capacity {
        let parsed = Capacity::parse(capacity).ok_or_else(|| choice("capacity", capacity, "on-demand and spot").into());
        wanted.capacity = found.take(parsed).unwrap_or(wanted.capacity);
    }
    // The default need not be written.
    if let Some(domain) = &request.domain
        && *domain != wanted.domain(&stack.platform)
    {
        wanted.domain = Some(domain.clone());
    }
    wanted.storage_gib = request.storage_gib.unwrap_or(wanted.storage_gib);
    wanted.executors = request.executors.unwrap_or(wanted.executors);
    if !request.admins.is_empty() {
        wanted.admins.clone_from(&request.admins);
    }
    if let Some(existing) = existing.filter(|e| **e != wanted) {
        let mut contradiction = Diagnostic::error(
            "Tenant exists",
            format!("The stack has the tenant \"{}\" already, and says something else of it.", existing.name),
        );
        contradiction.span = stack.written.as_ref().and_then(|w| w.entries.key(&existing.name));
        found.push(contradiction.hint("Change the entry in the stack, or leave out what it says."));
    } else {
        found.extend(wanted.problems(&stack.platform));
    }
    found.or(wanted)
}

/// The tenant's folder. Files that somebody has edited are told, and nothing is written.
fn folder_changes(stack: &Stack, tenant: &Tenant, request: &TenantRequest) -> Result<Vec<FileChange>, Diagnostics> {
    let path = stack.folder_of(&tenant.name);
    let existing = stack.files(&path)?;
    let overlays = format!("{path}/{OVERLAYS}/");
    let name = |file: &String| file.strip_prefix(&overlays)?.split_once('/').map(|(name, _)| name.to_owned());
    let before: BTreeSet<String> = existing.keys().filter_map(name).collect();
    let mut found = Diagnostics::new();
    let mut parse = |names: &mut dyn Iterator<Item = &String>| -> BTreeSet<Environment> {
        names.filter_map(|n| found.take(Environment::parse(n).map_err(Diagnostics::from))).collect()
    };
    let before = parse(&mut before.iter());
    let mut after = parse(&mut request.environments.iter());
    found.or(())?;
    after.extend(before.iter().cloned());
    if after.is_empty() {
        let detail = format!("Nothing says in which environments \"{}\" has a Jenkins.", tenant.name);
        return Err(Diagnostic::error("No environment", detail)
            .hint("For example: -env=production -env=staging")
            .into());
    }
    let render = |environments: &BTreeSet<Environment>, plugin: bool| {
        let environments: Vec<Environment> = environments.iter().cloned().collect();
        let mut files = folder(tenant, &stack.platform, &path, &environments)?;
        if plugin && let Some(text) = files.get_mut(KUSTOMIZATION) {
            *text = by_plugin(text);
        }
        Ok::<_, Diagnostic>(files)
    };
    // Which way it is rendered is kept, where nothing is said.
    let uses_plugin = existing.get(&format!("{path}/{KUSTOMIZATION}")).is_some_and(|t| t.contains(LISTED_PLUGIN));
    let files = render(&after, request.plugin || uses_plugin)?;
    let generated = render(&before, uses_plugin)?;
    let mut changes = Vec::new();
    let mut edited = Vec::new();
    for (name, text) in files {
        let file = format!("{path}/{name}");
        let before = existing.get(&file);
        if before == Some(&text) {
            continue;
        }
        // What kiban has written for fewer environments is no edit of somebody.
        if before.is_some() && before != generated.get(&name) {
            edited.push(file);
            continue;
        }
        changes.push(FileChange { path: clean(&stack.checkout.join(file)), before: before.cloned(), after: text });
    }
    if edited.is_empty() {
        return Ok(changes);
    }
    let detail =
        format!("These files are not as kiban would write them, so nothing was written: {}.", edited.join(", "));
    let hint = "They have been edited, or the tenant's entry has changed since. `kiban tenant check` tells what does not agree.";
    Err(Diagnostic::error("Files have been edited", detail).hint(hint).into())
}

const LISTED_PLUGIN: &str = "  - application-plugin.yaml";

fn by_plugin(kustomization: &str) -> String {
    let comment: Vec<&str> = kustomization.lines().filter(|l| l.starts_with('#')).collect();
    let said = "# What the root application takes from this folder: here the objects are rendered by the plugin\n\
                # helm-jenkins-template. With application.yaml in its place they come from several sources, and are the same; the\n\
                # two never stand here together.";
    kustomization.replace(&comment.join("\n"), said).replace("  - application.yaml", LISTED_PLUGIN)
}

fn listing(stack: &Stack, tenant: &str) -> Result<Option<FileChange>, Diagnostics> {
    let path = clean(&stack.checkout.join(&stack.folder).join(KUSTOMIZATION));
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(unreadable(&path.display().to_string(), &e).into()),
    };
    Ok(listed(before.as_deref(), tenant).map(|after| FileChange { path, before, after }))
}

/// The file of variables with the tenant's entry.
fn entry(session: &Session, stack: &Stack, tenant: &Tenant) -> Result<FileChange, Diagnostics> {
    const FILE: &str = "terraform.tfvars";
    let uid = next_uid(&stack.value);
    if let Some(written) = &stack.written {
        let after = written.entries.added(written.source, &written.text, tenant, uid)?;
        return Ok(FileChange {
            path: clean(&session.dir.join(&written.name)),
            before: Some(written.text.clone()),
            after,
        });
    }
    if !stack.tenants.is_empty() {
        let detail = "The tenants of the stack come from nowhere that kiban could add one to.";
        return Err(Diagnostic::error("No tenants map to add to", detail)
            .hint(format!("Write them to {FILE} as a map in braces."))
            .into());
    }
    let path = clean(&session.dir.join(FILE));
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(unreadable(FILE, &e).into()),
    };
    let mut sources = stack.sources.clone();
    let source = sources.add(FILE, before.clone().unwrap_or_default());
    let after = begun(source, before.as_deref().unwrap_or_default(), tenant, uid)?;
    Ok(FileChange { path, before, after })
}
