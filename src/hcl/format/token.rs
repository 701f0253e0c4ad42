//! Tokens of a text and the blanks before each: together they are the whole text.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ident,
    Number,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    OpenQuote,
    CloseQuote,
    /// `<<EOT` with the end of its line.
    OpenHeredoc,
    /// The line that ends a heredoc, without its end of line.
    CloseHeredoc,
    /// Text of a string or heredoc.
    Literal,
    /// `${`
    OpenInterpolation,
    /// `%{`
    OpenControl,
    /// The brace that ends either.
    CloseTemplate,
    Equal,
    Minus,
    Bang,
    /// `+`, `*`, `/`, `%`, `&&`, `||` and comparisons.
    Operator,
    Question,
    Colon,
    DoubleColon,
    Comma,
    Dot,
    Ellipsis,
    Comment,
    Newline,
    End,
    /// `=>`, and what stands in no valid text.
    Other,
}

impl Kind {
    /// How many brackets this opens; -1 where it closes one.
    pub fn brackets(self) -> i32 {
        use Kind::*;
        match self {
            OpenBrace | OpenBracket | OpenParen | OpenInterpolation | OpenControl => 1,
            CloseBrace | CloseBracket | CloseParen | CloseTemplate => -1,
            _ => 0,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    /// Number of blanks before it.
    pub blanks: usize,
    pub text: Cow<'a, str>,
}

impl<'a> Token<'a> {
    pub fn new(kind: Kind, text: impl Into<Cow<'a, str>>) -> Self {
        Self { kind, blanks: 0, text: text.into() }
    }

    /// Whether a line ends here: comments to the end of a line hold that end.
    pub fn ends_line(&self) -> bool {
        match self.kind {
            Kind::Newline => true,
            Kind::Comment => self.text.ends_with('\n'),
            _ => false,
        }
    }
}

/// The width of tokens on the screen, with the blanks before them.
pub(super) fn columns(tokens: &[Token<'_>]) -> usize {
    tokens.iter().map(|t| t.blanks + t.text.graphemes(true).count()).sum()
}

pub(super) fn text(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    for token in tokens {
        out.extend(std::iter::repeat_n(' ', token.blanks));
        out.push_str(&token.text);
    }
    out
}
