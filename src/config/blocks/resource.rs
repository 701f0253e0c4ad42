//! Resources and data sources, with their lifecycle.

use crate::addr::{Mode, Path, ResourceAddr, Step};
use crate::config::{IgnoreChanges, Lifecycle, Resource};
use crate::diag::Diagnostic;
use crate::hcl::ast::{Access, Block, Body, Expr, ExprKind};

use super::Reader;

impl Reader<'_> {
    pub(super) fn resource(&mut self, mut block: Block, mode: Mode) {
        let [kind, name] = block.labels.as_slice() else { return };
        let addr = ResourceAddr { mode, kind: kind.name.clone(), name: name.name.clone() };
        let kind_span = kind.span;
        let repetition = self.repetition(&block.body);
        let depends_on = self.depends_on(&block.body);
        let implied = addr.kind.split('_').next().unwrap_or_default();
        let provider_span = block.body.attribute("provider").map(|a| a.expr.span);
        let provider = match block.body.attribute("provider").cloned() {
            Some(attribute) => self.provider_ref(&attribute).unwrap_or_else(|| (implied.into(), None)),
            None => (implied.into(), None),
        };
        let mut lifecycle = Lifecycle::default();
        let (mut preconditions, mut postconditions) = (Vec::new(), Vec::new());
        for inner in &block.body.blocks {
            if &*inner.kind.name == "lifecycle" {
                lifecycle = self.lifecycle(inner, mode);
                preconditions = self.conditions(&inner.body, "precondition");
                postconditions = self.conditions(&inner.body, "postcondition");
            }
        }
        let provisioners = self.provisioners(&block, mode);
        block.body.attributes.retain(|a| !matches!(&*a.name.name, "count" | "for_each" | "depends_on" | "provider"));
        block.body.blocks.retain(|b| !matches!(&*b.kind.name, "lifecycle" | "provisioner" | "connection"));
        if let Some(old) = self.module.resources.get(&addr) {
            let before = old.header;
            let what = if mode == Mode::Data { "data source" } else { "resource" };
            self.found.push(
                Diagnostic::error(
                    format!("Duplicate {what} \"{}\" configuration", addr.kind),
                    format!(
                        "A {} {what} named \"{}\" was already declared at {}. Resource names must be unique per type in each module.",
                        addr.kind,
                        addr.name,
                        self.place(before)
                    ),
                )
                .at(block.header)
                .hint("Rename or remove one of the two."),
            );
            return;
        }
        let resource = Resource {
            addr: addr.clone(),
            repetition,
            provider,
            provider_span,
            depends_on,
            check: None,
            lifecycle,
            preconditions,
            postconditions,
            provisioners,
            body: block.body,
            kind_span,
            header: block.header,
        };
        self.module.resources.insert(addr, resource);
    }

    fn lifecycle(&mut self, block: &Block, mode: Mode) -> Lifecycle {
        let arguments: &[&str] = match mode {
            Mode::Managed => &["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by"],
            _ => &[],
        };
        self.only(&block.body, arguments, &["precondition", "postcondition"]);
        let body = &block.body;
        let triggers = body.attribute("replace_triggered_by").map(|a| &a.expr.kind);
        Lifecycle {
            create_before_destroy: self.flag(body, "create_before_destroy").unwrap_or(false),
            prevent_destroy: self.flag(body, "prevent_destroy").unwrap_or(false),
            ignore_changes: self.ignore_changes(body),
            replace_triggered_by: match triggers {
                Some(ExprKind::Tuple(items)) => items.clone(),
                _ => Vec::new(),
            },
        }
    }

    fn ignore_changes(&mut self, body: &Body) -> IgnoreChanges {
        let Some(attribute) = body.attribute("ignore_changes") else { return IgnoreChanges::None };
        match &attribute.expr.kind {
            ExprKind::Traversal(root, steps) if &*root.name == "all" && steps.is_empty() => IgnoreChanges::All,
            ExprKind::Tuple(items) => {
                let mut paths = Vec::new();
                for item in items {
                    match attribute_path(item) {
                        Some(path) => paths.push((path, item.span)),
                        None => self.found.push(
                            Diagnostic::error(
                                "Invalid expression",
                                "ignore_changes lists attributes, such as tags[\"Name\"].",
                            )
                            .at(item.span),
                        ),
                    }
                }
                IgnoreChanges::Paths(paths)
            }
            _ => {
                self.found.push(
                    Diagnostic::error("Invalid expression", "ignore_changes is a list of attributes, or all.")
                        .at(attribute.expr.span),
                );
                IgnoreChanges::None
            }
        }
    }
}

/// A path relative to the resource: `tags["Name"]`, `scaling_config[0].desired_size`.
fn attribute_path(expr: &Expr) -> Option<Path> {
    if let Some(text) = expr.as_str() {
        return Some(Path::attr(text));
    }
    let (root, steps) = expr.as_traversal()?;
    let mut path = vec![Step::Attr(root.name.clone())];
    for step in steps {
        path.push(match step {
            Access::Attr(ident) => Step::Attr(ident.name.clone()),
            Access::LegacyIndex(n, _) => Step::Index(*n),
            Access::Index(Expr { kind: ExprKind::Literal(value), .. }) => match (value.as_str(), value.as_i64()) {
                (Some(key), _) => Step::Key(key.into()),
                (_, Some(n)) => Step::Index(u64::try_from(n).ok()?),
                _ => return None,
            },
            _ => return None,
        });
    }
    Some(Path(path))
}
