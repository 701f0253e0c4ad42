//! Regular expressions, in the dialect of the Terraform language.
//!
//! Patterns are rewritten where the dialect (RE2 as Go spells it) and the `regex` crate differ.

use std::collections::BTreeMap;

use regex::{Captures, Regex};

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, text};
use crate::value::{Type, Value};

const PARAMS: &[super::Param] = &[param("pattern", Accepts::String), param("string", Accepts::String)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "regex",
        PARAMS,
        Outcome::From(|values| pattern_of(values).map_or(Type::Dynamic, |r| shape(&r))),
        first,
    ),
    Function::new(
        "regexall",
        PARAMS,
        Outcome::From(|values| pattern_of(values).map_or(Type::Dynamic, |r| Type::list(shape(&r)))),
        all,
    ),
];

fn pattern_of(values: &[Value]) -> Option<Regex> {
    compile(values.first()?.as_str()?).ok()
}

/// Reads a pattern; an error is a phrase.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&translate(pattern)).map_err(|e| {
        let why = e.to_string();
        let last = why.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
        format!("invalid regexp pattern: {last}")
    })
}

fn regex_of(a: &Args<'_>) -> Result<Regex, FunctionError> {
    let regex = compile(a.str(0)?).map_err(|why| FunctionError::argument(0, why).revealing())?;
    let named = regex.capture_names().skip(1).filter(Option::is_some).count();
    if named != 0 && named != regex.captures_len() - 1 {
        let why = "invalid regexp pattern: cannot mix both named and unnamed capture groups";
        return Err(FunctionError::argument(0, why));
    }
    Ok(regex)
}

/// Type of one match.
fn shape(regex: &Regex) -> Type {
    let names: Vec<&str> = regex.capture_names().flatten().collect();
    if !names.is_empty() {
        return Type::object(names.into_iter().map(|n| (n, Type::String)));
    }
    match regex.captures_len() - 1 {
        0 => Type::String,
        n => Type::tuple(std::iter::repeat_n(Type::String, n)),
    }
}

fn first(a: &Args<'_>) -> Answer {
    let regex = regex_of(a)?;
    match regex.captures(a.str(1)?) {
        Some(found) => Ok(value(&regex, &found)),
        None => Err(FunctionError::new("pattern did not match any part of the given string")),
    }
}

fn all(a: &Args<'_>) -> Answer {
    let regex = regex_of(a)?;
    let items = regex.captures_iter(a.str(1)?).map(|found| value(&regex, &found)).collect();
    Ok(Value::list(shape(&regex), items))
}

fn value(regex: &Regex, found: &Captures<'_>) -> Value {
    let group = |m: Option<regex::Match<'_>>| m.map_or_else(|| Value::null(Type::String), |m| text(m.as_str()));
    if regex.captures_len() == 1 {
        return group(found.get(0));
    }
    if regex.capture_names().flatten().next().is_some() {
        let items: BTreeMap<_, _> =
            regex.capture_names().flatten().map(|name| (name.into(), group(found.name(name)))).collect();
        return Value::object(items);
    }
    Value::tuple(found.iter().skip(1).map(group).collect())
}

/// The pattern as the `regex` crate reads it: ASCII classes, literal braces and brackets, `\Q…\E`.
fn translate(pattern: &str) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut i = 0;
    let mut class = false;
    while let Some(&c) = chars.get(i) {
        let next = chars.get(i + 1).copied();
        i += 1;
        match (c, next) {
            ('\\', Some('Q')) => {
                i += 1;
                while let Some(&c) = chars.get(i) {
                    i += 1;
                    if c == '\\' && chars.get(i) == Some(&'E') {
                        i += 1;
                        break;
                    }
                    out.push_str(&regex::escape(&c.to_string()));
                }
            }
            ('\\', Some(n)) => {
                i += 1;
                escape(n, class, &mut out);
            }
            ('[', Some(':')) if class => {
                // A named class: copied to its end.
                out.push('[');
                while let Some(&c) = chars.get(i) {
                    out.push(c);
                    i += 1;
                    if c == ']' {
                        break;
                    }
                }
            }
            ('[', _) if class => out.push_str("\\["),
            ('[', _) => {
                class = true;
                out.push('[');
                if chars.get(i) == Some(&'^') {
                    out.push('^');
                    i += 1;
                }
                // A bracket in first place is itself.
                if chars.get(i) == Some(&']') {
                    out.push_str("\\]");
                    i += 1;
                }
            }
            (']', _) if class => {
                class = false;
                out.push(']');
            }
            ('&' | '~', Some(n)) if class && n == c => {
                out.push('\\');
                out.push(c);
            }
            ('-', Some('-')) if class => out.push_str("\\-"),
            ('{', _) if !class && !is_repetition(chars.get(i..).unwrap_or(&[])) => out.push_str("\\{"),
            _ => out.push(c),
        }
    }
    out
}

fn escape(c: char, class: bool, out: &mut String) {
    match (c, class) {
        ('d', true) => out.push_str("0-9"),
        ('w', true) => out.push_str("0-9A-Za-z_"),
        ('s', true) => out.push_str("\\t\\n\\x0C\\r "),
        ('d', false) => out.push_str("[0-9]"),
        ('w', false) => out.push_str("[0-9A-Za-z_]"),
        ('s', false) => out.push_str("[\\t\\n\\x0C\\r ]"),
        ('D', _) => out.push_str("[^0-9]"),
        ('W', _) => out.push_str("[^0-9A-Za-z_]"),
        ('S', _) => out.push_str("[^\\t\\n\\x0C\\r ]"),
        ('b' | 'B', false) => {
            out.push_str("(?-u:\\");
            out.push(c);
            out.push(')');
        }
        // Word boundaries for the crate, plain characters here.
        ('<' | '>', _) => out.push(c),
        _ => {
            out.push('\\');
            out.push(c);
        }
    }
}

/// Whether what follows a brace is a count such as `3}`, `3,}` or `3,5}`.
fn is_repetition(rest: &[char]) -> bool {
    let Some(end) = rest.iter().position(|c| *c == '}') else { return false };
    let inside: String = rest.iter().take(end).collect();
    let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}
