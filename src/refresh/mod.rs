//! Ids in state to live objects, read in batches.
//!
//! Knows nothing of configuration.

mod import;
mod merge;

use std::collections::BTreeMap;

use futures::future::join_all;

use crate::addr::{AbsInstance, Mode, ProviderAddr};
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::{Found, Freshness, Object, Providers, ReadRequest, Readiness, RemoteId};
use crate::state::{ObjectState, State};

pub use import::{Wanted, adopted, import};
pub use merge::merge;

/// A state as it is live.
#[derive(Clone, Debug, Default)]
pub struct Refreshed {
    pub state: State,
    /// Objects that cannot be used yet: they are still being made or changed.
    pub pending: Vec<Pending>,
}

/// An object that cannot be used yet.
#[derive(Clone, Debug)]
pub struct Pending {
    pub addr: AbsInstance,
    pub provider: ProviderAddr,
    pub id: RemoteId,
    /// As stored.
    pub prior: Object,
    /// What keeps it.
    pub why: String,
}

/// The state as it is live now. Objects that are gone leave it. All groups are read at the same time; every failure is
/// reported, and none is taken for a deletion.
pub async fn refresh(
    state: &State,
    providers: &Providers,
    takes_part: impl Fn(&AbsInstance) -> bool,
    freshness: Freshness,
) -> Result<Refreshed, Diagnostics> {
    let mut groups: BTreeMap<(ProviderAddr, String), Vec<Entry>> = BTreeMap::new();
    let mut found = Diagnostics::new();
    for (addr, resource, instance) in state.instances() {
        // What something else stands in for is as it was made.
        if addr.mode() != Mode::Managed || !takes_part(&addr) || providers.overridden(&addr) {
            continue;
        }
        let objects = instance.current.iter().map(|o| (None, o));
        let deposed = instance.deposed.iter().map(|(k, o)| (Some(k.clone()), o));
        for (deposed, object) in objects.chain(deposed) {
            match entry(providers, &resource.provider, &addr, deposed, object) {
                Ok(entry) => {
                    let group = (resource.provider.clone(), addr.kind().to_string());
                    groups.entry(group).or_default().push(entry);
                }
                Err(diagnostic) => found.push(diagnostic),
            }
        }
    }
    if found.has_errors() {
        return Err(found);
    }
    let reads = groups.into_iter().map(|((provider, kind), entries)| async move {
        let answer = match providers.get(&provider) {
            Some(configured) => {
                let requests: Vec<ReadRequest> = entries.iter().map(|e| e.request.clone()).collect();
                configured.read(&kind, &requests, freshness).await
            }
            None => Err(crate::provider::Error::other(format!("{provider} is not configured"))),
        };
        (kind, entries, answer)
    });
    let mut live = Refreshed { state: state.clone(), pending: Vec::new() };
    for (kind, entries, answer) in join_all(reads).await {
        match answer {
            Ok(answer) => {
                for entry in entries {
                    let answer = answer.get(&entry.request.id);
                    live.pending.extend(entry.pending(answer, providers));
                    found.extend(entry.settle(answer, providers, &mut live.state));
                }
            }
            Err(error) => found.push(error.to_diagnostic(&format!("Cannot read {kind}"))),
        }
    }
    found.or(live)
}

/// One object to read.
struct Entry {
    addr: AbsInstance,
    deposed: Option<String>,
    provider: ProviderAddr,
    request: ReadRequest,
}

fn entry(
    providers: &Providers,
    provider: &ProviderAddr,
    addr: &AbsInstance,
    deposed: Option<String>,
    object: &ObjectState,
) -> Result<Entry, Diagnostic> {
    let unreadable = |why: String| {
        Diagnostic::error("Unreadable object in state", why)
            .address(addr)
            .hint("Restore the state from its backup, or take the object out of it with the tool that wrote it.")
    };
    let schema = providers
        .schema(&provider.source, &addr.resource.resource)
        .ok_or_else(|| unreadable(format!("kiban has no resource type \"{}\" of {}.", addr.kind(), provider.source)))?;
    let prior = object
        .decode(&schema.block)
        .map_err(|why| unreadable(format!("The stored attributes do not fit the type: {why}.")))?;
    let prior = Object::from_value(&prior);
    let id = providers.get(provider).and_then(|p| p.remote_id(addr.kind(), &prior));
    let id = id.ok_or_else(|| unreadable("The stored attributes do not identify the object.".into()))?;
    Ok(Entry { addr: addr.clone(), deposed, provider: provider.clone(), request: ReadRequest { id, prior } })
}

impl Entry {
    /// Whether the current object of an instance has to be waited for.
    fn pending(&self, answer: Option<&Found>, providers: &Providers) -> Option<Pending> {
        let Some(Found::Object(object)) = answer.filter(|_| self.deposed.is_none()) else { return None };
        let Readiness::Pending(why) = providers.get(&self.provider)?.readiness(self.addr.kind(), object) else {
            return None;
        };
        let ReadRequest { id, prior } = self.request.clone();
        Some(Pending { addr: self.addr.clone(), provider: self.provider.clone(), id, prior, why })
    }

    /// Puts the answer into the state.
    fn settle(&self, answer: Option<&Found>, providers: &Providers, live: &mut State) -> Option<Diagnostic> {
        let object = match answer {
            Some(Found::Object(object)) => object,
            Some(Found::Gone) => {
                live.remove(&self.addr, self.deposed.as_deref());
                return None;
            }
            None => return Some(Diagnostic::error("No answer", format!("{} was not answered for.", self.addr))),
        };
        let schema = providers.schema(&self.provider.source, &self.addr.resource.resource)?;
        let prior = self.request.prior.clone().into_value();
        match merge(&schema.block, &prior, object) {
            Ok(value) => {
                let instance = live.instance_mut(&self.addr, &self.provider);
                let slot = match &self.deposed {
                    Some(key) => instance.deposed.get_mut(key),
                    None => instance.current.as_mut(),
                };
                if let Some(slot) = slot {
                    slot.encode(&value, &schema.block);
                    slot.schema_version = schema.version;
                }
                None
            }
            Err(why) => Some(Diagnostic::error("Unexpected answer", why).address(&self.addr)),
        }
    }
}
