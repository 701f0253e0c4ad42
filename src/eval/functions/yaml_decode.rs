//! YAML to values, in the dialect of the language: the scalars of YAML 1.1 but for its octal and sexagesimal numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::datetime::rfc3339_of_yaml;
use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, text};
use crate::addr::Name;
use crate::value::{Kind, Number, Type, Value};

pub(super) const FUNCTIONS: &[Function] =
    &[Function::new("yamldecode", &[param("src", Accepts::String)], Outcome::Any, |a: &Args<'_>| -> Answer {
        decode(a.str(0)?).map_err(|e| match e.at {
            Some((line, column)) if line > 1 => {
                let why = format!("on line {line}, column {column}: {}", e.why);
                FunctionError::new(why).revealing()
            }
            _ => FunctionError::new(e.why).revealing(),
        })
    })];

/// Most elements of a document, those that aliases repeat included.
const MAX_ELEMENTS: usize = 200_000;

/// Deepest nesting.
const MAX_DEPTH: usize = 100;

struct Problem {
    at: Option<(usize, usize)>,
    why: String,
}

type Read<T> = Result<T, Problem>;

fn problem<T>(span: Span, why: impl Into<String>) -> Read<T> {
    Err(Problem { at: Some((span.start.line(), span.start.col() + 1)), why: why.into() })
}

struct Reader<'a> {
    source: &'a str,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, (Value, usize)>,
    /// Anchors of what is being read.
    open: BTreeSet<usize>,
    elements: usize,
}

fn decode(source: &str) -> Read<Value> {
    let parser = Parser::new_from_str(source.strip_prefix('\u{feff}').unwrap_or(source));
    let mut reader = Reader { source, parser, anchors: HashMap::new(), open: BTreeSet::new(), elements: 0 };
    let mut value = None;
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentEnd | Event::Nothing, _) => {}
            (Event::DocumentStart(_), span) if value.is_some() => {
                let at = Some((span.start.line().saturating_sub(1), 1));
                return Err(Problem { at, why: "unexpected extra content after value".into() });
            }
            (Event::DocumentStart(_), _) => {
                let (event, span) = reader.next()?;
                value = Some(reader.value(event, span, 0)?);
            }
            _ => break,
        }
    }
    value.ok_or_else(|| Problem { at: None, why: "on line 1, column 1: missing start of document".into() })
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Read<(Event<'a>, Span)> {
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(e)) => {
                Err(Problem { at: Some((e.marker().line(), e.marker().col() + 1)), why: e.info().to_owned() })
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn count(&mut self, more: usize, span: Span) -> Read<()> {
        self.elements = self.elements.saturating_add(more);
        if self.elements > MAX_ELEMENTS {
            return problem(span, format!("the document has more than {MAX_ELEMENTS} elements"));
        }
        Ok(())
    }

    fn value(&mut self, event: Event<'a>, span: Span, depth: usize) -> Read<Value> {
        if depth > MAX_DEPTH {
            return problem(span, format!("the document is nested more than {MAX_DEPTH} levels deep"));
        }
        self.count(1, span)?;
        let before = self.elements;
        let (anchor, value) = match event {
            Event::Alias(id) => return self.alias(id, span),
            Event::Scalar(written, style, anchor, tag) => (anchor, scalar(&written, style, tag.as_deref(), span)?),
            Event::SequenceStart(anchor, tag) => {
                if let Some(tag) = tag.filter(|t| name(t) != "tag:yaml.org,2002:seq") {
                    return problem(span, misfit("sequence", &tag));
                }
                self.open.insert(anchor);
                (anchor, self.sequence(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                if let Some(tag) = tag.filter(|t| name(t) != "tag:yaml.org,2002:map") {
                    return problem(span, misfit("mapping", &tag));
                }
                self.open.insert(anchor);
                (anchor, self.mapping(depth)?)
            }
            _ => return problem(span, "did not find expected node content"),
        };
        if anchor > 0 {
            self.open.remove(&anchor);
            self.anchors.insert(anchor, (value.clone(), self.elements - before + 1));
        }
        Ok(value)
    }

    fn alias(&mut self, id: usize, span: Span) -> Read<Value> {
        match self.anchors.get(&id).cloned() {
            Some((value, size)) => {
                self.count(size, span)?;
                Ok(value)
            }
            None => {
                let after = self.source.chars().skip(span.start.index());
                let written: String = after.skip(1).take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
                let why = match self.open.contains(&id) {
                    true => format!("cannot refer to anchor \"{written}\" from inside its own definition"),
                    false => format!("reference to undefined anchor \"{written}\""),
                };
                problem(span, why)
            }
        }
    }

    fn sequence(&mut self, depth: usize) -> Read<Value> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::tuple(items)),
                (event, span) => items.push(self.value(event, span, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Read<Value> {
        let mut entries: BTreeMap<Name, Value> = BTreeMap::new();
        let mut merged: BTreeMap<Name, Value> = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if let Event::MappingEnd = event {
                for (key, value) in merged {
                    entries.entry(key).or_insert(value);
                }
                return Ok(Value::object(entries));
            }
            let key = self.value(event, span, depth + 1)?;
            let key: Name = match &key.kind {
                Kind::String(s) => s.clone(),
                Kind::Bool(b) => b.to_string().into(),
                Kind::Number(n) => n.to_string().into(),
                Kind::Null(_) => return problem(span, "mapping key cannot be null"),
                _ => return problem(span, "only strings are allowed as mapping keys"),
            };
            let (event, span) = self.next()?;
            let value = self.value(event, span, depth + 1)?;
            if &*key == "<<" {
                let Some(others) = value.as_map() else {
                    return problem(span, format!("cannot merge {} into mapping", value.ty().friendly_name()));
                };
                merged.extend(others.iter().map(|(k, v)| (k.clone(), v.clone())));
            } else {
                entries.insert(key, value);
            }
        }
    }
}

fn name(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}

fn misfit(what: &str, tag: &Tag) -> String {
    let name = name(tag);
    match name.starts_with("tag:yaml.org,2002:") {
        true => format!("can't interpret {what} as {name}"),
        false => format!("unsupported tag \"{name}\""),
    }
}

const CORE: &str = "tag:yaml.org,2002:";

fn scalar(written: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Read<Value> {
    let plain = style == ScalarStyle::Plain;
    let Some(tag) = tag.map(name) else {
        return if plain { resolve(written, span) } else { Ok(text(written)) };
    };
    let Some(kind) = tag.strip_prefix(CORE) else { return problem(span, format!("unsupported tag \"{tag}\"")) };
    if !matches!(kind, "str" | "int" | "float" | "bool" | "null" | "timestamp" | "binary") {
        return problem(span, format!("unsupported tag \"{tag}\""));
    }
    if !plain || matches!(kind, "str" | "binary") {
        return Ok(text(written));
    }
    let value = resolve(written, span)?;
    let fits = match kind {
        "int" | "float" => value.as_number().is_some(),
        "bool" => value.as_bool().is_some(),
        "null" => value.is_null(),
        _ => rfc3339_of_yaml(written).is_some(),
    };
    if fits { Ok(value) } else { problem(span, format!("cannot parse \"{written}\" as {tag}")) }
}

/// The value of a scalar without quotes.
fn resolve(written: &str, span: Span) -> Read<Value> {
    Ok(match written {
        "" | "~" | "null" | "Null" | "NULL" => Value::null(Type::Dynamic),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => true.into(),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => false.into(),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => infinite("inf"),
        "-.inf" | "-.Inf" | "-.INF" => infinite("-inf"),
        ".nan" | ".NaN" | ".NAN" => return problem(span, "floating point NaN is not supported"),
        _ => match number(written) {
            Some(number) => number.into(),
            None => rfc3339_of_yaml(written).map_or_else(|| text(written), Value::from),
        },
    })
}

fn infinite(written: &str) -> Value {
    written.parse::<Number>().map_or_else(|_| text(written), Value::from)
}

fn number(written: &str) -> Option<Number> {
    let unsigned = written.strip_prefix(['+', '-']).unwrap_or(written);
    let radix = |digits: &str, radix: u32| {
        let valid = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let number = valid.then(|| dashu_int::IBig::from_str_radix(digits, radix).ok()).flatten()?;
        let number = Number::from(number);
        Some(if written.starts_with('-') { number.neg() } else { number })
    };
    if let Some(digits) = unsigned.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = unsigned.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let valid = !(whole.is_empty() && fraction.is_empty())
        && digits(whole)
        && digits(fraction)
        && !power.is_empty()
        && digits(power);
    valid.then(|| written.parse().ok()).flatten()
}
