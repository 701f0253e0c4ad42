//! What must be the same in the outputs of two programs.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

/// The lines that tell how tests go on, without findings.
pub fn progress(text: &str) -> Vec<String> {
    let told = |line: &&str| {
        line.starts_with("  run \"")
            || (line.contains(".tftest.") && line.contains("... "))
            || ["Success!", "Failure!", "Executed"].iter().any(|w| line.starts_with(w))
    };
    text.lines().filter(told).map(str::to_owned).collect()
}

/// The objects of a stream, without what names the program or the moment. Findings that follow one another have no
/// order.
pub fn events(text: &str) -> Vec<String> {
    let mut out: Vec<(bool, String)> = Vec::new();
    for line in text.lines().filter_map(|l| serde_json::from_str::<Json>(l).ok()) {
        let kind = line["type"].as_str().unwrap_or_default();
        // What takes long tells every two seconds that it goes on.
        if kind == "version" || !line[kind]["elapsed"].is_null() {
            continue;
        }
        let mut about =
            json!({ "type": kind, "level": line["@level"], "file": line["@testfile"], "run": line["@testrun"] });
        if kind == "diagnostic" {
            about["diagnostic"] = finding(&line["diagnostic"]);
        } else {
            about["message"] = line["@message"].as_str().unwrap_or_default().replace("kiban", "Terraform").into();
            about[kind] = line[kind].clone();
        }
        out.push((kind == "diagnostic", about.to_string()));
    }
    for group in out.chunk_by_mut(|a, b| a.0 && b.0) {
        group.sort();
    }
    out.into_iter().map(|(_, text)| text).collect()
}

/// What a finding says: kiban may add a hint to the detail.
fn finding(found: &Json) -> Json {
    let detail = found["detail"].as_str().unwrap_or_default();
    let first = detail
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace("kiban plan", "terraform plan")
        .replace("kiban", "Terraform");
    // kiban suggests names in its hint.
    let first = first.split(" Did you mean ").next().unwrap_or_default();
    json!({
        "severity": found["severity"],
        "summary": found["summary"],
        "detail": first,
        "file": found["range"]["filename"],
        "line": found["range"]["start"]["line"],
        "values": found["snippet"]["values"].as_array().cloned().unwrap_or_default(),
    })
}

/// The tags of a report with their attributes, without times.
pub fn report(text: &str) -> Vec<String> {
    let tags = text.split('<').skip(1).filter_map(|t| t.split('>').next());
    let tags = tags
        .filter(|t| t.starts_with("test") || t.starts_with("skip") || t.starts_with("fail") || t.starts_with("err"));
    let timed = |part: &&str| !part.starts_with("time=") && !part.starts_with("timestamp=");
    tags.map(|t| t.split(' ').filter(timed).collect::<Vec<_>>().join(" ")).collect()
}

pub fn same(what: &str, theirs: &[String], ours: &[String]) {
    if theirs == ours {
        return;
    }
    let mut text = format!("{what}: Terraform (-) and kiban (+) differ:\n");
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|l| !those.contains(l)).cloned().collect()
    };
    for line in only(theirs, ours) {
        let _ = writeln!(text, "- {line}");
    }
    for line in only(ours, theirs) {
        let _ = writeln!(text, "+ {line}");
    }
    panic!("{text}");
}
