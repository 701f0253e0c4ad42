//! `csvdecode`: records under a header, with the line on which a malformed one is told.

use std::collections::BTreeMap;

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, text};
use crate::addr::Name;
use crate::value::{Type, Value};

pub(super) const FUNCTIONS: &[Function] =
    &[Function::new("csvdecode", &[param("str", Accepts::String)], Outcome::Any, csvdecode)];

const BARE_QUOTE: &str = "bare \" in non-quoted-field";
const QUOTE: &str = "extraneous or missing \" in quoted-field";

fn csvdecode(a: &Args<'_>) -> Answer {
    let mut records = Records { rest: a.str(0)?, line: 0 };
    let Some((_, header)) = records.next()? else { return Err(FunctionError::new("missing header line")) };
    let mut names: Vec<Name> = Vec::new();
    for name in header {
        if names.iter().any(|n| **n == *name) {
            return Err(FunctionError::new(format!("duplicate column name \"{name}\"")).quoting(&name));
        }
        names.push(name.into());
    }
    let mut rows = Vec::new();
    while let Some((line, fields)) = records.next()? {
        if fields.len() != names.len() {
            return Err(malformed(line, "wrong number of fields"));
        }
        let row: BTreeMap<Name, Value> = names.iter().cloned().zip(fields.into_iter().map(text)).collect();
        rows.push(Value::object(row));
    }
    Ok(Value::list(Type::object(names.into_iter().map(|n| (n, Type::String))), rows))
}

fn malformed(line: usize, why: &str) -> FunctionError {
    FunctionError::new(format!("CSV parse error on line {line}: {why}"))
}

/// The records of a text; lines without anything are none.
struct Records<'a> {
    rest: &'a str,
    /// Lines read so far.
    line: usize,
}

impl<'a> Records<'a> {
    /// The next line, without its line break.
    fn line(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// The fields of the next record, and the line on which it begins.
    fn next(&mut self) -> Result<Option<(usize, Vec<String>)>, FunctionError> {
        let mut line = loop {
            match self.line() {
                None => return Ok(None),
                Some("") => {}
                Some(line) => break line,
            }
        };
        let start = self.line;
        let mut fields = Vec::new();
        loop {
            let Some(quoted) = line.strip_prefix('"') else {
                let (field, rest) = line.split_once(',').map_or((line, None), |(field, rest)| (field, Some(rest)));
                if field.contains('"') {
                    return Err(malformed(self.line, BARE_QUOTE));
                }
                fields.push(field.to_owned());
                match rest {
                    Some(rest) => line = rest,
                    None => return Ok(Some((start, fields))),
                }
                continue;
            };
            let (field, rest) = self.quoted(quoted)?;
            fields.push(field);
            match rest.strip_prefix(',') {
                Some(rest) => line = rest,
                None if rest.is_empty() => return Ok(Some((start, fields))),
                None => return Err(malformed(self.line, QUOTE)),
            }
        }
    }

    /// A field behind its opening quote, which may go on over further lines, and what follows its closing quote.
    fn quoted(&mut self, mut line: &'a str) -> Result<(String, &'a str), FunctionError> {
        let mut field = String::new();
        loop {
            if let Some((part, rest)) = line.split_once('"') {
                field.push_str(part);
                match rest.strip_prefix('"') {
                    Some(rest) => {
                        field.push('"');
                        line = rest;
                    }
                    None => return Ok((field, rest)),
                }
                continue;
            }
            field.push_str(line);
            field.push('\n');
            match self.line() {
                Some(next) => line = next,
                None => return Err(malformed(self.line, QUOTE)),
            }
        }
    }
}
