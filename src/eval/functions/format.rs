//! `format` and `formatlist`: text from a format string with verbs such as `%s` and `%05d`.

use std::borrow::Cow;

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, json, param, text, unknown};
use crate::value::{Kind, Number, Refinement, Type, Value, fit};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("format", &[param("format", Accepts::String)], Outcome::Of(Accepts::String), |a| {
        if a.rest(1).iter().any(untyped) {
            return Ok(Value::unknown(Type::Dynamic));
        }
        if !a.values.iter().all(Value::is_wholly_known) {
            return Ok(unknown_text(a.str(0)?));
        }
        format(a.str(0)?, &a.rest(1).iter().collect::<Vec<_>>()).map(text)
    })
    .variadic(param("args", Accepts::Any).null().unknown()),
    Function::new("formatlist", &[param("format", Accepts::String)], Outcome::Of(Accepts::ListOfString), formatlist)
        .variadic(param("args", Accepts::Any).null().unknown()),
];

/// Whether not even the type of an argument is known: the language then tells nothing of the result, also for null.
fn untyped(value: &Value) -> bool {
    value.ty() == Type::Dynamic
}

/// Up to the first verb the text is known in any case.
fn unknown_text(pattern: &str) -> Value {
    let known = pattern.split('%').next().unwrap_or("");
    let prefix = (!known.is_empty()).then(|| known.into());
    let refinement = Refinement { not_null: true, prefix, ..Refinement::default() };
    Value::unknown_refined(Type::String, refinement)
}

fn formatlist(a: &Args<'_>) -> Answer {
    let pattern = a.str(0)?;
    if a.rest(1).iter().any(untyped) {
        return Ok(Value::unknown(Type::Dynamic));
    }
    let mut length: Option<(usize, usize)> = None;
    let mut known = true;
    let lists: Vec<Option<&[Value]>> = a.rest(1).iter().map(Value::as_slice).collect();
    for (i, (value, list)) in a.rest(1).iter().zip(&lists).enumerate() {
        known &= value.is_known() || value.ty().is_primitive();
        match (length, list) {
            (Some((first, n)), Some(list)) if list.len() != n => {
                let why = format!(
                    "argument {} has length {}, which is inconsistent with argument {} of length {n}",
                    i + 1,
                    list.len(),
                    first + 1
                );
                return Err(FunctionError::argument(i + 1, why));
            }
            (None, Some(list)) => length = Some((i, list.len())),
            _ => {}
        }
    }
    if !known {
        return Ok(unknown(Type::list(Type::String)));
    }
    let count = length.map_or(1, |(_, n)| n);
    let mut out = Vec::new();
    for at in 0..count {
        let row: Vec<&Value> = a
            .rest(1)
            .iter()
            .zip(&lists)
            .filter_map(|(value, list)| match list {
                Some(list) => list.get(at),
                None => Some(value),
            })
            .collect();
        if row.iter().all(|v| v.is_wholly_known()) {
            let made = format(pattern, &row)
                .map_err(|e| FunctionError::new(format!("error on format iteration {at}: {}", e.text)).revealing())?;
            out.push(text(made));
        } else {
            out.push(unknown_text(pattern));
        }
    }
    Ok(Value::list(Type::String, out))
}

/// One `%…` of a format string.
#[derive(Default)]
struct Verb<'a> {
    raw: &'a str,
    at: usize,
    sharp: bool,
    plus: bool,
    minus: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// `[n]`, from 1.
    argument: Option<usize>,
    mode: char,
}

/// Widest field and highest precision: bounds what a format string can make.
const MAX_WIDTH: usize = 10_000;

pub(super) fn format(pattern: &str, args: &[&Value]) -> Result<String, FunctionError> {
    let mut out = String::new();
    let mut next = 0;
    let mut used = 0;
    let mut at = 0;
    while let Some(rest) = pattern.get(at..) {
        let Some(percent) = rest.find('%') else {
            out.push_str(rest);
            break;
        };
        out.push_str(rest.get(..percent).unwrap_or(""));
        at += percent;
        let verb = parse(pattern, at)?;
        at += verb.raw.len();
        if verb.mode == '%' {
            out.push('%');
            continue;
        }
        let position = verb.argument.map_or(next, |n| n.saturating_sub(1));
        let Some(value) = args.get(position) else {
            let why = format!(
                "not enough arguments for \"{}\" at {}: need index {} but have {} total",
                verb.raw,
                verb.at,
                position + 1,
                args.len()
            );
            return Err(FunctionError::new(why));
        };
        next = position + 1;
        used = used.max(next);
        append(&verb, value, &mut out)?;
    }
    if used < args.len() {
        let why = match used {
            0 => "too many arguments; no verbs in format string".into(),
            n => format!("too many arguments; only {n} used by format string"),
        };
        return Err(FunctionError::argument(used + 1, why));
    }
    Ok(out)
}

fn parse(pattern: &str, at: usize) -> Result<Verb<'_>, FunctionError> {
    let mut verb = Verb { at, ..Verb::default() };
    let mut chars = pattern.get(at + 1..).unwrap_or("").char_indices().peekable();
    while let Some(&(_, c)) = chars.peek() {
        match c {
            '#' => verb.sharp = true,
            '+' => verb.plus = true,
            '-' => verb.minus = true,
            ' ' => verb.space = true,
            '0' => verb.zero = true,
            _ => break,
        }
        chars.next();
    }
    let number = |chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>| -> Option<usize> {
        let mut n: Option<usize> = None;
        while let Some(&(_, c)) = chars.peek() {
            let Some(digit) = c.to_digit(10) else { break };
            n = Some(n.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize));
            chars.next();
        }
        n
    };
    let unrecognized = |c: Option<(usize, char)>| match c {
        Some((offset, c)) => {
            FunctionError::new(format!("unrecognized format character '{c}' at offset {}", at + 1 + offset)).revealing()
        }
        None => FunctionError::new(format!("invalid format string starting at offset {}", pattern.len())),
    };
    verb.width = number(&mut chars);
    if chars.next_if(|(_, c)| *c == '.').is_some() {
        verb.precision = Some(number(&mut chars).unwrap_or(0));
    }
    if chars.next_if(|(_, c)| *c == '[').is_some() {
        if chars.peek().is_none_or(|(_, c)| *c != '0') {
            verb.argument = number(&mut chars);
        }
        if verb.argument.is_none() || chars.peek().is_none_or(|(_, c)| *c != ']') {
            return Err(unrecognized(chars.next()));
        }
        chars.next();
    }
    if verb.width.max(verb.precision).is_some_and(|n| n > MAX_WIDTH) {
        return Err(FunctionError::new(format!("width and precision may be at most {MAX_WIDTH}")));
    }
    let Some((offset, mode)) = chars.next() else {
        return Err(unrecognized(None));
    };
    if !mode.is_ascii_alphabetic() && (mode != '%' || offset > 0) {
        return Err(unrecognized(Some((offset, mode))));
    }
    verb.mode = mode;
    verb.raw = pattern.get(at..at + 1 + offset + mode.len_utf8()).unwrap_or("");
    Ok(verb)
}

fn append(verb: &Verb<'_>, value: &Value, out: &mut String) -> Result<(), FunctionError> {
    let unsupported =
        |why: &str| FunctionError::new(format!("unsupported value for \"{}\" at {}: {why}", verb.raw, verb.at));
    if value.is_null() && verb.mode != 'v' {
        return Err(unsupported("null value cannot be formatted"));
    }
    let number = || -> Result<Number, FunctionError> {
        let v = fit(value, &Type::Number).map_err(|why| unsupported(why.reason()))?;
        v.as_number().cloned().ok_or_else(|| unsupported("number required"))
    };
    match verb.mode {
        'v' => default(verb, value, out),
        't' => {
            let b = fit(value, &Type::Bool).map_err(|why| unsupported(why.reason()))?;
            out.push_str(if b.as_bool() == Some(true) { "true" } else { "false" });
        }
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let n = number()?;
            if !n.is_integer() {
                return Err(unsupported("an integer is required"));
            }
            signed(verb, n.is_negative(), &integer(verb, &n), out);
        }
        'e' | 'E' | 'f' | 'g' | 'G' => {
            let n = number()?;
            signed(verb, n.is_negative(), &float(verb.mode, verb.precision, &n), out);
        }
        's' | 'q' => {
            let given = fit(value, &Type::String).map_err(|why| unsupported(why.reason()))?;
            let whole = given.as_str().unwrap_or("");
            let cut = match verb.precision {
                Some(n) if n > 0 => {
                    use unicode_segmentation::UnicodeSegmentation;
                    Cow::Owned(whole.graphemes(true).take(n).collect::<String>())
                }
                _ => Cow::Borrowed(whole),
            };
            if verb.mode == 'q' { padded(verb, &quoted(&cut), out) } else { padded(verb, &cut, out) }
        }
        mode => {
            let why = format!("unsupported format verb '{mode}' in \"{}\" at offset {}", verb.raw, verb.at);
            return Err(FunctionError::new(why).revealing());
        }
    }
    Ok(())
}

/// `%v`: each type in its own way; `%#v` always as JSON.
fn default(verb: &Verb<'_>, value: &Value, out: &mut String) {
    match &value.kind {
        Kind::String(s) if !verb.sharp => padded(verb, s, out),
        Kind::Number(n) if !verb.sharp => signed(verb, n.is_negative(), &float('g', verb.precision, n), out),
        Kind::Bool(b) if !verb.sharp => padded(verb, if *b { "true" } else { "false" }, out),
        _ => {
            let mut made = String::new();
            json::write(value, &mut made);
            padded(verb, &made, out);
        }
    }
}

fn padded(verb: &Verb<'_>, whole: &str, out: &mut String) {
    use unicode_segmentation::UnicodeSegmentation;
    let missing = verb.width.unwrap_or(0).saturating_sub(whole.graphemes(true).count());
    let fill = if verb.zero && !verb.minus { '0' } else { ' ' };
    let padding = std::iter::repeat_n(fill, missing);
    if verb.minus {
        out.push_str(whole);
        out.extend(padding);
    } else {
        out.extend(padding);
        out.push_str(whole);
    }
}

/// Pads a number: zeros stand between its sign and its digits.
fn signed(verb: &Verb<'_>, negative: bool, digits: &str, out: &mut String) {
    let sign = match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    let missing = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    let fill = |c: char| std::iter::repeat_n(c, missing);
    if verb.minus {
        out.push_str(sign);
        out.push_str(digits);
        out.extend(fill(' '));
    } else if verb.zero {
        out.push_str(sign);
        out.extend(fill('0'));
        out.push_str(digits);
    } else {
        out.extend(fill(' '));
        out.push_str(sign);
        out.push_str(digits);
    }
}

/// Digits of a whole number in the base of the verb, without sign.
fn integer(verb: &Verb<'_>, n: &Number) -> String {
    let decimal = n.abs().to_string();
    let radix = match verb.mode {
        'b' => 2,
        'o' => 8,
        'x' | 'X' => 16,
        _ => return decimal,
    };
    let digits = decimal.parse::<dashu_int::UBig>().map_or(decimal, |n| n.in_radix(radix).to_string());
    let digits = if verb.mode == 'X' { digits.to_uppercase() } else { digits };
    match (verb.sharp, verb.mode) {
        (true, 'x') => format!("0x{digits}"),
        (true, 'X') => format!("0X{digits}"),
        (true, 'o') => format!("0{digits}"),
        (true, 'b') => format!("0b{digits}"),
        _ => digits,
    }
}

/// Digits of a number as `%e`, `%f` or `%g` writes it, without sign.
fn float(mode: char, precision: Option<usize>, n: &Number) -> String {
    let magnitude = n.abs();
    let made = match mode {
        'f' => fixed(&magnitude, precision.unwrap_or(6)),
        'e' | 'E' => scientific(&magnitude, precision.unwrap_or(6)),
        _ => general(&magnitude, precision),
    };
    if mode.is_ascii_uppercase() { made.to_uppercase() } else { made }
}

/// Decimal digits without leading and trailing zeros, and the position of the point counted from their start.
fn decimal(n: &Number) -> (Vec<u8>, i64) {
    let plain = n.to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
    let zeros = digits.iter().take_while(|d| **d == 0).count();
    let point = whole.len() as i64 - zeros as i64;
    let mut digits: Vec<u8> = digits.into_iter().skip(zeros).collect();
    while digits.last() == Some(&0) {
        digits.pop();
    }
    if digits.is_empty() { (digits, 0) } else { (digits, point) }
}

/// Rounds to a number of digits, halves to even.
fn round(digits: &mut Vec<u8>, point: &mut i64, keep: i64, exact: bool) {
    let Ok(keep) = usize::try_from(keep) else {
        digits.clear();
        return;
    };
    if keep >= digits.len() {
        return;
    }
    let first = digits.get(keep).copied().unwrap_or(0);
    let beyond = digits.len() > keep + 1;
    let odd = keep > 0 && digits.get(keep - 1).is_some_and(|d| d % 2 == 1);
    let up = first > 5 || first == 5 && (beyond || !exact || odd);
    digits.truncate(keep);
    if !up {
        return;
    }
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
    digits.pop();
    if digits.is_empty() {
        digits.push(1);
    }
    *point += 1;
}

/// Whether the decimal digits are the number itself: its fraction is one of powers of two.
fn is_exact(n: &Number, digits: &[u8], point: i64) -> bool {
    let places = (digits.len() as i64 - point).clamp(0, 400);
    let two = Number::from(2);
    (0..places).fold(n.clone(), |n, _| n.mul(&two)).is_integer()
}

fn fixed(n: &Number, precision: usize) -> String {
    let (mut digits, mut point) = decimal(n);
    let exact = is_exact(n, &digits, point);
    let keep = point + precision as i64;
    round(&mut digits, &mut point, keep, exact);
    plain(&digits, point, precision)
}

fn scientific(n: &Number, precision: usize) -> String {
    let (mut digits, mut point) = decimal(n);
    let exact = is_exact(n, &digits, point);
    round(&mut digits, &mut point, precision as i64 + 1, exact);
    let exponent = if digits.is_empty() { 0 } else { point - 1 };
    digits.resize(precision + 1, 0);
    exponential(&digits, exponent)
}

fn exponential(digits: &[u8], exponent: i64) -> String {
    let mut out = String::new();
    for (i, digit) in digits.iter().enumerate() {
        if i == 1 {
            out.push('.');
        }
        out.push(char::from(b'0' + digit));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    out + &format!("e{sign}{:02}", exponent.abs())
}

/// The shorter of plain and exponential form; an exponent from 21 on (or the precision) is written as such.
fn general(n: &Number, precision: Option<usize>) -> String {
    let (mut digits, mut point) = decimal(n);
    if digits.is_empty() {
        return "0".into();
    }
    let exact = is_exact(n, &digits, point);
    let mut limit = 6;
    if let Some(precision) = precision {
        let precision = precision.max(1) as i64;
        round(&mut digits, &mut point, precision, exact);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        limit = precision;
        if limit > digits.len() as i64 && digits.len() as i64 >= point {
            limit = digits.len() as i64;
        }
    }
    let exponent = point - 1;
    if exponent < -4 || exponent >= limit {
        return exponential(&digits, exponent);
    }
    let places = usize::try_from((digits.len() as i64 - point).max(0)).unwrap_or(0);
    plain(&digits, point, places)
}

fn plain(digits: &[u8], point: i64, places: usize) -> String {
    let digit = |i: i64| usize::try_from(i).ok().and_then(|i| digits.get(i)).map_or('0', |d| char::from(b'0' + d));
    let mut out: String = if point > 0 { (0..point).map(digit).collect() } else { "0".into() };
    if places > 0 {
        out.push('.');
        out.extend((point..point + places as i64).map(digit));
    }
    out
}

/// Text between double quotes, as `%q` writes it.
fn quoted(whole: &str) -> String {
    let mut out = String::from("\"");
    for c in whole.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{2028}' | '\u{2029}' | '<' | '>' | '&' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
