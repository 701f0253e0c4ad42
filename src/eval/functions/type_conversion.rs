//! Conversions, marks, and the lazy `try` and `can`.

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, Seen, param};
use crate::config::constant_type;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::eval::apply_type;
use crate::eval::expr::{Cx, Evaluated, eval, fail};
use crate::eval::traversal;
use crate::hcl::ast::Expr;
use crate::value::{Kind, Marks, Type, Value, convert};

const VALUE: &[super::Param] = &[param("v", Accepts::Any).null().unknown().marks(Seen::Nested)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("tobool", VALUE, Outcome::Maybe(|_| Ok(Type::Bool)), |a| to(a, &Type::Bool)),
    Function::new("tolist", VALUE, Outcome::Any, |a| to(a, &Type::list(Type::Dynamic))),
    Function::new("tomap", VALUE, Outcome::Any, |a| to(a, &Type::map(Type::Dynamic))),
    Function::new("tonumber", VALUE, Outcome::Maybe(|_| Ok(Type::Number)), |a| to(a, &Type::Number)),
    Function::new("toset", VALUE, Outcome::Any, |a| to(a, &Type::set(Type::Dynamic))),
    Function::new("tostring", VALUE, Outcome::Maybe(|_| Ok(Type::String)), |a| to(a, &Type::String)),
    Function::new(
        "sensitive",
        &[param("value", Accepts::Any).null().unknown().marks(Seen::Nested)],
        Outcome::Any,
        |a| Ok(a.value(0)?.clone().sensitive()),
    ),
    Function::new(
        "nonsensitive",
        &[param("value", Accepts::Any).null().unknown().marks(Seen::All)],
        Outcome::Any,
        |a| {
            let value = a.value(0)?.clone();
            let marks = value.marks.without(Marks::SENSITIVE);
            Ok(Value { marks, ..value })
        },
    ),
    Function::new(
        "issensitive",
        &[param("value", Accepts::Any).null().unknown().marks(Seen::All)],
        Outcome::Of(Accepts::Bool),
        |a| {
            let value = a.value(0)?;
            let marked = value.marks.contains(Marks::SENSITIVE);
            Ok(if marked || value.is_known() { marked.into() } else { super::unknown(Type::Bool) })
        },
    ),
    Function::new(
        "ephemeralasnull",
        &[param("value", Accepts::Any).null().unknown().marks(Seen::All)],
        Outcome::Any,
        |a| Ok(without_ephemeral(a.value(0)?)),
    ),
    Function::new("list", &[], Outcome::Any, |_| {
        Err(FunctionError::new("the \"list\" function was deprecated in Terraform v0.12 and is no longer available; use tolist([ ... ]) syntax to \
             write a literal list"))
    })
    .variadic(param("vals", Accepts::Any).null().unknown()),
    Function::new("map", &[], Outcome::Any, |_| {
        Err(FunctionError::new("the \"map\" function was deprecated in Terraform v0.12 and is no longer available; use tomap({ ... }) syntax to \
             write a literal map"))
    })
    .variadic(param("vals", Accepts::Any).null().unknown()),
    Function::lazy("try", &[], attempt).variadic(param("expressions", Accepts::Any)),
    // Of versions after the one whose answers are recorded
    // (<https://developer.hashicorp.com/terraform/language/functions/convert>).
    Function::lazy("convert", &[param("value", Accepts::Any), param("type", Accepts::Any)], to_type),
    Function::lazy("can", &[param("expression", Accepts::Any)], can),
];

fn to(a: &Args<'_>, ty: &Type) -> Answer {
    let value = a.value(0)?;
    convert(value, ty).map_err(|_| {
        let wanted = match ty {
            Type::List(_) => "list of any single type".into(),
            Type::Set(_) => "set of any single type".into(),
            Type::Map(_) => "map of any single type".into(),
            ty => ty.friendly_name(),
        };
        match (&value.kind, ty) {
            (Kind::String(s), Type::Bool) => FunctionError::argument(
                0,
                format!("cannot convert \"{s}\" to bool; only the strings \"true\" or \"false\" are allowed"),
            )
            .or("cannot convert this sensitive string to bool"),
            (Kind::String(s), Type::Number) => FunctionError::argument(
                0,
                format!("cannot convert \"{s}\" to number; given string must be a decimal representation of a number"),
            )
            .or("cannot convert this sensitive string to number"),
            _ => FunctionError::argument(0, format!("cannot convert {} to {wanted}", given(&value.ty()))),
        }
    })
}

/// Name of the type of a value; within it, a type that is not known is "dynamic".
fn given(ty: &Type) -> String {
    let (word, element) = match ty {
        Type::List(t) => ("list", t),
        Type::Set(t) => ("set", t),
        Type::Map(t) => ("map", t),
        Type::Dynamic => return "dynamic".into(),
        ty => return ty.friendly_name(),
    };
    format!("{word} of {}", given(element))
}

fn without_ephemeral(value: &Value) -> Value {
    if !value.marks_deep().contains(Marks::EPHEMERAL) {
        return value.clone();
    }
    value.clone().map_deep(&mut |v| {
        if v.marks.contains(Marks::EPHEMERAL) {
            return Value::null(v.ty()).mark(v.marks.without(Marks::EPHEMERAL));
        }
        v
    })
}

/// The value of the first expression that has one.
fn attempt(args: &[Expr], span: Span, cx: Cx<'_>) -> Evaluated {
    let mut why = Diagnostics::new();
    for arg in args {
        // It might still fail once more is known: then another expression would count.
        if depends_on_unknown(arg, cx) {
            return Ok(Value::unknown(Type::Dynamic));
        }
        match eval(arg, cx) {
            Ok(value) => return Ok(value),
            Err(e) => why.extend(e),
        }
    }
    if args.is_empty() {
        let detail = "Call to function \"try\" failed: at least one argument is required.";
        return Err(fail("Error in function call", detail, span));
    }
    let reasons: Vec<String> = why.iter().map(|d| format!("- {}\n  {}", d.summary, d.detail)).collect();
    let detail = format!(
        "Call to function \"try\" failed: no expression succeeded:\n{}\n\nAt least one expression must produce a \
         successful result.",
        reasons.join("\n")
    );
    Err(Diagnostic::error("Error in function call", detail)
        .at(span)
        .hint("Add a constant as the last argument.")
        .into())
}

/// `convert(value, type)`: the type is written as in a variable's declaration.
fn to_type(args: &[Expr], _: Span, cx: Cx<'_>) -> Evaluated {
    let [value, ty] = args else { return Ok(Value::unknown(Type::Dynamic)) };
    let (converted, (ty, defaults)) = (eval(value, cx)?, constant_type(ty)?);
    let secret = converted.is_sensitive_deep();
    apply_type(&converted, &ty, Some(&defaults)).map_err(|why| {
        let why = if secret { "it is unsuitable, and sensitive, so it cannot be shown".to_owned() } else { why };
        fail("Invalid function argument", format!("Invalid value for \"value\" parameter: {why}."), value.span)
    })
}

fn can(args: &[Expr], _: Span, cx: Cx<'_>) -> Evaluated {
    let Some(arg) = args.first() else { return Ok(false.into()) };
    if depends_on_unknown(arg, cx) {
        return Ok(Value::unknown(Type::Bool));
    }
    Ok(eval(arg, cx).is_ok().into())
}

/// Whether an expression refers to anything that is not wholly known.
fn depends_on_unknown(arg: &Expr, cx: Cx<'_>) -> bool {
    let mut any = false;
    arg.references(&mut |root, steps| {
        any |= traversal::traversal(root, steps, cx).is_ok_and(|value| !value.is_wholly_known());
    });
    any
}
