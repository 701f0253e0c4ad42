//! What a run that died had begun: found and taken into state, or not found and forgotten.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Clock;
use crate::addr::{AbsInstance, ProviderAddr};
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::{Found, Freshness, Intent, Object, Providers, ReadRequest, Readiness, RemoteId};
use crate::refresh::adopted;
use crate::schema::SharedSchema;
use crate::state::journal::{Act, Journal, Outcome, Record, Unfinished};
use crate::state::{ObjectState, State, Status};

/// Pauses between looks for an object that is not there: a call may still have been on its way when its run ended, and
/// AWS does not show everything at once.
const LOOKS_AFTER: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(300), Duration::from_millis(700), Duration::from_millis(1500)];

/// What a look for one object has shown.
enum Look {
    Adopted(RemoteId),
    /// The state knew it already.
    InState,
    Missing,
}

/// Resolves the intents of an earlier run. Updates and deletes show at refresh; an object whose creation was under way
/// is looked for, more than once before it is forgotten. Returns what was adopted, as warnings.
pub async fn recover(
    unfinished: &[Unfinished],
    providers: &Providers,
    state: &mut State,
    journal: &Journal,
    clock: &dyn Clock,
) -> Result<Diagnostics, Diagnostics> {
    let mut found = Diagnostics::new();
    let never_made = |u: &Unfinished| matches!(u.outcome, Some(Outcome::Failed { .. })) && u.created.is_none();
    let mut open: Vec<Unfinished> =
        unfinished.iter().filter(|u| u.intent.action == Act::Create && !never_made(u)).cloned().collect();
    for pause in LOOKS_AFTER {
        if open.is_empty() {
            break;
        }
        clock.sleep(pause).await;
        let mut missing = Vec::new();
        for mut begun in open {
            match adopt(&mut begun, providers, state, journal).await {
                Ok(Look::Adopted(id)) => found.push(adoption(&begun, &id)),
                Ok(Look::InState) => {}
                Ok(Look::Missing) => missing.push(begun),
                Err(diagnostic) => found.push(diagnostic),
            }
        }
        open = missing;
    }
    found.clone().or(found)
}

fn adoption(begun: &Unfinished, id: &RemoteId) -> Diagnostic {
    let address = &begun.intent.address;
    Diagnostic::warning(
        "Object of an interrupted run found",
        format!("{address} was being created when an earlier run ended; \"{id}\" is in the state now."),
    )
    .address(address)
}

async fn adopt(
    begun: &mut Unfinished,
    providers: &Providers,
    state: &mut State,
    journal: &Journal,
) -> Result<Look, Diagnostic> {
    let unusable = |what: &str| {
        Diagnostic::error(
            "Unusable journal entry",
            format!("{what} in the journal means nothing to this version of kiban."),
        )
        .hint("Look in AWS for the object, import or delete it, then remove the journal file beside the state.")
    };
    let addr = AbsInstance::parse(&begun.intent.address).ok_or_else(|| unusable(&begun.intent.address))?;
    let provider_addr = ProviderAddr::parse(&begun.intent.provider).ok_or_else(|| unusable(&begun.intent.provider))?;
    let provider = providers.get(&provider_addr).ok_or_else(|| unusable(&begun.intent.provider))?;
    let schema =
        providers.schema(&provider_addr.source, &addr.resource.resource).ok_or_else(|| unusable(&begun.intent.kind))?;
    let kind = begun.intent.kind.as_str();
    let failed =
        |e: crate::provider::Error| e.to_diagnostic("Cannot look for the object of an interrupted run").address(&addr);
    let created = begun.created.clone().map(RemoteId::from);
    let intent =
        Intent { token: begun.intent.token.clone(), id: created.clone(), identity: begun.intent.identity.clone() };
    let marked = provider.find(kind, &intent).await.map_err(failed)?;
    if let Some(id) = &marked {
        // This run may die as well: without its mark the object is found by the id in the journal only.
        if begun.created.is_none() && begun.outcome.is_none() {
            let record = Record::Created { seq: begun.intent.seq, id: id.as_str().to_owned() };
            journal.record(record).await.map_err(|e| Diagnostic::from(e).address(&addr))?;
            begun.created = Some(id.as_str().to_owned());
        }
        provider.reclaim(kind, id).await.map_err(failed)?;
    }
    let Some(id) = marked.or(created) else { return Ok(Look::Missing) };
    let identity = begun.intent.identity.iter().map(|(k, v)| (k.as_str().into(), v.as_str().into()));
    // What identified the object helps types whose reads need more than the id.
    let prior = Object(identity.collect::<BTreeMap<_, _>>());
    let request = ReadRequest { id: id.clone(), prior };
    let answer = provider.read(kind, std::slice::from_ref(&request), Freshness::Now).await.map_err(failed)?;
    let Some(Found::Object(object)) = answer.get(&id) else { return Ok(Look::Missing) };
    if !put(state, &addr, &provider_addr, &schema, object, &request.prior, &id, &*provider)? {
        return Ok(Look::InState);
    }
    let failed = matches!(provider.readiness(kind, object), Readiness::Failed(_));
    if let Some(made) = &mut state.instance_mut(&addr, &provider_addr).current {
        let parsed = begun.intent.dependencies.iter().filter_map(|d| AbsInstance::parse(d));
        made.dependencies = parsed.map(|d| d.resource.config()).collect();
        made.create_before_destroy = begun.intent.create_before_destroy;
        if failed {
            made.status = Status::Tainted;
        }
    }
    Ok(Look::Adopted(id))
}

#[expect(clippy::too_many_arguments, reason = "one call, and a struct would only repeat the names")]
fn put(
    state: &mut State,
    addr: &AbsInstance,
    provider_addr: &ProviderAddr,
    schema: &SharedSchema,
    object: &Object,
    identity: &Object,
    id: &RemoteId,
    provider: &dyn crate::provider::Provider,
) -> Result<bool, Diagnostic> {
    let invalid = |why: String| Diagnostic::error("Unexpected answer", why).address(addr);
    let value = adopted(&schema.block, identity, object).map_err(invalid)?;
    let instance = state.instance_mut(addr, provider_addr);
    if let Some(current) = &instance.current {
        let known =
            current.decode(&schema.block).ok().and_then(|v| provider.remote_id(addr.kind(), &Object::from_value(&v)));
        if known.as_ref() == Some(id) {
            return Ok(false);
        }
        // The new object of a create-before-destroy: the old one waits to be deleted.
        let old = std::mem::take(&mut instance.current);
        let key = deposed_key(instance.deposed.len(), id);
        instance.deposed.extend(old.map(|o| (key, o)));
    }
    let mut made = ObjectState { schema_version: schema.version, ..ObjectState::default() };
    made.encode(&value, &schema.block);
    instance.current = Some(made);
    Ok(true)
}

/// Eight hexadecimal digits.
pub(super) fn deposed_key(count: usize, id: &RemoteId) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(format!("{count}/{id}"));
    hex::encode(&digest[..4])
}
