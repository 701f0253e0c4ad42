//! What a module offers and needs: settings, provider configurations, variables, locals, outputs.

use crate::addr::Name;
use crate::config::load::literal;
use crate::config::{
    Backend, Output, ProviderConfig, Reference, RequiredProvider, TypeDefaults, Variable, settings, types,
};
use crate::diag::Diagnostic;
use crate::hcl::ast::Block;
use crate::value::Type;

use super::Reader;

/// Names that a variable cannot have: a module call needs them itself.
const RESERVED: &[&str] = &["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

impl Reader<'_> {
    pub(super) fn terraform(&mut self, block: Block) {
        self.only(
            &block.body,
            &["required_version", "experiments"],
            &["required_providers", "backend", "cloud", "provider_meta"],
        );
        if let Some(attribute) = block.body.attribute("required_version") {
            self.found.extend(settings::check_version(&attribute.expr));
        }
        for inner in block.body.blocks {
            match &*inner.kind.name {
                "required_providers" => {
                    for attribute in &inner.body.attributes {
                        let (required, errors) = settings::required_provider(attribute);
                        self.found.extend(errors);
                        self.module
                            .required_providers
                            .extend(required.map(|r: RequiredProvider| (attribute.name.name.clone(), r)));
                    }
                }
                "backend" => {
                    if let Some(kind) = inner.labels.into_iter().next() {
                        self.module.backend = Some(Backend { kind, body: inner.body });
                    }
                }
                "cloud" => self.found.push(
                    Diagnostic::error(
                        "Unsupported block",
                        "kiban does not work with HCP Terraform: a state is kept by a backend.",
                    )
                    .at(inner.header)
                    .hint("Use `backend \"local\"`."),
                ),
                _ => {}
            }
        }
    }

    pub(super) fn provider(&mut self, mut block: Block) {
        let alias = self.text(&block.body, "alias").map(Name::from);
        block.body.attributes.retain(|a| !matches!(&*a.name.name, "alias" | "version"));
        let Some(name) = block.labels.into_iter().next() else { return };
        let key = (name.name.clone(), alias.clone());
        if let Some(old) = self.module.providers.get(&key) {
            let before = old.header;
            self.duplicate("provider configuration", &name.name, block.header, before);
            return;
        }
        self.module.providers.insert(key, ProviderConfig { name, alias, body: block.body, header: block.header });
    }

    pub(super) fn variable(&mut self, block: Block) {
        let arguments = ["type", "default", "description", "sensitive", "ephemeral", "nullable", "deprecated"];
        self.only(&block.body, &arguments, &["validation"]);
        let Some(name) = block.labels.first().cloned() else { return };
        if RESERVED.contains(&&*name.name) {
            self.found.push(
                Diagnostic::error(
                    "Invalid variable name",
                    format!("\"{}\" is reserved: module calls use it themselves.", name.name),
                )
                .at(name.span)
                .hint("Give the variable another name."),
            );
            self.dropped = true;
            return;
        }
        let (ty, defaults) = match block.body.attribute("type") {
            Some(attribute) => {
                let read = types::read(&attribute.expr, &settings::constant);
                self.found.take(read).unwrap_or((Type::Dynamic, TypeDefaults::default()))
            }
            None => (Type::Dynamic, TypeDefaults::default()),
        };
        let default = block.body.attribute("default").map(|a| a.expr.clone());
        if let Some(default) = &default {
            for reference in Reference::of(default) {
                self.found.push(
                    Diagnostic::error("Variables not allowed", "A default may not refer to anything.")
                        .at(reference.span)
                        .hint("Let the default be null, and choose in a local value what stands in for it."),
                );
            }
        }
        let variable = Variable {
            ty,
            defaults: (!defaults.is_empty()).then_some(defaults),
            default,
            description: block.body.attribute("description").and_then(|a| literal(&a.expr)).map(str::to_owned),
            sensitive: self.flag(&block.body, "sensitive").unwrap_or(false),
            ephemeral: self.flag(&block.body, "ephemeral").unwrap_or(false),
            nullable: self.flag(&block.body, "nullable").unwrap_or(true),
            validations: self.conditions(&block.body, "validation"),
            span: block.header,
            name: name.clone(),
        };
        if let Some(old) = self.module.variables.get(&name.name) {
            let before = old.span;
            self.duplicate("variable declaration", &name.name, block.header, before);
            return;
        }
        self.module.variables.insert(name.name, variable);
    }

    pub(super) fn locals(&mut self, block: Block) {
        for inner in &block.body.blocks {
            self.found.push(
                Diagnostic::error("Unsupported block type", "A locals block contains no blocks.").at(inner.header),
            );
        }
        for attribute in block.body.attributes {
            if let Some(old) = self.module.locals.get(&attribute.name.name) {
                let before = old.name.span;
                self.duplicate("local value definition", &attribute.name.name, attribute.name.span, before);
                continue;
            }
            self.module.locals.insert(attribute.name.name.clone(), attribute);
        }
    }

    pub(super) fn output(&mut self, block: Block) {
        let arguments = ["value", "description", "sensitive", "ephemeral", "depends_on", "deprecated", "type"];
        self.only(&block.body, &arguments, &["precondition"]);
        let Some(name) = block.labels.first().cloned() else { return };
        let Some(value) = self.required(&block, "value") else { return };
        let output = Output {
            value,
            description: block.body.attribute("description").and_then(|a| literal(&a.expr)).map(str::to_owned),
            sensitive: self.flag(&block.body, "sensitive").unwrap_or(false),
            ephemeral: self.flag(&block.body, "ephemeral").unwrap_or(false),
            depends_on: self.depends_on(&block.body),
            preconditions: self.conditions(&block.body, "precondition"),
            span: block.header,
            name: name.clone(),
        };
        if let Some(old) = self.module.outputs.get(&name.name) {
            let before = old.span;
            self.duplicate("output definition", &name.name, block.header, before);
            return;
        }
        self.module.outputs.insert(name.name, output);
    }
}
