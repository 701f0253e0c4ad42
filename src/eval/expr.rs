//! Evaluation of expressions: literals, constructors and conditionals; the other forms have files of their own.
//!
//! Knows nothing of what names mean: a [`Scope`] resolves them.

use std::collections::BTreeMap;

use super::Scope;
use super::{call, for_expr, involved_because, operators, template, traversal};
use crate::addr::Name;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::hcl::ast::{Access, Expr, ExprKind, Ident, ObjectKey};
use crate::value::{Kind, Marks, Refinement, Type, Value, convert, unify};

/// Deepest nesting of expressions; bounds the stack that evaluation needs.
const MAX_DEPTH: u16 = 200;

/// Evaluates an expression. All independent errors in it are reported together.
pub fn evaluate(expr: &Expr, scope: &dyn Scope) -> Result<Value, Diagnostics> {
    eval(expr, Cx { scope, depth: 0 })
}

/// The value of a reference, without telling with an error what it is about: who tells so asks for it.
pub(super) fn reference(root: &Ident, steps: &[Access], scope: &dyn Scope) -> Evaluated {
    traversal::traversal(root, steps, Cx { scope, depth: 0 })
}

/// Where an expression is evaluated, and how deep within others.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    pub scope: &'a dyn Scope,
    pub depth: u16,
}

impl<'a> Cx<'a> {
    /// The same place, with other names.
    pub fn with<'b>(self, scope: &'b dyn Scope) -> Cx<'b> {
        Cx { scope, depth: self.depth }
    }

    fn deeper(self, span: Span) -> Result<Self, Diagnostics> {
        if self.depth >= MAX_DEPTH {
            let detail = format!("Expressions may be nested at most {MAX_DEPTH} levels deep.");
            return Err(Diagnostic::error("Expression nested too deeply", detail)
                .at(span)
                .hint("Move inner parts to local values.")
                .into());
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

pub(super) type Evaluated = Result<Value, Diagnostics>;

pub(super) fn fail(summary: &str, detail: impl Into<String>, span: Span) -> Diagnostics {
    Diagnostic::error(summary, detail).at(span).into()
}

pub(super) fn eval(expr: &Expr, cx: Cx<'_>) -> Evaluated {
    let cx = cx.deeper(expr.span)?;
    eval_kind(expr, cx).map_err(|mut found| {
        for problem in found.iter_mut().filter(|d| !d.told) {
            let guilty = problem.span.map_or(expr, |span| operand_at(expr, span));
            problem.values = involved_because(guilty, problem.span, problem.because, cx.scope);
            problem.told = true;
        }
        found
    })
}

/// The operand that stands at a place, where the place is not that of a whole expression.
fn operand_at(expr: &Expr, span: Span) -> &Expr {
    let mut found = expr;
    if !matches!(expr.kind, ExprKind::Traversal(..) | ExprKind::Access(..)) {
        expr.children(&mut |inner| {
            if inner.span == span || inner.start() == span {
                found = inner;
            }
        });
    }
    found
}

fn eval_kind(expr: &Expr, cx: Cx<'_>) -> Evaluated {
    match &expr.kind {
        ExprKind::Literal(value) => Ok(value.clone()),
        ExprKind::Template(parts) => template::template(parts, cx),
        ExprKind::Traversal(root, steps) => traversal::traversal(root, steps, cx),
        ExprKind::Access(inner, steps) => traversal::walk(eval(inner, cx)?, inner.span, steps, cx),
        ExprKind::Call(call) => call::call(call, expr.span, cx),
        ExprKind::Tuple(items) => tuple(items, cx),
        ExprKind::Object(items) => object(items, cx),
        ExprKind::For(e) => for_expr::for_expr(e, cx),
        ExprKind::Unary(op, operand) => operators::unary(*op, operand, expr.span, cx),
        ExprKind::Binary(op, a, b) => operators::binary(*op, a, b, expr.span, cx),
        ExprKind::Conditional(condition, yes, no) => conditional(condition, yes, no, expr.span, cx),
        ExprKind::Parens(inner) => eval(inner, cx),
    }
}

fn tuple(items: &[Expr], cx: Cx<'_>) -> Evaluated {
    let mut found = Diagnostics::new();
    let values = items.iter().filter_map(|e| found.take(eval(e, cx))).collect();
    found.or(Value::tuple(values))
}

fn object(items: &[(ObjectKey, Expr)], cx: Cx<'_>) -> Evaluated {
    let mut found = Diagnostics::new();
    let mut out = BTreeMap::new();
    let mut marks = Marks::NONE;
    let mut known = true;
    for (key, value) in items {
        let name = match key {
            ObjectKey::Name(ident) => Some(Some(ident.name.clone())),
            ObjectKey::Expr(e) => found.take(key_of(e, &mut marks, cx)),
        };
        let value = found.take(eval(value, cx));
        match (name, value) {
            (Some(Some(name)), Some(value)) => {
                out.insert(name, value);
            }
            (Some(None), _) => known = false,
            _ => {}
        }
    }
    let made = if known { Value::object(out) } else { Value::unknown(Type::Dynamic) };
    found.or(made.mark(marks))
}

/// The key of an object entry; `None` where it is unknown. Its marks go to the whole object.
fn key_of(expr: &Expr, marks: &mut Marks, cx: Cx<'_>) -> Result<Option<Name>, Diagnostics> {
    let key = eval(expr, cx)?;
    if let ExprKind::Traversal(_, steps) = &expr.kind
        && !steps.is_empty()
    {
        let detail = "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as \
                      a literal name containing periods, wrap it in quotes to create a string literal.";
        return Err(fail("Ambiguous attribute key", detail, expr.span));
    }
    *marks |= key.marks;
    if key.is_null() {
        return Err(fail("Null value as key", "Can't use a null value as a key.", expr.span));
    }
    match convert(&key, &Type::String) {
        Ok(Value { kind: Kind::String(s), .. }) => Ok(Some(s)),
        Ok(_) => Ok(None),
        Err(why) => Err(fail("Incorrect key type", format!("Can't use this value as a key: {why}."), expr.span)),
    }
}

fn conditional(condition: &Expr, yes: &Expr, no: &Expr, span: Span, cx: Cx<'_>) -> Evaluated {
    let chosen = truth(condition, cx);
    // Both branches are evaluated, because their types decide the result's; only the chosen one may fail.
    let (yes_value, no_value) = (eval(yes, cx), eval(no, cx));
    let dynamic = || Value::unknown(Type::Dynamic);
    let yes_known = yes_value.as_ref().map_or_else(|_| dynamic(), Clone::clone);
    let no_known = no_value.as_ref().map_or_else(|_| dynamic(), Clone::clone);
    let ty = match common_type(&yes_known, &no_known) {
        Some(ty) => ty,
        None => {
            let mut found = fail(
                "Inconsistent conditional result types",
                format!(
                    "The true and false result expressions must have consistent types. {}",
                    describe_mismatch(&yes_known.ty(), &no_known.ty())
                ),
                yes.span.to(no.span),
            );
            found.extend(chosen.err().into_iter().flatten());
            return Err(found);
        }
    };
    let (chosen, marks) = chosen?;
    // Which branch was taken must not tell what the other one hides.
    let marks = marks | yes_known.marks | no_known.marks;
    let (branch, word) = match chosen {
        Some(true) => (yes_value?, "true"),
        Some(false) => (no_value?, "false"),
        None => return Ok(either(&yes_known, &no_known, ty).mark(marks)),
    };
    if ty == Type::Dynamic {
        return Ok(branch.mark(marks));
    }
    convert(&branch, &ty).map(|v| v.mark(marks)).map_err(|why| {
        let detail = format!("The {word} result value has the wrong type: {why}.");
        fail("Inconsistent conditional result types", detail, span)
    })
}

/// The truth of a condition, `None` where it is unknown, and its marks.
fn truth(condition: &Expr, cx: Cx<'_>) -> Result<(Option<bool>, Marks), Diagnostics> {
    let value = eval(condition, cx)?;
    if value.is_null() {
        let detail = "The condition value is null. Conditions must either be true or false.";
        return Err(fail("Null condition", detail, condition.span));
    }
    match convert(&value, &Type::Bool) {
        Ok(v) => Ok((v.as_bool(), v.marks)),
        Err(_) => {
            let detail = "The condition expression must be of type bool.";
            Err(fail("Incorrect condition type", detail, condition.span))
        }
    }
}

fn common_type(yes: &Value, no: &Value) -> Option<Type> {
    let untyped_null = |v: &Value| v.kind == Kind::Null(Type::Dynamic);
    if untyped_null(yes) {
        return Some(no.ty());
    }
    if untyped_null(no) {
        return Some(yes.ty());
    }
    let (a, b) = (yes.ty(), no.ty());
    if a == Type::Dynamic || b == Type::Dynamic {
        return Some(Type::Dynamic);
    }
    unify(&[&a, &b])
}

/// What is certain of a choice between two values that cannot be made yet.
fn either(yes: &Value, no: &Value, ty: Type) -> Value {
    if yes.is_null() && no.is_null() {
        return Value::null(ty);
    }
    if yes.as_number().is_some() && yes.kind == no.kind {
        return yes.kind.clone().into();
    }
    let length = match (length_range(yes), length_range(no)) {
        (Some((a, b)), Some((c, d))) if ty.is_collection() => Some((a.min(c), b.max(d))),
        _ => None,
    };
    let not_null = never_null(yes) && never_null(no);
    Value::unknown_refined(ty, Refinement { not_null, length, ..Refinement::default() })
}

fn length_range(value: &Value) -> Option<(u64, u64)> {
    match &value.kind {
        Kind::Unknown(_, refinement) => refinement.length,
        Kind::Set(_, v) if !value.is_wholly_known() => Some((u64::from(!v.is_empty()), v.len() as u64)),
        _ => value.as_slice().map(<[_]>::len).or(value.as_map().map(BTreeMap::len)).map(|n| (n as u64, n as u64)),
    }
}

/// Whether the value is certain not to be null.
pub(super) fn never_null(value: &Value) -> bool {
    match &value.kind {
        Kind::Null(_) => false,
        Kind::Unknown(_, refinement) => refinement.not_null,
        _ => true,
    }
}

fn describe_mismatch(yes: &Type, no: &Type) -> String {
    if let (Type::Object(a), Type::Object(b)) = (yes, no) {
        for (name, ty) in &a.attributes {
            match b.attributes.get(name) {
                None => {
                    return format!(
                        "The 'true' value includes object attribute \"{name}\", which is absent in the 'false' value."
                    );
                }
                Some(other) if unify(&[ty, other]).is_none() => {
                    return format!("Type mismatch for object attribute \"{name}\": {}", describe_mismatch(ty, other));
                }
                Some(_) => {}
            }
        }
        if let Some(name) = b.attributes.keys().find(|k| !a.attributes.contains_key(*k)) {
            return format!(
                "The 'false' value includes object attribute \"{name}\", which is absent in the 'true' value."
            );
        }
    }
    if let (Type::Tuple(a), Type::Tuple(b)) = (yes, no) {
        if a.len() != b.len() {
            return format!("The 'true' tuple has length {}, but the 'false' tuple has length {}.", a.len(), b.len());
        }
        for (i, (x, y)) in a.iter().zip(b.iter()).enumerate() {
            if unify(&[x, y]).is_none() {
                return format!("Type mismatch for tuple element {i}: {}", describe_mismatch(x, y));
            }
        }
    }
    format!("The 'true' value is {}, but the 'false' value is {}.", yes.friendly_name(), no.friendly_name())
}
