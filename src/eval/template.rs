//! Templates: text with interpolations and directives.
//!
//! Knows nothing of files: strip markers and indentation were applied by the parser.

use super::Bindings;
use super::expr::{Cx, Evaluated, eval, fail};
use super::for_expr::{Items, bind, iterate};
use crate::diag::{Diagnostic, Diagnostics};
use crate::hcl::ast::{Expr, Part};
pub(crate) use crate::value::normalized;
use crate::value::{Kind, Marks, Refinement, Type, Value, convert};

/// Bytes that a text may have: templates that refer to templates can grow without end.
const MAX_TEXT: usize = 16 << 20;

/// The value of a template. One interpolation alone gives its value unchanged; everything else is text.
pub(super) fn template(parts: &[Part], cx: Cx<'_>) -> Evaluated {
    if let [Part::Interpolation(only)] = parts {
        return eval(only, cx);
    }
    let mut text = Text::default();
    let mut found = Diagnostics::new();
    text.append(parts, cx, &mut found);
    if text.too_long {
        let detail = format!("The text would be longer than {} MiB.", MAX_TEXT >> 20);
        let found =
            Diagnostic::error("Template result too long", detail).hint("Write large texts to files of their own.");
        return Err(match parts.first().map(Part::span) {
            Some(span) => found.at(span),
            None => found,
        }
        .into());
    }
    found.or(text.finish())
}

/// Text under construction: what is known of it so far.
#[derive(Default)]
struct Text {
    known: String,
    /// Something unknown was met: `known` is only a prefix.
    open: bool,
    /// More was to be added than [`MAX_TEXT`].
    too_long: bool,
    marks: Marks,
}

impl Text {
    fn append(&mut self, parts: &[Part], cx: Cx<'_>, found: &mut Diagnostics) {
        for part in parts {
            let step = match part {
                Part::Text(text, _) => {
                    self.push(text);
                    Ok(())
                }
                Part::Interpolation(e) => self.interpolate(e, cx),
                Part::If { condition, then, otherwise, .. } => self.choose(condition, then, otherwise, cx, found),
                Part::For { key_var, value_var, collection, body, .. } => {
                    iterate(collection, cx).map(|(items, marks)| {
                        self.marks |= marks;
                        let Items::Known(entries) = items else {
                            self.open = true;
                            return;
                        };
                        for (key, value) in entries {
                            let scope = Bindings::new(cx.scope, bind(key_var.as_ref(), value_var, key, value));
                            self.append(body, cx.with(&scope), found);
                            if found.has_errors() || self.too_long {
                                return;
                            }
                        }
                    })
                }
            };
            found.take(step);
        }
    }

    fn push(&mut self, text: &str) {
        if self.known.len() + text.len() > MAX_TEXT {
            self.too_long = true;
        } else if !self.open {
            self.known.push_str(text);
        }
    }

    fn interpolate(&mut self, expr: &Expr, cx: Cx<'_>) -> Result<(), Diagnostics> {
        let invalid = |detail: String| fail("Invalid template interpolation value", detail, expr.span);
        let value = eval(expr, cx)?;
        if value.is_null() {
            return Err(invalid(
                "The expression result is null. Cannot include a null value in a string template.".into(),
            ));
        }
        let text = convert(&value, &Type::String)
            .map_err(|why| invalid(format!("Cannot include the given value in a string template: {why}.")))?;
        self.marks |= value.marks;
        match &text.kind {
            Kind::String(s) => self.push(s),
            Kind::Unknown(_, refinement) => {
                self.push(refinement.prefix.as_deref().unwrap_or(""));
                self.open = true;
            }
            _ => {}
        }
        Ok(())
    }

    fn choose(
        &mut self,
        condition: &Expr,
        then: &[Part],
        otherwise: &[Part],
        cx: Cx<'_>,
        found: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let value = eval(condition, cx)?;
        if value.is_null() {
            let detail = "The condition value is null. Conditions must either be true or false.";
            return Err(fail("Null condition", detail, condition.span));
        }
        let truth = convert(&value, &Type::Bool).map_err(|_| {
            fail("Incorrect condition type", "The condition expression must be of type bool.", condition.span)
        })?;
        self.marks |= truth.marks;
        match truth.as_bool() {
            Some(true) => self.append(then, cx, found),
            Some(false) => self.append(otherwise, cx, found),
            None => {
                // Neither branch is chosen yet, so neither may fail; their marks count all the same.
                for branch in [then, otherwise] {
                    let mut maybe = Text::default();
                    maybe.append(branch, cx, &mut Diagnostics::new());
                    self.marks |= maybe.marks;
                }
                self.open = true;
            }
        }
        Ok(())
    }

    fn finish(self) -> Value {
        let value = if self.open {
            let prefix = (!self.known.is_empty()).then(|| self.known.into());
            Value::unknown_refined(Type::String, Refinement { not_null: true, prefix, ..Refinement::default() })
        } else {
            Value::string(normalized(self.known))
        };
        value.mark(self.marks)
    }
}
