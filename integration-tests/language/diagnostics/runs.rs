//! What `plan -json` and `apply -json` say is wrong, line by line as Terraform says it.

use libtest_mimic::Trial;
use serde_json::Value as Json;

use super::{Case, compare_findings, readable_run};
use crate::folder::Folder;
use crate::programs::skip;
use crate::trial;

/// Configurations that fail, or warn, while they are planned or applied; the form is that of `cases.txt`.
const CASES: &str = include_str!("runs.txt");

const COMMANDS: [&[&str]; 2] = [&["plan", "-json", "-no-color"], &["apply", "-auto-approve", "-json", "-no-color"]];

pub fn trials() -> Vec<Trial> {
    let cases = CASES.split("=== ").skip(1).filter_map(Case::read);
    let name = |case: &Case| format!("diagnostics::run::{}", case.name.replace(' ', "_"));
    cases.map(|case| trial(name(&case), move || run(&case))).collect()
}

fn run(case: &Case) {
    let (ours, theirs) = (Folder::new(), Folder::new());
    for (path, text) in &case.files {
        ours.write(path, text);
        theirs.write(path, text);
    }
    let mut told = 0;
    for args in COMMANDS {
        let got = ours.kiban(args);
        let expect = match theirs.terraform(args) {
            Ok(expect) => expect,
            Err(why) => return skip(&format!("diagnostics::run::{}", case.name), &why),
        };
        let all = format!("{}\n{}", got.text, expect.text);
        assert_eq!(got.code, expect.code, "{all}");
        let (got, expect) = (lines(&got.text), lines(&expect.text));
        for line in got.iter().chain(&expect) {
            let severity = line["diagnostic"]["severity"].as_str().unwrap_or("");
            let (level, word) = if severity == "warning" { ("warn", "Warning") } else { ("error", "Error") };
            assert_eq!(line["@level"], level, "{all}");
            let summary = line["diagnostic"]["summary"].as_str().unwrap_or("");
            assert_eq!(line["@message"], format!("{word}: {summary}"), "{all}");
        }
        told += expect.len();
        compare_findings(case, &diagnostics(got), &diagnostics(expect), &all);
    }
    assert!(told > 0, "Terraform has nothing to say of this");
    readable_run(&Folder::new(), case);
}

/// The events that are diagnostics.
fn lines(text: &str) -> Vec<Json> {
    let events = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    events.filter(|event| event["type"] == "diagnostic").collect()
}

fn diagnostics(lines: Vec<Json>) -> Vec<Json> {
    super::sorted(lines.into_iter().map(|line| line["diagnostic"].clone()).collect())
}
