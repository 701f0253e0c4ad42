//! Regular expressions, in the dialect of the Terraform language.
//!
//! Patterns are rewritten where the dialect (RE2 as Go spells it) and the `regex` crate differ.

use std::collections::BTreeMap;

use regex::{Captures, Regex, RegexBuilder};

use super::regexp_syntax::{self, Refusal};
use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, text};
use crate::value::{Type, Value};

const PARAMS: &[super::Param] = &[param("pattern", Accepts::String), param("string", Accepts::String)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "regex",
        PARAMS,
        Outcome::From(|values| Ok(pattern_of(values)?.map_or(Type::Dynamic, |r| shape(&r)))),
        first,
    ),
    Function::new(
        "regexall",
        PARAMS,
        Outcome::From(|values| Ok(pattern_of(values)?.map_or(Type::Dynamic, |r| Type::list(shape(&r))))),
        all,
    ),
];

/// The pattern, where it is known.
fn pattern_of(values: &[Value]) -> Result<Option<Regex>, FunctionError> {
    values.first().and_then(Value::as_str).map(pattern).transpose()
}

/// Memory that one compiled pattern may take.
const MAX_SIZE: usize = 4 << 20;

/// Reads a pattern.
pub(super) fn compile(pattern: &str) -> Result<Regex, Refusal> {
    regexp_syntax::check(pattern)?;
    RegexBuilder::new(&translate(pattern)).octal(true).size_limit(MAX_SIZE).build().map_err(|e| Refusal {
        problem: if let regex::Error::CompiledTooBig(_) = e { "expression too large" } else { "invalid expression" },
        quoted: pattern.to_owned(),
    })
}

fn pattern(text: &str) -> Result<Regex, FunctionError> {
    let regex = compile(text).map_err(|e| {
        let why = format!("invalid regexp pattern: {} in {}", e.problem, e.quoted);
        FunctionError::argument(0, why).or(format!("invalid regexp pattern: {}", e.problem))
    })?;
    let named = names(&regex).count();
    if named != 0 && named != regex.captures_len() - 1 {
        let why = "invalid regexp pattern: cannot mix both named and unnamed capture groups";
        return Err(FunctionError::argument(0, why));
    }
    Ok(regex)
}

/// Every match replaced by a text, in which `$1`, `$name` and `${name}` stand for groups and `$$` for a dollar sign.
pub(super) fn replace_all(regex: &Regex, whole: &str, with: &str) -> String {
    regex.replace_all(whole, |found: &Captures<'_>| expand(regex, with, found)).into_owned()
}

fn expand(regex: &Regex, with: &str, found: &Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = with;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let is_word = |c: char| c == '_' || c.is_alphanumeric();
        let (name, tail) = match after.strip_prefix('{') {
            Some(inside) => inside.split_once('}').unwrap_or(("", "")),
            None => after.split_at(after.find(|c| !is_word(c)).unwrap_or(after.len())),
        };
        if name.is_empty() || !name.chars().all(is_word) {
            out.push('$');
            rest = after.strip_prefix('$').unwrap_or(after);
            continue;
        }
        let group = match name.parse::<usize>() {
            Ok(n) => found.get(n),
            Err(_) => {
                let mut named = names(regex).zip(regex.capture_names().flatten()).filter(|(n, _)| *n == name);
                named.find_map(|(_, translated)| found.name(translated))
            }
        };
        out.push_str(group.map_or("", |m| m.as_str()));
        rest = tail;
    }
    out + rest
}

/// Names of groups as they were written. Translated ones have more in front, since the crate takes no digit there and
/// each name once only.
fn names(regex: &Regex) -> impl Iterator<Item = &str> {
    regex.capture_names().flatten().map(|n| n.split_once('_').map_or(n, |(_, written)| written))
}

/// Type of one match.
fn shape(regex: &Regex) -> Type {
    let names: Vec<&str> = names(regex).collect();
    if !names.is_empty() {
        return Type::object(names.into_iter().map(|n| (n, Type::String)));
    }
    match regex.captures_len() - 1 {
        0 => Type::String,
        n => Type::tuple(std::iter::repeat_n(Type::String, n)),
    }
}

fn first(a: &Args<'_>) -> Answer {
    let regex = pattern(a.str(0)?)?;
    match regex.captures(a.str(1)?) {
        Some(found) => Ok(value(&regex, &found)),
        None => Err(FunctionError::new("pattern did not match any part of the given string")),
    }
}

fn all(a: &Args<'_>) -> Answer {
    let regex = pattern(a.str(0)?)?;
    let items = regex.captures_iter(a.str(1)?).map(|found| value(&regex, &found)).collect();
    Ok(Value::list(shape(&regex), items))
}

fn value(regex: &Regex, found: &Captures<'_>) -> Value {
    let group = |m: Option<regex::Match<'_>>| m.map_or_else(|| Value::null(Type::String), |m| text(m.as_str()));
    if regex.captures_len() == 1 {
        return group(found.get(0));
    }
    let written = regex.capture_names().flatten();
    let named: BTreeMap<_, _> = names(regex).zip(written).map(|(n, w)| (n.into(), group(found.name(w)))).collect();
    if !named.is_empty() {
        return Value::object(named);
    }
    Value::tuple(found.iter().skip(1).map(group).collect())
}

/// The pattern as the `regex` crate reads it: ASCII classes, literal braces and brackets, `\Q…\E`.
fn translate(pattern: &str) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut i = 0;
    let mut class = false;
    let mut groups = 0;
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
            ('\\', Some(n @ ('p' | 'P'))) => {
                i += 1;
                out.extend(['\\', n]);
                if chars.get(i) == Some(&'{') {
                    let name = chars.iter().skip(i).take_while(|c| **c != '}');
                    out.extend(name.clone());
                    i += name.count();
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
            ('(', Some('?')) if !class => {
                out.push_str("(?");
                i += 1;
                let rest: String = chars.iter().skip(i).take(2).collect();
                let sign = if rest.starts_with("P<") { 2 } else { usize::from(rest.starts_with('<')) };
                if sign > 0 {
                    groups += 1;
                    out.push_str(&format!("P<k{groups}_"));
                    i += sign;
                }
            }
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
