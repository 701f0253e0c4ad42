//! Configuration for imported objects that have none: written to a file, and planned with.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::addr::{
    AbsResource, ConfigResource, InstanceKey, ModuleInstance, ModulePath, Name, ProviderAddr, ResourceAddr,
};
use crate::config::{Config, Import, add_text};
use crate::diag::{Diagnostic, Diagnostics, reason};
use crate::eval::evaluate;
use crate::graph::{Graph, configured_provider};
use crate::plan::{identify, resource_block};
use crate::refresh::{Wanted, import};
use crate::state::State;

use super::Session;
use super::prepare::Prepared;

/// The provider that reads the objects of an import without a block.
fn provider_of(config: &Config, block: &Import) -> Option<ProviderAddr> {
    let (addr, _) = block.to.resource.as_ref()?;
    let local = local_provider(block, addr);
    let source = config.root.provider_source(&local.0);
    let (module, (_, alias)) = configured_provider(config, &ModulePath::root(), &local)?;
    Some(ProviderAddr { module, source: source.into(), alias })
}

fn local_provider(block: &Import, addr: &ResourceAddr) -> (Name, Option<Name>) {
    block.provider.clone().unwrap_or_else(|| (addr.kind.split('_').next().unwrap_or_default().into(), None))
}

/// Writes blocks for what `import` blocks name and the configuration lacks, and takes them into the configuration.
pub(super) async fn generate(
    session: &Session,
    prepared: &mut Prepared,
    stored: &State,
    path: &Path,
) -> Result<(), Diagnostics> {
    let target = session.dir.join(path);
    if target.exists() {
        return Err(Diagnostic::error(
            "Target generated file already exists",
            "Terraform can only write generated config into a new file. Either choose a different target location or \
             move all existing configuration out of the target file, delete it and try again.",
        )
        .into());
    }
    let connections = prepared.connections();
    for block in &prepared.config.root.imports {
        if let Some(provider) = provider_of(&prepared.config, block).filter(|p| !connections.is_late(p)) {
            connections.configure(&prepared.world(false), &provider).await?;
        }
    }
    drop(connections);
    let (wanted, shown) = lacking(prepared, stored)?;
    if wanted.is_empty() {
        return Ok(());
    }
    let mut found = Diagnostics::new();
    let mut blocks = BTreeMap::new();
    for (addr, answer) in import(wanted, &prepared.providers).await {
        let Some((id, local, provider)) = shown.get(&addr.resource.resource) else { continue };
        let schema = prepared.providers.schema(&provider.source, &addr.resource.resource);
        let (Some(object), Some(schema)) = (found.take(answer.map_err(Into::into)), schema) else { continue };
        let named = local.as_deref();
        let text = resource_block(&addr.resource.resource, named, &schema.block, &object);
        blocks.insert(addr.resource.resource, (id.clone(), text));
    }
    found.or(())?;
    let text = file(blocks.values());
    write(&target, &text).map_err(|e| {
        let detail = format!("{} cannot be written: {}.", path.display(), reason(&e));
        Diagnostics::from(Diagnostic::error("Failed to write generated config", detail))
    })?;
    let name = crate::config::clean(path).display().to_string();
    add_text(&mut prepared.config, &name, &text).or(())?;
    prepared.graph = Graph::build(&prepared.config)?;
    prepared.generated = blocks.into_iter().map(|(addr, (_, text))| (addr, text)).collect();
    Ok(())
}

/// Id, provider as it is written in the block, and provider of each object.
type Shown = BTreeMap<ResourceAddr, (String, Option<String>, ProviderAddr)>;

/// Objects of the root module that `import` blocks name and that have no block.
fn lacking(prepared: &Prepared, stored: &State) -> Result<(Vec<Wanted>, Shown), Diagnostics> {
    let root = ModuleInstance::root();
    let world = prepared.world(false);
    let scope = world.scope(&root);
    let mut found = Diagnostics::new();
    let (mut wanted, mut shown) = (Vec::new(), Shown::new());
    for block in &prepared.config.root.imports {
        let Some(ConfigResource { module, resource }) = block.target(&ModulePath::root()) else {
            continue;
        };
        if !module.is_root() || prepared.config.root.resources.contains_key(&resource) {
            continue;
        }
        let keyed = block.to.resource.as_ref().is_some_and(|(_, key)| key.is_some());
        if keyed || block.for_each.is_some() {
            found.push(
                Diagnostic::error(
                    "Configuration for import target does not exist",
                    "The given import block is not compatible with config generation. The -generate-config-out option \
                     cannot be used with import blocks which use for_each, or resources which use for_each or count.",
                )
                .at(block.to.span)
                .within(block.span),
            );
            continue;
        }
        let addr = AbsResource { module: root.clone(), resource: resource.clone() }.instance(InstanceKey::None);
        if stored.current(&addr).is_some() {
            continue;
        }
        let Some(provider) = provider_of(&prepared.config, block) else { continue };
        let Some(configured) = prepared.providers.of(&provider, &addr) else {
            found.push(
                Diagnostic::error(
                    "Unknown provider",
                    format!("There is no provider for objects of type \"{}\".", resource.kind),
                )
                .at(block.to.span),
            );
            continue;
        };
        let value = evaluate(block.identity.expr(), &scope);
        let identified = value.and_then(|value| identify(&*configured, &resource.kind, &block.identity, &value));
        let Some((id, text)) = found.take(identified) else { continue };
        let local = block.provider.as_ref().map(|(name, alias)| match alias {
            Some(alias) => format!("{name}.{alias}"),
            None => name.to_string(),
        });
        shown.insert(resource, (text, local, provider.clone()));
        wanted.push(Wanted { addr, provider, id });
    }
    found.extend(world.take_errors());
    found.or((wanted, shown))
}

fn file<'a>(blocks: impl Iterator<Item = &'a (String, String)>) -> String {
    let mut out =
        "# __generated__ by kiban\n# Please review these resources and move them into your main configuration files.\n"
            .to_owned();
    for (id, text) in blocks {
        out.push_str(&format!("\n# __generated__ by kiban from {id:?}\n{text}\n"));
    }
    out
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // Nothing that somebody has written meanwhile is lost.
    fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
