//! Text: trimming, case, splitting, joining, replacing.

use unicode_segmentation::UnicodeSegmentation;

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, regexp, strings, text, unknown};
use crate::value::{Kind, Refinement, Type, Value};

const STRING: Outcome = Outcome::Of(Accepts::String);
const BOOL: Outcome = Outcome::Of(Accepts::Bool);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chomp", &[param("str", Accepts::String)], STRING, |a| {
        Ok(text(a.str(0)?.trim_end_matches(['\r', '\n'])))
    }),
    Function::new("endswith", &[param("str", Accepts::String), param("suffix", Accepts::String)], BOOL, |a| {
        Ok(a.str(0)?.ends_with(a.str(1)?).into())
    }),
    Function::new("indent", &[param("spaces", Accepts::Number), param("str", Accepts::String)], STRING, |a| {
        let spaces = usize::try_from(a.int(0)?)
            .map_err(|_| FunctionError::argument(0, "the number of spaces must not be negative"))?;
        if spaces > 10_000 {
            return Err(FunctionError::argument(0, "at most 10000 spaces can be inserted"));
        }
        Ok(text(a.str(1)?.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
    }),
    Function::new("join", &[param("separator", Accepts::String)], STRING, join)
        .variadic(param("lists", Accepts::ListOfString)),
    Function::new("lower", &[param("str", Accepts::String)], STRING, |a| Ok(text(lower(a.str(0)?)))),
    Function::new(
        "replace",
        &[param("str", Accepts::String), param("substr", Accepts::String), param("replace", Accepts::String)],
        STRING,
        replace,
    ),
    Function::new(
        "split",
        &[param("separator", Accepts::String), param("str", Accepts::String)],
        Outcome::Of(Accepts::ListOfString),
        |a| {
            let (separator, whole) = (a.str(0)?, a.str(1)?);
            if separator.is_empty() {
                return Ok(strings(whole.chars()));
            }
            Ok(strings(whole.split(separator)))
        },
    ),
    Function::new(
        "startswith",
        &[param("str", Accepts::String).unknown(), param("prefix", Accepts::String)],
        BOOL,
        starts_with,
    ),
    Function::new("strcontains", &[param("str", Accepts::String), param("substr", Accepts::String)], BOOL, |a| {
        Ok(a.str(0)?.contains(a.str(1)?).into())
    }),
    Function::new("strrev", &[param("str", Accepts::String)], STRING, |a| {
        Ok(text(a.str(0)?.graphemes(true).rev().collect::<String>()))
    }),
    Function::new(
        "substr",
        &[param("str", Accepts::String), param("offset", Accepts::Number), param("length", Accepts::Number)],
        STRING,
        substr,
    ),
    Function::new("title", &[param("str", Accepts::String)], STRING, |a| Ok(text(title(a.str(0)?)))),
    Function::new("trim", &[param("str", Accepts::String), param("cutset", Accepts::String)], STRING, |a| {
        let cutset = a.str(1)?;
        Ok(text(a.str(0)?.trim_matches(|c| cutset.contains(c))))
    }),
    Function::new("trimprefix", &[param("str", Accepts::String), param("prefix", Accepts::String)], STRING, |a| {
        let whole = a.str(0)?;
        Ok(text(whole.strip_prefix(a.str(1)?).unwrap_or(whole)))
    }),
    Function::new("trimspace", &[param("str", Accepts::String)], STRING, |a| Ok(text(a.str(0)?.trim()))),
    Function::new("trimsuffix", &[param("str", Accepts::String), param("suffix", Accepts::String)], STRING, |a| {
        let whole = a.str(0)?;
        Ok(text(whole.strip_suffix(a.str(1)?).unwrap_or(whole)))
    }),
    Function::new("upper", &[param("str", Accepts::String)], STRING, |a| {
        Ok(text(a.str(0)?.chars().map(upper).collect::<String>()))
    }),
];

fn join(a: &Args<'_>) -> Answer {
    let separator = a.str(0)?;
    if a.rest(1).is_empty() {
        return Err(FunctionError::new("at least one list is required"));
    }
    let mut known = true;
    let mut parts = Vec::new();
    for (i, list) in a.rest(1).iter().enumerate() {
        for (at, item) in list.as_slice().unwrap_or(&[]).iter().enumerate() {
            match &item.kind {
                Kind::String(s) => parts.push(&**s),
                Kind::Null(_) => {
                    let why = format!("element {at} is null; cannot concatenate null values");
                    return Err(FunctionError::argument(i + 1, why));
                }
                _ => known = false,
            }
        }
    }
    Ok(if known { text(parts.join(separator)) } else { unknown(Type::String) })
}

fn replace(a: &Args<'_>) -> Answer {
    let (whole, search, with) = (a.str(0)?, a.str(1)?, a.str(2)?);
    match search.strip_prefix('/').and_then(|s| s.strip_suffix('/')) {
        Some(pattern) if search.len() > 1 => {
            let regex = regexp::compile(pattern).map_err(|e| {
                let why = format!("error parsing regexp: {}: `{}`", e.problem, e.quoted);
                FunctionError::new(why).or(format!("error parsing regexp: {}", e.problem))
            })?;
            Ok(text(regexp::replace_all(&regex, whole, with)))
        }
        _ => Ok(text(whole.replace(search, with))),
    }
}

fn starts_with(a: &Args<'_>) -> Answer {
    let prefix = a.str(1)?;
    Ok(match &a.value(0)?.kind {
        Kind::Unknown(..) if prefix.is_empty() => true.into(),
        Kind::Unknown(_, Refinement { prefix: Some(known), .. }) if known.starts_with(prefix) => true.into(),
        Kind::Unknown(_, Refinement { prefix: Some(known), .. }) if known.len() >= prefix.len() => false.into(),
        Kind::String(s) => s.starts_with(prefix).into(),
        _ => unknown(Type::Bool),
    })
}

/// Counts in what a reader sees as characters; a negative length takes the rest.
fn substr(a: &Args<'_>) -> Answer {
    let (whole, offset, mut length) = (a.str(0)?, a.int(1)?, a.int(2)?);
    // From the end, no length takes the rest, too.
    if offset < 0 && length == 0 {
        length = -1;
    }
    let graphemes: Vec<&str> = whole.graphemes(true).collect();
    let total = graphemes.len();
    let start = match usize::try_from(offset) {
        Ok(n) => n.min(total),
        Err(_) => total.saturating_sub(usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let end = usize::try_from(length).map_or(total, |n| start.saturating_add(n).min(total));
    Ok(text(graphemes.get(start..end).unwrap_or(&[]).concat()))
}

fn title(whole: &str) -> String {
    let mut out = String::with_capacity(whole.len());
    let mut at_start = true;
    for c in whole.chars() {
        if at_start {
            out.push(match c {
                'Ǆ' | 'ǆ' => 'ǅ',
                'Ǉ' | 'ǉ' => 'ǈ',
                'Ǌ' | 'ǌ' => 'ǋ',
                'Ǳ' | 'ǳ' => 'ǲ',
                c => upper(c),
            })
        } else {
            out.push(c)
        }
        at_start = if c.is_ascii() { !(c.is_ascii_alphanumeric() || c == '_') } else { c.is_whitespace() };
    }
    out
}

/// Characters change one by one: those whose other case is several characters stay.
fn upper(c: char) -> char {
    let mut changed = c.to_uppercase();
    if changed.len() == 1 { changed.next().unwrap_or(c) } else { c }
}

fn lower(whole: &str) -> String {
    whole.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

/// Number of characters as a reader sees them.
pub(super) fn length(whole: &str) -> Value {
    (whole.graphemes(true).count() as i64).into()
}
