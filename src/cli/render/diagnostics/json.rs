//! Diagnostics in the form of Terraform's `-json` output.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use serde_json::{Map, Value as Json, json};

use super::within;
use crate::diag::{Called, Diagnostic, Diagnostics, Parameter, Severity, Source, SourceId, Sources};
use crate::hcl::Outline;

/// One finding.
pub fn to_json(diagnostic: &Diagnostic, sources: &Sources) -> Json {
    Report::default().one(diagnostic, sources)
}

/// The report of `validate -json`.
pub fn validation(found: &Diagnostics, sources: &Sources) -> Json {
    let errors = found.iter().filter(|d| d.severity == Severity::Error).count();
    let mut report = Report::default();
    json!({
        "format_version": "1.0",
        "valid": errors == 0,
        "error_count": errors,
        "warning_count": found.len() - errors,
        "diagnostics": found.iter().map(|d| report.one(d, sources)).collect::<Vec<_>>(),
    })
}

/// What was found out about the sources: many findings may stand in one.
#[derive(Default)]
struct Report {
    outlines: HashMap<SourceId, Outline>,
}

impl Report {
    fn one(&mut self, diagnostic: &Diagnostic, sources: &Sources) -> Json {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut detail = diagnostic.detail.clone();
        if let Some(hint) = &diagnostic.hint {
            let between = match () {
                () if detail.is_empty() => "",
                // What Terraform says in the same breath.
                () if hint.starts_with("Did you mean ") || hint.starts_with("This variable can be declared ") => " ",
                () => "\n\n",
            };
            let _ = write!(detail, "{between}{hint}");
        }
        let mut out = json!({ "severity": severity, "summary": diagnostic.summary, "detail": detail });
        if let Some(address) = &diagnostic.address {
            out["address"] = address.clone().into();
        }
        if let Some((source, span)) = diagnostic.span.and_then(|s| Some((sources.get(s.source)?, s))) {
            let range = marked(source, within(source, span));
            let position = |byte: usize| {
                let at = sources.position(span.source, byte);
                json!({ "line": at.line, "column": at.column, "byte": at.byte })
            };
            out["range"] =
                json!({ "filename": source.name, "start": position(range.start), "end": position(range.end) });
            let outline = self.outlines.entry(span.source).or_insert_with(|| Outline::of(&source.name, &source.text));
            out["snippet"] = snippet(diagnostic, source, range, outline);
        }
        out
    }
}

/// A place that is empty stands for the character behind it.
fn marked(source: &Source, range: Range<usize>) -> Range<usize> {
    match source.text.get(range.end..).and_then(|rest| rest.chars().next()) {
        Some(next) if range.is_empty() => range.start..range.end + next.len_utf8(),
        _ => range,
    }
}

fn snippet(diagnostic: &Diagnostic, source: &Source, range: Range<usize>, outline: &Outline) -> Json {
    let text = &source.text;
    let start = text.get(..range.start).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    // Of a place that ends with a line break the next line is shown, too, if anything stands in it.
    let to_end = |from: usize| text.get(from..).and_then(|t| t.find('\n')).map_or(text.len(), |i| from + i);
    let end = match to_end(range.end) {
        end if end == range.end && end > start && text.get(start..end).is_some_and(|code| code.ends_with('\n')) => {
            end - 1
        }
        end => end,
    };
    let code = text.get(start..end).unwrap_or("");
    let clamp = |byte: usize| (byte - start).min(code.len());
    let mut out = json!({
        "context": outline.around(range.start),
        "code": code,
        "start_line": text.get(..start).map_or(1, |t| t.matches('\n').count() + 1),
        "highlight_start_offset": clamp(range.start),
        "highlight_end_offset": clamp(range.end),
        "values": diagnostic.values.iter().map(|v| json!({ "traversal": v.reference, "statement": v.is })).collect::<Vec<_>>(),
    });
    if let Some(call) = &diagnostic.call {
        out["function_call"] = function_call(call);
    }
    out
}

fn function_call(call: &Called) -> Json {
    let parameter = |p: &Parameter| json!({ "name": p.name, "type": p.ty });
    let mut signature = Map::new();
    signature.insert("name".into(), call.name.clone().into());
    signature.insert("params".into(), call.params.iter().map(parameter).collect());
    if let Some(variadic) = &call.variadic {
        signature.insert("variadic_param".into(), parameter(variadic));
    }
    signature.insert("return_type".into(), call.returns.clone());
    json!({ "called_as": call.as_written, "signature": signature })
}
