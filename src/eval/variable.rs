//! The value of a variable: given or default, of its type, marked as its block says.
//!
//! Knows nothing of where values are given.

use crate::config::Variable;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::hcl::ast::{Expr, ExprKind, ObjectKey};
use crate::value::{Kind, Marks, Type, Value, convert};

use super::{Scope, apply_type, evaluate};

/// The final value of a variable: its default where nothing is given, of its type, marked as its block says.
///
/// `told` is how messages name the variable: `var.size declared at main.tf:1,1-16`.
pub fn variable_value(
    variable: &Variable,
    told: &str,
    given: Option<(Value, Span, Option<&Expr>)>,
    scope: &dyn Scope,
) -> Result<Value, Diagnostics> {
    let (value, span, expr) = match given {
        Some(given) if !(given.0.is_null() && !variable.nullable && variable.default.is_some()) => given,
        other => match &variable.default {
            Some(default) => (evaluate(default, scope)?, default.span, Some(default)),
            None => other.unwrap_or_else(|| (Value::null(variable.ty.clone()), variable.span, None)),
        },
    };
    if value.is_null() && !variable.nullable {
        let detail = format!("The variable \"{}\" must not be null.", variable.name.name);
        return Err(Diagnostic::error("Required variable not set", detail).at(span).into());
    }
    match apply_type(&value, &variable.ty, variable.defaults.as_ref()) {
        Ok(value) => Ok(value.mark(marks(variable))),
        Err(why) => {
            if variable.sensitive || value.is_sensitive_deep() {
                // Neither the reason nor the source of the value may be quoted.
                let span = if variable.sensitive { variable.span } else { span };
                let detail = format!(
                    "The given value is sensitive and not suitable for {told}: {} required.",
                    variable.ty.friendly_name()
                );
                return Err(Diagnostic::error("Invalid value for input variable", detail).at(span).into());
            }
            let mut parts = Vec::new();
            if let Some(expr) = expr {
                mismatches(expr, &value, &variable.ty, String::new(), &mut parts);
            }
            if parts.is_empty() {
                parts.push((span, String::new(), why));
            }
            let wrong = parts.into_iter().map(|(span, path, why)| {
                Diagnostic::error(
                    "Invalid value for input variable",
                    format!("The given value is not suitable for {told}{}: {why}.", part(&path)),
                )
                .at(span)
            });
            Err(wrong.collect())
        }
    }
}

fn part(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(", part {path}") }
}

/// The parts of a written value that do not fit a type: place, path, and why.
fn mismatches(expr: &Expr, value: &Value, ty: &Type, path: String, out: &mut Vec<(Span, String, String)>) {
    let Err(why) = convert(value, ty) else { return };
    let before = out.len();
    match (&expr.kind, ty, &value.kind) {
        (ExprKind::Parens(inner), ..) => return mismatches(inner, value, ty, path, out),
        (ExprKind::Object(items), Type::Map(_) | Type::Object(_), Kind::Object(values)) => {
            for (key, item) in items {
                let name = match key {
                    ObjectKey::Name(ident) => Some(&*ident.name),
                    ObjectKey::Expr(expr) => expr.as_str(),
                };
                let Some((name, inner)) = name.and_then(|n| Some((n, values.get(n)?))) else { continue };
                match ty {
                    Type::Map(element) => mismatches(item, inner, element, format!("{path}[\"{name}\"]"), out),
                    Type::Object(object) => {
                        if let Some(attribute) = object.attributes.get(name) {
                            mismatches(item, inner, attribute, format!("{path}.{name}"), out);
                        }
                    }
                    _ => {}
                }
            }
        }
        (ExprKind::Tuple(items), Type::List(element) | Type::Set(element), Kind::Tuple(values)) => {
            for (i, (item, inner)) in items.iter().zip(values.iter()).enumerate() {
                mismatches(item, inner, element, format!("{path}[{i}]"), out);
            }
        }
        _ => {}
    }
    if out.len() == before {
        out.push((expr.span, path, why));
    }
}

/// The marks that its block gives a variable.
pub(super) fn marks(variable: &Variable) -> Marks {
    let sensitive = if variable.sensitive { Marks::SENSITIVE } else { Marks::NONE };
    let ephemeral = if variable.ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
    sensitive | ephemeral
}
