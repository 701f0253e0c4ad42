//! Canonical layout: the same text with the blanks, indentation and alignment that all configurations share.
//!
//! Works on tokens, so that comments and everything else that means nothing survive. Knows nothing of files, and
//! nothing of what blocks mean but that variables have types.

mod layout;
mod lexer;
mod rewrite;
mod spacing;
#[cfg(test)]
mod tests;
mod token;

use crate::diag::{Diagnostic, Diagnostics, SourceId, Span};

use super::parse::{parse_body, without_mark};

/// The text in canonical form; the syntax errors of a text that cannot be read.
pub fn format(source: SourceId, text: &str) -> Result<String, Diagnostics> {
    parses(source, text)?;
    let tokens = lexer::tokens(without_mark(text).0);
    refuse_lone_returns(source, text, &tokens)?;
    let modern = arranged(rewrite::rewritten(&tokens));
    // An expression that stood over several lines in a template may not stand so without it.
    Ok(if parses(source, &modern).is_ok() { modern } else { arranged(tokens) })
}

/// Well-formed text in canonical layout.
pub(super) fn laid_out(text: &str) -> String {
    arranged(lexer::tokens(text))
}

fn arranged(mut tokens: Vec<token::Token<'_>>) -> String {
    layout::arrange(&mut tokens);
    token::text(&tokens)
}

/// Without them a line would end in one editor and go on in another.
fn refuse_lone_returns(source: SourceId, text: &str, tokens: &[token::Token<'_>]) -> Result<(), Diagnostics> {
    let mut at = without_mark(text).1;
    for token in tokens {
        at += token.blanks;
        if token.text == "\r" {
            let found = Diagnostic::error("Invalid character", "This character is not used within the language.")
                .at(Span::new(source, at..at + 1))
                .hint("A carriage return ends a line only together with a line feed.");
            return Err(found.into());
        }
        at += token.text.len();
    }
    Ok(())
}

fn parses(source: SourceId, text: &str) -> Result<(), Diagnostics> {
    parse_body(source, text).1.or(())
}
