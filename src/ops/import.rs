//! Takes one object that exists already into the state.

use crate::addr::{AbsInstance, ConfigResource, Mode};
use crate::diag::{Diagnostic, Diagnostics, Sources, sentence};
use crate::graph::Node;
use crate::plan::provider_of;
use crate::provider::RemoteId;
use crate::refresh::{Wanted, import as read};
use crate::state::{ObjectState, State};

use super::plan::opened;
use super::{Args, OpResult, Session};

/// An object that is in the state now.
pub struct Imported {
    pub warnings: Diagnostics,
    pub sources: Sources,
}

/// Reads the object that a text identifies, and writes it into the state. Nothing is done to it.
pub async fn import(session: &Session, args: &Args, addr: &AbsInstance, id: &str) -> OpResult<Imported> {
    let mut opened = opened(session, args, "OperationTypeImport").await?;
    let warnings = opened.warnings.clone();
    let taken = take(&mut opened, addr, id).await;
    let written = match taken {
        Ok(()) => opened.backend.write(&mut opened.stored).await.map_err(|e| Diagnostics::from(Diagnostic::from(e))),
        Err(errors) => Err(errors),
    };
    let unlocked = opened.backend.unlock().await;
    written.map_err(|e| opened.prepared.fail(e))?;
    unlocked.map_err(|e| opened.prepared.fail(Diagnostic::from(e)))?;
    Ok(Imported { warnings, sources: opened.prepared.config.sources })
}

async fn take(opened: &mut super::plan::Opened, addr: &AbsInstance, id: &str) -> Result<(), Diagnostics> {
    let prepared = &opened.prepared;
    let config = addr.resource.config();
    let block = importable(prepared, addr, &config)?;
    if opened.stored.current(addr).is_some() {
        return Err(Diagnostic::error(
            "Resource already managed by Terraform",
            format!(
                "Terraform is already managing a remote object for {addr}. To import to this address you must first \
                 remove the existing object from the state."
            ),
        )
        .into());
    }
    let world = prepared.world(false);
    // What the number of instances depends on may be known only in a plan: that is told there.
    let keys = world.keys(&addr.resource.module, &block.repetition);
    let modules = world.module_instances(&config.module);
    if keys.is_ok_and(|keys| !keys.iter().contains(&addr.key) || !modules.contains(&addr.resource.module)) {
        return Err(Diagnostic::error(
            "Configuration for import target does not exist",
            format!(
                "The configuration for the given import {addr} does not exist. All target instances must have an \
                 associated configuration to be imported."
            ),
        )
        .into());
    }
    let provider = provider_of(&prepared.config, &config, block);
    let missing = || Diagnostic::error("Provider missing", format!("There is no provider for {addr}.")).address(addr);
    let provider = provider.ok_or_else(missing)?;
    let configured = prepared.providers.of(&provider, addr).ok_or_else(missing)?;
    let schema = prepared.providers.schema(&provider.source, &addr.resource.resource).ok_or_else(missing)?;
    let unusable = |e: crate::provider::Error| {
        Diagnostics::from(Diagnostic::error("Invalid import id argument", sentence(&e.to_string())).address(addr))
    };
    let id: RemoteId = configured.import_id(addr.kind(), id).map_err(unusable)?;
    let wanted = Wanted { addr: addr.clone(), provider: provider.clone(), id };
    for (_, answer) in read(vec![wanted], &prepared.providers).await {
        let value = answer.map_err(Diagnostics::from)?;
        let behind = prepared.graph.resources_behind(&Node::Resource(config.clone()));
        let mut object = ObjectState {
            schema_version: schema.version,
            dependencies: behind.into_iter().cloned().collect(),
            ..ObjectState::default()
        };
        object.encode(&value, &schema.block);
        let state: &mut State = &mut opened.stored;
        state.instance_mut(addr, &provider).current = Some(object);
    }
    Ok(())
}

fn importable<'p>(
    prepared: &'p super::prepare::Prepared,
    addr: &AbsInstance,
    config: &ConfigResource,
) -> Result<&'p crate::config::Resource, Diagnostic> {
    if addr.mode() != Mode::Managed {
        return Err(Diagnostic::error(
            "Invalid import address",
            "A managed resource address is required. Importing into a data resource is not allowed.",
        ));
    }
    let Some(module) = prepared.config.module(&config.module) else {
        return Err(Diagnostic::error(
            "Import to non-existent module",
            format!(
                "{} is not defined in the configuration. Please add configuration for this module before importing into \
                 it.",
                addr.resource.module
            ),
        ));
    };
    module.resources.get(&config.resource).ok_or_else(|| {
        let place = if config.module.is_root() { "the root module".to_owned() } else { config.module.to_string() };
        Diagnostic::error(
            format!("resource address \"{addr}\" does not exist in the configuration."),
            format!(
                "Before importing this resource, please create its configuration in {place}. For example:\n\nresource \
                 \"{}\" \"{}\" {{\n  # (resource arguments)\n}}",
                config.resource.kind, config.resource.name
            ),
        )
    })
}
