//! What is written in an old way, in today's: quoted types, interpolation around a lone expression, bare labels.

use std::sync::LazyLock;

use regex::Regex;

use super::token::{Kind, Token};

/// Rewrites the arguments and block headers of a text that parses.
pub(super) fn rewritten<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut rewriter = Rewriter { tokens, at: 0, out: Vec::with_capacity(tokens.len()) };
    while rewriter.at < tokens.len() {
        rewriter.body(&mut Vec::new());
        // Nothing closes the file itself.
        rewriter.keep(1);
    }
    rewriter.out
}

struct Rewriter<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    out: Vec<Token<'a>>,
}

impl<'t, 'a> Rewriter<'t, 'a> {
    fn rest(&self) -> &'t [Token<'a>] {
        self.tokens.get(self.at..).unwrap_or(&[])
    }

    /// Takes tokens over as they are.
    fn keep(&mut self, count: usize) {
        let rest = self.rest();
        self.out.extend_from_slice(rest.get(..count).unwrap_or(rest));
        self.at += count;
    }

    /// A body, up to the brace that closes it; `within` holds the kinds of the blocks around.
    fn body(&mut self, within: &mut Vec<String>) {
        while let Some(first) = self.rest().first() {
            match first.kind {
                Kind::CloseBrace => return,
                Kind::Ident => {
                    let next = self.rest().iter().skip(1).find(|t| t.kind != Kind::Comment);
                    if next.is_some_and(|t| t.kind == Kind::Equal) {
                        self.argument(within);
                    } else {
                        self.block(within);
                    }
                }
                _ => self.keep(1),
            }
        }
    }

    fn argument(&mut self, within: &[String]) {
        let is_type = within == ["variable"] && self.rest().first().is_some_and(|t| t.text == "type");
        let equal = self.rest().iter().position(|t| t.kind == Kind::Equal).unwrap_or(0);
        self.keep(equal + 1);
        self.keep(self.rest().iter().take_while(|t| t.kind == Kind::Comment).count());
        let value = value(self.rest());
        self.out.extend(if is_type { type_constraint(value) } else { unwrapped(value) });
        self.at += value.len();
    }

    fn block(&mut self, within: &mut Vec<String>) {
        let rest = self.rest();
        let open = rest.iter().position(|t| t.kind == Kind::OpenBrace).unwrap_or(rest.len());
        let header = &rest[..open];
        let is_label = |t: &Token<'_>| matches!(t.kind, Kind::Ident | Kind::CloseQuote);
        let labels_end = header.iter().rposition(is_label).unwrap_or(0) + 1;
        self.keep(1);
        let (mut start, mut inside) = (1, String::new());
        while start < labels_end {
            let token = &header[start];
            match token.kind {
                Kind::Ident => self.label(token.text.clone().into_owned()),
                Kind::Literal => inside = unescaped(&token.text),
                Kind::CloseQuote => self.label(std::mem::take(&mut inside)),
                // Comments between labels are lost, as they are in other formatters of this language.
                _ => {}
            }
            start += 1;
        }
        self.at += labels_end.saturating_sub(1);
        self.keep(open + 1 - labels_end);
        within.extend(header.first().map(|t| t.text.to_string()));
        self.body(within);
        within.pop();
        self.keep(1);
    }

    fn label(&mut self, name: String) {
        self.out.push(Token::new(Kind::OpenQuote, "\""));
        if !name.is_empty() {
            self.out.push(Token::new(Kind::Literal, escaped(&name)));
        }
        self.out.push(Token::new(Kind::CloseQuote, "\""));
    }
}

/// The value of an argument that begins here, without the comment behind it.
fn value<'t, 'a>(rest: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let mut depth = 0;
    let end = rest.iter().position(|token| {
        let ends = depth == 0 && (token.ends_line() || matches!(token.kind, Kind::CloseBrace | Kind::End));
        depth += token.kind.brackets();
        ends
    });
    let value = &rest[..end.unwrap_or(rest.len())];
    let last = value.iter().rposition(|t| t.kind != Kind::Comment);
    &value[..last.map_or(0, |i| i + 1)]
}

/// `"${x}"` becomes `x`, in parentheses where it takes several lines.
fn unwrapped<'a>(value: &[Token<'a>]) -> Vec<Token<'a>> {
    let (Some(inside), [first, second, .., before_last, last]) = (value.get(2..value.len().saturating_sub(2)), value)
    else {
        return value.to_vec();
    };
    let kinds = [first.kind, second.kind, before_last.kind, last.kind];
    let delimiters = [Kind::OpenQuote, Kind::OpenInterpolation, Kind::CloseTemplate, Kind::CloseQuote];
    if kinds != delimiters || inside.is_empty() || !is_one_expression(inside) {
        return value.to_vec();
    }
    let start = inside.iter().position(|t| t.kind != Kind::Newline).unwrap_or(0);
    let end = inside.iter().rposition(|t| t.kind != Kind::Newline).map_or(inside.len(), |i| i + 1);
    let inside = &inside[start..end];
    let parenthesised =
        matches!(inside, [first, .., last] if (first.kind, last.kind) == (Kind::OpenParen, Kind::CloseParen));
    if !parenthesised && inside.iter().any(|t| t.kind == Kind::Newline) {
        let (open, close) = (Token::new(Kind::OpenParen, "("), Token::new(Kind::CloseParen, ")"));
        return std::iter::once(open).chain(inside.iter().cloned()).chain([close]).collect();
    }
    inside.to_vec()
}

/// Whether no template sequence ends within and no text stands beside one, but in strings further in.
fn is_one_expression(inside: &[Token<'_>]) -> bool {
    let mut quotes = 0;
    inside.iter().all(|token| {
        match token.kind {
            Kind::OpenQuote => quotes += 1,
            Kind::CloseQuote => quotes -= 1,
            Kind::OpenInterpolation | Kind::CloseTemplate => return quotes > 0,
            _ => {}
        }
        true
    })
}

/// `"string"`, `"list"` and `"map"` lose their quotes; collections without the type of their elements get one.
fn type_constraint<'a>(value: &[Token<'a>]) -> Vec<Token<'a>> {
    match value {
        [word] if word.kind == Kind::Ident && matches!(&*word.text, "list" | "map" | "set") => {
            collection(word.text.to_string(), "any")
        }
        [open, word, _] if (open.kind, word.kind) == (Kind::OpenQuote, Kind::Literal) => match &*word.text {
            "string" => vec![Token::new(Kind::Ident, "string")],
            // Lists of any type are younger than the quotes.
            name @ ("list" | "map") => collection(name.to_owned(), "string"),
            _ => value.to_vec(),
        },
        _ => value.to_vec(),
    }
}

fn collection<'a>(kind: String, element: &'a str) -> Vec<Token<'a>> {
    vec![
        Token::new(Kind::Ident, kind),
        Token::new(Kind::OpenParen, "("),
        Token::new(Kind::Ident, element),
        Token::new(Kind::CloseParen, ")"),
    ]
}

/// What a quoted label stands for.
fn unescaped(literal: &str) -> String {
    let mut out = String::new();
    let mut rest = literal;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let selector = rest.chars().next().unwrap_or('\\');
                rest = rest.get(selector.len_utf8()..).unwrap_or("");
                let digits = match selector {
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                out.push(match selector {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' | 'U' => {
                        let code = rest.get(..digits).and_then(|d| u32::from_str_radix(d, 16).ok());
                        code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    other => other,
                });
                rest = rest.get(digits..).unwrap_or("");
            }
            '$' | '%' if rest.starts_with(c) && rest[1..].starts_with('{') => {
                out.push(c);
                rest = &rest[1..];
            }
            c => out.push(c),
        }
    }
    out
}

/// A text as the content of a quoted label.
fn escaped(text: &str) -> String {
    static UNSEEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[\p{C}\p{Z}--\x20]").ok());
    let mut out = String::new();
    for (at, c) in text.char_indices() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', c]),
            '$' | '%' if text[at + 1..].starts_with('{') => out.extend([c, c]),
            c if UNSEEN.as_ref().is_some_and(|unseen| unseen.is_match(c.encode_utf8(&mut [0; 4]))) => {
                let code = u32::from(c);
                out.push_str(&if code < 0x10000 { format!("\\u{code:04x}") } else { format!("\\U{code:08x}") });
            }
            c => out.push(c),
        }
    }
    out
}
