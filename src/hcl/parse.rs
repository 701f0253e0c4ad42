//! Native syntax: text to syntax tree, with every independent syntax error of the text.

use crate::diag::{Diagnostic, Diagnostics, SourceId, Span};
use crate::value::Value;

use super::ast::{Body, Expr, ExprKind};
use super::convert::Converter;
use super::{align, explain, recover, scan};

/// Greatest length of a source text, in bytes: longer ones are no configuration.
pub const MAX_SOURCE_BYTES: usize = 16 << 20;

/// Reads a file or the content of a block.
///
/// The body holds all that could be read, also where there are errors: healthy blocks survive a broken neighbour.
pub fn parse_body(source: SourceId, text: &str) -> (Body, Diagnostics) {
    let (text, base) = without_mark(text);
    if let Err(found) = admissible(source, text, base) {
        let span = Span::new(source, base..base);
        return (Body { attributes: Vec::new(), blocks: Vec::new(), span, json: false }, found);
    }
    match read_body(text) {
        Ok(body) => {
            let mut converter = Converter::new(source, text, base);
            let body = converter.body(&body, 0..text.len());
            // A string that was read beyond its end may have swallowed what follows.
            if converter.overrun { recover::body(source, text, base) } else { (body, converter.diagnostics) }
        }
        Err(_) => recover::body(source, text, base),
    }
}

/// Reads one expression, for example of a `-var` argument.
pub fn parse_expr(source: SourceId, text: &str) -> Result<Expr, Diagnostics> {
    parse_expr_at(source, text, 0)
}

/// Reads an expression that stands at byte `base` of its source.
pub fn parse_expr_at(source: SourceId, text: &str, base: usize) -> Result<Expr, Diagnostics> {
    admissible(source, text, base)?;
    // Comments before and behind the expression are none of the parser's.
    let lexemes = scan::lexemes(text);
    let content = |l: &&scan::Lexeme| l.kind != scan::Kind::Newline;
    let lead = lexemes.iter().find(content).map_or(0, |l| l.start);
    let end = lexemes.iter().rev().find(content).map_or(lead, |l| l.end);
    let inner = text.get(lead..end).unwrap_or(text);
    match align::parse(align::aligned(inner, false).trim_end(), hcl_edit::parser::parse_expr) {
        Ok(expr) => {
            let mut converter = Converter::new(source, inner, base + lead);
            let expr = converter.expr(&expr);
            converter.diagnostics.or(expr)
        }
        Err(error) => Err(explain::expression(source, inner, base + lead, &error)),
    }
}

/// Reads a template as `templatefile` and JSON strings hold it: text with `${…}` and `%{…}`, without quotes around.
pub fn parse_template(source: SourceId, text: &str) -> Result<Expr, Diagnostics> {
    parse_template_at(source, text, 0)
}

/// Reads a template that stands at byte `base` of its source.
pub(super) fn parse_template_at(source: SourceId, text: &str, base: usize) -> Result<Expr, Diagnostics> {
    let span = Span::new(source, base..base + text.len());
    if !text.contains("${") && !text.contains("%{") {
        return Ok(Expr { kind: ExprKind::Literal(Value::text(text)), span });
    }
    admissible_template(source, text, base)?;
    match align::parse(&align::aligned(text, true), hcl_edit::parser::parse_template) {
        Ok(template) => {
            let mut converter = Converter::new(source, text, base);
            let kind = converter.bare_template(&template);
            converter.diagnostics.or(Expr { kind, span })
        }
        Err(error) => Err(explain::template(source, text, base, &error).into()),
    }
}

/// The body of a text as `hcl_edit` sees it.
pub(super) fn read_body(text: &str) -> Result<hcl_edit::structure::Body, hcl_edit::parser::Error> {
    align::parse(&align::aligned(text, false), hcl_edit::parser::parse_body)
}

/// Some editors begin a file with a byte-order mark.
pub(super) fn without_mark(text: &str) -> (&str, usize) {
    text.strip_prefix('\u{feff}').map_or((text, 0), |rest| (rest, '\u{feff}'.len_utf8()))
}

fn admissible(source: SourceId, text: &str, base: usize) -> Result<(), Diagnostics> {
    admissible_template(source, text, base)?;
    scan::too_deep(text).map_or(Ok(()), |at| Err(nested_deep("Brackets", source, base + at)))
}

/// The brackets of a bare template are none of the language's.
fn admissible_template(source: SourceId, text: &str, base: usize) -> Result<(), Diagnostics> {
    admissible_length(source, text, base)?;
    scan::directives_too_deep(text).map_or(Ok(()), |at| Err(nested_deep("Template directives", source, base + at)))
}

fn nested_deep(what: &str, source: SourceId, at: usize) -> Diagnostics {
    let detail = format!("{what} are nested more than {} levels deep here.", scan::MAX_DEPTH);
    let found = Diagnostic::error("Nesting too deep", detail).at(Span::new(source, at..at + 1));
    found.hint("Move inner parts to local values.").into()
}

pub(super) fn admissible_length(source: SourceId, text: &str, base: usize) -> Result<(), Diagnostics> {
    if text.len() > MAX_SOURCE_BYTES {
        return Err(too_long(Span::new(source, base..base)).into());
    }
    Ok(())
}

fn too_long(span: Span) -> Diagnostic {
    Diagnostic::error(
        "File too large",
        format!("Configuration files may be at most {} MiB long.", MAX_SOURCE_BYTES >> 20),
    )
    .at(span)
}
