//! Calls of modules.

use std::collections::BTreeMap;

use crate::config::{Module, ModuleCall, allows};
use crate::diag::{Diagnostic, Span};
use crate::hcl::ast::{Block, ExprKind, ObjectKey};

use super::{Reader, provider_reference};

impl Reader<'_> {
    pub(super) fn call(&mut self, mut block: Block) {
        let Some(name) = block.labels.first().cloned() else { return };
        let repetition = self.repetition(&block.body);
        let depends_on = self.depends_on(&block.body);
        let Some(_) = self.required(&block, "source") else { return };
        let Some(source) = self.text(&block.body, "source") else {
            self.dropped = true;
            return;
        };
        let source_span = block.body.attribute("source").map_or(block.header, |a| a.expr.span);
        let version = self.version(&block);
        let mut providers = BTreeMap::new();
        if let Some(attribute) = block.body.attribute("providers").cloned() {
            let ExprKind::Object(items) = &attribute.expr.kind else {
                self.found.push(
                    Diagnostic::error("Invalid providers map", "providers is a map of references.")
                        .at(attribute.expr.span),
                );
                return;
            };
            for (key, value) in items {
                let key = match key {
                    ObjectKey::Name(ident) => Some((ident.name.clone(), None)),
                    ObjectKey::Expr(expr) => provider_reference(expr),
                };
                match (key, provider_reference(value)) {
                    (Some(key), Some(value)) => {
                        providers.insert(key, value);
                    }
                    _ => self.found.push(
                        Diagnostic::error("Invalid provider reference", "A provider is named as NAME or NAME.ALIAS.")
                            .at(value.span),
                    ),
                }
            }
        }
        for inner in &block.body.blocks {
            self.found.push(
                Diagnostic::error(
                    "Unsupported block type",
                    format!("Blocks of type \"{}\" are not expected here.", inner.kind.name),
                )
                .at(inner.kind.span),
            );
        }
        let meta = ["source", "version", "count", "for_each", "depends_on", "providers"];
        block.body.attributes.retain(|a| !meta.contains(&&*a.name.name));
        if let Some(old) = self.module.calls.get(&name.name) {
            let before = old.header;
            self.duplicate("module call", &name.name, block.header, before);
            return;
        }
        let module = Module::empty(self.module.path.child(&name.name), source.clone().into());
        let call = ModuleCall {
            name: name.clone(),
            source,
            source_span,
            version,
            repetition,
            depends_on,
            providers,
            args: block.body.attributes,
            module,
            header: block.header,
        };
        self.module.calls.insert(name.name, call);
    }

    /// The version constraint of a call; one that cannot be read is an error.
    fn version(&mut self, block: &Block) -> Option<(String, Span)> {
        let attribute = block.body.attribute("version")?;
        let text = self.text(&block.body, "version")?;
        if allows(&text, "1.0.0").is_none() {
            self.found.push(
                Diagnostic::error("Invalid version constraint", format!("\"{text}\" is no version constraint."))
                    .at(attribute.expr.span)
                    .hint("Write a text such as \"~> 5.0\" or \">= 5.1, < 6.0\"."),
            );
            return None;
        }
        Some((text, attribute.expr.span))
    }
}
