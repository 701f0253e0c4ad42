//! What `count` and `for_each` make of their values.
//!
//! Knows nothing of the blocks that they stand in.

use std::collections::BTreeMap;

use super::world::Keys;
use crate::diag::Diagnostic;
use crate::hcl::ast::Expr;
use crate::value::{Kind, Marks, Type, Value};

/// Instances by number.
pub(super) fn count(expr: &Expr, value: Value) -> Result<Keys, Diagnostic> {
    let invalid = |detail: String| Diagnostic::error("Invalid count argument", detail).at(expr.span);
    if value.is_sensitive_deep() {
        return Err(invalid(
            "A sensitive value cannot tell how many instances there are: that would disclose it.".into(),
        ));
    }
    if value.marks_deep().contains(Marks::EPHEMERAL) {
        return Err(invalid(
            "The given \"count\" is derived from an ephemeral value, which means that Terraform cannot persist it between \
             plan/apply rounds. Use only non-ephemeral values to specify the number of resource instances."
                .into(),
        ));
    }
    let number = crate::value::convert(&value, &Type::Number)
        .map_err(|why| invalid(format!("The given \"count\" argument value is unsuitable: {why}.")))?;
    match &number.kind {
        Kind::Unknown(..) => Err(invalid(
            "The \"count\" value depends on resource attributes that cannot be determined until apply, so Terraform \
             cannot predict how many instances will be created. To work around this, use the -target argument to first \
             apply only the resources that the count depends on."
                .into(),
        )),
        Kind::Null(_) => Err(invalid("The given \"count\" argument value is null. An integer is required.".into())),
        Kind::Number(n) => match n.to_i64().and_then(|n| u64::try_from(n).ok()) {
            Some(n) => Ok(Keys::Count(n)),
            None => Err(invalid(format!(
                "The given \"count\" argument value is {n}: a whole number not below 0 is required."
            ))),
        },
        _ => Err(invalid("A number is required.".into())),
    }
}

/// Instances by key.
pub(super) fn for_each(expr: &Expr, value: Value) -> Result<Keys, Diagnostic> {
    let invalid = |detail: &str| Diagnostic::error("Invalid for_each argument", detail).at(expr.span);
    // Values of a map may be sensitive; its keys, and a set, may not.
    let disclosed = value.marks.contains(Marks::SENSITIVE);
    if disclosed {
        return Err(invalid(
            "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments: the \
             keys would be disclosed in the addresses of the instances.",
        ));
    }
    if value.marks.contains(Marks::EPHEMERAL) {
        return Err(invalid(
            "The given \"for_each\" value is derived from an ephemeral value, which means that Terraform cannot persist it \
             between plan/apply rounds. Use only non-ephemeral values to specify a resource's instance keys.",
        ));
    }
    match &value.kind {
        Kind::Map(_, m) | Kind::Object(m) => Ok(Keys::ForEach((**m).clone())),
        Kind::Set(_, items) => {
            let mut keys = BTreeMap::new();
            for item in items.iter() {
                match &item.kind {
                    Kind::String(s) => {
                        keys.insert(s.clone(), item.clone());
                    }
                    Kind::Unknown(..) => return Err(unknown_for_each(expr, &value)),
                    _ => return Err(invalid("The given set must contain strings only, and none may be null.")),
                }
            }
            Ok(Keys::ForEach(keys))
        }
        Kind::Unknown(..) => Err(unknown_for_each(expr, &value)),
        Kind::Null(_) => {
            Err(invalid("The given \"for_each\" argument value is null. A map, or set of strings is allowed."))
        }
        _ => Err(invalid(&format!(
            "The given \"for_each\" argument value is unsuitable: the \"for_each\" argument must be a map, or set of \
             strings, and you have provided a value of type {}.",
            value.ty().friendly_name()
        ))
        .hint("Convert a list of strings with toset().")),
    }
}

fn unknown_for_each(expr: &Expr, value: &Value) -> Diagnostic {
    let what = if matches!(value.ty(), Type::Set(_)) { "set includes values" } else { "map includes keys" };
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
}
