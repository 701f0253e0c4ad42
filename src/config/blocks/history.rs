//! What became of objects, and what is claimed of them: `moved`, `removed`, `import`, `check`.

use crate::config::{Check, Import, Moved, Removed};
use crate::diag::Diagnostic;
use crate::hcl::ast::Block;

use super::Reader;

impl Reader<'_> {
    pub(super) fn moved(&mut self, block: &Block) {
        self.only(&block.body, &["from", "to"], &[]);
        if let (Some(from), Some(to)) = (self.required(block, "from"), self.required(block, "to")) {
            self.module.moved.push(Moved { from, to, span: block.header });
        }
    }

    pub(super) fn removed(&mut self, block: &Block) {
        self.only(&block.body, &["from"], &["lifecycle"]);
        let Some(from) = self.required(block, "from") else { return };
        let lifecycle = block.body.blocks("lifecycle").next();
        let destroy = lifecycle.and_then(|l| self.flag(&l.body, "destroy")).unwrap_or(true);
        self.module.removed.push(Removed { from, destroy, span: block.header });
    }

    pub(super) fn import(&mut self, block: &Block) {
        self.only(&block.body, &["to", "id", "identity", "for_each", "provider"], &[]);
        let Some(to) = self.required(block, "to") else { return };
        let expr = |name| block.body.attribute(name).map(|a| a.expr.clone());
        let provider = block.body.attribute("provider").cloned().and_then(|a| self.provider_ref(&a));
        self.found.push(
            Diagnostic::error("Unsupported block", "import blocks are not carried out yet.")
                .at(block.header)
                .hint("Import the object with `terraform import` on the same state, then plan again."),
        );
        self.module.imports.push(Import {
            to,
            id: expr("id"),
            for_each: expr("for_each"),
            provider,
            span: block.header,
        });
    }

    pub(super) fn check(&mut self, block: Block) {
        self.only(&block.body, &[], &["assert", "data"]);
        let assertions = self.conditions(&block.body, "assert");
        let data: Vec<Block> = block.body.blocks("data").cloned().collect();
        for scoped in &data {
            self.found.push(
                Diagnostic::error("Unsupported block", "Data sources inside of check blocks are not read yet.")
                    .at(scoped.header)
                    .hint("Move the data source out of the check block."),
            );
        }
        let Some(name) = block.labels.into_iter().next() else { return };
        self.module.checks.insert(name.name.clone(), Check { name, assertions, data });
    }
}
