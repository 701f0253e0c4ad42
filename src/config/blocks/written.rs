//! What the language wants written out: flags, texts, lists, and references that nothing computes.

use crate::addr::Name;
use crate::config::{Reference, settings};
use crate::diag::{Diagnostic, Span};
use crate::hcl::ast::{Access, Body, Expr, ExprKind, Ident};
use crate::hcl::parse_expr_at;
use crate::value::{Type, Value, convert};

use super::Reader;

const NO_LIST: &str = "A static list expression is required.";
pub(super) const NO_REFERENCE: &str = "A single static variable reference is required: only attribute access and indexing with \
                            constant keys. No calculations, function calls, template expressions, etc are allowed here.";

/// Name and alias of a provider configuration.
type ProviderKey = (Name, Option<Name>);

impl Reader<'_> {
    /// A bool that is written out.
    pub(super) fn flag(&mut self, body: &Body, name: &str) -> Option<bool> {
        self.constant(&body.attribute(name)?.expr, &Type::Bool)?.as_bool()
    }

    /// A text that is written out.
    pub(super) fn text(&mut self, body: &Body, name: &str) -> Option<String> {
        self.constant(&body.attribute(name)?.expr, &Type::String)?.as_str().map(str::to_owned)
    }

    fn constant(&mut self, expr: &Expr, ty: &Type) -> Option<Value> {
        let computed = settings::only_constants(expr);
        let value = if computed.is_empty() { settings::constant(expr).ok() } else { None };
        self.found.extend(computed);
        let why = match value.map(|value| convert(&value, ty)) {
            Some(Ok(value)) => return Some(value),
            Some(Err(why)) => why,
            None => "value must be known".into(),
        };
        self.found.push(
            Diagnostic::error("Unsuitable value type", format!("Unsuitable value: {why}"))
                .at(expr.start())
                .hint(format!("Write {} itself here.", if *ty == Type::Bool { "true or false" } else { "the text" })),
        );
        None
    }

    pub(super) fn depends_on(&mut self, body: &Body) -> Vec<Reference> {
        let Some(items) = self.list(body, "depends_on", "depends_on = [aws_iam_role_policy.node]") else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items {
            let item = self.unquoted(item);
            let Some((root, steps)) = item.as_traversal() else {
                self.found.push(Diagnostic::error("Invalid expression", NO_REFERENCE).at(item.span));
                continue;
            };
            match Reference::parse(root, steps) {
                Ok(reference) => {
                    if reference.span.end < item.span.end {
                        let rest = Span { start: reference.span.end, ..item.span };
                        self.found.push(
                            Diagnostic::error(
                                "Invalid depends_on reference",
                                "References in depends_on must be to a whole object (resource, etc), not to an \
                                 attribute of an object.",
                            )
                            .at(rest)
                            .hint("Take away what follows the name of the object."),
                        );
                    }
                    out.push(reference);
                }
                Err(diagnostic) => self.found.push(diagnostic),
            }
        }
        out
    }

    /// A list that is written out.
    pub(super) fn list<'b>(&mut self, body: &'b Body, name: &str, example: &str) -> Option<&'b [Expr]> {
        let expr = &body.attribute(name)?.expr;
        if let ExprKind::Tuple(items) = &expr.kind {
            return Some(items);
        }
        let wrong = Diagnostic::error("Invalid expression", NO_LIST).at(expr.start());
        self.found.push(wrong.hint(format!("For example: {example}")));
        None
    }

    /// A reference out of the quotes that early versions of the language had around it.
    pub(super) fn unquoted(&mut self, expr: &Expr) -> Expr {
        let inner = expr.start();
        let Some(text) = expr.as_str().filter(|text| text.len() == inner.range().len()) else { return expr.clone() };
        let Ok(reference) = parse_expr_at(inner.source, text, inner.start as usize) else { return expr.clone() };
        if reference.as_traversal().is_none() {
            return expr.clone();
        }
        self.quoted(expr.span);
        reference
    }

    fn quoted(&mut self, span: Span) {
        self.found.push(
            Diagnostic::warning(
                "Quoted references are deprecated",
                "In this context, references are expected literally rather than in quotes. Terraform 0.11 and earlier \
                 required quotes, but quoted references are now deprecated and will be removed in a future version of \
                 Terraform. Remove the quotes surrounding this reference to silence this warning.",
            )
            .at(span),
        );
    }

    /// A reference to a provider configuration: `aws`, `aws.west`. `argument` is what asks for it.
    pub(super) fn provider_ref(&mut self, expr: &Expr, argument: &str) -> Option<ProviderKey> {
        let whole = expr.span;
        let json = expr.as_str().is_some_and(|text| text.len() + 2 != expr.span.range().len());
        let expr = if json { expr.clone() } else { self.unquoted(expr) };
        match provider_reference(&expr) {
            Ok(found) => Some(found),
            Err(span) => {
                let detail = match span {
                    None => format!(
                        "The {argument} argument requires a provider type name, optionally followed by a period and then \
                         a configuration alias."
                    ),
                    Some(_) => "Provider name must either stand alone or be followed by a period and then a \
                                configuration alias."
                        .to_owned(),
                };
                let at = span.unwrap_or(whole);
                self.found.push(Diagnostic::error("Invalid provider configuration reference", detail).at(at));
                None
            }
        }
    }
}

/// `aws` or `aws.west`; an error is the place of a step that has none there.
pub(super) fn provider_reference(expr: &Expr) -> Result<ProviderKey, Option<Span>> {
    if let Some(text) = expr.as_str() {
        let (name, alias) = text.split_once('.').map_or((text, None), |(n, a)| (n, Some(a)));
        return Ok((name.into(), alias.map(Name::from)));
    }
    match expr.as_traversal().ok_or(None)? {
        (root, []) => Ok((root.name.clone(), None)),
        (root, [Access::Attr(Ident { name, .. })]) => Ok((root.name.clone(), Some(name.clone()))),
        (_, [Access::Attr(_), ..]) => Err(None),
        (_, [step, ..]) => Err(Some(step.span())),
    }
}
