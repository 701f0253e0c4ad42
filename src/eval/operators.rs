//! Unary and binary operators.
//!
//! Knows nothing of names; operands are expressions that `expr` evaluates.

use std::cmp::Ordering;

use super::expr::{Cx, Evaluated, eval, fail, never_null};
use crate::diag::{Diagnostics, Span};
use crate::hcl::ast::{BinaryOp, Expr, UnaryOp};
use crate::value::{Kind, Number, Refinement, Type, Value, convert};

pub(super) fn unary(op: UnaryOp, operand: &Expr, span: Span, cx: Cx<'_>) -> Evaluated {
    let ty = match op {
        UnaryOp::Neg => Type::Number,
        UnaryOp::Not => Type::Bool,
    };
    let value = convert(&eval(operand, cx)?, &ty)
        .map_err(|why| fail("Invalid operand", format!("Unsuitable value for unary operand: {why}."), operand.span))?;
    let marks = value.marks;
    let result = match (op, &value.kind) {
        (UnaryOp::Neg, Kind::Number(n)) => n.neg().into(),
        (UnaryOp::Not, Kind::Bool(b)) => (!b).into(),
        (_, Kind::Unknown(..)) => unknown(ty),
        _ => return Err(null_operand(span)),
    };
    Ok(Value::mark(result, marks))
}

pub(super) fn binary(op: BinaryOp, left: &Expr, right: &Expr, span: Span, cx: Cx<'_>) -> Evaluated {
    match op {
        BinaryOp::And => logical(false, left, right, span, cx),
        BinaryOp::Or => logical(true, left, right, span, cx),
        BinaryOp::Eq | BinaryOp::NotEq => {
            let (a, b) = both(left, right, &Type::Dynamic, cx)?;
            let marks = a.marks_deep() | b.marks_deep();
            Ok(match equal(&a, &b) {
                Some(same) => Value::from(same == (op == BinaryOp::Eq)),
                None => unknown(Type::Bool),
            }
            .mark(marks))
        }
        _ => {
            let (a, b) = both(left, right, &Type::Number, cx)?;
            let marks = a.marks | b.marks;
            if a.is_null() || b.is_null() {
                return Err(null_operand(span));
            }
            Ok(match (a.as_number(), b.as_number()) {
                (Some(a), Some(b)) => numeric(op, a, b, span)?,
                _ => unknown(if is_arithmetic(op) { Type::Number } else { Type::Bool }),
            }
            .mark(marks))
        }
    }
}

fn is_arithmetic(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod)
}

fn numeric(op: BinaryOp, a: &Number, b: &Number, span: Span) -> Evaluated {
    let failed = |why| fail("Operation failed", format!("Error during operation: {why}."), span);
    let order = a.cmp(b);
    Ok(match op {
        BinaryOp::Add => a.try_add(b).map_err(failed)?.into(),
        BinaryOp::Sub => a.try_sub(b).map_err(failed)?.into(),
        BinaryOp::Mul => a.try_mul(b).map_err(failed)?.into(),
        BinaryOp::Div => a.try_div(b).map_err(failed)?.into(),
        BinaryOp::Mod => a.try_rem(b).map_err(failed)?.into(),
        BinaryOp::Less => (order == Ordering::Less).into(),
        BinaryOp::LessEq => (order != Ordering::Greater).into(),
        BinaryOp::Greater => (order == Ordering::Greater).into(),
        BinaryOp::GreaterEq => (order != Ordering::Less).into(),
        BinaryOp::Eq => (order == Ordering::Equal).into(),
        BinaryOp::NotEq => (order != Ordering::Equal).into(),
        BinaryOp::And | BinaryOp::Or => return Err(fail("Invalid operand", "Numbers have no truth.", span)),
    })
}

/// `||` where `decisive` is true, `&&` where it is false: one operand with that value decides alone.
fn logical(decisive: bool, left: &Expr, right: &Expr, span: Span, cx: Cx<'_>) -> Evaluated {
    let a = operand(left, &Type::Bool, "left", cx);
    if let Ok(a) = &a
        && a.as_bool() == Some(decisive)
    {
        return Ok(a.clone());
    }
    let b = operand(right, &Type::Bool, "right", cx);
    let (a, b) = join(a, b)?;
    let marks = a.marks | b.marks;
    if a.is_null() || b.is_null() {
        return Err(null_operand(span));
    }
    Ok(match (a.as_bool(), b.as_bool()) {
        (_, Some(b)) if b == decisive => decisive.into(),
        (Some(_), Some(_)) => (!decisive).into(),
        _ => unknown(Type::Bool),
    }
    .mark(marks))
}

fn both(left: &Expr, right: &Expr, ty: &Type, cx: Cx<'_>) -> Result<(Value, Value), Diagnostics> {
    let a = operand(left, ty, "left", cx);
    join(a, operand(right, ty, "right", cx))
}

fn join(a: Evaluated, b: Evaluated) -> Result<(Value, Value), Diagnostics> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(mut a), Err(b)) => {
            a.extend(b);
            Err(a)
        }
        (Err(e), _) | (_, Err(e)) => Err(e),
    }
}

fn operand(expr: &Expr, ty: &Type, side: &str, cx: Cx<'_>) -> Evaluated {
    let value = eval(expr, cx)?;
    convert(&value, ty)
        .map_err(|why| fail("Invalid operand", format!("Unsuitable value for {side} operand: {why}."), expr.span))
}

fn null_operand(span: Span) -> Diagnostics {
    fail("Operation failed", "Error during operation: argument must not be null.", span)
}

fn unknown(ty: Type) -> Value {
    Value::unknown_refined(ty, Refinement::not_null())
}

/// Equality as `==` defines it, whatever the marks; `None` where it is not known yet.
///
/// Values of different types are never equal, but nulls of all types are.
pub(crate) fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Null(_), Kind::Null(_)) => Some(true),
        (Kind::Null(_), _) if never_null(b) => Some(false),
        (_, Kind::Null(_)) if never_null(a) => Some(false),
        (Kind::Unknown(..), Kind::Unknown(..)) | (Kind::Null(_), _) | (_, Kind::Null(_)) => None,
        (Kind::Unknown(ty, r), _) => differs_from_unknown(b, ty, r),
        (_, Kind::Unknown(ty, r)) => differs_from_unknown(a, ty, r),
        _ => equal_known(a, b),
    }
}

/// An unknown value can be told to differ from a known one, never to be equal to it.
fn differs_from_unknown(known: &Value, ty: &Type, refinement: &Refinement) -> Option<bool> {
    if ty.has_dynamic() || known.ty().has_dynamic() {
        return None;
    }
    let prefix_differs = match (&refinement.prefix, known.as_str()) {
        (Some(prefix), Some(text)) => !text.starts_with(&**prefix),
        _ => false,
    };
    let length_differs = match (refinement.length, known.children().count() as u64) {
        (Some((least, most)), n) if known.is_wholly_known() => n < least || n > most,
        _ => false,
    };
    (prefix_differs || length_differs || known.ty() != *ty).then_some(false)
}

fn equal_known(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Set(s, x), Kind::Set(t, y)) => {
            if s != t {
                return Some(false);
            }
            if a.is_wholly_known() && b.is_wholly_known() {
                return Some(x == y);
            }
            None
        }
        (Kind::List(s, x), Kind::List(t, y)) if s == t => all(x.len() == y.len(), x.iter().zip(y.iter())),
        (Kind::Tuple(_), Kind::Tuple(_)) | (Kind::Object(_), Kind::Object(_)) if a.ty() != b.ty() => {
            // What is not typed yet may come to any type; once all is known, types tell.
            let open = may_agree(&a.ty(), &b.ty()) && !(a.is_wholly_known() && b.is_wholly_known());
            if open { None } else { Some(false) }
        }
        (Kind::Tuple(x), Kind::Tuple(y)) => all(x.len() == y.len(), x.iter().zip(y.iter())),
        (Kind::Map(s, x), Kind::Map(t, y)) if s == t => all(x.keys().eq(y.keys()), x.values().zip(y.values())),
        (Kind::Object(x), Kind::Object(y)) => all(x.keys().eq(y.keys()), x.values().zip(y.values())),
        (Kind::Bool(x), Kind::Bool(y)) => Some(x == y),
        (Kind::Number(x), Kind::Number(y)) => Some(x == y),
        (Kind::String(x), Kind::String(y)) => Some(x == y),
        _ => Some(false),
    }
}

/// Whether two types may turn out to be the same.
fn may_agree(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => may_agree(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| may_agree(a, b)),
        (Type::Object(a), Type::Object(b)) => {
            a.attributes.keys().eq(b.attributes.keys())
                && a.attributes.values().zip(b.attributes.values()).all(|(a, b)| may_agree(a, b))
        }
        _ => a == b,
    }
}

/// The first pair that is not equal for certain decides.
fn all<'a>(same_shape: bool, mut pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    if !same_shape {
        return Some(false);
    }
    let undecided = |(a, b): (&Value, &Value)| match equal(a, b) {
        Some(true) => None,
        other => Some(other),
    };
    pairs.find_map(undecided).unwrap_or(Some(true))
}
