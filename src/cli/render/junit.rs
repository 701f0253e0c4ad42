//! Results of tests as JUnit XML.

use std::fmt::Write as _;

use super::{Palette, diagnostics};
use crate::cli::operations::{Status, Suite, TestedFile, TestedRun};
use crate::diag::{Diagnostic, Severity, Sources};

/// The whole report.
pub fn render(suite: &Suite, sources: &Sources, interrupted: bool) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites>\n");
    for file in &suite.files {
        let count = |status: Status| file.runs.iter().filter(|r| r.status == status).count();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\">",
            escape(&file.name),
            file.runs.len(),
            count(Status::Skip),
            count(Status::Fail),
            count(Status::Error),
        );
        for (at, run) in file.runs.iter().enumerate() {
            out.push_str(&case(file, at, run, sources, interrupted));
        }
        out.push_str("  </testsuite>\n");
    }
    out + "</testsuites>"
}

fn case(file: &TestedFile, at: usize, run: &TestedRun, sources: &Sources, interrupted: bool) -> String {
    let mut out = format!("    <testcase name=\"{}\" classname=\"{}\"", escape(&run.name), escape(&file.name));
    if let Some(began) = &run.began {
        let _ = write!(out, " time=\"{}\" timestamp=\"{}\"", run.elapsed.as_secs_f64(), escape(began));
    }
    out.push('>');
    let inner = content(file, at, run, sources, interrupted);
    if inner.is_empty() {
        return out + "</testcase>\n";
    }
    format!("{out}\n{inner}    </testcase>\n")
}

fn content(file: &TestedFile, at: usize, run: &TestedRun, sources: &Sources, interrupted: bool) -> String {
    let element = |name: &str, message: &str, body: &str| {
        let message = if message.is_empty() { String::new() } else { format!(" message=\"{}\"", escape(message)) };
        format!("      <{name}{message}><![CDATA[{}]]></{name}>\n", body.replace("]]>", "]]]]><![CDATA[>"))
    };
    let texts = |severity: Severity| -> String {
        let some = run.diagnostics.iter().filter(|d| d.severity == severity);
        some.map(|d: &Diagnostic| format!("\n{}\n", diagnostics::one(d, sources, Palette::PLAIN))).collect()
    };
    let mut out = match run.status {
        Status::Skip => {
            let before = file.runs.get(..at).unwrap_or_default();
            match before.iter().rev().find(|r| r.status == Status::Error) {
                Some(broken) => element(
                    "skipped",
                    "Testcase skipped due to a previous testcase error",
                    &format!(
                        "Previous testcase \"{}\" ended in error, which caused the remaining tests in the file to be skipped",
                        broken.name
                    ),
                ),
                None if interrupted => element(
                    "skipped",
                    "Testcase skipped due to an interrupt",
                    "kiban received an interrupt and stopped gracefully. This caused all remaining testcases to be skipped",
                ),
                None => element("skipped", "", ""),
            }
        }
        Status::Fail => element("failure", &assertions(run), &texts(Severity::Error)),
        Status::Error => element("error", "Encountered an error", &texts(Severity::Error)),
        Status::Pending | Status::Pass => String::new(),
    };
    let warnings = texts(Severity::Warning);
    if !warnings.is_empty() {
        out.push_str(&element("system-err", "", &warnings));
    }
    out
}

fn assertions(run: &TestedRun) -> String {
    let failed = run.diagnostics.iter().filter(|d| d.summary == "Test assertion failed");
    let first = failed.clone().next().map_or("", |d| &d.detail);
    match (failed.count(), run.assertions) {
        (1, all) => format!("1 of {all} assertions failed: {first}"),
        (failed, all) => format!("{failed} of {all} assertions failed, including: {first}"),
    }
}

/// Text as it stands in an attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;").replace('\n', "&#xA;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_cases() {
        let run = |name: &str, status| TestedRun { name: name.into(), status, ..TestedRun::default() };
        let mut broken = run("c", Status::Error);
        broken.diagnostics.push(Diagnostic::error("Broken ]]> here", "Why."));
        broken.began = Some("2026-01-01T00:00:00Z".into());
        let runs = vec![run("a \"b\"", Status::Pass), broken, run("d", Status::Skip)];
        let file = TestedFile { name: "x.tftest.hcl".into(), status: Status::Error, runs, ..TestedFile::default() };
        let suite = Suite { status: Status::Error, files: vec![file] };
        insta::assert_snapshot!(render(&suite, &Sources::default(), false));
    }
}
