//! The provider and the schema that a block stands for.
//!
//! Knows nothing of values.

use crate::addr::{AbsInstance, ConfigResource, Mode, ProviderAddr};
use crate::config::{Config, Resource};
use crate::diag::{Diagnostic, Span, did_you_mean};
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

/// Schema of a block's type; `None` where kiban has no such provider or type, which matters only once there is an
/// instance. An error is a name that the provider does not have, and suggests what may have been meant.
pub fn find_schema(
    providers: &Providers,
    provider: &ProviderAddr,
    block: &Resource,
) -> Result<Option<SharedSchema>, Diagnostic> {
    if let Some(schema) = providers.schema(&provider.source, &block.addr) {
        return Ok(Some(schema));
    }
    let Some(plugin) = providers.plugin(&provider.source) else { return Ok(None) };
    if let Some(problem) = plugin.problem() {
        return Err(problem.at(block.kind_span).within(block.header));
    }
    let all = plugin.all_names(block.addr.mode);
    if all.contains(&&*block.addr.kind) {
        return Ok(None);
    }
    let what = match block.addr.mode {
        Mode::Data => "data source",
        Mode::Ephemeral => "ephemeral resource",
        Mode::Managed => "resource type",
    };
    let diagnostic = Diagnostic::error(
        format!("Invalid {what}"),
        format!("The provider {} does not support {what} \"{}\".", short(&provider.source), block.addr.kind),
    )
    .at(block.kind_span)
    .within(block.header);
    Err(diagnostic.meant(did_you_mean(&block.addr.kind, all)))
}

/// An object of the configuration whose type kiban does not have.
pub struct Lacking {
    /// Address of the instance, or of the block.
    pub address: String,
    /// Source of its provider.
    pub provider: String,
    /// Where its type is named.
    pub span: Span,
}

/// All of them in one error.
pub fn lacking(objects: &[Lacking], providers: &Providers) -> Option<Diagnostic> {
    let line = |o: &Lacking| match providers.plugin(&o.provider) {
        Some(_) => format!("\n  {}", o.address),
        None => format!("\n  {} (provider {})", o.address, short(&o.provider)),
    };
    let found = Diagnostic::error(
        "Types that kiban does not have",
        format!("kiban does not have the types of these objects:{}", objects.iter().map(line).collect::<String>()),
    );
    let known: Vec<&str> = providers.plugins().map(|p| short(p.source())).collect();
    Some(found.at(objects.first()?.span).hint(format!(
        "Nothing was changed. Such a block may stay where it makes no instance (count = 0); move the others to a \
         configuration that Terraform applies. kiban has {}.",
        known.join(", ")
    )))
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
