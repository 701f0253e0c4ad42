//! What is wrong, as text and as JSON: summary, detail and range as Terraform tells them.

mod runs;

use libtest_mimic::Trial;
use serde_json::{Value as Json, json};

use crate::folder::Folder;
use crate::programs::skip;
use crate::trial;

/// Broken configurations, each under a line `=== name`. A line `--- path` begins a further file.
///
/// A line `! rule: cause` below the name says why kiban tells it otherwise on purpose; see [`Rule`].
const CASES: &str = include_str!("diagnostics/cases.txt");

/// Fewer cases would be as good as none.
const LEAST: usize = 250;

pub fn trials() -> Vec<Trial> {
    let cases: Vec<Case> = CASES.split("=== ").skip(1).filter_map(Case::read).collect();
    assert!(cases.len() >= LEAST, "{} cases", cases.len());
    let name = |case: &Case| format!("diagnostics::{}", case.name.replace(' ', "_"));
    let mut trials: Vec<Trial> = cases.into_iter().map(|case| trial(name(&case), move || compare(&case))).collect();
    trials.extend(runs::trials());
    trials.push(trial("diagnostics::shape", shape));
    trials.push(trial("diagnostics::every_broken_block_is_told", every_broken_block));
    trials
}

struct Case {
    name: &'static str,
    rules: Vec<Rule>,
    files: Vec<(&'static str, String)>,
}

/// What need not be as Terraform tells it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Summary and detail.
    Words,
    /// The place: Terraform shows none, or one that does not help. The words may differ, too.
    Place,
    /// The number: of several findings about one place, one is told.
    Once,
    /// The number: findings that follow from one that is told are left out.
    Cascade,
    /// The number: all of Terraform's findings are told, and others.
    More,
}

impl Case {
    fn read(text: &'static str) -> Option<Self> {
        let (name, mut text) = text.split_once('\n')?;
        let mut rules = Vec::new();
        if let Some((line, rest)) = text.strip_prefix("! ").and_then(|t| t.split_once('\n')) {
            let (words, cause) = line.split_once(": ").unwrap_or_else(|| panic!("{name}: no cause"));
            assert!(cause.len() > 20, "{name}: no cause");
            rules.extend(words.split(' ').map(|word| match word {
                "words" => Rule::Words,
                "place" => Rule::Place,
                "once" => Rule::Once,
                "cascade" => Rule::Cascade,
                "more" => Rule::More,
                _ => panic!("{name}: no rule {word}"),
            }));
            text = rest;
        }
        let mut files = vec![("main.tf", String::new())];
        for line in text.split_inclusive('\n') {
            match (line.strip_prefix("--- "), files.last_mut()) {
                (Some(path), _) => files.push((path.trim_end(), String::new())),
                (None, Some((_, text))) => text.push_str(line),
                _ => {}
            }
        }
        Some(Self { name, rules, files })
    }

    fn is(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }
}

fn validate(folder: &Folder, terraform: bool) -> Result<Json, String> {
    let args = ["validate", "-json", "-no-color"];
    let output = if terraform { folder.terraform(&args)? } else { folder.kiban(&args) };
    Ok(serde_json::from_str(&output.text).unwrap_or_else(|e| panic!("{e}: {}", output.text)))
}

fn compare(case: &Case) {
    let (ours, theirs) = (Folder::new(), Folder::new());
    for (path, text) in &case.files {
        ours.write(path, text);
        theirs.write(path, text);
    }
    let got = validate(&ours, false).expect("kiban");
    readable(&ours, &got);
    let calls = case.files.iter().any(|(_, text)| text.contains("module \""));
    // It fails where the configuration is broken, which is told by the other command.
    let fetched = if calls { theirs.terraform(&["get"]).map(drop) } else { Ok(()) };
    let expect = match fetched.and_then(|()| validate(&theirs, true)) {
        Ok(expect) => expect,
        Err(why) => return skip(&format!("diagnostics::{}", case.name), &why),
    };
    assert_eq!(expect["valid"], false, "Terraform takes this");
    let all = format!("{got:#}\n{expect:#}");
    compare_findings(case, &findings(&got), &findings(&expect), &all);
}

fn compare_findings(case: &Case, got: &[Json], expect: &[Json], all: &str) {
    match () {
        // Each is about something that both tell.
        () if case.is(Rule::Once) => {
            for theirs in expect.iter().filter(|d| d["range"]["filename"] != "") {
                assert!(got.iter().any(|d| overlap(d, theirs)), "nothing is said of {theirs:#}\n{all}");
            }
            for ours in got {
                let same = |d: &&Json| {
                    d["range"] == ours["range"] && (case.is(Rule::Words) || d["summary"] == ours["summary"])
                };
                let theirs = expect.iter().find(same).unwrap_or_else(|| panic!("{ours:#}\n{all}"));
                same_finding(case, ours, theirs, all);
            }
        }
        () if case.is(Rule::Cascade) => {
            assert!(!got.is_empty() && got.len() < expect.len(), "{all}");
            for ours in got {
                let same = |d: &&Json| d["range"] == ours["range"] && d["summary"] == ours["summary"];
                same_finding(case, ours, expect.iter().find(same).unwrap_or_else(|| panic!("{all}")), all);
            }
        }
        () if case.is(Rule::More) => {
            assert!(got.len() >= expect.len(), "{all}");
            for theirs in expect {
                let same = |d: &&Json| d["range"] == theirs["range"] && d["summary"] == theirs["summary"];
                same_finding(case, got.iter().find(same).unwrap_or_else(|| panic!("{all}")), theirs, all);
            }
        }
        () => {
            assert_eq!(got.len(), expect.len(), "{all}");
            for (ours, theirs) in got.iter().zip(expect) {
                same_finding(case, ours, theirs, all);
            }
        }
    }
}

fn findings(report: &Json) -> Vec<Json> {
    sorted(report["diagnostics"].as_array().cloned().unwrap_or_default())
}

fn sorted(mut list: Vec<Json>) -> Vec<Json> {
    // By severity, then by place.
    list.sort_by_key(|d| (d["severity"].to_string(), d["range"].to_string(), d["detail"].to_string()));
    list
}

fn overlap(a: &Json, b: &Json) -> bool {
    let place = |d: &Json| Some((d["range"]["start"]["byte"].as_u64()?, d["range"]["end"]["byte"].as_u64()?));
    let (Some(x), Some(y)) = (place(a), place(b)) else { return false };
    a["range"]["filename"] == b["range"]["filename"] && x.0 < y.1 && y.0 < x.1
}

fn same_finding(case: &Case, ours: &Json, theirs: &Json, all: &str) {
    assert_eq!(ours["severity"], theirs["severity"], "{all}");
    if case.is(Rule::Place) {
        return;
    }
    assert_eq!(ours["range"], theirs["range"], "{all}");
    let (snippet, expect) = (&ours["snippet"], &theirs["snippet"]);
    for key in ["context", "function_call", "values"] {
        assert_eq!(snippet[key], expect[key], "{key} of\n{all}");
    }
    // Of a construct of several lines Terraform may show more.
    assert_eq!(highlighted(snippet), highlighted(expect), "{all}");
    let code = |s: &Json| s["code"].as_str().unwrap_or("").to_owned();
    assert!(code(expect).contains(&code(snippet)), "{all}");
    if case.is(Rule::Words) {
        return;
    }
    assert_eq!(ours["summary"], theirs["summary"], "{all}");
    let (got, expect) = (ours["detail"].as_str().unwrap_or(""), theirs["detail"].as_str().unwrap_or(""));
    // What we know beyond it follows as a paragraph of its own.
    let more = got.strip_prefix(expect).unwrap_or_else(|| panic!("{got}\n{expect}"));
    assert!(more.is_empty() || more.starts_with("\n\n") || more.starts_with(" Did you mean "), "{got}\n{expect}");
}

fn highlighted(snippet: &Json) -> Option<String> {
    let at = |key: &str| snippet[key].as_u64().and_then(|n| usize::try_from(n).ok());
    let (start, end) = (at("highlight_start_offset")?, at("highlight_end_offset")?);
    snippet["code"].as_str()?.get(start..end).map(str::to_owned)
}

/// For people each finding shows file and line, the source underlined.
fn readable(folder: &Folder, report: &Json) {
    let text = folder.kiban(&["validate", "-no-color"]).text;
    for found in findings(report) {
        let summary = found["summary"].as_str().unwrap_or("");
        assert!(text.contains(summary), "{summary} is not shown:\n{text}");
        let Some(file) = found["range"]["filename"].as_str() else { continue };
        let place = format!("{file}:{}:", found["range"]["start"]["line"]);
        assert!(text.contains(&place), "{place} is not shown:\n{text}");
        assert!(text.contains('^'), "nothing is underlined:\n{text}");
    }
}

/// For people a run shows of each finding its place, underlined.
fn readable_run(folder: &Folder, case: &Case) {
    for (path, text) in &case.files {
        folder.write(path, text);
    }
    let text = folder.kiban(&["apply", "-auto-approve", "-no-color"]).text;
    assert!(text.contains("--> main.tf:") && text.contains('^'), "no place is shown:\n{text}");
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
