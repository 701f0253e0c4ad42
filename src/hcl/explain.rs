//! Why a text does not parse, in plain words.
//!
//! The parser beneath tells where it stopped and what it would have accepted; what people did wrong is mostly seen
//! better in the lexemes around.

use std::ops::Range;

use hcl_edit::parser::Error;

use crate::diag::{Diagnostic, Diagnostics, SourceId, Span};

use super::grammar::{self, Place};
use super::scan::{self, Kind, Lexeme};

pub(super) struct Problem {
    summary: &'static str,
    detail: String,
    range: Range<usize>,
    hint: Option<String>,
}

impl Problem {
    pub fn new(summary: &'static str, detail: impl Into<String>, range: Range<usize>) -> Self {
        Self { summary, detail: detail.into(), range, hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn diagnostic(self, source: SourceId, base: usize) -> Diagnostic {
        let span = Span::new(source, base + self.range.start..base + self.range.end);
        let diagnostic = Diagnostic::error(self.summary, self.detail).at(span);
        match self.hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}

/// An expression that stands alone.
pub(super) fn expression(source: SourceId, text: &str, base: usize, error: &Error) -> Diagnostics {
    let lexemes = scan::lexemes(text);
    let mut problems = characters(text, &lexemes);
    problems.extend(grammar::expression(text, &lexemes, &Place::Alone).err());
    if problems.is_empty() {
        problems.push(parser(text, &lexemes, error, error.location().offset()));
    }
    problems.into_iter().map(|p| p.diagnostic(source, base)).collect()
}

/// A template without quotes around it.
pub(super) fn template(source: SourceId, text: &str, base: usize, error: &Error) -> Diagnostic {
    grammar::template(text, 0..text.len(), false)
        .err()
        .unwrap_or_else(|| parser(text, &[], error, error.location().offset()))
        .diagnostic(source, base)
}

/// One item of a body; `error` is what the parser said of it alone.
pub(super) fn item(
    source: SourceId,
    text: &str,
    item: &[Lexeme],
    base: usize,
    error: &Error,
    place: &Place,
) -> Diagnostic {
    let start = item.first().map_or(0, |l| l.start);
    structural(text, item, place)
        .or_else(|| lexical(text, item))
        .or_else(|| headless(text, item, place))
        // What stands behind a brace that is not closed was surely not meant to be within.
        .or_else(|| unbalanced(item).filter(|p| text.get(p.range.clone()) == Some("{")))
        .or_else(|| match item {
            [_, equals, value @ ..] if equals.kind == Kind::Equals => grammar::expression(text, value, place).err(),
            _ => None,
        })
        .or_else(|| unbalanced(item))
        .unwrap_or_else(|| parser(text, item, error, start + error.location().offset()))
        .diagnostic(source, base)
}

/// Faults of the item's own form.
fn structural(text: &str, item: &[Lexeme], place: &Place) -> Option<Problem> {
    let first = item.first()?;
    let word = &text[first.range()];
    Some(match (first.kind, item.get(1).map(|l| l.kind)) {
        (Kind::Close(c), _) => Problem::new(
            "Argument or block definition required",
            "An argument or block definition is required here.",
            first.range(),
        )
        .hint(format!("There is no opening bracket that this \"{c}\" could close: remove it, or look further up.")),
        (Kind::Str, _) => {
            Problem::new("Invalid argument name", "Argument names must not be quoted.", first.start..first.start + 1)
        }
            .hint(format!("Write {} = … without quotes.", word.trim_matches('"'))),
        (Kind::Bad(_) | Kind::OpenStr | Kind::OpenComment | Kind::OpenHeredoc, _) => return None,
        (kind, _) if kind != Kind::Word => Problem::new(
            "Argument or block definition required",
            "An argument or block definition is required here.",
            match kind {
                Kind::Number => first.start..first.start + word.bytes().take_while(u8::is_ascii_digit).count().max(1),
                _ => first.range(),
            },
        )
        .hint("An argument looks like name = value, a block like kind \"label\" { … }."),
        (_, None) => Problem::new(
            "Argument or block definition required",
            "An argument or block definition is required here. To set an argument, use the equals sign \"=\" to introduce \
             the argument value.",
            first.range(),
        )
        .hint(format!("Set an argument with {word} = value.")),
        (_, Some(Kind::Op)) if item.get(1).is_some_and(|l| &text[l.range()] == ":") => Problem::new(
            "Argument or block definition required",
            "An argument or block definition is required here. To set an argument, use the equals sign \"=\" to introduce the argument value.",
            first.range(),
        )
        .hint(format!("Write {word} = value.")),
        (_, Some(Kind::Equals)) if item.len() == 2 => Problem::new(
            "Missing value",
            format!("The argument \"{word}\" has no value."),
            follows(place).unwrap_or(first.start..item.get(1)?.end),
        )
        .hint("Write a value behind the equals sign; null leaves the argument unset."),
        _ => return None,
    })
}

/// An item that is neither `name =` nor a block header.
fn headless(text: &str, item: &[Lexeme], place: &Place) -> Option<Problem> {
    let first = item.first()?;
    let word = &text[first.range()];
    if item.get(1)?.kind == Kind::Equals {
        return None;
    }
    match item.iter().find(|l| !matches!(l.kind, Kind::Word | Kind::Str)) {
        Some(lexeme) if matches!(lexeme.kind, Kind::Open('{')) => None,
        None if item.iter().skip(1).all(|l| l.kind == Kind::Str) => Some(
            Problem::new(
                "Invalid block definition",
                "A block definition must have block content delimited by \"{\" and \"}\", starting on the same line as the \
                 block header.",
                follows(place).unwrap_or(first.range()),
            )
            .hint(match item.get(1).map(|l| &text[l.range()]) {
                Some(value) if item.len() == 2 => {
                    format!("Write {word} = {value} to set an argument, or add {{ to begin a block.")
                }
                _ => "Add { at the end of this line, and } on a line of its own.".to_owned(),
            }),
        ),
        Some(lexeme) if lexeme.kind == Kind::Newline && item.len() > 2 => Some(
            Problem::new(
                "Invalid block definition",
                "The opening brace of a block must stand on the line of its header.",
                first.start..lexeme.start,
            )
            .hint("Put { at the end of this line."),
        ),
        found => {
            // A text of many lines is not underlined.
            let end = found.or(item.last()).filter(|l| l.kind != Kind::Heredoc).map_or(first.end, |l| l.end);
            let simple = item.get(1).filter(|l| matches!(l.kind, Kind::Word | Kind::Str | Kind::Number));
            let value = simple.map_or("value", |l| &text[l.range()]);
            Some(
                Problem::new(
                    "Missing equals sign",
                    format!("The name \"{word}\" must be followed by an equals sign and a value, or by a block."),
                    first.start..end,
                )
                .hint(format!("Write {word} = {value} to set an argument, or add {{ to begin a block.")),
            )
        }
    }
}

/// Faults that show in single lexemes and in the balance of brackets: the first of them.
fn lexical(text: &str, lexemes: &[Lexeme]) -> Option<Problem> {
    let mut open = 0usize;
    for (i, lexeme) in lexemes.iter().enumerate() {
        match lexeme.kind {
            Kind::Bad(_) | Kind::OpenComment => return characters(text, &lexemes[i..=i]).into_iter().next(),
            Kind::Op if matches!(text.get(lexeme.range()), Some("&" | "|")) => {
                return characters(text, &lexemes[i..=i]).into_iter().next();
            }
            Kind::OpenStr | Kind::OpenHeredoc => return Some(unterminated(text, *lexeme)),
            Kind::Open(_) => open += 1,
            // What the grammar misses is told where it is missed.
            Kind::Close(c) if open == 0 => {
                return Some(Problem::new(
                    "Unexpected closing bracket",
                    format!("There is no opening bracket that this \"{c}\" could close."),
                    lexeme.range(),
                ));
            }
            Kind::Close(_) => open -= 1,
            _ => {}
        }
    }
    None
}

/// A bracket that nothing closes, where the grammar has nothing to say.
fn unbalanced(lexemes: &[Lexeme]) -> Option<Problem> {
    let mut open: Vec<(Lexeme, char)> = Vec::new();
    for lexeme in lexemes {
        match lexeme.kind {
            Kind::Open(c) => open.push((*lexeme, c)),
            Kind::Close(c) => match open.pop() {
                Some((opener, o)) if scan::closer(o) != c => return Some(unclosed(opener, o)),
                _ => {}
            },
            _ => {}
        }
    }
    open.pop().map(|(opener, c)| unclosed(opener, c))
}

/// What stands behind an item, where there is anything to underline.
fn follows(place: &Place) -> Option<Range<usize>> {
    match place {
        Place::Argument(next) | Place::SingleLine(next) if !next.lexeme.is_empty() => Some(next.lexeme.clone()),
        _ => None,
    }
}

/// Characters that mean nothing in the language, each fault once.
pub(super) fn characters(text: &str, lexemes: &[Lexeme]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for lexeme in lexemes {
        let bitwise = |hint: &str| {
            let problem = Problem::new("Unsupported operator", "Bitwise operators are not supported.", lexeme.range());
            if hint.is_empty() { problem } else { problem.hint(hint) }
        };
        let invalid = |detail: &str| Problem::new("Invalid character", detail, lexeme.range());
        let problem = match (lexeme.kind, text.get(lexeme.range()).unwrap_or("")) {
            (Kind::Op, "&") => bitwise("Did you mean boolean AND (\"&&\")?"),
            (Kind::Op, "|") => bitwise("Did you mean boolean OR (\"||\")?"),
            (Kind::Bad('~'), _) => bitwise("Did you mean boolean NOT (\"!\")?"),
            (Kind::Bad('^'), _) => bitwise(""),
            (Kind::Bad('\''), _) => invalid("Single quotes are not valid. Use double quotes (\") to enclose strings."),
            (Kind::Bad('`'), _) => invalid(
                "The \"`\" character is not valid. To create a multi-line string, use the \"heredoc\" syntax, like \"<<EOT\".",
            ),
            (Kind::Bad(';'), _) => invalid(
                "The \";\" character is not valid. Use newlines to separate arguments and blocks, and commas to separate \
                 items in collection values.",
            ),
            (Kind::Bad('“' | '”' | '„' | '‘' | '’'), _) => invalid(
                "\"Curly quotes\" are not valid here. These can sometimes be inadvertently introduced when sharing code via \
                 documents or discussion forums. It might help to replace the character with a \"straight quote\".",
            ),
            (Kind::Bad(_), _) => invalid("This character is not used within the language."),
            (Kind::OpenComment, _) => {
                let range = lexeme.start..lexeme.start + 1;
                Problem::new("Unterminated comment", "The comment is not closed.", range).hint("Close it with */.")
            }
            _ => continue,
        };
        if !problems.iter().any(|p| p.detail == problem.detail) {
            problems.push(problem);
        }
    }
    problems
}

/// A string or heredoc that nothing ends.
pub(super) fn unterminated(text: &str, lexeme: Lexeme) -> Problem {
    const SUMMARY: &str = "Unterminated template string";
    const DETAIL: &str = "No closing marker was found for the string.";
    let own = text.get(lexeme.range()).unwrap_or("");
    let end = own.find('\n').map_or(lexeme.end, |n| lexeme.start + n);
    let line = text.get(lexeme.start..end).unwrap_or("").trim_end();
    if lexeme.kind == Kind::OpenHeredoc {
        let delimiter = line.trim_start_matches('<').trim_start_matches('-');
        return Problem::new(SUMMARY, DETAIL, lexeme.start..lexeme.start + line.len())
            .hint(format!("End the text with a line {delimiter}."));
    }
    let inner = own.find("${").map(|at| (at, own[at + 2..].trim_start()));
    match inner.filter(|(_, inner)| !inner.is_empty() && !inner.starts_with('"')) {
        Some((at, _)) => Problem::new(
            "Unclosed template interpolation sequence",
            "There is no closing brace for this interpolation sequence before the end of the quoted template. This might \
             be caused by incorrect nesting inside the given expression.",
            lexeme.start + at..lexeme.start + at + 2,
        ),
        None => Problem::new(SUMMARY, DETAIL, line_end(text, lexeme))
            .hint("Close the string with a double quote; for text of several lines use a heredoc (<<EOT)."),
    }
}

/// The line break where a string should have ended, or the string itself where the text ends.
fn line_end(text: &str, lexeme: Lexeme) -> Range<usize> {
    match text.get(lexeme.end..).is_some_and(|rest| rest.starts_with('\n')) {
        true => lexeme.end..lexeme.end + 1,
        false => lexeme.range(),
    }
}

fn unclosed(lexeme: Lexeme, open: char) -> Problem {
    let close = scan::closer(open);
    Problem::new("Unclosed bracket", format!("There is no matching \"{close}\" for this \"{open}\"."), lexeme.range())
        .hint(format!("Add \"{close}\" where the part that begins here ends."))
}

/// The parser's own view, where nothing better is known.
fn parser(text: &str, lexemes: &[Lexeme], error: &Error, at: usize) -> Problem {
    let at = floor(text, at);
    let found = lexemes.iter().find(|l| l.end > at);
    let range = found.filter(|l| l.start >= at).map_or(at..ceil(text, at + 1), |l| l.range());
    if error.message().contains("at most") {
        return Problem::new(
            "Nesting too deep",
            "This expression is nested too deeply, or has too many operators.",
            range,
        )
        .hint("Move parts of it to local values.");
    }
    Problem::new("Invalid syntax", "The text cannot be read from here on.", range)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}
