//! The S3 backend of `terraform_remote_state`, from its evaluated configuration.

use crate::builtin::Machine;
use crate::diag::{Sources, Span};
use crate::hcl::ast::{Attribute, Body, Expr, ExprKind, Ident, ObjectKey};
use crate::provider::{Error, Object, Result};
use crate::state::backend::{S3Backend, S3Config};
use crate::value::{Kind, Value};

/// The backend that the settings name. What they lack or should not have is an error.
pub fn backend(machine: &Machine, settings: &Object, workspace: &str) -> Result<S3Backend> {
    // The settings stand in no source text: all spans are those of an empty one.
    let span = Span::new(Sources::default().add("config", ""), 0..0);
    let body = body(settings, span);
    let (config, found) = S3Config::read(&body, span, workspace);
    if let Some(problem) = found.iter().next().filter(|_| found.has_errors()) {
        return Err(Error::other(format!("{}: {}", problem.summary, problem.detail)));
    }
    Ok(S3Backend::new(config, &machine.dir))
}

/// The settings as they would stand in a `backend` block.
fn body(settings: &Object, span: Span) -> Body {
    let set = settings.0.iter().filter(|(_, value)| !value.is_null());
    let attributes =
        set.map(|(name, value)| Attribute { name: Ident { name: name.clone(), span }, expr: expr(value, span), span });
    Body { attributes: attributes.collect(), blocks: Vec::new(), span, json: false }
}

fn expr(value: &Value, span: Span) -> Expr {
    let kind = match &value.kind {
        Kind::Object(entries) | Kind::Map(_, entries) => {
            let entry = |(name, value): (&crate::addr::Name, &Value)| {
                (ObjectKey::Name(Ident { name: name.clone(), span }), expr(value, span))
            };
            ExprKind::Object(entries.iter().filter(|(_, value)| !value.is_null()).map(entry).collect())
        }
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            ExprKind::Tuple(items.iter().map(|item| expr(item, span)).collect())
        }
        _ => ExprKind::Literal(value.clone().unmark_deep().0),
    };
    Expr { kind, span }
}
