//! What is wrong, as text and as JSON: summary, detail and range as Terraform tells them.

use libtest_mimic::Trial;
use serde_json::{Value as Json, json};

use crate::folder::Folder;
use crate::programs::skip;
use crate::trial;

/// Small broken configurations, each under a line `=== name`. Those with `~` before the name are told otherwise on
/// purpose, or not yet as Terraform tells them.
const CASES: &str = include_str!("diagnostics/cases.txt");

pub fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = cases()
        .map(|(name, text)| trial(format!("diagnostics::{}", name.replace(' ', "_")), move || compare(name, text)))
        .collect();
    trials.push(trial("diagnostics::shape", shape));
    trials.push(trial("diagnostics::every_broken_block_is_told", every_broken_block));
    trials
}

fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    CASES.split("=== ").skip(1).filter_map(|case| case.split_once('\n'))
}

fn validate(folder: &Folder, terraform: bool) -> Result<Json, String> {
    let args = ["validate", "-json", "-no-color"];
    let output = if terraform { folder.terraform(&args)? } else { folder.kiban(&args) };
    Ok(serde_json::from_str(&output.text).unwrap_or_else(|e| panic!("{e}: {}", output.text)))
}

fn compare(name: &str, text: &str) {
    let (ours, theirs) = (Folder::new(), Folder::new());
    ours.write("main.tf", text);
    theirs.write("main.tf", text);
    let got = validate(&ours, false).expect("kiban");
    let expect = match validate(&theirs, true) {
        Ok(expect) => expect,
        Err(why) => return skip(&format!("diagnostics::{name}"), &why),
    };
    assert_eq!(expect["valid"], false, "Terraform takes this:\n{text}");
    if name.starts_with('~') {
        return;
    }
    for key in ["error_count", "warning_count"] {
        assert_eq!(got[key], expect[key], "{text}\n{got:#}\n{expect:#}");
    }
    let sorted = |report: &Json| {
        let mut list = report["diagnostics"].as_array().cloned().unwrap_or_default();
        list.sort_by_key(|d| d["range"].to_string());
        list
    };
    for (got, expect) in sorted(&got).iter().zip(sorted(&expect)) {
        for key in ["severity", "summary", "range"] {
            assert_eq!(got[key], expect[key], "{key} of\n{text}\n{got:#}\n{expect:#}");
        }
        let (got, expect) = (got["detail"].as_str().unwrap_or(""), expect["detail"].as_str().unwrap_or(""));
        // What we know beyond it follows as a paragraph of its own.
        let more = got.strip_prefix(expect).unwrap_or_else(|| panic!("{text}\n{got}\n{expect}"));
        let ours = more.is_empty() || more.starts_with("\n\n") || more.starts_with(" Did you mean ");
        assert!(ours, "{text}\n{got}\n{expect}");
    }
}

/// The members of the report, whatever they hold.
fn shape() {
    let folder = Folder::new();
    folder.write("main.tf", "locals {\n  größe = var.x\n}\n");
    let got = validate(&folder, false).expect("kiban");
    let expect = json!({
        "format_version": "1.0",
        "valid": false,
        "error_count": 1,
        "warning_count": 0,
        "diagnostics": [{
            "severity": "error",
            "summary": "Reference to undeclared input variable",
            "detail": "An input variable with the name \"x\" has not been declared. This variable can be declared with a variable \"x\" {} block.",
            "range": {
                "filename": "main.tf",
                "start": { "line": 2, "column": 11, "byte": 21 },
                "end": { "line": 2, "column": 16, "byte": 26 }
            },
            "snippet": {
                "context": "locals",
                "code": "  größe = var.x",
                "start_line": 2,
                "highlight_start_offset": 12,
                "highlight_end_offset": 17,
                "values": []
            }
        }]
    });
    assert_eq!(without_context(got), without_context(expect));
}

/// The header of the block around is not known for every finding.
fn without_context(mut report: Json) -> Json {
    for found in report["diagnostics"].as_array_mut().into_iter().flatten() {
        found["snippet"]["context"].take();
    }
    report
}

fn every_broken_block() {
    let folder = Folder::new();
    folder.write(
        "main.tf",
        "locals {\n  a =\n}\n\nvariable \"b\" {\n  default = [1 2]\n}\n\nresource \"terraform_data\" \"c\" {\n  input = 1 input = 2\n}\n\noutput \"d\" {\n  value = nope(1)\n}\n",
    );
    let got = validate(&folder, false).expect("kiban");
    let lines: Vec<u64> = got["diagnostics"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|d| d["range"]["start"]["line"].as_u64())
        .collect();
    for line in [2, 6, 10] {
        assert!(lines.contains(&line), "nothing is said of line {line}: {got:#}");
    }
}
