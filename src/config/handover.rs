//! Provider configurations between a module and the modules it calls.

use crate::addr::Name;
use crate::diag::{Diagnostic, Diagnostics};

use super::{Module, ModuleCall};

/// Whether a call hands over what the called module needs, and nothing else.
pub(super) fn check(caller: &Module, call: &ModuleCall) -> Diagnostics {
    let mut found = Diagnostics::new();
    let child = &call.module;
    let path = &child.path;
    for ((name, alias), (theirs, _)) in &call.providers {
        let key = (name.clone(), alias.clone());
        let own = child.providers.get(&key);
        if own.is_some_and(|own| !own.body.attributes.is_empty() || !own.body.blocks.is_empty()) {
            found.push(
                Diagnostic::error(
                    "Cannot override provider configuration",
                    format!(
                        "The configuration of {path} has its own local configuration for {}, and so it cannot accept an \
                         overridden configuration provided by {}.",
                        shown(name, alias.as_ref()),
                        place(caller)
                    ),
                )
                .at(call.header),
            );
            continue;
        }
        let declared = child.required_providers.get(name);
        let expected = alias.as_ref().is_none_or(|a| declared.is_some_and(|d| d.aliases.contains(a)));
        if own.is_none() && (declared.is_none() || !expected) {
            let at = call.provider_spans.get(&key).copied().unwrap_or(call.header);
            found.push(undefined(path, name, alias.as_ref(), &caller.provider_source(theirs)).at(at));
        }
        let (wants, gets) = (child.provider_source(name), caller.provider_source(theirs));
        if declared.is_some() && wants != gets {
            found.push(
                Diagnostic::error(
                    "Provider type mismatch",
                    format!(
                        "The assigned configuration is for provider \"{}\", but local name \"{name}\" in {path} represents \
                         \"{}\".",
                        short(&gets),
                        short(&wants)
                    ),
                )
                .at(call.header),
            );
        }
    }
    for (name, required) in &child.required_providers {
        for alias in &required.aliases {
            let key = (name.clone(), Some(alias.clone()));
            if !call.providers.contains_key(&key) {
                found.push(missing(&shown(name, Some(alias)), &child.provider_source(name)).at(call.header));
            }
        }
    }
    let repeated = call.repetition.expr().map(|e| e.span).or_else(|| call.depends_on.first().map(|r| r.span));
    if let Some(span) = repeated.filter(|_| brings_its_own(child)) {
        found.push(
            Diagnostic::error(
                "Module is incompatible with count, for_each, and depends_on",
                format!(
                    "The module at {path} is a legacy module which contains its own local provider configurations, and so \
                     calls to it may not use the count, for_each, or depends_on arguments.\n\nIf you also control the module \
                     \"{}\", consider updating this module to instead expect provider configurations to be passed by its \
                     caller.",
                    call.source
                ),
            )
            .at(span)
            .within(call.header),
        );
    }
    found
}

/// Whether a module, or one that it calls, configures providers itself. Empty blocks only say that one is expected.
fn brings_its_own(module: &Module) -> bool {
    let configured = module.providers.values().any(|p| !p.body.attributes.is_empty() || !p.body.blocks.is_empty());
    configured || module.calls.values().any(|call| brings_its_own(&call.module))
}

fn missing(name: &str, source: &str) -> Diagnostic {
    Diagnostic::error(
        "Missing required provider configuration",
        format!(
            "The child module requires an additional configuration for provider {}, with the local name \"{name}\".\n\nRefer \
             to the module's documentation to understand the intended purpose of this additional provider configuration, and \
             then add an entry for {name} in the \"providers\" meta-argument in the module block to choose which provider \
             configuration the module should use for that purpose.",
            short(source)
        ),
    )
}

fn undefined(path: &crate::addr::ModulePath, name: &Name, alias: Option<&Name>, source: &str) -> Diagnostic {
    let (full, source) = (shown(name, alias), short(source));
    Diagnostic::warning(
        "Reference to undefined provider",
        format!(
            "There is no explicit declaration for local provider name \"{full}\" in {path}, so Terraform is assuming you mean \
             to pass a configuration for \"{source}\".\n\nIf you also control the child module, add a required_providers entry \
             named \"{full}\" with the source address \"{source}\"."
        ),
    )
}

fn shown(name: &Name, alias: Option<&Name>) -> String {
    alias.map_or_else(|| name.to_string(), |a| format!("{name}.{a}"))
}

fn place(module: &Module) -> String {
    if module.path.is_root() { "the root module".into() } else { module.path.to_string() }
}

/// The source of a provider as people write it.
fn short(source: &str) -> &str {
    source.strip_prefix("registry.terraform.io/").unwrap_or(source)
}
