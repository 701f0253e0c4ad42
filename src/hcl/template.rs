//! Templates: strip markers and heredoc indentation applied, directives nested.
//!
//! Both rules work on the flat sequence of literals and markers, as the language defines them, so a template is
//! flattened first and nested again at the end.

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, Strip};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::diag::Span;
use crate::value::Value;

use super::ast::{Expr, ExprKind, Ident, Part};
use super::convert::Converter;

/// Where a template stands: it decides how literals are cut and read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Quoted,
    /// Within a directive of a quoted template, where `hcl_edit` resolves no escapes.
    QuotedDirective,
    /// Heredocs and files: each line is a literal of its own, and a backslash is a backslash.
    Lines,
}

pub(super) struct Token {
    kind: TokenKind,
    span: Span,
    /// `${~` and `~}`
    strip: (bool, bool),
}

enum TokenKind {
    Text(String),
    Interpolation(Expr),
    If(Expr),
    Else,
    EndIf,
    For(Option<Ident>, Ident, Expr),
    EndFor,
}

/// Appends the tokens of one element.
pub(super) fn flatten(converter: &mut Converter<'_>, element: &Element, mode: Mode, out: &mut Vec<Token>) {
    let span = converter.span(element.span());
    let token = |kind, strip: Strip| Token { kind, span, strip: (strip.strip_start(), strip.strip_end()) };
    let inner = if mode == Mode::Quoted { Mode::QuotedDirective } else { mode };
    match element {
        Element::Literal(literal) if mode == Mode::Lines => {
            let mut start = span.start;
            // From the source: `hcl_edit` has already removed indentation, by a rule of its own, and it saw other bytes
            // where the text was aligned.
            for line in converter.text(literal.span().or(element.span())).split_inclusive('\n') {
                let end = start + line.len() as u32;
                let text = line.replace("$${", "${").replace("%%{", "%{");
                out.push(Token {
                    kind: TokenKind::Text(text),
                    span: Span { start, end, ..span },
                    strip: (false, false),
                });
                start = end;
            }
        }
        Element::Literal(literal) if mode == Mode::QuotedDirective => {
            let text = converter.unescape(literal.span().or(element.span()));
            out.push(token(TokenKind::Text(text), Strip::None));
        }
        Element::Literal(literal) => out.push(token(TokenKind::Text(literal.value().clone()), Strip::None)),
        Element::Interpolation(i) => {
            let expr = converter.expr(&i.expr);
            out.push(token(TokenKind::Interpolation(expr), i.strip));
        }
        Element::Directive(directive) => match &**directive {
            Directive::If(d) => {
                converter.refuse_glued(element.span(), "if");
                let condition = converter.expr(&d.if_expr.cond_expr);
                out.push(token(TokenKind::If(condition), d.if_expr.strip));
                d.if_expr.template.iter().for_each(|e| flatten(converter, e, inner, out));
                if let Some(otherwise) = &d.else_expr {
                    out.push(token(TokenKind::Else, otherwise.strip));
                    otherwise.template.iter().for_each(|e| flatten(converter, e, inner, out));
                }
                out.push(token(TokenKind::EndIf, d.endif_expr.strip));
            }
            Directive::For(d) => {
                converter.refuse_glued(element.span(), "for");
                let key = d.for_expr.key_var.as_ref().map(|k| converter.ident(k));
                let value = converter.ident(&d.for_expr.value_var);
                let collection = converter.expr(&d.for_expr.collection_expr);
                out.push(token(TokenKind::For(key, value, collection), d.for_expr.strip));
                d.for_expr.template.iter().for_each(|e| flatten(converter, e, inner, out));
                out.push(token(TokenKind::EndFor, d.endfor_expr.strip));
            }
        },
    }
}

/// Applies the rules and nests the directives; text without any marker becomes a literal.
pub(super) fn build(mut tokens: Vec<Token>, flush: bool) -> ExprKind {
    strip(&mut tokens);
    if flush {
        remove_indentation(&mut tokens);
    }
    let mut tokens = tokens.into_iter();
    let mut parts = nest(&mut tokens).0;
    match parts.as_mut_slice() {
        [] => ExprKind::Literal(Value::string("")),
        [Part::Text(text, _)] => ExprKind::Literal(Value::text(text.to_string())),
        _ => ExprKind::Template(parts),
    }
}

fn strip(tokens: &mut [Token]) {
    for i in 0..tokens.len() {
        let Some((start, end)) = tokens.get(i).map(|t| t.strip) else { continue };
        if start
            && let Some(Token { kind: TokenKind::Text(text), .. }) = i.checked_sub(1).and_then(|i| tokens.get_mut(i))
        {
            text.truncate(text.trim_end().len());
        }
        if end && let Some(Token { kind: TokenKind::Text(text), .. }) = tokens.get_mut(i + 1) {
            *text = text.trim_start().to_owned();
        }
    }
}

/// Takes from each line the indentation that all lines share. Blank lines do not count.
fn remove_indentation(tokens: &mut [Token]) {
    let mut least = usize::MAX;
    let mut first_of_line = Vec::new();
    let mut newline = true;
    for (i, token) in tokens.iter().enumerate() {
        let text = match &token.kind {
            TokenKind::Text(text) => Some(text),
            _ => None,
        };
        if newline {
            match text {
                Some(text) if text.trim_start().is_empty() && text.ends_with('\n') => {}
                Some(text) => {
                    let spaces = &text[..text.len() - text.trim_start().len()];
                    least = least.min(spaces.graphemes(true).count());
                    first_of_line.push(i);
                }
                None => least = 0,
            }
        }
        newline = text.is_some_and(|t| t.ends_with('\n'));
    }
    for i in first_of_line {
        if let Some(Token { kind: TokenKind::Text(text), .. }) = tokens.get_mut(i) {
            *text = text.graphemes(true).skip(least).collect();
        }
    }
}

/// Parts up to the end of the tokens or of the enclosing directive, and what ended them.
fn nest(tokens: &mut std::vec::IntoIter<Token>) -> (Vec<Part>, Option<TokenKind>) {
    let mut parts: Vec<Part> = Vec::new();
    let mut literal: Option<(String, Span)> = None;
    let mut end = None;
    while let Some(Token { kind, span, .. }) = tokens.next() {
        if let TokenKind::Text(text) = kind {
            let (before, whole) = literal.get_or_insert_with(|| (String::new(), span));
            before.push_str(&text);
            *whole = whole.to(span);
            continue;
        }
        parts.extend(literal.take().map(|(text, span)| Part::Text(text.into(), span)));
        match kind {
            TokenKind::Interpolation(e) => parts.push(Part::Interpolation(e)),
            TokenKind::If(condition) => {
                let (then, end) = nest(tokens);
                let otherwise = if matches!(end, Some(TokenKind::Else)) { nest(tokens).0 } else { Vec::new() };
                parts.push(Part::If { condition, then, otherwise, span });
            }
            TokenKind::For(key_var, value_var, collection) => {
                let body = nest(tokens).0;
                parts.push(Part::For { key_var, value_var, collection, body, span });
            }
            other => {
                end = Some(other);
                break;
            }
        }
    }
    parts.extend(literal.map(|(text, span)| Part::Text(text.into(), span)));
    (parts, end)
}
