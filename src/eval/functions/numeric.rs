//! Arithmetic: `abs`, `max`, `parseint` and the like.

use dashu_int::IBig;

use super::power::power;
use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, unknown};
use crate::value::{Kind, Number, Type, Value, convert};

const NUMBER: Outcome = Outcome::Of(Accepts::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", &[param("num", Accepts::Number)], NUMBER, |a| Ok(a.number(0)?.abs().into())),
    Function::new("ceil", &[param("num", Accepts::Number)], NUMBER, |a| Ok(a.number(0)?.ceil().into())),
    Function::new("floor", &[param("num", Accepts::Number)], NUMBER, |a| Ok(a.number(0)?.floor().into())),
    Function::new("log", &[param("num", Accepts::Number), param("base", Accepts::Number)], NUMBER, log),
    Function::new("max", &[], NUMBER, |a| extreme(a, |a, b| a > b)).variadic(param("numbers", Accepts::Number)),
    Function::new("min", &[], NUMBER, |a| extreme(a, |a, b| a < b)).variadic(param("numbers", Accepts::Number)),
    Function::new("parseint", &[param("number", Accepts::Any), param("base", Accepts::Number)], NUMBER, parseint),
    Function::new("pow", &[param("num", Accepts::Number), param("power", Accepts::Number)], NUMBER, pow),
    Function::new("signum", &[param("num", Accepts::Number)], NUMBER, |a| a.int(0).map(|n| Value::from(n.signum()))),
    Function::new("sum", &[param("list", Accepts::Any)], NUMBER, sum),
];

/// A float of the machine as the shortest decimal that reads back as it.
fn float(n: f64) -> Answer {
    if n.is_nan() {
        return Err(FunctionError::new("the result is not a number"));
    }
    n.to_string().parse::<Number>().map(Value::from).map_err(|why| FunctionError::new(why.to_string()))
}

fn log(a: &Args<'_>) -> Answer {
    float(a.number(0)?.to_f64().ln() / a.number(1)?.to_f64().ln())
}

fn pow(a: &Args<'_>) -> Answer {
    float(power(a.number(0)?.to_f64(), a.number(1)?.to_f64()))
}

fn extreme(a: &Args<'_>, better: fn(&Number, &Number) -> bool) -> Answer {
    let mut numbers = a.values.iter().filter_map(Value::as_number);
    let first = numbers.next().ok_or_else(|| FunctionError::new("must pass at least one number"))?;
    Ok(numbers.fold(first, |best, n| if better(n, best) { n } else { best }).clone().into())
}

fn parseint(a: &Args<'_>) -> Answer {
    let given = a.value(0)?;
    let Kind::String(text) = &given.kind else {
        let why = format!("first argument must be a string, not {}", given.ty().friendly_name());
        return Err(FunctionError::argument(0, why));
    };
    let base = a.int(1).map_err(|e| FunctionError::argument(1, e.text))?;
    if !(2..=62).contains(&base) {
        return Err(FunctionError::argument(1, "base must be a whole number between 2 and 62 inclusive"));
    }
    let base = base as u32;
    let invalid = || {
        FunctionError::argument(0, format!("cannot parse \"{text}\" as a base {base} integer"))
            .or(format!("cannot parse (sensitive value) as a base {base} integer"))
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || digits.len() > 4096 {
        return Err(invalid());
    }
    let mut sum = IBig::ZERO;
    for c in digits.chars() {
        let digit = match c {
            '0'..='9' => c as u32 - '0' as u32,
            'a'..='z' => c as u32 - 'a' as u32 + 10,
            'A'..='Z' if base <= 36 => c as u32 - 'A' as u32 + 10,
            'A'..='Z' => c as u32 - 'A' as u32 + 36,
            _ => return Err(invalid()),
        };
        if digit >= base {
            return Err(invalid());
        }
        sum = sum * IBig::from(base) + IBig::from(digit);
    }
    Ok(Number::from(if negative { -sum } else { sum }).into())
}

fn sum(a: &Args<'_>) -> Answer {
    let list = a.value(0)?;
    let Some(items) = list.as_slice() else {
        let ty = list.ty();
        let why = match ty.is_primitive() {
            true => "cannot sum noniterable".into(),
            false => format!("argument must be list, set, or tuple. Received {}", ty.friendly_name()),
        };
        return Err(FunctionError::argument(0, why));
    };
    let required = || FunctionError::argument(0, "argument must be list, set, or tuple of number values");
    if items.is_empty() {
        return Err(FunctionError::argument(0, "cannot sum an empty list"));
    }
    let mut total = Number::from(0);
    let mut known = true;
    for item in items {
        let number = convert(item, &Type::Number).map_err(|_| required())?;
        match number.kind {
            Kind::Number(n) => total = total.add(&n),
            Kind::Unknown(..) => known = false,
            _ => return Err(required()),
        }
    }
    Ok(if known { total.into() } else { unknown(Type::Number) })
}
