//! What blocks of test files may hold, and literal arguments.

use crate::addr::Name;
use crate::diag::{Diagnostic, Diagnostics, Sources, Span, did_you_mean};
use crate::hcl::ast::{Access, Attribute, Block, Body, Expr, ExprKind, Ident};
use crate::hcl::{is_identifier, parse_expr};
use crate::value::{Type, Value, convert};

use super::super::settings;
use super::ProviderRef;

pub(super) const NAME_RULE: &str =
    "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.";

/// Collects what is wrong with the blocks of one file.
pub(super) struct Checker<'a> {
    pub found: Diagnostics,
    pub sources: &'a Sources,
}

impl Checker<'_> {
    pub fn error(&mut self, summary: &str, detail: impl Into<String>, span: Span, within: Span) {
        self.found.push(Diagnostic::error(summary, detail).at(span).within(within));
    }

    pub fn place(&self, span: Span) -> String {
        self.sources.place(span)
    }

    /// Reports a block with too few or too many labels.
    pub fn labels(&mut self, block: &Block, names: &[&str]) -> bool {
        let kind = &block.kind.name;
        if let Some(missing) = names.get(block.labels.len()) {
            let detail = format!("All {kind} blocks must have {} labels ({}).", names.len(), names.join(", "));
            self.error(&format!("Missing {missing} for {kind}"), detail, block.header, block.header);
            return false;
        }
        if let Some(extra) = block.labels.get(names.len()) {
            let detail = match names {
                [] => format!("No labels are expected for {kind} blocks."),
                _ => format!("Only {} labels ({}) are expected for {kind} blocks.", names.len(), names.join(", ")),
            };
            self.error(&format!("Extraneous label for {kind}"), detail, extra.span, block.header);
            return false;
        }
        true
    }

    /// Reports arguments and nested blocks beyond those named.
    pub fn only(&mut self, body: &Body, within: Option<Span>, arguments: &[&str], blocks: &[&str]) {
        for attribute in &body.attributes {
            let name = &*attribute.name.name;
            if arguments.contains(&name) {
                continue;
            }
            let near = if blocks.contains(&name) {
                format!(" Did you mean to define a block of type \"{name}\"?")
            } else {
                near(name, arguments)
            };
            let detail = format!("An argument named \"{name}\" is not expected here.{near}");
            let mut found = Diagnostic::error("Unsupported argument", detail).at(attribute.name.span);
            found.context = within;
            self.found.push(found);
        }
        for block in &body.blocks {
            let name = &*block.kind.name;
            if blocks.contains(&name) {
                continue;
            }
            let near = if arguments.contains(&name) {
                format!(" Did you mean to define argument \"{name}\"? If so, use the equals sign to assign it a value.")
            } else {
                near(name, blocks)
            };
            let detail = format!("Blocks of type \"{name}\" are not expected here.{near}");
            let mut found = Diagnostic::error("Unsupported block type", detail).at(block.kind.span);
            found.context = within;
            self.found.push(found);
        }
    }

    pub fn required(&mut self, block: &Block, name: &str, within: Span) -> Option<Expr> {
        let attribute = block.body.attribute(name);
        if attribute.is_none() {
            let detail = format!("The argument \"{name}\" is required, but no definition was found.");
            self.error("Missing required argument", detail, block.header, within);
        }
        attribute.map(|a| a.expr.clone())
    }

    /// A value written out, without references and calls.
    pub fn constant(&mut self, expr: &Expr) -> Option<Value> {
        let calls = settings::only_constants(expr);
        if calls.has_errors() {
            self.found.extend(calls);
            return None;
        }
        let value = settings::constant(expr);
        self.found.take(value)
    }

    /// A literal of a primitive type; anything else is an error.
    pub fn literal(&mut self, body: &Body, name: &str, ty: &Type, within: Span) -> Option<Value> {
        let attribute = body.attribute(name)?;
        let value = self.constant(&attribute.expr)?;
        match convert(&value, ty) {
            Ok(value) if !value.is_null() => Some(value),
            _ => {
                let detail = match ty {
                    Type::Bool => "Unsuitable value: a bool is required".to_owned(),
                    _ => format!("Unsuitable value: {} required", ty.friendly_name()),
                };
                self.error("Unsuitable value type", detail, attribute.expr.span, within);
                None
            }
        }
    }

    pub fn text(&mut self, body: &Body, name: &str, within: Span) -> Option<String> {
        let value = self.literal(body, name, &Type::String, within)?;
        value.as_str().map(str::to_owned)
    }

    /// One of some keywords; the rest is an error in these words.
    pub fn keyword<T: Copy>(
        &mut self,
        body: &Body,
        name: &str,
        words: &[(&str, T)],
        wrong: (&str, &str),
        within: Span,
    ) -> Option<T> {
        let attribute = body.attribute(name)?;
        let word = match &attribute.expr.kind {
            ExprKind::Traversal(root, steps) if steps.is_empty() => Some(&*root.name),
            ExprKind::Literal(value) => value.as_str(),
            _ => None,
        };
        let found = words.iter().find(|(w, _)| Some(*w) == word).map(|(_, value)| *value);
        if found.is_none() {
            self.error(wrong.0, wrong.1, attribute.expr.span, within);
        }
        found
    }

    /// The references of a list; what is no reference is an error.
    pub fn references(&mut self, attribute: &Attribute, within: Span) -> Vec<(Ident, Vec<Access>, Span)> {
        let ExprKind::Tuple(items) = &attribute.expr.kind else {
            self.error("Invalid expression", "A static list expression is required.", attribute.expr.span, within);
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items {
            let quoted = item.as_str().and_then(|text| parse_expr(item.span.source, text).ok());
            if quoted.is_some() {
                let detail = "In this context, references are expected literally rather than in quotes. Terraform 0.11 and earlier required quotes, but quoted references are now deprecated and will be removed in a future version of Terraform. Remove the quotes surrounding this reference to silence this warning.";
                let found = Diagnostic::warning("Quoted references are deprecated", detail);
                self.found.push(found.at(item.span).within(within));
            }
            let reference = quoted.as_ref().unwrap_or(item).as_traversal();
            match reference.filter(|(_, steps)| steps.iter().all(is_static)) {
                Some((root, steps)) => out.push((root.clone(), steps.to_vec(), item.span)),
                None => self.error("Invalid expression", STATIC_REFERENCE, item.span, within),
            }
        }
        out
    }
}

/// What a list of references must consist of.
pub(super) const STATIC_REFERENCE: &str = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";

fn is_static(step: &Access) -> bool {
    match step {
        Access::Attr(_) | Access::LegacyIndex(..) => true,
        Access::Index(key) => matches!(key.kind, ExprKind::Literal(_)),
        Access::AttrSplat(_) | Access::FullSplat(_) => false,
    }
}

fn near(name: &str, known: &[&str]) -> String {
    did_you_mean(name, known.iter().copied()).map(|n| format!(" Did you mean \"{n}\"?")).unwrap_or_default()
}

/// A traversal as an address is written.
pub(super) fn address(root: &Ident, steps: &[Access]) -> String {
    let mut out = root.name.to_string();
    for step in steps {
        match step {
            Access::Attr(name) => out.push_str(&format!(".{}", name.name)),
            Access::LegacyIndex(n, _) => out.push_str(&format!("[{n}]")),
            Access::Index(Expr { kind: ExprKind::Literal(value), .. }) => match value.as_str() {
                Some(key) => out.push_str(&format!("[\"{}\"]", crate::addr::escape(key))),
                None => out.push_str(&value.as_number().map(|n| format!("[{n}]")).unwrap_or_default()),
            },
            _ => {}
        }
    }
    out
}

/// `aws` or `aws.west`, also quoted.
pub(super) fn provider_ref(expr: &Expr) -> Option<ProviderRef> {
    if let Some(text) = expr.as_str() {
        let (name, alias) = text.split_once('.').map_or((text, None), |(n, a)| (n, Some(a)));
        return (is_identifier(name) && alias.is_none_or(is_identifier)).then(|| (name.into(), alias.map(Name::from)));
    }
    match expr.as_traversal()? {
        (root, []) => Some((root.name.clone(), None)),
        (root, [Access::Attr(alias)]) => Some((root.name.clone(), Some(alias.name.clone()))),
        _ => None,
    }
}

/// A provider as messages name it.
pub(super) fn shown((name, alias): &ProviderRef) -> String {
    alias.as_ref().map_or_else(|| name.to_string(), |alias| format!("{name}.{alias}"))
}
