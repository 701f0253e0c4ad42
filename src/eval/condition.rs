//! Conditions: validations, preconditions, postconditions and assertions.
//!
//! Knows nothing of when they are evaluated.

use super::{Scope, evaluate, involved};
use crate::config::Condition;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::hcl::ast::Expr;
use crate::value::{Kind, Marks, Type, Value, convert};

/// What came of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    /// Part of it is unknown: it is checked again when more is known.
    Undecided,
    Fails(Diagnostics),
}

impl Verdict {
    /// The findings; none while it is undecided.
    pub fn findings(self) -> Diagnostics {
        match self {
            Self::Fails(found) => found,
            Self::Holds | Self::Undecided => Diagnostics::new(),
        }
    }
}

/// Evaluates a condition; the diagnostic of one that fails. Unknown conditions pass: they are checked again later.
pub fn failed(condition: &Condition, scope: &dyn Scope, summary: &str, subject: &str) -> Diagnostics {
    judge(condition, scope, summary, subject).findings()
}

/// Judges a precondition, postcondition or assertion.
pub fn judge(condition: &Condition, scope: &dyn Scope, summary: &str, subject: &str) -> Verdict {
    let holds = match holds(&condition.condition, scope) {
        Ok(holds) => holds,
        Err(Wrong::Errors(errors)) => return Verdict::Fails(errors),
        Err(Wrong::Null) => {
            return invalid(
                condition,
                scope,
                subject,
                "Condition expression must return either true or false, not null.",
            );
        }
        Err(Wrong::Type(why)) => {
            return invalid(condition, scope, subject, &format!("Invalid condition result value: {why}."));
        }
    };
    match holds {
        None => return Verdict::Undecided,
        Some(true) => return Verdict::Holds,
        Some(false) => {}
    }
    let failure =
        |detail: &str| Diagnostic::error(summary, detail).at(condition.condition.span).address(subject).checked();
    let failure = |detail: &str| failure(detail).values(involved(&condition.condition, None, scope));
    let found = match message(&condition.message, scope) {
        Message::Text(text) => failure(&text).into(),
        Message::Invalid(errors) => errors,
        Message::Hidden(secret) => {
            let why =
                "This check failed, but has an invalid error message as described in the other accompanying messages.";
            Diagnostics::from_iter([failure(why), secret.warning(condition.message.span)])
        }
    };
    Verdict::Fails(found)
}

fn invalid(condition: &Condition, scope: &dyn Scope, subject: &str, detail: &str) -> Verdict {
    let found = Diagnostic::error("Invalid condition result", detail).at(condition.condition.span);
    let values = involved(&condition.condition, None, scope);
    Verdict::Fails(found.address(subject).values(values).into())
}

/// Judges a validation of a variable. `blame` is the value that was given, or the variable; `rule` names the place of
/// the validation.
pub fn judge_validation(condition: &Condition, scope: &dyn Scope, blame: Span, subject: &str, rule: &str) -> Verdict {
    let result = |detail: String| {
        let found = Diagnostic::error("Invalid variable validation result", detail).at(condition.condition.span);
        let values = involved(&condition.condition, None, scope);
        Verdict::Fails(found.address(subject).values(values).into())
    };
    match holds(&condition.condition, scope) {
        Ok(None) => return Verdict::Undecided,
        Ok(Some(true)) => return Verdict::Holds,
        Ok(Some(false)) => {}
        Err(Wrong::Errors(errors)) => return Verdict::Fails(errors),
        Err(Wrong::Null) => {
            return result("Validation condition expression must return either true or false, not null.".into());
        }
        Err(Wrong::Type(why)) => return result(format!("Invalid validation condition result value: {why}.")),
    }
    let failure = |text: &str| {
        let detail = format!("{text}\n\nThis was checked by the validation rule at {rule}.");
        let found = Diagnostic::error("Invalid value for variable", detail).at(blame).address(subject).checked();
        found.values(involved(&condition.condition, None, scope))
    };
    Verdict::Fails(match message(&condition.message, scope) {
        Message::Text(text) => failure(&text).into(),
        Message::Invalid(errors) => {
            errors.into_iter().chain([failure("Failed to evaluate condition error message.")]).collect()
        }
        Message::Hidden(secret) => Diagnostics::from_iter([
            failure("The error message included a sensitive value, so it will not be displayed."),
            secret.error(condition.message.span),
        ]),
    })
}

/// Why a condition is neither true nor false.
enum Wrong {
    Errors(Diagnostics),
    Null,
    Type(String),
}

fn holds(expr: &Expr, scope: &dyn Scope) -> Result<Option<bool>, Wrong> {
    let value = evaluate(expr, scope).map_err(Wrong::Errors)?;
    let value = convert(&value, &Type::Bool).map_err(Wrong::Type)?;
    match value.kind {
        Kind::Bool(holds) => Ok(Some(holds)),
        Kind::Unknown(..) => Ok(None),
        _ => Err(Wrong::Null),
    }
}

enum Message {
    Text(String),
    Invalid(Diagnostics),
    /// It contains what may not be shown.
    Hidden(Secret),
}

/// What a message must not tell.
enum Secret {
    Sensitive,
    Ephemeral,
}

fn message(expr: &Expr, scope: &dyn Scope) -> Message {
    let unsuitable = |why: &str| {
        let detail = format!("Unsuitable value for error message: {why}.");
        let found = Diagnostic::error("Invalid error message", detail).at(expr.span);
        Message::Invalid(found.values(involved(expr, None, scope)).into())
    };
    let value = match evaluate(expr, scope) {
        Ok(value) => value,
        Err(errors) => return Message::Invalid(errors),
    };
    let marks = value.marks_deep();
    let text = match convert(&value, &Type::String) {
        Ok(text) => text,
        Err(why) => return unsuitable(&why),
    };
    match &text.kind {
        Kind::Unknown(..) => unsuitable("expression refers to values that won't be known until the apply phase"),
        Kind::Null(_) => unsuitable("must not be null"),
        _ if marks.contains(Marks::SENSITIVE) => Message::Hidden(Secret::Sensitive),
        _ if marks.contains(Marks::EPHEMERAL) => Message::Hidden(Secret::Ephemeral),
        _ => Message::Text(Value::as_str(&text).unwrap_or_default().trim().to_owned()),
    }
}

impl Secret {
    fn warning(&self, span: Span) -> Diagnostic {
        let (summary, detail) = match self {
            Self::Sensitive => (
                "Error message refers to sensitive values",
                "The error expression used to explain this condition refers to sensitive values, so Terraform will not \
                 display the resulting message.\n\nYou can correct this by removing references to sensitive values, or by \
                 carefully using the nonsensitive() function if the expression will not reveal the sensitive data.",
            ),
            Self::Ephemeral => (
                "Error message refers to ephemeral values",
                "The error expression used to explain this condition refers to ephemeral values, so Terraform will not \
                 display the resulting message.\n\nYou can correct this by removing references to ephemeral values, or by \
                 using the ephemeralasnull() function on the references to not reveal ephemeral data.",
            ),
        };
        Diagnostic::warning(summary, detail).at(span)
    }

    fn error(&self, span: Span) -> Diagnostic {
        let (summary, detail) = match self {
            Self::Sensitive => (
                "Error message refers to sensitive values",
                "The error expression used to explain this condition refers to sensitive values. Terraform will not \
                 display the resulting message.\n\nYou can correct this by removing references to sensitive values, or by \
                 carefully using the nonsensitive() function if the expression will not reveal the sensitive data.",
            ),
            Self::Ephemeral => (
                "Error message refers to ephemeral values",
                "The error expression used to explain this condition refers to ephemeral values. Terraform will not \
                 display the resulting message.\n\nYou can correct this by removing references to ephemeral values, or by \
                 carefully using the ephemeralasnull() function if the expression will not reveal the ephemeral data.",
            ),
        };
        Diagnostic::error(summary, detail).at(span)
    }
}
