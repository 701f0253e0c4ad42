//! The `terraform` block: versions and required providers.

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::hcl::ast::{Attribute, Expr, ExprKind, ObjectKey, UnaryOp};
use crate::value::Value;

use super::RequiredProvider;
use super::load::literal;

/// Version of the Terraform language that kiban speaks.
pub const LANGUAGE_VERSION: &str = "1.11.4";

/// Summary of a configuration that asks for another version: nothing else that is found in it counts.
pub const UNSUPPORTED_VERSION: &str = "Unsupported Terraform Core version";

/// A constant expression: literals, lists and objects of them.
pub(super) fn constant(expr: &Expr) -> Result<Value, Diagnostics> {
    let wrong = || {
        Diagnostics::from(
            Diagnostic::error("Variables not allowed", "A constant value is required here.").at(expr.span),
        )
    };
    match &expr.kind {
        ExprKind::Literal(value) => Ok(value.clone()),
        ExprKind::Parens(inner) => constant(inner),
        ExprKind::Unary(UnaryOp::Neg, inner) => {
            let value = constant(inner)?;
            value.as_number().map(|n| n.neg().into()).ok_or_else(wrong)
        }
        ExprKind::Unary(UnaryOp::Not, inner) => {
            let value = constant(inner)?;
            value.as_bool().map(|b| (!b).into()).ok_or_else(wrong)
        }
        ExprKind::Tuple(items) => Ok(Value::tuple(items.iter().map(constant).collect::<Result<_, _>>()?)),
        ExprKind::Object(items) => {
            let entries = items.iter().map(|(key, value)| {
                let name = match key {
                    ObjectKey::Name(ident) => ident.name.clone(),
                    ObjectKey::Expr(key) => constant(key)?.as_str().map(Into::into).ok_or_else(wrong)?,
                };
                Ok((name, constant(value)?))
            });
            Ok(Value::object(entries.collect::<Result<_, Diagnostics>>()?))
        }
        _ => Err(wrong()),
    }
}

/// References and calls in an expression whose value must stand there: a default, or the value of a variable.
pub fn only_constants(expr: &Expr) -> Diagnostics {
    let mut found = Diagnostics::new();
    let hint = "Write the value itself here. What is computed belongs in a local value.";
    let mut called: Vec<Span> = Vec::new();
    outer_calls(expr, &mut called);
    for span in &called {
        let call = Diagnostic::error("Function calls not allowed", "Functions may not be called here.").at(*span);
        found.push(call.hint(hint));
    }
    // What a function would be given is of no interest then.
    let within = |span: Span| called.iter().any(|c| c.start <= span.start && span.end <= c.end);
    expr.references(&mut |root, _| {
        if !within(root.span) {
            let variable = Diagnostic::error("Variables not allowed", "Variables may not be used here.").at(root.span);
            found.push(variable.hint(hint));
        }
    });
    found
}

fn outer_calls(expr: &Expr, out: &mut Vec<Span>) {
    if matches!(expr.kind, ExprKind::Call(_)) {
        out.push(expr.span);
    } else {
        expr.children(&mut |inner| outer_calls(inner, out));
    }
}

/// Whether `required_version` allows the language that kiban speaks.
pub(super) fn check_version(attribute: &Attribute) -> Option<Diagnostic> {
    let expr = &attribute.expr;
    let invalid = |detail: &str| {
        let hint = "Write a text such as \">= 1.9, < 2.0\".";
        Diagnostic::error("Invalid version constraint", detail).at(expr.span).hint(hint)
    };
    let Some(text) = literal(expr) else { return Some(invalid("A string value is required for required_version.")) };
    if let Some(part) = text.split(',').find(|part| part.contains('-')) {
        return Some(
            Diagnostic::error(
                "Invalid required_version constraint",
                format!(
                    "Prerelease version constraints are not supported: {part}. Remove the prerelease information from the \
                     constraint. Prerelease versions of terraform will match constraints using their version core only."
                ),
            )
            .at(expr.span),
        );
    }
    match allows(text, LANGUAGE_VERSION) {
        Some(true) => None,
        Some(false) => Some(
            Diagnostic::error(
                UNSUPPORTED_VERSION,
                format!(
                    "This configuration does not support Terraform version {LANGUAGE_VERSION}. To proceed, either choose another supported Terraform version or update this version constraint. \
                     Version constraints are normally set for good reason, so updating the constraint may lead to other \
                     errors or unexpected behavior."
                ),
            )
            .at(attribute.span)
            .hint("kiban speaks the language of this version: use a newer kiban, or loosen required_version."),
        ),
        None => Some(invalid(NO_CONSTRAINT)),
    }
}

/// What is wrong with a text that should be a version constraint.
pub(super) const NO_CONSTRAINT: &str = "This string does not use correct version constraint syntax.";

/// Whether a version meets a constraint such as `~> 1.9, != 1.10.1`; `None` where the constraint cannot be read.
pub fn allows(constraint: &str, version: &str) -> Option<bool> {
    let version = numbers(version)?;
    let mut all = true;
    for part in constraint.split(',').map(str::trim) {
        let digits = part.find(|c: char| c.is_ascii_digit())?;
        let (operator, text) = (part[..digits].trim().trim_end_matches('v').trim(), &part[digits..]);
        let wanted = numbers(text)?;
        let full = |v: &[u64]| {
            [v.first().copied().unwrap_or(0), v.get(1).copied().unwrap_or(0), v.get(2).copied().unwrap_or(0)]
        };
        let (have, want) = (full(&version), full(&wanted));
        all &= match operator {
            "" | "=" => have == want,
            "!=" => have != want,
            ">" => have > want,
            ">=" => have >= want,
            "<" => have < want,
            "<=" => have <= want,
            // The last number given may grow, those before it may not.
            "~>" => have >= want && have[..wanted.len().max(2) - 1] == want[..wanted.len().max(2) - 1],
            _ => return None,
        };
    }
    Some(all)
}

fn numbers(text: &str) -> Option<Vec<u64>> {
    let core = text.trim().split(['-', '+']).next()?;
    let parts: Vec<u64> = core.split('.').map(|n| n.parse().ok()).collect::<Option<_>>()?;
    (1..=3).contains(&parts.len()).then_some(parts)
}

/// `aws`, `hashicorp/aws` or `registry.terraform.io/hashicorp/aws`.
fn is_source(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let sound = |p: &&str| !p.is_empty() && p.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c));
    (1..=3).contains(&parts.len()) && parts.iter().all(sound)
}

/// One entry of `required_providers`.
pub(super) fn required_provider(attribute: &Attribute) -> (Option<RequiredProvider>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut version_span = attribute.expr.span;
    let mut required = RequiredProvider {
        source: attribute.name.name.to_string(),
        version: None,
        aliases: Vec::new(),
        span: attribute.span,
    };
    match &attribute.expr.kind {
        ExprKind::Literal(value) if value.as_str().is_some() => required.version = value.as_str().map(str::to_owned),
        ExprKind::Object(items) => {
            for (key, value) in items {
                let (name, key) = match key {
                    ObjectKey::Name(ident) => (ident.name.clone(), ident.span),
                    ObjectKey::Expr(key) => (key.as_str().unwrap_or_default().into(), key.span),
                };
                match (&*name, literal(value)) {
                    ("source", Some(text)) => {
                        if !is_source(text) {
                            found.push(
                                Diagnostic::error(
                                    "Invalid provider source string",
                                    "The \"source\" attribute must be in the format \"[hostname/][namespace/]name\"",
                                )
                                .at(value.span)
                                .hint("Write for example \"hashicorp/aws\"."),
                            );
                        }
                        required.source = text.to_owned();
                    }
                    ("version", Some(text)) => {
                        version_span = value.span;
                        required.version = Some(text.to_owned());
                    }
                    ("configuration_aliases", _) => {
                        if let ExprKind::Tuple(items) = &value.kind {
                            let alias = |e: &Expr| match e.as_traversal() {
                                Some((_, [crate::hcl::ast::Access::Attr(alias)])) => Some(alias.name.clone()),
                                _ => None,
                            };
                            required.aliases = items.iter().filter_map(alias).collect();
                        }
                    }
                    _ => found.push(
                        Diagnostic::error(
                            "Invalid required_providers object",
                            "required_providers objects can only contain \"version\", \"source\" and \
                             \"configuration_aliases\" attributes. To configure a provider, use a \"provider\" block.",
                        )
                        .at(key)
                        .hint("An entry has `source` and `version`."),
                    ),
                }
            }
        }
        _ => found.push(
            Diagnostic::error(
                "Invalid required_providers object",
                "An object with `source` and `version` is required.",
            )
            .at(attribute.expr.span),
        ),
    }
    if let Some(version) = &required.version
        && allows(version, "1.0.0").is_none()
    {
        found.push(
            Diagnostic::error("Invalid version constraint", NO_CONSTRAINT)
                .at(version_span)
                .hint("Write a text such as \"~> 5.0\" or \">= 5.1, < 6.0\"."),
        );
    }
    (Some(required), found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_constraints_mean_what_the_language_says() {
        for (constraint, expect) in [
            (">= 1.9", Some(true)),
            ("~> 1.9", Some(true)),
            ("~> 1.11.0", Some(true)),
            ("~> 1.10.0", Some(false)),
            ("~> 2.0", Some(false)),
            (">= 1.0, < 1.11.4", Some(false)),
            ("1.11.4", Some(true)),
            ("!= 1.11.4", Some(false)),
            ("latest", None),
        ] {
            assert_eq!(allows(constraint, "1.11.4"), expect, "{constraint}");
        }
    }
}
