//! Conversions, marks, and the lazy `try` and `can`.

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, Seen, param};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::eval::expr::{Cx, Evaluated, eval, fail};
use crate::hcl::ast::Expr;
use crate::value::{Kind, Marks, Type, Value, convert};

const VALUE: &[super::Param] = &[param("v", Accepts::Any).null().unknown().marks(Seen::Nested)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("tobool", VALUE, Outcome::Any, |a| to(a, &Type::Bool)),
    Function::new("tolist", VALUE, Outcome::Any, |a| to(a, &Type::list(Type::Dynamic))),
    Function::new("tomap", VALUE, Outcome::Any, |a| to(a, &Type::map(Type::Dynamic))),
    Function::new("tonumber", VALUE, Outcome::Any, |a| to(a, &Type::Number)),
    Function::new("toset", VALUE, Outcome::Any, |a| to(a, &Type::set(Type::Dynamic))),
    Function::new("tostring", VALUE, Outcome::Any, |a| to(a, &Type::String)),
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
        |a| Ok(a.value(0)?.marks.contains(Marks::SENSITIVE).into()),
    ),
    Function::new(
        "ephemeralasnull",
        &[param("value", Accepts::Any).null().unknown().marks(Seen::All)],
        Outcome::Any,
        |a| Ok(without_ephemeral(a.value(0)?)),
    ),
    Function::new("list", &[], Outcome::Any, |_| {
        Err(FunctionError::new("the \"list\" function does not exist any more; write a list as tolist([ ... ])"))
    })
    .variadic(param("vals", Accepts::Any).null().unknown()),
    Function::new("map", &[], Outcome::Any, |_| {
        Err(FunctionError::new("the \"map\" function does not exist any more; write a map as tomap({ ... })"))
    })
    .variadic(param("vals", Accepts::Any).null().unknown()),
    Function::lazy("try", param("expressions", Accepts::Any), attempt),
    Function::lazy("can", param("expression", Accepts::Any), can),
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
            .revealing(),
            (Kind::String(s), Type::Number) => FunctionError::argument(
                0,
                format!("cannot convert \"{s}\" to number; given string must be a decimal representation of a number"),
            )
            .revealing(),
            _ => FunctionError::argument(0, format!("cannot convert {} to {wanted}", value.ty().friendly_name())),
        }
    })
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
        match eval(arg, cx) {
            // What is partly unknown might still fail: then another expression would count.
            Ok(value) if !value.is_wholly_known() && depends(arg) => {
                return Ok(Value::unknown(Type::Dynamic).mark(value.marks_deep()));
            }
            Ok(value) => return Ok(value),
            Err(e) => why.extend(e),
        }
    }
    if args.is_empty() {
        let detail = "Call to function \"try\" failed: at least one argument is required.";
        return Err(fail("Error in function call", detail, span));
    }
    let reasons: Vec<String> = why.iter().map(|d| format!("  - {}: {}", d.summary, d.detail)).collect();
    let detail = format!("Call to function \"try\" failed: no expression succeeded:\n{}", reasons.join("\n"));
    Err(Diagnostic::error("Error in function call", detail)
        .at(span)
        .hint("At least one expression must produce a successful result; add a constant as the last one.")
        .into())
}

fn can(args: &[Expr], span: Span, cx: Cx<'_>) -> Evaluated {
    let [arg] = args else {
        let (summary, word) = if args.is_empty() {
            ("Not enough function arguments", "")
        } else {
            ("Too many function arguments", "only ")
        };
        return Err(fail(summary, format!("Function \"can\" expects {word}1 argument."), span));
    };
    Ok(match eval(arg, cx) {
        Ok(value) if !value.is_wholly_known() && depends(arg) => super::unknown(Type::Bool),
        Ok(_) => true.into(),
        Err(_) => false.into(),
    })
}

/// Whether an expression can turn out otherwise once unknown values are known.
fn depends(arg: &Expr) -> bool {
    let mut any = false;
    arg.references(&mut |_, _| any = true);
    any
}
