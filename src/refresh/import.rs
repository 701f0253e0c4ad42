//! Objects that the state does not have yet, read by their ids.
//!
//! Knows nothing of configuration.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::merge;
use crate::addr::{AbsInstance, ProviderAddr};
use crate::diag::Diagnostic;
use crate::provider::{Error, Found, Freshness, Object, Providers, ReadRequest, RemoteId};
use crate::schema::Block;
use crate::value::Value;

/// An object that is to come under management.
pub struct Wanted {
    pub addr: AbsInstance,
    pub provider: ProviderAddr,
    pub id: RemoteId,
}

/// Reads objects, those of one type in as few calls as it allows. What does not exist is an error.
pub async fn import(wanted: Vec<Wanted>, providers: &Providers) -> Vec<(AbsInstance, Result<Value, Diagnostic>)> {
    let mut groups: BTreeMap<(ProviderAddr, String), Vec<Wanted>> = BTreeMap::new();
    for one in wanted {
        groups.entry((one.provider.clone(), one.addr.kind().to_string())).or_default().push(one);
    }
    let reads = groups.into_iter().map(|((provider, kind), group)| async move {
        let answer = match providers.get(&provider) {
            Some(configured) => {
                let request = |w: &Wanted| ReadRequest { id: w.id.clone(), prior: Object::new() };
                let requests: Vec<ReadRequest> = group.iter().map(request).collect();
                configured.read(&kind, &requests, Freshness::Now).await
            }
            None => Err(Error::other(format!("{provider} is not configured"))),
        };
        (group, answer)
    });
    let mut out = Vec::new();
    for (group, answer) in join_all(reads).await {
        for one in group {
            let value = match &answer {
                Ok(answer) => settle(&one, answer.get(&one.id), providers),
                Err(error) => Err(error.to_diagnostic("Cannot read the object to import").address(&one.addr)),
            };
            out.push((one.addr, value));
        }
    }
    out
}

fn settle(wanted: &Wanted, answer: Option<&Found>, providers: &Providers) -> Result<Value, Diagnostic> {
    let addr = &wanted.addr;
    let Some(Found::Object(object)) = answer else {
        return Err(Diagnostic::error(
            "Cannot import non-existent remote object",
            format!(
                "While attempting to import an existing object to \"{addr}\", the provider detected that no object \
                 exists with the given id. Only pre-existing objects can be imported; check that the id is correct and \
                 that it is associated with the provider's configured region or endpoint, or use \"kiban apply\" to \
                 create a new remote object for this resource."
            ),
        )
        .address(addr));
    };
    let invalid = |why: String| Diagnostic::error("Unexpected answer", why).address(addr);
    let schema = providers.schema(&wanted.provider.source, &addr.resource.resource);
    let schema = schema.ok_or_else(|| invalid(format!("There is no resource type \"{}\".", addr.kind())))?;
    adopted(&schema.block, &Object::new(), object).map_err(invalid)
}

/// An object that comes into the state without having been created by it: arguments that the service does not store
/// have their defaults until the next apply. `known` is what identified the object.
pub fn adopted(schema: &Block, known: &Object, live: &Object) -> Result<Value, String> {
    let mut prior = known.clone();
    for (name, attribute) in &schema.attributes {
        if let Some(default) = &attribute.default {
            prior.0.entry(name.clone()).or_insert_with(|| default.clone());
        }
    }
    merge(schema, &schema.conform(&prior.into_value())?, live)
}
