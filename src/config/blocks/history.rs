//! What became of objects: `moved`, `removed`, `import`.

use crate::addr::{Mode, Target};
use crate::config::{AddressExpr, Import, ImportIdentity, Moved, Removed};
use crate::diag::{Diagnostic, Span};
use crate::hcl::ast::{Access, Block};

use super::Reader;

impl Reader<'_> {
    pub(super) fn moved(&mut self, block: &Block) {
        self.only(&block.body, &["from", "to"], &[]);
        let (from, to) = (self.address(block, "from"), self.address(block, "to"));
        let (Some((from, _)), Some((to, _))) = (from, to) else { return };
        if matches!(from, Target::Module(_)) != matches!(to, Target::Module(_)) {
            self.found.push(
                Diagnostic::error(
                    "Invalid \"moved\" addresses",
                    "The \"from\" and \"to\" addresses must either both refer to resources or both refer to modules.",
                )
                .at(block.header)
                .hint("`from` is the address that the object had, `to` the one that it has now."),
            );
            return;
        }
        self.module.moved.push(Moved { from, to, span: block.header });
    }

    pub(super) fn removed(&mut self, block: &Block) {
        self.only(&block.body, &["from"], &["lifecycle", "provisioner", "connection"]);
        for inner in block.body.blocks("provisioner").chain(block.body.blocks("connection")) {
            self.found.push(
                Diagnostic::error(
                    "Provisioners are not run",
                    format!("kiban does not run {} blocks.", inner.kind.name),
                )
                .at(inner.header)
                .hint("Do by hand what has to be done before the object goes, and take the block away."),
            );
        }
        let address = self.address(block, "from");
        let mut destroy = true;
        if let Some(lifecycle) = block.body.blocks("lifecycle").next() {
            self.only(&lifecycle.body, &["destroy"], &[]);
            destroy = self.flag(&lifecycle.body, "destroy").unwrap_or(true);
        }
        let Some((from, from_span)) = address else { return };
        let last = block.body.attribute("from").and_then(|a| a.expr.as_traversal()).and_then(|(_, steps)| steps.last());
        if let Err(diagnostic) = removable(&from, from_span, last.map_or(from_span, Access::span)) {
            self.found.push(diagnostic);
            return;
        }
        self.module.removed.push(Removed { from, from_span, destroy, span: block.header });
    }

    pub(super) fn import(&mut self, block: &Block) {
        self.only(&block.body, &["to", "id", "identity", "for_each", "provider"], &[]);
        let provider = block.body.attribute("provider").and_then(|a| self.provider_ref(&a.expr, "provider"));
        let identity = self.identity(block);
        let Some(to) = self.required(block, "to") else { return };
        let to = match AddressExpr::read(&to, block.body.json) {
            Ok(to) => to,
            Err(diagnostic) => {
                self.found.push(diagnostic);
                return;
            }
        };
        if to.resource.as_ref().is_none_or(|(addr, _)| addr.mode != Mode::Managed) {
            let whole = block.body.attribute("to").map_or(to.span, |a| a.span);
            self.found
                .push(Diagnostic::error("Invalid import address", "Only managed resources can be imported.").at(whole));
            return;
        }
        let for_each = block.body.attribute("for_each").map(|a| a.expr.clone());
        let Some(identity) = identity else { return };
        let import = Import { to, identity, for_each, provider, span: block.header };
        if let Some(before) = self.same_import(&import) {
            let addr = import.to.to_string();
            let place = self.sources.place(before);
            self.found.push(
                Diagnostic::error(
                    format!("Duplicate import configuration for \"{addr}\""),
                    format!(
                        "An import block for the resource \"{addr}\" was already declared at {place}. A resource can \
                         have only one import block."
                    ),
                )
                .at(import.to.span),
            );
            return;
        }
        self.module.imports.push(import);
    }

    /// An earlier block that imports to the same instance.
    fn same_import(&self, import: &Import) -> Option<Span> {
        let to = import.to.fixed().ok()?;
        self.module.imports.iter().find(|i| i.to.fixed().is_ok_and(|other| other == to)).map(|i| i.span)
    }

    fn identity(&mut self, block: &Block) -> Option<ImportIdentity> {
        match (block.body.attribute("id"), block.body.attribute("identity")) {
            (Some(_), Some(identity)) => {
                self.found.push(
                    Diagnostic::error(
                        "Invalid import block",
                        "The \"id\" and \"identity\" arguments are mutually exclusive.",
                    )
                    .at(identity.name.span)
                    .within(block.header),
                );
                None
            }
            (None, Some(identity)) => Some(ImportIdentity::Attributes(identity.expr.clone())),
            _ => self.required(block, "id").map(ImportIdentity::Id),
        }
    }

    fn address(&mut self, block: &Block, name: &str) -> Option<(Target, Span)> {
        let expr = self.required(block, name)?;
        let address = AddressExpr::read(&expr, block.body.json).and_then(|a| a.fixed());
        match address {
            Ok(address) => Some((address, expr.span)),
            Err(diagnostic) => {
                self.found.push(diagnostic.within(block.header));
                None
            }
        }
    }
}

/// Blocks are removed as a whole, and only those of managed resources.
fn removable(from: &Target, span: Span, key: Span) -> Result<(), Diagnostic> {
    let (module, resource) = match from {
        Target::Module(module) => (module, None),
        Target::Resource(r) => (&r.module, Some(&r.resource)),
        Target::Instance(i) => {
            let wrong = Diagnostic::error(
                "Resource instance keys not allowed",
                "Resource address must be a resource (e.g. \"test_instance.foo\"), not a resource instance (e.g. \
                 \"test_instance.foo[1]\").",
            );
            return Err(wrong.at(key).hint(format!("Write {}.", i.resource)));
        }
    };
    if module.0.iter().any(|(_, key)| *key != crate::addr::InstanceKey::None) {
        return Err(Diagnostic::error(
            "Module instance keys not allowed",
            "Module address must be a module (e.g. \"module.foo\"), not a module instance (e.g. \"module.foo[1]\").",
        )
        .at(span));
    }
    if resource.is_some_and(|r| r.mode == Mode::Data) {
        return Err(Diagnostic::error(
            "Data source address not allowed",
            "Data sources are never destroyed, so they are not valid targets of removed blocks. To remove the data \
             source from state, remove the data source block from configuration.",
        )
        .at(span));
    }
    Ok(())
}

/// Blocks that have no place in override files.
pub(in crate::config) fn history_only(kind: &str) -> Option<&'static str> {
    match kind {
        "moved" => Some("Records of moved objects can appear only in normal files, not in override files."),
        "removed" => Some("Removed blocks can appear only in normal files, not in override files."),
        "import" => Some("Import blocks can appear only in normal files, not in override files."),
        _ => None,
    }
}
