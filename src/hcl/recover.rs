//! Reading on after a syntax error: the text is split into its items, and each is parsed alone.

use std::ops::Range;

use crate::diag::{Diagnostic, Diagnostics, SourceId, Span};

use super::ast::{Block, Body};
use super::convert::Converter;
use super::explain;
use super::grammar::{Next, Place};
use super::parse::read_body;
use super::scan::{self, Kind, Lexeme};

/// Words that begin a block at the left margin: where one stands, the block before it has surely ended.
const TOP_LEVEL: [&str; 14] = [
    "terraform",
    "provider",
    "variable",
    "locals",
    "resource",
    "data",
    "module",
    "output",
    "moved",
    "removed",
    "import",
    "check",
    "ephemeral",
    "policy",
];

/// All of a text that can be read, and a diagnostic for each item that cannot.
pub(super) fn body(source: SourceId, text: &str, base: usize) -> (Body, Diagnostics) {
    let lexemes = scan::lexemes(text);
    let mut reader = Reader { source, text, base, diagnostics: Diagnostics::new() };
    let body = reader.body(&lexemes, 0..text.len(), &Around { top: true, single: false, next: text.len()..text.len() });
    (body, reader.diagnostics)
}

/// What a body stands in.
struct Around {
    /// It is a whole file.
    top: bool,
    /// It begins on the line of its brace.
    single: bool,
    /// What follows it.
    next: Range<usize>,
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    base: usize,
    diagnostics: Diagnostics,
}

impl Reader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, self.base + range.start..self.base + range.end)
    }

    fn body(&mut self, lexemes: &[Lexeme], range: Range<usize>, around: &Around) -> Body {
        let span = self.span(range.clone());
        let mut out = Body { attributes: Vec::new(), blocks: Vec::new(), span, json: false };
        for item in items(self.text, lexemes, around.top) {
            let (Some(first), Some(last)) = (item.first(), item.last()) else { continue };
            let mut behind = lexemes.iter().filter(|l| l.start >= last.end);
            let range = |l: Option<&Lexeme>| l.map_or(around.next.clone(), |l| l.range());
            let lexeme = range(behind.clone().next());
            let next = Next { lexeme, word: range(behind.find(|l| l.kind != Kind::Newline)) };
            let place = if around.single { Place::SingleLine(next) } else { Place::Argument(next) };
            self.item(item, first.start..last.end, &place, &mut out);
        }
        self.find_redefined(&mut out);
        out
    }

    fn item(&mut self, item: &[Lexeme], range: Range<usize>, place: &Place, out: &mut Body) {
        let chunk = &self.text[range.clone()];
        let error = match read_body(chunk) {
            Ok(body) => {
                let mut converter = Converter::new(self.source, chunk, self.base + range.start);
                let body = converter.body(&body, 0..chunk.len());
                out.attributes.extend(body.attributes);
                out.blocks.extend(body.blocks);
                self.diagnostics.extend(converter.diagnostics);
                return;
            }
            Err(error) => error,
        };
        let before = self.diagnostics.len();
        if let Some((block, rest)) = self.block(item) {
            out.blocks.push(block);
            if let (Some(first), Some(last)) = (rest.first(), rest.last()) {
                self.item(rest, first.start..last.end, place, out);
            }
        }
        if self.diagnostics.len() == before {
            self.diagnostics.push(explain::item(self.source, self.text, item, self.base, &error, place));
        }
    }

    /// A block whose header is sound, and what stands behind it on its last line. Its content is read item by item.
    fn block<'l>(&mut self, item: &'l [Lexeme]) -> Option<(Block, &'l [Lexeme])> {
        let open = header(item)?;
        let (first, brace) = (item.first()?, item.get(open)?);
        let header = format!("{}{{}}", &self.text[first.start..brace.start]);
        let parsed = hcl_edit::parser::parse_body(&header).ok()?;
        let mut converter = Converter::new(self.source, &header, self.base + first.start);
        let mut block = converter.body(&parsed, 0..header.len()).blocks.pop()?;

        let close = matching(item, open);
        let inner = &item[open + 1..close.unwrap_or(item.len())];
        let last = item.last()?;
        let end = close.and_then(|c| item.get(c)).unwrap_or(last).end;
        // A comment or text that never ends has swallowed the brace.
        let swallowed = matches!(last.kind, Kind::OpenComment | Kind::OpenHeredoc);
        if close.is_none() && !swallowed {
            self.diagnostics.push(
                Diagnostic::error(
                    "Unclosed configuration block",
                    "There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.",
                )
                .at(self.span(brace.range()))
                .within(block.header)
                .hint("Add a closing brace, or remove an opening one further down."),
            );
        }
        if let Some(extra) = close.and_then(|c| item.get(c + 1)) {
            self.diagnostics.push(
                Diagnostic::error(
                    "Missing newline after block definition",
                    "A block must be followed by the end of its line; this stands behind its closing brace.",
                )
                .at(self.span(extra.range())),
            );
        }
        let before = self.diagnostics.len();
        let after = close.and_then(|c| item.get(c)).map_or(end..end, |l| l.range());
        let single = inner.first().is_some_and(|l| l.kind != Kind::Newline);
        block.body = self.body(inner, brace.start..end, &Around { top: false, single, next: after });
        if self.diagnostics.len() == before && close.is_some() && !well_laid(inner) {
            let newline = inner.iter().skip(1).find(|l| l.kind == Kind::Newline).map(|l| l.range());
            self.diagnostics.push(
                Diagnostic::error(
                    "Invalid single-argument block definition",
                    "An argument definition on the same line as its containing block creates a single-line block \
                     definition, which must also be closed on the same line. Place the block's closing brace immediately \
                     after the argument definition.",
                )
                .at(self.span(newline.unwrap_or(brace.start..end)))
                .within(block.header)
                .hint("Put a line break behind the opening brace, and the closing brace on a line of its own."),
            );
        }
        block.span = self.span(first.start..end);
        Some((block, close.and_then(|c| item.get(c + 1..)).unwrap_or(&[])))
    }

    fn find_redefined(&mut self, body: &mut Body) {
        let mut i = 0;
        while let Some(attribute) = body.attributes.get(i) {
            let first = body.attributes[..i].iter().find(|a| a.name.name == attribute.name.name);
            let Some(first) = first else {
                i += 1;
                continue;
            };
            let at = (first.name.span.start as usize).saturating_sub(self.base);
            let line = self.text.get(..at).map_or(0, |t| t.matches('\n').count()) + 1;
            let name = &attribute.name.name;
            self.diagnostics.push(
                Diagnostic::error(
                    "Attribute redefined",
                    format!(
                        "The argument \"{name}\" was already set at line {line}. Each argument may be set only once."
                    ),
                )
                .at(attribute.name.span)
                .within(first.span.to(attribute.span))
                .hint("Remove one of the two."),
            );
            body.attributes.remove(i);
        }
    }
}

/// Cuts a body into attributes and blocks, at the ends of lines outside brackets.
fn items<'l>(text: &str, lexemes: &'l [Lexeme], top: bool) -> Vec<&'l [Lexeme]> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut open: Vec<char> = Vec::new();
    let mut line_start = true;
    for (i, lexeme) in lexemes.iter().enumerate() {
        if line_start && !open.is_empty() && i > start {
            if top && begins_block(text, &lexemes[i..]) {
                open.clear();
            } else if let [first, second, ..] = &lexemes[i..]
                && (first.kind, second.kind) == (Kind::Word, Kind::Equals)
            {
                // Neither lists nor arguments of functions hold definitions: their end was forgotten.
                while matches!(open.last(), Some('(' | '[')) {
                    open.pop();
                }
            }
            if open.is_empty() {
                out.push(&lexemes[start..i]);
                start = i;
            }
        }
        line_start = lexeme.kind == Kind::Newline;
        match lexeme.kind {
            Kind::Open(c) => open.push(c),
            Kind::Close(c) => {
                // An unclosed bracket in between is given up.
                let matched = open.iter().rposition(|o| scan::closer(*o) == c);
                open.truncate(matched.unwrap_or(if c == '}' { 0 } else { open.len() }));
            }
            Kind::Newline if open.is_empty() && !brace_below(&lexemes[start..i], &lexemes[i..]) => {
                out.push(&lexemes[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    out.push(&lexemes[start..]);
    out.iter().map(|item| trim(item)).filter(|item| !item.is_empty()).collect()
}

fn trim(mut item: &[Lexeme]) -> &[Lexeme] {
    while let [first, rest @ ..] = item
        && first.kind == Kind::Newline
    {
        item = rest;
    }
    while let [rest @ .., last] = item
        && last.kind == Kind::Newline
    {
        item = rest;
    }
    item
}

/// Whether a block of a file surely begins here, although a bracket is open.
fn begins_block(text: &str, here: &[Lexeme]) -> bool {
    let [first, second, ..] = here else { return false };
    let at_margin = first.start == 0 || text[..first.start].ends_with('\n');
    let header = matches!(second.kind, Kind::Str | Kind::Open('{'));
    first.kind == Kind::Word && at_margin && header && TOP_LEVEL.contains(&&text[first.range()])
}

/// Whether the brace of a block stands on the line below its header.
fn brace_below(item: &[Lexeme], rest: &[Lexeme]) -> bool {
    let item = trim(item);
    let next = rest.iter().find(|l| l.kind != Kind::Newline);
    item.first().is_some_and(|l| l.kind == Kind::Word)
        && item.iter().all(|l| matches!(l.kind, Kind::Word | Kind::Str))
        && next.is_some_and(|l| l.kind == Kind::Open('{'))
}

/// Index of the brace that opens the block's body.
fn header(item: &[Lexeme]) -> Option<usize> {
    if item.first()?.kind != Kind::Word {
        return None;
    }
    let open = item.iter().position(|l| !matches!(l.kind, Kind::Word | Kind::Str))?;
    (item.get(open)?.kind == Kind::Open('{')).then_some(open)
}

/// Whether the content of a block begins on a new line, or is a single argument.
fn well_laid(inner: &[Lexeme]) -> bool {
    match inner {
        [] => true,
        [first, .., last] if first.kind == Kind::Newline => last.kind == Kind::Newline,
        [first] => first.kind == Kind::Newline,
        [_, second, rest @ ..] => {
            second.kind == Kind::Equals && rest.last().is_none_or(|l| l.kind != Kind::Newline) && {
                let mut depth = 0i32;
                rest.iter().all(|l| {
                    depth += match l.kind {
                        Kind::Open(_) => 1,
                        Kind::Close(_) => -1,
                        _ => 0,
                    };
                    l.kind != Kind::Newline || depth > 0
                })
            }
        }
    }
}

fn matching(item: &[Lexeme], open: usize) -> Option<usize> {
    let mut stack = Vec::new();
    for (i, lexeme) in item.iter().enumerate().skip(open) {
        match lexeme.kind {
            Kind::Open(c) => stack.push(c),
            Kind::Close(c) => {
                let matched = stack.iter().rposition(|o| scan::closer(*o) == c);
                stack.truncate(matched.unwrap_or(stack.len()));
                if stack.is_empty() {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}
