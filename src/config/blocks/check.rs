//! `check` blocks, with the data source that only they see.

use crate::addr::{Mode, ResourceAddr};
use crate::config::Check;
use crate::diag::Diagnostic;
use crate::hcl::ast::Block;

use super::Reader;

impl Reader<'_> {
    pub(super) fn check(&mut self, block: Block) {
        self.only(&block.body, &[], &["assert", "data"]);
        let assertions = self.conditions(&block.body, "assert");
        if block.body.blocks("assert").next().is_none() {
            self.found.push(
                Diagnostic::error("Zero assert blocks", "Check blocks must have at least one assert block.")
                    .at(block.header),
            );
        }
        let Some(name) = block.labels.first().cloned() else { return };
        if let Some(old) = self.module.checks.get(&name.name) {
            let before = old.span;
            let place = self.sources.place(before);
            self.found.push(
                Diagnostic::error(
                    format!("Duplicate check \"{}\" configuration", name.name),
                    format!(
                        "A check block named \"{}\" was already declared at {place}. Check blocks must be unique within \
                         each module.",
                        name.name
                    ),
                )
                .at(block.header),
            );
            return;
        }
        let header = block.header;
        let mut data = None;
        let mut first = None;
        for scoped in block.body.blocks.into_iter().filter(|b| &*b.kind.name == "data") {
            if let Some(first) = first {
                let place = self.sources.place(first);
                self.found.push(
                    Diagnostic::error(
                        "Multiple data resource blocks",
                        format!("This check block already has a data resource defined at {place}."),
                    )
                    .at(scoped.header),
                );
                continue;
            }
            first = Some(scoped.header);
            data = self.scoped(scoped, &name.name);
        }
        self.module.checks.insert(name.name.clone(), Check { name, assertions, data, span: header });
    }

    /// The data source goes among the module's resources: names are unique in the whole module.
    fn scoped(&mut self, block: Block, check: &crate::addr::Name) -> Option<ResourceAddr> {
        if !self.labels(&block, &["type", "name"]) {
            return None;
        }
        for attribute in block.body.attributes.iter().filter(|a| matches!(&*a.name.name, "count" | "for_each")) {
            self.found.push(
                Diagnostic::error(
                    format!("Invalid \"{}\" attribute", attribute.name.name),
                    "The \"count\" and \"for_each\" meta-arguments are not supported within nested data blocks.",
                )
                .at(attribute.name.span),
            );
        }
        for lifecycle in block.body.blocks("lifecycle") {
            self.found.push(
                Diagnostic::error(
                    "Invalid lifecycle block",
                    "Nested data blocks do not support \"lifecycle\" blocks as the lifecycle is managed by the \
                     containing block.",
                )
                .at(lifecycle.header),
            );
        }
        let [kind, name] = block.labels.as_slice() else { return None };
        let addr = ResourceAddr { mode: Mode::Data, kind: kind.name.clone(), name: name.name.clone() };
        let before = self.module.resources.contains_key(&addr);
        self.resource(block, Mode::Data);
        if before {
            return None;
        }
        self.module.resources.get_mut(&addr)?.check = Some(check.clone());
        Some(addr)
    }
}
