//! Function calls: arguments, expansion of the last one, and blame for what a function refuses.
//!
//! Knows nothing of what the functions do.

use super::expr::{Cx, Evaluated, eval, fail};
use super::functions::{self, Body, Function, FunctionError, Lazy};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean};
use crate::hcl::ast::{Call, Expr, ExprKind};
use crate::value::{Marks, Type, Value};

pub(super) fn call(call: &Call, span: Span, cx: Cx<'_>) -> Evaluated {
    let written = &*call.name.name;
    let name = written.strip_prefix("core::").unwrap_or(written);
    let function = match written.strip_prefix("provider::").and_then(|rest| rest.split_once("::")) {
        Some((provider, name)) => of_provider(provider, name, call.name.span, cx)?,
        None => functions::lookup(name),
    };
    let Some(function) = function else {
        return Err(unknown_function(written, call.name.span).into());
    };
    match function.body {
        Body::Lazy(run) => lazy(function, run, call, span, cx),
        Body::Eager(_) => eager(function, call, span, cx),
    }
}

/// Says of problems which function was called.
fn of_call(function: &Function, call: &Call, problems: impl IntoIterator<Item = Diagnostic>) -> Diagnostics {
    let called = Box::new(function.called(&call.name.name));
    problems.into_iter().map(|d| Diagnostic { call: d.call.or_else(|| Some(called.clone())), ..d }).collect()
}

/// A function of the provider of this local name; `None` where the module requires no such provider.
fn of_provider(provider: &str, name: &str, span: Span, cx: Cx<'_>) -> Result<Option<&'static Function>, Diagnostics> {
    let Some(offered) = cx.scope.provider_functions(provider).filter(|_| !name.contains("::")) else {
        return Ok(None);
    };
    if let Some(function) = offered.iter().find(|f| f.name == name) {
        return Ok(Some(function));
    }
    let detail = format!("The function \"{name}\" is not available from the provider \"{provider}\".");
    let unknown = Diagnostic::error("Unknown provider function", detail).at(span);
    Err(match did_you_mean(name, offered.iter().map(|f| f.name)) {
        Some(near) => unknown.hint(format!("Did you mean \"{near}\"?")).into(),
        None => unknown.into(),
    })
}

fn eager(function: &Function, call: &Call, span: Span, cx: Cx<'_>) -> Evaluated {
    let mut found = Diagnostics::new();
    let mut values: Vec<Value> = call.args.iter().filter_map(|a| found.take(eval(a, cx))).collect();
    if found.has_errors() {
        return Err(found);
    }
    let mut marks = Marks::NONE;
    if call.expand_last
        && let (Some(last), Some(expr)) = (values.pop(), call.args.last())
    {
        let (last, of_list) = last.unmark();
        marks = of_list;
        match expand(last, expr).map_err(|found| of_call(function, call, found))? {
            Some(items) => values.extend(items),
            None => return Ok(Value::unknown(Type::Dynamic).mark(marks)),
        }
    }
    arity(function, values.len(), call, span)?;
    if let Some(check) = function.written {
        check(&call.args).map_err(|e| blame(function, &[e], call, span))?;
    }
    let blame_all = |errors: Vec<FunctionError>| blame(function, &errors, call, span);
    function.invoke(values, cx).map(|v| v.mark(marks)).map_err(blame_all)
}

fn lazy(function: &Function, run: Lazy, call: &Call, span: Span, cx: Cx<'_>) -> Evaluated {
    let (args, marks) = match call.args.split_last() {
        Some((last, others)) if call.expand_last => {
            let (list, marks) = eval(last, cx)?.unmark();
            let items = expand(list, last).map_err(|found| of_call(function, call, found))?;
            let Some(items) = items else { return Ok(Value::unknown(Type::Dynamic).mark(marks)) };
            let literals = items.into_iter().map(|v| Expr { kind: ExprKind::Literal(v), span: last.span });
            (others.iter().cloned().chain(literals).collect(), marks)
        }
        _ => (call.args.clone(), Marks::NONE),
    };
    arity(function, args.len(), call, span)?;
    run(&args, span, cx).map(|v| v.mark(marks))
}

/// Elements of an expanded argument; `None` where they are unknown.
fn expand(list: Value, expr: &Expr) -> Result<Option<Vec<Value>>, Diagnostics> {
    let invalid = |detail: &str| fail("Invalid expanding argument value", detail, expr.span);
    if list.is_null() {
        return Err(invalid("The expanding argument (indicated by ...) must not be null."));
    }
    match (list.as_slice(), list.ty()) {
        (Some(items), _) => Ok(Some(items.to_vec())),
        (None, Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => Ok(None),
        _ => Err(invalid("The expanding argument (indicated by ...) must be of a tuple, list, or set type.")),
    }
}

fn arity(function: &Function, given: usize, call: &Call, span: Span) -> Result<(), Diagnostics> {
    let name = &call.name.name;
    let least = function.params.len();
    if given < least {
        let missing = function.params.get(given).map_or("", |p| p.name);
        let or_more = if function.variadic.is_some() { " at least" } else { "" };
        let detail =
            format!("Function \"{name}\" expects{or_more} {least} argument(s). Missing value for \"{missing}\".");
        // What is missing should stand before the closing parenthesis.
        let closing = Span { start: span.end.saturating_sub(1), ..span };
        return Err(of_call(function, call, fail("Not enough function arguments", detail, closing)));
    }
    if given > least && function.variadic.is_none() {
        let detail = format!("Function \"{name}\" expects only {least} argument(s).");
        let at = call.args.get(least).map_or(span, Expr::start);
        return Err(of_call(function, call, fail("Too many function arguments", detail, at)));
    }
    Ok(())
}

fn blame(function: &Function, errors: &[FunctionError], call: &Call, span: Span) -> Diagnostics {
    let name = &call.name.name;
    let one = |error: &FunctionError| match error.argument {
        Some(i) => {
            let parameter = function.parameter(i).map_or("", |p| p.name);
            let at = call.args.get(i).or(call.args.last()).map_or(span, Expr::start);
            let detail = format!("Invalid value for \"{parameter}\" parameter: {}.", error.text);
            Diagnostic::error("Invalid function argument", detail).at(at)
        }
        None => {
            let detail = format!("Call to function \"{name}\" failed: {}.", error.text);
            // The name with its opening parenthesis.
            let opening = Span { end: (call.name.span.end + 1).min(span.end), ..call.name.span };
            Diagnostic::error("Error in function call", detail).at(opening)
        }
    };
    of_call(function, call, errors.iter().map(one))
}

fn unknown_function(name: &str, span: Span) -> Diagnostic {
    if let Some((namespace, rest)) = name.split_once("::") {
        let detail = match (namespace, rest.split_once("::")) {
            ("provider", None) => {
                "The function call must include the provider name after the \"provider::\" prefix.".to_owned()
            }
            ("provider", Some((provider, function))) => format!(
                "There is no function named \"{name}\". Ensure that provider name \"{provider}\" is declared in this module's \
                 required_providers block, and that this provider offers a function named \"{function}\"."
            ),
            _ => format!(
                "The function namespace \"{namespace}\" is not valid. Provider function calls must use the \"provider::\" \
                 namespace prefix."
            ),
        };
        return Diagnostic::error("Unknown provider function", detail).at(span);
    }
    let diagnostic =
        Diagnostic::error("Call to unknown function", format!("There is no function named \"{name}\".")).at(span);
    match did_you_mean(name, functions::names()) {
        Some(near) => diagnostic.hint(format!("Did you mean \"{near}\"?")),
        None => diagnostic,
    }
}
