//! Diagnostics with the source they point at.

mod json;

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Colour, Palette, printable, wrap};
use crate::diag::{Diagnostic, Diagnostics, Severity, Source, Sources, Span};

pub use json::{to_json, validation};

/// All findings, errors last because a terminal shows the end, and how many there are.
pub fn render(found: &Diagnostics, sources: &Sources, palette: Palette) -> String {
    let mut out = String::new();
    let mut all: Vec<&Diagnostic> = found.iter().collect();
    // In the order of the source; what has no place there comes last.
    all.sort_by_key(|d| (d.span.is_none(), d.span));
    let (errors, warnings): (Vec<_>, Vec<_>) = all.into_iter().partition(|d| d.severity == Severity::Error);
    for diagnostic in warnings.iter().chain(&errors) {
        out.push_str(&one(diagnostic, sources, palette));
        out.push_str("\n\n");
    }
    if found.len() > 1 {
        let _ = writeln!(out, "{}", count_line(errors.len(), warnings.len()));
    }
    out
}

/// Warnings by their summaries alone; errors in full.
pub fn render_compact(found: &Diagnostics, sources: &Sources, palette: Palette) -> String {
    let mut out = String::new();
    let warnings: Vec<_> = found.iter().filter(|d| d.severity == Severity::Warning).collect();
    if !warnings.is_empty() {
        let _ = writeln!(out, "{}\n", palette.paint(Colour::Change, "Warnings:"));
        for warning in &warnings {
            let place = warning.span.map(|s| format!("\n  at {}", place(s, sources))).unwrap_or_default();
            let _ = writeln!(out, "- {}{place}", printable(&warning.summary));
        }
        let _ = writeln!(out, "\nTo see them in full, run this again without -compact-warnings.\n");
    }
    let errors: Diagnostics = found.iter().filter(|d| d.severity == Severity::Error).cloned().collect();
    out + &render(&errors, sources, palette)
}

fn count_line(errors: usize, warnings: usize) -> String {
    let count = |n: usize, word: &str| (n > 0).then(|| format!("{n} {word}{}", if n == 1 { "" } else { "s" }));
    let parts: Vec<String> = [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    parts.join(", ")
}

fn place(span: Span, sources: &Sources) -> String {
    let at = sources.position(span.source, span.range().start);
    format!("{}:{}:{}", sources.get(span.source).map_or("", |s| &s.name), at.line, at.column)
}

/// One finding: summary, place, underlined source, what and why, a way out.
pub fn one(diagnostic: &Diagnostic, sources: &Sources, palette: Palette) -> String {
    let (level, word) = match diagnostic.severity {
        Severity::Error => (Level::ERROR, "Error"),
        Severity::Warning => (Level::WARNING, "Warning"),
    };
    let summary = printable(&diagnostic.summary);
    // Prose is wrapped to what is left beside the gutter.
    let prose = |text: &str| wrap(&printable(text), palette.width.saturating_sub(10));
    let mut group = Group::with_title(level.with_name(word).primary_title(summary));
    if let Some((source, span)) = diagnostic.span.and_then(|s| Some((sources.get(s.source)?, s))) {
        let mut snippet = Snippet::source(&*source.text).path(&*source.name);
        let mut guilty = within(source, span);
        // A line break is shown where its line ends.
        if source.text.get(guilty.clone()) == Some("\n") {
            guilty.end = guilty.start;
        }
        snippet = snippet.annotation(AnnotationKind::Primary.span(guilty));
        if let Some(context) = diagnostic.context.filter(|c| c.source == span.source) {
            snippet = snippet.annotation(AnnotationKind::Visible.span(within(source, context)));
        }
        group = group.element(snippet);
    }
    if !diagnostic.values.is_empty() {
        let lines = diagnostic.values.iter().map(|v| format!("{} {}", printable(&v.reference), printable(&v.is)));
        group = group.element(Level::NOTE.with_name("values").message(lines.collect::<Vec<_>>().join("\n")));
    }
    if let Some(call) = &diagnostic.call {
        group =
            group.element(Level::NOTE.with_name("while calling").message(printable(&call.to_string()).into_owned()));
    }
    if let Some(address) = &diagnostic.address {
        let attribute = diagnostic.attribute.as_ref().map(|p| format!(", attribute {p}")).unwrap_or_default();
        group = group.element(Level::NOTE.with_name("with").message(printable(address).into_owned() + &attribute));
    }
    if !diagnostic.detail.is_empty() {
        group = group.element(Level::NOTE.no_name().message(prose(&diagnostic.detail)));
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.message(prose(hint)));
    }
    let renderer = if palette.colour { Renderer::styled() } else { Renderer::plain() };
    let text = renderer.term_width(palette.width.max(40)).render(&[group]);
    // Without source there is no gutter that the bar would continue.
    let bar = |(i, line): &(usize, &str)| *i == 1 && diagnostic.span.is_none() && bare(line).trim() == "|";
    text.lines().enumerate().filter(|l| !bar(l)).map(|(_, line)| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// A line without the codes of its colours.
fn bare(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

/// The span as a range that surely lies in the text, at character boundaries.
fn within(source: &Source, span: Span) -> std::ops::Range<usize> {
    let boundary = |at: usize| {
        let mut at = at.min(source.text.len());
        while !source.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let range = span.range();
    let start = boundary(range.start);
    start..boundary(range.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str =
        "resource \"aws_vpc\" \"main\" {\n  tags = {\n    Name = \"x\"\n  }\n\n  cidr_blck = \"10.0.0.0/16\"\n}\n";

    fn findings() -> (Diagnostics, Sources) {
        let mut sources = Sources::default();
        let id = sources.add("network/main.tf", SOURCE);
        let at = SOURCE.find("cidr_blck").expect("in the source");
        let mut found = Diagnostics::new();
        found.push(
            Diagnostic::error("Unsupported argument", "An argument named \"cidr_blck\" is not expected here.")
                .at(Span::new(id, at..at + 9))
                .within(Span::new(id, 0..25))
                .address("module.network.aws_vpc.main")
                .hint("Did you mean \"cidr_block\"?"),
        );
        found.push(Diagnostic::warning(
            "Value for undeclared variable",
            "The variable \"regoin\" has a value in terraform.tfvars, but the root module declares no such variable. It is ignored.",
        ));
        (found, sources)
    }

    #[test]
    fn findings_show_their_source() {
        let (found, sources) = findings();
        insta::assert_snapshot!(render(&found, &sources, Palette::PLAIN));
    }

    #[test]
    fn findings_as_json() {
        let (found, sources) = findings();
        insta::assert_snapshot!(format!("{:#}", validation(&found, &sources)));
    }

    #[test]
    fn warnings_in_short() {
        let (found, sources) = findings();
        let text = render_compact(&found, &sources, Palette::PLAIN);
        assert!(text.contains("- Value for undeclared variable") && !text.contains("regoin"), "{text}");
    }

    #[test]
    fn any_span_is_drawn() {
        let mut sources = Sources::default();
        for text in ["", "ä\n", "a\r\nb", "\u{feff}x = 1"] {
            let id = sources.add("a.tf", text);
            for range in [0..0, 0..1, 1..1, 3..99, 50..60] {
                let d =
                    Diagnostic::error("x", "").at(Span::new(id, range)).within(Span { source: id, start: 7, end: 2 });
                assert!(one(&d, &sources, Palette::PLAIN).contains("a.tf"));
                assert!(to_json(&d, &sources)["snippet"]["code"].is_string());
            }
        }
    }
}
