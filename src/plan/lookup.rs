//! The provider and the schema that a block stands for.
//!
//! Knows nothing of values.

use crate::addr::{AbsInstance, ConfigResource, Mode, ProviderAddr};
use crate::config::{Config, Resource};
use crate::diag::{Diagnostic, did_you_mean};
use crate::graph::configured_provider;
use crate::provider::Providers;
use crate::schema::SharedSchema;

/// The provider configuration that a block uses, as states name it.
pub fn provider_of(config: &Config, addr: &ConfigResource, block: &Resource) -> Option<ProviderAddr> {
    let module = config.module(&addr.module)?;
    let source = module.provider_source(&block.provider.0);
    let (module, (_, alias)) = configured_provider(config, &addr.module, &block.provider)?;
    Some(ProviderAddr { module, source: source.into(), alias })
}

/// Schema of a block's type, or a diagnostic that suggests what may have been meant.
pub fn find_schema(
    providers: &Providers,
    provider: &ProviderAddr,
    block: &Resource,
) -> Result<SharedSchema, Diagnostic> {
    if let Some(schema) = providers.schema(&provider.source, &block.addr) {
        return Ok(schema);
    }
    let Some(plugin) = providers.plugin(&provider.source) else {
        let known: Vec<&str> = providers.plugins().map(|p| p.source()).collect();
        let found =
            Diagnostic::error("Unknown provider", format!("kiban has no provider \"{}\".", short(&provider.source)))
                .at(block.provider_span.unwrap_or(block.kind_span))
                .within(block.header);
        let known: Vec<&str> = known.into_iter().map(short).collect();
        return Err(found.hint(format!("It has {}. Leave the resource to another tool.", known.join(", "))));
    };
    if let Some(problem) = plugin.problem() {
        return Err(problem.at(block.kind_span).within(block.header));
    }
    let (what, candidates) = match block.addr.mode {
        Mode::Data => ("data source", plugin.data_sources()),
        Mode::Ephemeral => ("ephemeral resource", plugin.ephemeral_types()),
        _ => ("resource type", plugin.resource_types()),
    };
    let diagnostic = Diagnostic::error(
        format!("Invalid {what}"),
        format!("The provider {} does not support {what} \"{}\".", short(&provider.source), block.addr.kind),
    )
    .at(block.kind_span)
    .within(block.header);
    Err(match did_you_mean(&block.addr.kind, candidates) {
        Some(near) => diagnostic.hint(format!("Did you mean \"{near}\"?")),
        None => diagnostic.hint(format!("kiban does not have this {what} yet.")),
    })
}

/// The source of a provider as people write it.
fn short(source: &str) -> &str {
    source.strip_prefix("registry.terraform.io/").unwrap_or(source)
}

/// An object of the state that no provider can work on.
pub(super) fn no_such_type(providers: &Providers, provider: &ProviderAddr, addr: &AbsInstance) -> Diagnostic {
    let known = providers.plugin(&provider.source).is_some();
    let what =
        if known { format!("resource type \"{}\"", addr.kind()) } else { format!("provider \"{}\"", provider.source) };
    Diagnostic::error("Unknown object in state", format!("The state holds {addr}, and kiban has no {what}."))
        .address(addr)
        .hint("Manage it with the tool that made it, or take it out of the state there.")
}
