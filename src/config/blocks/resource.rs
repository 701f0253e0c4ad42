//! Resources and data sources, with their lifecycle.

use crate::addr::{Mode, Path, ResourceAddr, Step};
use crate::config::{IgnoreChanges, Lifecycle, Resource};
use crate::diag::{Diagnostic, Span};
use crate::hcl::ast::{Access, Block, Body, Expr, ExprKind};

use super::Reader;
use super::written::NO_REFERENCE;

impl Reader<'_> {
    pub(super) fn resource(&mut self, mut block: Block, mode: Mode) {
        let [kind, name] = block.labels.as_slice() else { return };
        let addr = ResourceAddr { mode, kind: kind.name.clone(), name: name.name.clone() };
        let (kind_span, opening) = (kind.span, super::opening(&block));
        let repetition = self.repetition(&block.body);
        let depends_on = self.depends_on(&block.body);
        let implied = addr.kind.split('_').next().unwrap_or_default();
        let provider_span = block.body.attribute("provider").map(|a| a.expr.span);
        let named = block.body.attribute("provider").and_then(|a| self.provider_ref(&a.expr, "provider"));
        let provider = named.unwrap_or_else(|| (implied.into(), None));
        let mut lifecycle = Lifecycle::default();
        let (mut preconditions, mut postconditions) = (Vec::new(), Vec::new());
        let mut first: Option<Span> = None;
        for inner in block.body.blocks("lifecycle") {
            if let Some(first) = first {
                let detail = format!("This resource already has a lifecycle block at {}.", self.place(first));
                self.found.push(
                    Diagnostic::error("Duplicate lifecycle block", detail)
                        .at(inner.header)
                        .hint("Put the arguments of both into one."),
                );
                continue;
            }
            first = Some(inner.header);
            lifecycle = self.lifecycle(inner, mode);
            preconditions = self.conditions(&inner.body, "precondition");
            postconditions = self.conditions(&inner.body, "postcondition");
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
            opening,
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
        let example = "replace_triggered_by = [aws_launch_template.node.latest_version]";
        let triggers = self.list(body, "replace_triggered_by", example);
        Lifecycle {
            create_before_destroy: self.flag(body, "create_before_destroy").unwrap_or(false),
            prevent_destroy: self.flag(body, "prevent_destroy").unwrap_or(false),
            ignore_changes: self.ignore_changes(body),
            replace_triggered_by: triggers.unwrap_or_default().to_vec(),
        }
    }

    fn ignore_changes(&mut self, body: &Body) -> IgnoreChanges {
        let Some(attribute) = body.attribute("ignore_changes") else { return IgnoreChanges::None };
        match &attribute.expr.kind {
            ExprKind::Traversal(root, steps) if &*root.name == "all" && steps.is_empty() => IgnoreChanges::All,
            ExprKind::Tuple(items) if items.iter().any(|item| item.as_str() == Some("*")) => {
                self.found.push(
                    Diagnostic::error(
                        "Invalid ignore_changes wildcard",
                        "The [\"*\"] form of ignore_changes wildcard is was deprecated and is now invalid. Use \
                         \"ignore_changes = all\" to ignore changes to all attributes.",
                    )
                    .at(attribute.expr.span),
                );
                IgnoreChanges::None
            }
            ExprKind::Tuple(items) => {
                let mut paths = Vec::new();
                for item in items {
                    let item = &self.unquoted(item);
                    match attribute_path(item) {
                        Some(path) => paths.push((path, item.span)),
                        None => self.found.push(
                            Diagnostic::error("Invalid expression", NO_REFERENCE)
                                .at(item.span)
                                .hint("List attributes, such as tags[\"Name\"]."),
                        ),
                    }
                }
                IgnoreChanges::Paths(paths)
            }
            _ => {
                self.list(body, "ignore_changes", "ignore_changes = [tags], or ignore_changes = all");
                IgnoreChanges::None
            }
        }
    }
}

/// A path relative to the resource: `tags["Name"]`, `scaling_config[0].desired_size`.
pub(in crate::config) fn attribute_path(expr: &Expr) -> Option<Path> {
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
