//! The order in which the elements of a set stand: that of the language, so that plans and states read alike.
//!
//! Primitive values stand in their natural order. For all others a text decides that has no meaning of its own.

use std::cmp::Ordering;
use std::fmt::Write;

use super::{Kind, Number, Value};

/// Sorts elements of one type, all without marks.
pub(super) fn sort(items: &mut [Value]) {
    if items.iter().all(|v| v.ty().is_primitive()) {
        items.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
    } else {
        let key = |v: &Value| {
            let mut text = String::new();
            append(v, &mut text);
            (rank(v), text, v.clone())
        };
        items.sort_by_cached_key(key);
    }
}

/// What is known comes first, and null last.
fn rank(value: &Value) -> Ordering {
    match value.kind {
        Kind::Unknown(..) => Ordering::Equal,
        Kind::Null(_) => Ordering::Greater,
        _ => Ordering::Less,
    }
}

fn append(value: &Value, out: &mut String) {
    let mut group = |open: char, close: char, items: &mut dyn Iterator<Item = (Option<&str>, &Value)>| {
        out.push(open);
        for (key, item) in items {
            if let Some(key) = key {
                quote(key, out);
                out.push(':');
            }
            append(item, out);
            out.push(';');
        }
        out.push(close);
    };
    match &value.kind {
        Kind::Unknown(..) => out.push('?'),
        Kind::Null(_) => out.push('~'),
        Kind::Bool(b) => out.push(if *b { 'T' } else { 'F' }),
        Kind::Number(n) => number(n, out),
        Kind::String(s) => quote(s, out),
        Kind::List(_, items) | Kind::Set(_, items) => group('[', ']', &mut items.iter().map(|v| (None, v))),
        Kind::Tuple(items) => group('<', '>', &mut items.iter().map(|v| (None, v))),
        Kind::Map(_, items) => group('{', '}', &mut items.iter().map(|(k, v)| (Some(&**k), v))),
        Kind::Object(items) => group('<', '>', &mut items.values().map(|v| (None, v))),
    }
}

fn quote(text: &str, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{text:?}");
}

/// Ten significant digits, with an exponent where there would be more in front of the point.
fn number(n: &Number, out: &mut String) {
    const DIGITS: i32 = 10;
    let float = n.to_f64();
    let scientific = format!("{float:.*e}", DIGITS as usize - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim =
        |s: &str| if s.contains('.') { s.trim_end_matches('0').trim_end_matches('.').to_owned() } else { s.into() };
    let _ = if (-4..DIGITS).contains(&exponent) {
        let places = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
        write!(out, "{}", trim(&format!("{float:.places$}")))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(out, "{}e{sign}{:02}", trim(mantissa), exponent.abs())
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    fn check(element: Type, items: Vec<Value>, expect: &str) {
        let shown: Vec<String> = Value::set(element, items).children().map(|v| format!("{:?}", v.kind)).collect();
        assert_eq!(shown.join(" "), expect);
    }

    #[test]
    fn primitives_stand_in_their_order_and_null_behind_them() {
        check(Type::Number, vec![10.into(), 9.into(), Value::null(Type::Number)], "Number(9) Number(10) Null(Number)");
        check(Type::Bool, vec![true.into(), false.into()], "Bool(false) Bool(true)");
    }

    #[test]
    fn structures_stand_in_the_order_of_their_text() {
        let numbers = |n: i64| Value::tuple(vec![n.into()]);
        let set = Value::set(Type::tuple([Type::Number]), vec![numbers(9), numbers(10), numbers(12_345_678_901)]);
        let first: Vec<Option<i64>> =
            set.children().map(|v| v.as_slice().and_then(|v| v.first()).and_then(Value::as_i64)).collect();
        assert_eq!(first, [Some(12_345_678_901), Some(10), Some(9)]);
    }

    #[test]
    fn numbers_have_ten_digits() {
        for (text, expect) in
            [("0", "0"), ("1.5", "1.5"), ("-120", "-120"), ("12345678901", "1.23456789e+10"), ("0.00001", "1e-05")]
        {
            let mut out = String::new();
            number(&text.parse().expect("number"), &mut out);
            assert_eq!(out, expect);
        }
    }
}
