//! Judges the assertions of a run.

use crate::config::Condition;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{Scope, evaluate, involved};
use crate::hcl::ast::Expr;
use crate::value::{Kind, Marks, Type, Value, convert};

use super::Status;

const UNKNOWN: &str = "Condition expression could not be evaluated at this time. This means you have executed a `run` block with `command = plan` and one of the values your condition depended on is not known until after the plan has been applied. Either remove this value from your condition, or execute an `apply` command from this `run` block. Alternatively, if there is an override for this value, you can make it available during the plan phase by setting `override_during = plan` in the `override_` block.";

/// Summary of a reference to a run that has not been carried out.
pub(super) const UNEVALUATED: &str = "Reference to unevaluated run block";

/// Whether an assertion holds, and what there is to say if not.
pub(super) fn judge(assertion: &Condition, scope: &dyn Scope) -> (Status, Diagnostics) {
    let condition = &assertion.condition;
    let mut found = unresolved(condition, scope);
    found.extend(unresolved(&assertion.message, scope));
    // What does not exist at all counts before what does not exist yet.
    let early = |d: &Diagnostic| d.summary == UNEVALUATED;
    if found.iter().any(|d| !early(d)) {
        found = found.into_iter().filter(|d| !early(d)).collect();
    }
    if found.has_errors() {
        return (Status::Error, found);
    }
    let wrong = |summary: &str, detail: String| {
        let found = Diagnostic::error(summary, detail).at(condition.span);
        (Status::Error, Diagnostics::from(found.values(involved(condition, None, scope))))
    };
    let value = match evaluate(condition, scope) {
        Ok(value) => value,
        Err(errors) => return (Status::Error, errors.into_iter().map(|d| explain(d, condition, scope)).collect()),
    };
    let holds = match convert(&value, &Type::Bool) {
        Ok(value) => value,
        Err(why) => return wrong("Invalid condition run", format!("Invalid condition run value: {why}.")),
    };
    let holds = match holds.kind {
        Kind::Bool(holds) => holds,
        Kind::Unknown(..) => return wrong("Unknown condition value", UNKNOWN.into()),
        _ => {
            return wrong(
                "Invalid condition run",
                "Condition expression must return either true or false, not null.".into(),
            );
        }
    };
    let (message, about) = message(&assertion.message, scope);
    let errors = about.has_errors();
    found.extend(about);
    match (errors, holds) {
        (true, _) => return (Status::Error, found),
        (_, true) => return (Status::Pass, found),
        _ => {}
    }
    let failed = Diagnostic::error("Test assertion failed", message).at(condition.span);
    found.push(failed.values(involved(condition, None, scope)));
    (Status::Fail, found)
}

/// References that mean nothing, all of them.
fn unresolved(expr: &Expr, scope: &dyn Scope) -> Diagnostics {
    let mut found = Diagnostics::new();
    expr.references(&mut |root, steps| {
        if let Err(diagnostic) = scope.resolve(root, steps, scope) {
            found.push(diagnostic);
        }
    });
    found
}

/// Adds what the guilty part of an expression refers to.
fn explain(found: Diagnostic, expr: &Expr, scope: &dyn Scope) -> Diagnostic {
    let values = involved(expr, found.span, scope);
    found.values(values)
}

/// The text to show; it is empty where it may not be shown.
fn message(expr: &Expr, scope: &dyn Scope) -> (String, Diagnostics) {
    let value = match evaluate(expr, scope) {
        Ok(value) => value,
        Err(errors) => return (String::new(), errors.into_iter().map(|d| explain(d, expr, scope)).collect()),
    };
    let unsuitable = |why: &str| {
        let found = Diagnostic::error("Invalid error message", format!("Unsuitable value for error message: {why}."));
        (String::new(), found.at(expr.span).into())
    };
    let hidden = |kind: &str| {
        let way = if kind == "sensitive" {
            "carefully using the nonsensitive() function if the expression will not reveal the sensitive data."
        } else {
            "using the ephemeralasnull() function on the references to not reveal ephemeral data."
        };
        let detail = format!(
            "The error expression used to explain this condition refers to {kind} values, so Terraform will not display the resulting message.\n\nYou can correct this by removing references to {kind} values, or by {way}"
        );
        let found = Diagnostic::warning(format!("Error message refers to {kind} values"), detail);
        (String::new(), found.at(expr.span).into())
    };
    let marks = value.marks_deep();
    let text = match convert(&value, &Type::String) {
        Ok(text) => text,
        Err(why) => return unsuitable(&why),
    };
    match &text.kind {
        _ if marks.contains(Marks::SENSITIVE) => hidden("sensitive"),
        _ if marks.contains(Marks::EPHEMERAL) => hidden("ephemeral"),
        Kind::Unknown(..) => unsuitable("expression refers to values that won't be known until the apply phase"),
        Kind::Null(_) => unsuitable("must not be null"),
        _ => (Value::as_str(&text).unwrap_or_default().trim().to_owned(), Diagnostics::new()),
    }
}
