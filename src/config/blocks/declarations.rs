//! What a module offers and needs: settings, provider configurations, variables, locals, outputs.

use crate::addr::Name;
use crate::config::load::literal;
use crate::config::{
    Backend, Output, ProviderConfig, Reference, RequiredProvider, Target, TypeDefaults, Variable, settings, types,
};
use crate::diag::Diagnostic;
use crate::hcl::ast::{Block, Expr};
use crate::value::{Type, fit};

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
            self.found.extend(settings::check_version(attribute));
        }
        if let Some(attribute) = block.body.attribute("experiments") {
            self.found.push(
                Diagnostic::error(
                    "Module uses experimental features",
                    "Experimental features are intended only for gathering early feedback on new language designs, and so \
                     are available only in alpha releases of Terraform.",
                )
                .at(attribute.name.span),
            );
        }
        let cloud = block.body.blocks("cloud").next().map(|b| b.header);
        if let (Some(cloud), Some(backend)) = (cloud, block.body.blocks("backend").next()) {
            self.found.push(
                Diagnostic::error(
                    "Both a backend and cloud configuration are present",
                    format!(
                        "A module may declare either one 'cloud' block OR one 'backend' block configuring a state backend. \
                         The 'cloud' block is configured at {}; a backend is configured at {}. Remove the backend block to \
                         configure HCP Terraform or Terraform Enteprise.",
                        self.place(cloud),
                        self.place(backend.header)
                    ),
                )
                .at(backend.header)
                .hint("kiban keeps a state by a backend: remove the cloud block."),
            );
            return;
        }
        for inner in block.body.blocks {
            match &*inner.kind.name {
                "required_providers" => self.required_providers(&inner),
                "backend" => self.backend(inner),
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

    fn required_providers(&mut self, block: &Block) {
        if let Some(first) = self.required.replace(block.header).filter(|first| first.source == block.header.source) {
            let place = self.sources.place(first);
            self.found.push(
                Diagnostic::error(
                    "Duplicate required providers configuration",
                    format!(
                        "A module may have only one required providers configuration. The required providers were \
                         previously configured at {place}."
                    ),
                )
                .at(block.header),
            );
            return;
        }
        for attribute in &block.body.attributes {
            let (required, errors) = settings::required_provider(attribute);
            self.found.extend(errors);
            let named = required.map(|r: RequiredProvider| (attribute.name.name.clone(), r));
            self.module.required_providers.extend(named);
        }
    }

    fn backend(&mut self, block: Block) {
        let header = block.header;
        let Some(kind) = block.labels.into_iter().next() else { return };
        if let Some(first) = &self.module.backend
            && first.kind.span.source == kind.span.source
        {
            let place = self.sources.place(first.header);
            self.found.push(
                Diagnostic::error(
                    "Duplicate backend configuration",
                    format!("A module may have only one backend configuration. The backend was previously configured at {place}."),
                )
                .at(header),
            );
            return;
        }
        self.module.backend = Some(Backend { kind, body: block.body, header });
    }

    pub(super) fn provider(&mut self, mut block: Block) {
        self.reserved(&block);
        let alias = self.text(&block.body, "alias").map(Name::from);
        block.body.attributes.retain(|a| !matches!(&*a.name.name, "alias" | "version"));
        let Some(name) = block.labels.into_iter().next() else { return };
        let key = (name.name.clone(), alias.clone());
        if let Some(old) = self.module.providers.get(&key) {
            let place = self.sources.place(old.header);
            let detail = match &alias {
                None => format!(
                    "A default (non-aliased) provider configuration for \"{0}\" was already given at {place}. If multiple \
                     configurations are required, set the \"alias\" argument for alternative configurations.",
                    name.name
                ),
                Some(alias) => format!(
                    "A provider configuration for \"{}\" with alias \"{alias}\" was already given at {place}. Each \
                     configuration for the same provider must have a distinct alias.",
                    name.name
                ),
            };
            self.found.push(Diagnostic::error("Duplicate provider configuration", detail).at(block.header));
            return;
        }
        self.module.providers.insert(key, ProviderConfig { name, alias, body: block.body, header: block.header });
    }

    /// Names that a provider block keeps for the language.
    fn reserved(&mut self, block: &Block) {
        for attribute in &block.body.attributes {
            let name = &*attribute.name.name;
            if matches!(name, "count" | "depends_on" | "for_each" | "source") {
                self.found.push(
                    Diagnostic::error(
                        "Reserved argument name in provider block",
                        format!("The provider argument name \"{name}\" is reserved for use by Terraform in a future version."),
                    )
                    .at(attribute.name.span)
                    .hint("Write one provider block for each configuration, each with an alias."),
                );
            }
            if name == "version" {
                self.found.push(
                    Diagnostic::warning(
                        "Version constraints inside provider configuration blocks are deprecated",
                        "Terraform 0.13 and earlier allowed provider version constraints inside the provider configuration \
                         block, but that is now deprecated and will be removed in a future version of Terraform. To silence \
                         this warning, move the provider version constraint into the required_providers block.",
                    )
                    .at(attribute.expr.span),
                );
            }
        }
        for inner in block.body.blocks.iter().filter(|b| matches!(&*b.kind.name, "lifecycle" | "locals")) {
            self.found.push(
                Diagnostic::error(
                    "Reserved block type name in provider block",
                    format!(
                        "The block type name \"{}\" is reserved for use by Terraform in a future version.",
                        inner.kind.name
                    ),
                )
                .at(inner.kind.span),
            );
        }
    }

    pub(super) fn variable(&mut self, block: Block) {
        let arguments = ["type", "default", "description", "sensitive", "ephemeral", "nullable", "deprecated"];
        self.only(&block.body, &arguments, &["validation"]);
        let Some(name) = block.labels.first().cloned() else { return };
        if RESERVED.contains(&&*name.name) {
            self.found.push(
                Diagnostic::error(
                    "Invalid variable name",
                    format!(
                        "The variable name \"{}\" is reserved due to its special meaning inside module blocks.",
                        name.name
                    ),
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
            let hint = "Let the default be null, and choose in a local value what stands in for it.";
            self.found.extend(settings::only_constants(default).into_iter().map(|d| d.hint(hint)));
        }
        let nullable = self.flag(&block.body, "nullable").unwrap_or(true);
        let sensitive = self.flag(&block.body, "sensitive").unwrap_or(false);
        if let Some(default) = &default {
            self.default(default, &ty, nullable, sensitive);
        }
        let validations = self.conditions(&block.body, "validation");
        for validation in &validations {
            let own = Target::Variable(name.name.clone());
            if !Reference::of(&validation.condition).iter().any(|r| r.target == own) {
                self.found.push(
                    Diagnostic::error(
                        "Invalid variable validation condition",
                        format!(
                            "The condition for variable \"{0}\" must refer to var.{0} in order to test incoming values.",
                            name.name
                        ),
                    )
                    .at(validation.condition.span),
                );
            }
        }
        let variable = Variable {
            ty,
            defaults: (!defaults.is_empty()).then_some(defaults),
            default,
            description: block.body.attribute("description").and_then(|a| literal(&a.expr)).map(str::to_owned),
            sensitive,
            ephemeral: self.flag(&block.body, "ephemeral").unwrap_or(false),
            deprecated: self.text(&block.body, "deprecated"),
            nullable,
            validations,
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

    /// A default must be of the type of its variable.
    fn default(&mut self, default: &Expr, ty: &Type, nullable: bool, sensitive: bool) {
        let Ok(value) = settings::constant(default) else { return };
        let invalid = |detail: String| Diagnostic::error("Invalid default value for variable", detail).at(default.span);
        if value.is_null() && !nullable {
            self.found.push(invalid("A null default value is not valid when nullable=false.".into()));
        } else if let Err(why) = fit(&value, ty) {
            // The reason may name keys and values.
            let why = if sensitive { String::new() } else { format!(": {}", why.by_path()) };
            let why = format!("This default value is not compatible with the variable's type constraint{why}.");
            self.found.push(invalid(why));
        }
    }

    pub(super) fn locals(&mut self, block: Block) {
        for inner in &block.body.blocks {
            let summary = format!("Unexpected \"{}\" block", inner.kind.name);
            self.found.push(
                Diagnostic::error(summary, "Blocks are not allowed here.")
                    .at(inner.kind.span)
                    .hint(format!("Write {} = {{ … }} for an object.", inner.kind.name)),
            );
        }
        for attribute in block.body.attributes {
            if let Some(old) = self.module.locals.get(&attribute.name.name) {
                let before = old.span;
                self.duplicate("local value definition", &attribute.name.name, attribute.span, before);
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
        let ty = block.body.attribute("type").and_then(|a| self.found.take(types::read(&a.expr, &settings::constant)));
        let output = Output {
            value,
            ty: ty.map(|(ty, _)| ty),
            deprecated: self.text(&block.body, "deprecated"),
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
