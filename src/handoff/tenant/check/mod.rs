//! Whether the folders of all tenants are sound, and agree with the stack.
//!
//! Knows no network: what is live is the business of Argo CD and of `kiban drift`.

mod agree;
mod facts;
mod files;

use std::collections::{BTreeMap, BTreeSet};

use self::files::Files;
use super::{Entries, KUSTOMIZATION, Platform, Tenant};
use crate::diag::{Diagnostic, Diagnostics, Sources, Span};

/// What the stack says.
pub struct Stack<'a> {
    pub platform: &'a Platform,
    pub tenants: &'a BTreeMap<String, Tenant>,
    /// Where their entries are written, if it is in a file.
    pub entries: Option<&'a Entries>,
    /// Facts that the bootstrap hands over; `None` where nothing says which.
    pub facts: Option<&'a BTreeSet<String>>,
    /// Attributes of each tenant in the fact `tenants`; `None` where they are not known.
    pub attributes: Option<&'a BTreeSet<String>>,
}

impl Stack<'_> {
    /// Where an argument of a tenant is written.
    fn written(&self, tenant: &str, argument: &str) -> Option<Span> {
        self.entries.and_then(|e| e.argument(tenant, argument))
    }
}

/// The files of all tenants.
pub struct Checkout<'a> {
    /// What stands before their paths in messages.
    pub shown: &'a str,
    /// Folder of the tenants, as seen from the root of the repository.
    pub folder: &'a str,
    /// Texts by paths from the root of the repository.
    pub files: &'a BTreeMap<String, String>,
}

/// Looks through everything; gives the number of tenants with a folder.
pub fn check(stack: &Stack<'_>, checkout: &Checkout<'_>, sources: &mut Sources) -> (usize, Diagnostics) {
    let mut files = Files::new(checkout, sources);
    let below = |path: &String| {
        let rest = path.strip_prefix(checkout.folder)?.strip_prefix('/')?;
        rest.split_once('/').map(|(name, _)| name.to_owned())
    };
    let folders: BTreeSet<String> = checkout.files.keys().filter_map(below).collect();
    listing(&mut files, checkout, &folders);
    let mut hosts = BTreeMap::new();
    for name in &folders {
        let folder = files.folder(&format!("{}/{name}", checkout.folder), name);
        facts::check(stack, &folder, files.sources, &mut files.found);
        match stack.tenants.get(name) {
            Some(tenant) => agree::check(stack, tenant, &folder, &mut files.found),
            None => {
                let detail =
                    format!("The stack has no tenant \"{name}\", so nothing in AWS stands behind this folder.");
                let near = stack.tenants.keys().map(String::as_str).filter(|n| !folders.contains(*n));
                let near = crate::diag::did_you_mean(name, near);
                let hint = match near {
                    Some(near) => format!("Did you mean \"{near}\"?"),
                    None => format!("`kiban tenant new {name}` adds the entry, or delete the folder and its line."),
                };
                let mut problem = Diagnostic::error("Folder without tenant", detail).hint(hint);
                problem.span = folder.span;
                files.found.push(problem);
            }
        }
        agree::hosts(&folder, &mut hosts, &mut files.found);
    }
    let mut found = files.found;
    found.extend(without_folder(stack, checkout, &folders));
    (folders.len(), found)
}

/// The kustomization of all tenants against their folders.
fn listing(files: &mut Files<'_>, checkout: &Checkout<'_>, folders: &BTreeSet<String>) {
    let path = format!("{}/{KUSTOMIZATION}", checkout.folder);
    if !checkout.files.contains_key(&path) {
        if !folders.is_empty() {
            let detail = format!("There is no {}{path}, so Argo CD sees no tenant.", checkout.shown);
            files.found.push(Diagnostic::error("Missing file", detail));
        }
        return;
    }
    let Some(listed) = files.kustomization(&path) else { return };
    let resources = listed.get("resources").map(|r| r.items()).unwrap_or_default();
    let names: Vec<(&str, Span)> = resources.iter().filter_map(|r| Some((r.text()?, r.span))).collect();
    for (name, span) in &names {
        if !folders.contains(*name) && !checkout.files.contains_key(&format!("{}/{name}", checkout.folder)) {
            let detail = format!("There is no folder \"{name}\" here.");
            let near = crate::diag::did_you_mean(name, folders.iter().map(String::as_str));
            files.found.push(Diagnostic::error("Missing folder", detail).at(*span).meant(near));
        }
    }
    for folder in folders.iter().filter(|f| !names.iter().any(|(n, _)| n == f)) {
        let detail = format!("The folder \"{folder}\" is not listed, so Argo CD does not see this tenant.");
        let key = listed.entries().iter().find(|(k, _)| k.name == "resources").map(|(k, _)| k.span);
        let problem = Diagnostic::error("Tenant not listed", detail).at(key.unwrap_or(listed.span));
        files.found.push(problem.hint(format!("Add a line: - {folder}")));
    }
}

/// Tenants that have everything in AWS, and nothing that runs. A warning: they may be about to come or to go.
fn without_folder(stack: &Stack<'_>, checkout: &Checkout<'_>, folders: &BTreeSet<String>) -> Option<Diagnostic> {
    let missing: Vec<&str> = stack.tenants.keys().map(String::as_str).filter(|t| !folders.contains(*t)).collect();
    let first = missing.first()?;
    let detail = format!(
        "The stack has tenants that have no folder in {}{}, and so no Jenkins: {}.",
        checkout.shown,
        checkout.folder,
        missing.join(", ")
    );
    let hint = format!("For example: kiban tenant new {first} -env=production");
    let mut warning = Diagnostic::warning("Tenants without folder", detail).hint(hint);
    warning.span = match missing.as_slice() {
        [one] => stack.entries.and_then(|e| e.key(one)),
        _ => stack.entries.map(|e| e.span),
    };
    Some(warning)
}
