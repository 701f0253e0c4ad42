//! What `count` and `for_each` make of their values.
//!
//! Knows nothing of the blocks that they stand in.

use std::collections::BTreeMap;

use super::world::Keys;
use crate::diag::{Because, Diagnostic};
use crate::hcl::ast::Expr;
use crate::value::{Kind, Marks, Type, Value};

/// Instances by number.
pub(super) fn count(expr: &Expr, value: Value) -> Result<Keys, Diagnostic> {
    let invalid = |detail: String| Diagnostic::error("Invalid count argument", detail).at(expr.span);
    let unsuitable = |why: &str| invalid(format!("The given \"count\" argument value is unsuitable: {why}."));
    if value.is_sensitive_deep() {
        return Err(invalid(
            "Sensitive values, or values derived from sensitive values, cannot be used as count arguments. If used, the \
             sensitive value could be exposed by the number of instances."
                .into(),
        ));
    }
    if value.marks_deep().contains(Marks::EPHEMERAL) {
        return Err(invalid(
            "The given \"count\" is derived from an ephemeral value, which means that Terraform cannot persist it between \
             plan/apply rounds. Use only non-ephemeral values to specify the number of resource instances."
                .into(),
        ));
    }
    let number = crate::value::convert(&value, &Type::Number).map_err(|why| {
        Diagnostic::error("Incorrect value type", format!("Invalid expression value: {why}.")).at(expr.span)
    })?;
    match &number.kind {
        Kind::Unknown(..) => Err(invalid(
            "The \"count\" value depends on resource attributes that cannot be determined until apply, so Terraform \
             cannot predict how many instances will be created. To work around this, use the -target argument to first \
             apply only the resources that the count depends on."
                .into(),
        )
        .because(Because::Unknown)),
        Kind::Null(_) => Err(invalid("The given \"count\" argument value is null. An integer is required.".into())),
        Kind::Number(n) if n.is_negative() && n.is_integer() => {
            Err(unsuitable("must be greater than or equal to zero"))
        }
        Kind::Number(n) => match n.to_i64().and_then(|n| u64::try_from(n).ok()) {
            Some(n) => Ok(Keys::Count(n)),
            None => Err(unsuitable(NOT_WHOLE)),
        },
        _ => Err(unsuitable("a number is required")),
    }
}

const NOT_WHOLE: &str = "value must be a whole number, between -9223372036854775808 and 9223372036854775807";

/// Instances by key.
pub(super) fn for_each(expr: &Expr, value: Value) -> Result<Keys, Diagnostic> {
    let invalid = |detail: &str| Diagnostic::error("Invalid for_each argument", detail).at(expr.span);
    let unsuitable = |why: &str| format!("The given \"for_each\" argument value is unsuitable: {why}.");
    let invalid_set = |why: &str| Diagnostic::error("Invalid for_each set argument", unsuitable(why)).at(expr.span);
    // Values of a map may be sensitive; its keys, and a set, may not.
    if value.marks.contains(Marks::SENSITIVE) {
        return Err(invalid(
            "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. If used, the \
             sensitive value could be exposed as a resource instance key.",
        )
        .because(Because::Sensitive));
    }
    if value.marks.contains(Marks::EPHEMERAL) {
        return Err(invalid(
            "The given \"for_each\" value is derived from an ephemeral value, which means that Terraform cannot persist it \
             between plan/apply rounds. Use only non-ephemeral values to specify a resource's instance keys.",
        )
        .because(Because::Ephemeral));
    }
    let ty = value.ty();
    match (&value.kind, &ty) {
        (Kind::Null(_), _) => Err(invalid(&unsuitable(
            "the given \"for_each\" argument value is null. A map, or set of strings is allowed",
        ))),
        (Kind::Map(_, m) | Kind::Object(m), _) => Ok(Keys::ForEach((**m).clone())),
        (Kind::Set(_, items), _) if items.is_empty() => Ok(Keys::ForEach(BTreeMap::new())),
        (Kind::Set(..), _) if !value.is_wholly_known() => Err(unknown_for_each(expr, &ty)),
        (Kind::Set(_, items), Type::Set(element)) => {
            if **element != Type::String {
                return Err(invalid_set(&format!(
                    "\"for_each\" supports maps and sets of strings, but you have provided a set containing type {}",
                    element.friendly_name()
                )));
            }
            let key = |item: &Value| match &item.kind {
                Kind::String(s) => Ok((s.clone(), item.clone())),
                _ => Err(invalid_set("\"for_each\" sets must not contain null values")),
            };
            Ok(Keys::ForEach(items.iter().map(key).collect::<Result<_, _>>()?))
        }
        (Kind::Unknown(..), Type::Map(_) | Type::Set(_) | Type::Object(_) | Type::Dynamic) => {
            Err(unknown_for_each(expr, &ty))
        }
        _ => {
            let found = invalid(&unsuitable(&format!(
                "the \"for_each\" argument must be a map, or set of strings, and you have provided a value of type {}",
                ty.friendly_name()
            )));
            Err(match ty {
                Type::List(_) | Type::Tuple(_) => found.hint("Convert a list of strings with toset()."),
                _ => found,
            })
        }
    }
}

fn unknown_for_each(expr: &Expr, ty: &Type) -> Diagnostic {
    let what = if matches!(ty, Type::Set(_)) { "set includes values" } else { "map includes keys" };
    Diagnostic::error(
        "Invalid for_each argument",
        format!(
            "The \"for_each\" {what} derived from resource attributes that cannot be determined until apply, and so \
             Terraform cannot determine the full set of keys that will identify the instances of this resource.\n\nWhen \
             working with unknown values in for_each, it's better to use a map value where the keys are defined statically \
             in your configuration and where only the values contain apply-time results.\n\nAlternatively, you could use \
             the -target planning option to first apply only the resources that the for_each value depends on, and then \
             apply a second time to fully converge."
        ),
    )
    .at(expr.span)
    .because(Because::Unknown)
}
