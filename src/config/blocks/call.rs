//! Calls of modules.

use std::collections::BTreeMap;

use crate::config::{Module, ModuleCall, allows};
use crate::diag::{Diagnostic, Span};
use crate::hcl::ast::{Block, ExprKind, ObjectKey};

use super::Reader;

impl Reader<'_> {
    pub(super) fn call(&mut self, mut block: Block) {
        let Some(name) = block.labels.first().cloned() else { return };
        let repetition = self.repetition(&block.body);
        let depends_on = self.depends_on(&block.body);
        let opening = super::opening(&block);
        let Some(_) = self.required(&block, "source") else { return };
        let Some(source) = self.text(&block.body, "source") else {
            self.dropped = true;
            return;
        };
        let source_span = block.body.attribute("source").map_or(block.header, |a| a.expr.span);
        let version = self.version(&block);
        let (mut providers, mut provider_spans) = (BTreeMap::new(), BTreeMap::new());
        if let Some(attribute) = block.body.attribute("providers").cloned() {
            let ExprKind::Object(items) = &attribute.expr.kind else {
                self.found.push(
                    Diagnostic::error("Invalid expression", "A static map expression is required.")
                        .at(attribute.expr.start())
                        .hint("For example: providers = { aws = aws.west }"),
                );
                return;
            };
            for (key, value) in items {
                let (key, at) = match key {
                    ObjectKey::Name(ident) => (Some((ident.name.clone(), None)), ident.span),
                    ObjectKey::Expr(expr) => (self.provider_ref(expr, "providers"), expr.span),
                };
                if let (Some(key), Some(value)) = (key, self.provider_ref(value, "providers")) {
                    provider_spans.insert(key.clone(), at);
                    providers.insert(key, value);
                }
            }
        }
        for inner in &block.body.blocks {
            let name = &inner.kind.name;
            if matches!(&**name, "lifecycle" | "locals" | "provider" | "escape") {
                self.found.push(
                    Diagnostic::error(
                        "Reserved block type name in module block",
                        format!("The block type name \"{name}\" is reserved for use by Terraform in a future version."),
                    )
                    .at(inner.kind.span)
                    .hint("Write it in the module that is called."),
                );
            }
        }
        block.body.blocks.retain(|b| !matches!(&*b.kind.name, "lifecycle" | "locals" | "provider" | "escape"));
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
            provider_spans,
            args: block.body.attributes,
            blocks: block.body.blocks,
            module,
            header: block.header,
            opening,
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
