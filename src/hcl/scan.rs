//! A tolerant scanner: cuts any text into lexemes, so that a broken file can be split and explained.
//!
//! Knows nothing of grammar. It never fails and does not recurse.

use std::ops::Range;

/// Brackets may be nested this deep: the parser beneath is recursive.
pub(super) const MAX_DEPTH: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Str,
    /// A quoted string that does not end on its line.
    OpenStr,
    Heredoc,
    OpenHeredoc,
    OpenComment,
    Open(char),
    Close(char),
    /// A single `=`.
    Equals,
    Op,
    Newline,
    Bad(char),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

impl Lexeme {
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// All lexemes but comments and blanks.
pub(super) fn lexemes(text: &str) -> Vec<Lexeme> {
    scan(text, 0, |_| false)
}

/// The lexemes up to the brace that closes what is open before the range, and the place of that brace.
pub(super) fn lexemes_in_braces(text: &str, range: Range<usize>) -> Option<(Vec<Lexeme>, usize)> {
    let mut depth = 0usize;
    let mut found = scan(text.get(..range.end)?, range.start, |kind| {
        match kind {
            Kind::Open('{') => depth += 1,
            Kind::Close('}') if depth == 0 => return true,
            Kind::Close('}') => depth -= 1,
            _ => {}
        }
        false
    });
    let last = found.pop()?;
    (last.kind == Kind::Close('}') && depth == 0).then_some((found, last.start))
}

fn scan(text: &str, start: usize, mut last: impl FnMut(Kind) -> bool) -> Vec<Lexeme> {
    let mut out = Vec::new();
    let mut at = start;
    while let Some(rest) = text.get(at..)
        && let Some(c) = rest.chars().next()
    {
        let (kind, len) = match c {
            ' ' | '\t' | '\r' => (None, 1),
            '\n' => (Some(Kind::Newline), 1),
            '#' => (None, line(rest)),
            '/' if rest.starts_with("//") => (None, line(rest)),
            '/' if rest.starts_with("/*") => match rest.find("*/") {
                Some(end) => (None, end + 2),
                None => (Some(Kind::OpenComment), rest.len()),
            },
            '"' => match quoted(rest) {
                Some(len) => (Some(Kind::Str), len),
                None => (Some(Kind::OpenStr), line(rest)),
            },
            '<' if heredoc_delimiter(rest).is_some() => match heredoc(rest) {
                Some(len) => (Some(Kind::Heredoc), len),
                None => (Some(Kind::OpenHeredoc), rest.len()),
            },
            '(' | '[' | '{' => (Some(Kind::Open(c)), 1),
            ')' | ']' | '}' => (Some(Kind::Close(c)), 1),
            '=' if !rest.starts_with("==") && !rest.starts_with("=>") => (Some(Kind::Equals), 1),
            '=' | '!' | '<' | '>' | '&' | '|' => {
                let two = ["==", "=>", "!=", "<=", ">=", "&&", "||"].iter().any(|op| rest.starts_with(op));
                (Some(Kind::Op), if two { 2 } else { 1 })
            }
            '+' | '-' | '*' | '/' | '%' | '?' | ':' | ',' | '.' => (Some(Kind::Op), 1),
            c if c.is_ascii_digit() => {
                let len = span_of(rest, |c| c.is_alphanumeric() || c == '.');
                // `1...` is a number and an ellipsis.
                (Some(Kind::Number), rest[..len].find("..").unwrap_or(len))
            }
            c if is_word_start(c) => (Some(Kind::Word), span_of(rest, is_word)),
            c => (Some(Kind::Bad(c)), c.len_utf8()),
        };
        if let Some(kind) = kind {
            out.push(Lexeme { kind, start: at, end: at + len });
            if last(kind) {
                break;
            }
        }
        at += len.max(1);
    }
    out
}

/// Where brackets first are nested deeper than [`MAX_DEPTH`].
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    // Brackets within strings count only as part of templates; a text with fewer brackets needs no second look.
    if text.bytes().filter(|b| matches!(b, b'(' | b'[' | b'{')).count() <= MAX_DEPTH {
        return None;
    }
    for lexeme in lexemes(text) {
        match lexeme.kind {
            Kind::Open(_) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(lexeme.start);
                }
            }
            Kind::Close(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Where directives of templates first are nested deeper than [`MAX_DEPTH`]: the parser beneath takes ever longer then.
pub(super) fn directives_too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, _) in text.match_indices("%{") {
        let escaped = text[..at].ends_with('%');
        let rest = text[at + 2..].trim_start_matches('~').trim_start();
        match &rest[..span_of(rest, is_word)] {
            "if" | "for" if !escaped => depth += 1,
            "endif" | "endfor" if !escaped => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Some(at);
        }
    }
    None
}

pub(super) fn closer(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

fn line(text: &str) -> usize {
    let end = text.find('\n').unwrap_or(text.len());
    text[..end].trim_end_matches('\r').len()
}

pub(super) fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

fn span_of(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.find(|c| !of(c)).unwrap_or(text.len())
}

/// Length of the quoted string that the text begins with, templates in it included; `None` where it does not end.
fn quoted(text: &str) -> Option<usize> {
    #[derive(PartialEq)]
    enum Within {
        Quotes,
        Braces,
    }
    let bytes = text.as_bytes();
    let mut stack = vec![Within::Quotes];
    let mut at = 1;
    while let Some(&b) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let step = if stack.last() == Some(&Within::Quotes) {
            match b {
                b'\\' => 2,
                b'\n' => return None,
                b'"' => {
                    stack.pop();
                    if stack.is_empty() {
                        return Some(at + 1);
                    }
                    1
                }
                b'$' | b'%' if next == Some(b) && bytes.get(at + 2) == Some(&b'{') => 3,
                b'$' | b'%' if next == Some(b'{') => {
                    stack.push(Within::Braces);
                    2
                }
                _ => 1,
            }
        } else {
            match b {
                b'"' => stack.push(Within::Quotes),
                b'{' => stack.push(Within::Braces),
                b'}' => {
                    stack.pop();
                }
                _ => {}
            }
            1
        };
        at += step;
    }
    None
}

/// The delimiter of a heredoc that begins here.
pub(super) fn heredoc_delimiter(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("<<")?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let word = &rest[..span_of(rest, is_word)];
    let tail = &rest[word.len()..];
    (word.starts_with(is_word_start) && (tail.starts_with('\n') || tail.starts_with("\r\n"))).then_some(word)
}

fn heredoc(text: &str) -> Option<usize> {
    let delimiter = heredoc_delimiter(text)?;
    let mut at = text.find('\n')? + 1;
    for line in text[at..].split_inclusive('\n') {
        if line.trim() == delimiter {
            return Some(at + line.trim_end().len());
        }
        at += line.len();
    }
    None
}
