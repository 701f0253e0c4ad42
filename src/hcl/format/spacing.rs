//! Whether a blank stands between two tokens of a line.

use super::token::{Kind, Token};

/// Whether a blank separates `this` and `next`; `before` stands in front of both.
pub(super) fn blank_between(before: Option<&Token<'_>>, this: &Token<'_>, next: &Token<'_>) -> bool {
    use Kind::*;
    match (this.kind, next.kind) {
        (_, Newline) => false,
        (Ident, OpenParen | DoubleColon) | (DoubleColon, Ident) => false,
        (Dot, _) | (_, Dot | Comma | Ellipsis) => false,
        (Comma, _) => true,
        (Literal | OpenQuote | OpenHeredoc, _) | (_, Literal | CloseQuote | CloseHeredoc) => false,
        // `in [` would look like an index else.
        (Ident, _) if this.text == "in" && before.is_some_and(|b| b.kind == Ident) => true,
        (Ident | Number, OpenBracket) => false,
        (_, OpenBracket) if this.kind.brackets() < 0 => false,
        (Bang, _) => false,
        (Minus, _) => before.is_some_and(|b| ends_operand(b.kind)),
        (OpenBrace, CloseBrace) => false,
        (OpenBrace, _) | (_, CloseBrace) => true,
        // An object alone within a template.
        (OpenInterpolation | OpenControl, OpenBrace) | (CloseBrace, CloseTemplate) => true,
        (CloseTemplate, OpenInterpolation | OpenControl) => false,
        _ => this.kind.brackets() <= 0 && next.kind.brackets() >= 0,
    }
}

/// Whether a minus behind it subtracts; else it negates.
fn ends_operand(kind: Kind) -> bool {
    use Kind::*;
    !matches!(kind, OpenParen | OpenBrace | OpenBracket | Equal | Colon | Comma | Question | Operator | Minus | Bang)
}
