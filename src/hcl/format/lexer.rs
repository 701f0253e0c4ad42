//! Text to tokens, with those within strings and heredocs.
//!
//! Meant for texts that parse; it cuts any other text somehow, and loses nothing but blanks and tabs between tokens.

use super::super::scan::{heredoc_delimiter, is_word, is_word_start};
use super::token::{Kind, Token};

/// What the text at hand belongs to.
enum Within<'a> {
    /// Code, with the number of braces open in it.
    Code(usize),
    Quotes,
    Heredoc(&'a str),
}

/// The last token is the end of the text, which holds nothing but the blanks before it.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, at: 0, blanks: 0, stack: vec![Within::Code(0)], out: Vec::new() };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.take(Kind::End, 0);
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    blanks: usize,
    stack: Vec<Within<'a>>,
    out: Vec<Token<'a>>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn take(&mut self, kind: Kind, len: usize) {
        let end = (self.at + len).min(self.text.len());
        let end = (end..=self.text.len()).find(|i| self.text.is_char_boundary(*i)).unwrap_or(self.text.len());
        let text = self.text.get(self.at..end).unwrap_or("");
        self.out.push(Token { blanks: std::mem::take(&mut self.blanks), ..Token::new(kind, text) });
        self.at = end;
    }

    fn step(&mut self) {
        match self.stack.last() {
            Some(Within::Quotes) => self.quoted(),
            Some(Within::Heredoc(delimiter)) => self.heredoc(delimiter),
            _ => self.code(),
        }
    }

    fn code(&mut self) {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return };
        let nested = self.stack.len() > 1;
        let free = matches!(self.stack.last(), Some(Within::Code(0)));
        match c {
            ' ' | '\t' => {
                self.blanks += 1;
                self.at += 1;
            }
            '\n' => self.take(Kind::Newline, 1),
            '\r' if rest.starts_with("\r\n") => self.take(Kind::Newline, 2),
            '#' => self.take(Kind::Comment, line(rest)),
            '/' if rest.starts_with("//") => self.take(Kind::Comment, line(rest)),
            '/' if rest.starts_with("/*") => {
                let end = rest.get(2..).and_then(|r| r.find("*/"));
                self.take(Kind::Comment, end.map_or(rest.len(), |n| n + 4));
            }
            '"' => {
                self.take(Kind::OpenQuote, 1);
                self.stack.push(Within::Quotes);
            }
            '<' if heredoc_delimiter(rest).is_some() => {
                self.take(Kind::OpenHeredoc, line(rest));
                self.stack.extend(heredoc_delimiter(rest).map(Within::Heredoc));
            }
            '{' => {
                self.take(Kind::OpenBrace, 1);
                if let Some(Within::Code(open)) = self.stack.last_mut() {
                    *open += 1;
                }
            }
            '~' | '}' if nested && free && rest.trim_start_matches('~').starts_with('}') => {
                self.take(Kind::CloseTemplate, rest.find('}').map_or(1, |n| n + 1));
                self.stack.pop();
            }
            '}' => {
                self.take(Kind::CloseBrace, 1);
                if let Some(Within::Code(open)) = self.stack.last_mut() {
                    *open = open.saturating_sub(1);
                }
            }
            c if c.is_ascii_digit() => self.take(Kind::Number, number(rest)),
            c if is_word_start(c) => {
                self.take(Kind::Ident, rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
            }
            _ => self.sign(rest, c),
        }
    }

    fn sign(&mut self, rest: &str, c: char) {
        let long = [
            ("...", Kind::Ellipsis),
            ("==", Kind::Operator),
            ("!=", Kind::Operator),
            ("<=", Kind::Operator),
            (">=", Kind::Operator),
            ("&&", Kind::Operator),
            ("||", Kind::Operator),
            ("=>", Kind::Other),
            ("::", Kind::DoubleColon),
        ];
        if let Some((sign, kind)) = long.iter().find(|(sign, _)| rest.starts_with(sign)) {
            return self.take(*kind, sign.len());
        }
        let kind = match c {
            '(' => Kind::OpenParen,
            ')' => Kind::CloseParen,
            '[' => Kind::OpenBracket,
            ']' => Kind::CloseBracket,
            '=' => Kind::Equal,
            '-' => Kind::Minus,
            '!' => Kind::Bang,
            '+' | '*' | '/' | '%' | '<' | '>' => Kind::Operator,
            '?' => Kind::Question,
            ':' => Kind::Colon,
            ',' => Kind::Comma,
            '.' => Kind::Dot,
            _ => Kind::Other,
        };
        self.take(kind, c.len_utf8());
    }

    fn quoted(&mut self) {
        let rest = self.rest();
        if rest.starts_with('"') {
            self.take(Kind::CloseQuote, 1);
            self.stack.pop();
        } else if !self.template(rest) {
            self.take(Kind::Literal, literal(rest, true));
        }
    }

    fn heredoc(&mut self, delimiter: &str) {
        let rest = self.rest();
        let whole = line(rest);
        let bare = rest.get(..whole).unwrap_or(rest).trim_end_matches(['\n', '\r']);
        let at_start = self.text.get(..self.at).is_some_and(|t| t.ends_with('\n'));
        if at_start && bare.trim() == delimiter {
            self.take(Kind::CloseHeredoc, bare.len());
            self.stack.pop();
        } else if !self.template(rest) {
            self.take(Kind::Literal, literal(rest.get(..whole).unwrap_or(rest), false));
        }
    }

    /// Takes the opening of a template sequence, if one stands here.
    fn template(&mut self, rest: &str) -> bool {
        let kind = match rest.get(..2) {
            Some("${") => Kind::OpenInterpolation,
            Some("%{") => Kind::OpenControl,
            _ => return false,
        };
        self.take(kind, if rest[2..].starts_with('~') { 3 } else { 2 });
        self.stack.push(Within::Code(0));
        true
    }
}

/// Length of a line with its end.
fn line(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |n| n + 1)
}

/// Length of a number; what follows a lone dot belongs to something else.
fn number(text: &str) -> usize {
    let digits =
        |at: usize| text.get(at..).map_or(0, |rest| rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
    let mut len = digits(0);
    if text.get(len..).is_some_and(|rest| rest.starts_with('.')) {
        let fraction = digits(len + 1);
        len += if fraction > 0 { fraction + 1 } else { 0 };
    }
    if text.get(len..).is_some_and(|rest| rest.starts_with(['e', 'E'])) {
        let sign = usize::from(text.get(len + 1..).is_some_and(|rest| rest.starts_with(['+', '-'])));
        let exponent = digits(len + 1 + sign);
        len += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    len
}

/// Length of the text up to a template sequence, or up to the closing quote.
fn literal(text: &str, quoted: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let next = |n: usize| bytes.get(at + n).copied();
        at += match b {
            b'"' if quoted => break,
            b'\\' if quoted => 2,
            b'$' | b'%' if next(1) == Some(b) && next(2) == Some(b'{') => 3,
            b'$' | b'%' if next(1) == Some(b'{') => break,
            _ => 1,
        };
    }
    at.min(bytes.len())
}
