//! All tenants, of the stack and of the GitOps repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::handoff::tenant::OVERLAYS;

use super::super::{Failure, OpResult, Session};
use super::stack::stack;

/// One tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedTenant {
    pub name: String,
    /// What the stack says of it; empty where it has no such tenant.
    pub domain: String,
    pub contact: String,
    pub arch: String,
    pub capacity: String,
    pub in_stack: bool,
    /// Environments that its folder has; `None` where there is no folder.
    pub environments: Option<BTreeSet<String>>,
}

impl ListedTenant {
    pub fn to_json(&self) -> Json {
        json!({
            "name": self.name,
            "domain": self.domain,
            "contact": self.contact,
            "arch": self.arch,
            "capacity": self.capacity,
            "in_stack": self.in_stack,
            "environments": self.environments,
        })
    }
}

/// Lists tenants by name.
pub fn list_tenants(session: &Session, gitops: Option<&Path>) -> OpResult<Vec<ListedTenant>> {
    let stack = stack(session, gitops)?;
    let mut all: BTreeMap<String, ListedTenant> = BTreeMap::new();
    for (name, tenant) in &stack.tenants {
        let listed = ListedTenant {
            name: name.clone(),
            domain: tenant.domain(&stack.platform),
            contact: tenant.contact.clone(),
            arch: tenant.arch.as_str().to_owned(),
            capacity: tenant.capacity.as_str().to_owned(),
            in_stack: true,
            environments: None,
        };
        all.insert(name.clone(), listed);
    }
    let files = stack.files(&stack.folder).map_err(|found| Failure::new(found, &stack.sources))?;
    for path in files.keys() {
        let below = path.strip_prefix(&stack.folder).and_then(|p| p.strip_prefix('/')).unwrap_or(path);
        let Some((name, rest)) = below.split_once('/') else { continue };
        let own = || ListedTenant { name: name.to_owned(), ..ListedTenant::default() };
        let environments = all.entry(name.to_owned()).or_insert_with(own).environments.get_or_insert_default();
        let parts: Vec<&str> = rest.split('/').collect();
        if let [OVERLAYS, environment, _, ..] = parts.as_slice() {
            environments.insert((*environment).to_owned());
        }
    }
    Ok(all.into_values().collect())
}
