//! Expressions through `kiban console` and, in the same run, through `terraform console`.
//!
//! Each file `console/FAMILY.txt` holds cases, one a line. Blank lines and lines that begin with `# ` are none; a case of
//! several lines stands between a line `<<<` and a line `>>>`. What stands above a line `====` is the configuration
//! that the cases are asked in, in place of `console/configuration.tf`. Beside them lie the files of `console/files`.
//!
//! `console/FAMILY.answers` holds what Terraform answered: `KIBAN_BLESS=1` writes it anew. Where kiban means to answer
//! something else, `console/exceptions.answers` says what and why. Terraform locks the state, so the cases of a family are
//! asked one after the other. Without Terraform the recorded answers must do.
//!
//! What somebody sees who types expressions at a terminal is tested by itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::{copy, kiban, root, skip, terraform_environment};
use crate::terminal::Terminal;
use crate::trial;

/// Cases that there are at least.
const LEAST: usize = 1500;

pub fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = families()
        .into_iter()
        .map(|path| {
            let name = path.file_stem().expect("name").to_string_lossy().into_owned();
            trial(format!("console::{name}"), move || family(&name, &path))
        })
        .collect();
    trials.push(trial("console::cases_are_enough", cases_are_enough));
    trials.push(trial("console::every_function_has_cases", every_function_has_cases));
    trials.push(trial("console::interactive", interactive));
    trials.push(trial("console::control_d_ends_the_session", control_d_ends_the_session));
    trials
}

/// A console on a terminal, or `None` where this machine cannot give it one.
fn session(test: &str, place: &Folder) -> Option<Terminal> {
    place.write("main.tf", "variable \"greeting\" {\n  default = \"good day\"\n}\n");
    match Terminal::open(place, &kiban(), "console") {
        Ok(terminal) => Some(terminal),
        Err(why) => {
            skip(test, &why);
            None
        }
    }
}

fn interactive() {
    let place = Folder::new();
    let Some(mut terminal) = session("console::interactive", &place) else { return };
    terminal.expect("> ");
    terminal.type_in("1 + 2\r");
    terminal.expect("\n3\n> ");
    // An error is told, and the session goes on.
    terminal.type_in("var.nothing\r");
    terminal.expect("Error: Reference to undeclared input variable");
    terminal.expect("\n> ");
    terminal.type_in("[1,\r");
    terminal.expect("\n: ");
    terminal.type_in("2]\r");
    terminal.expect("\n[\n  1,\n  2,\n]\n> ");
    terminal.type_in("var.gree\t");
    terminal.expect("var.greeting");
    terminal.type_in("\r");
    terminal.expect("\n\"good day\"\n> ");
    // Control-C drops what is typed, also what was typed on the lines above.
    terminal.type_in("[1,\r");
    terminal.expect("\n: ");
    terminal.type_in("2\x03");
    terminal.expect("\n> ");
    terminal.type_in("4 + 5\r");
    terminal.expect("\n9\n> ");
    // Up, twice: the expression before the last.
    terminal.type_in("\x1b[A\x1b[A\r");
    terminal.expect("\n\"good day\"\n> ");
    // Pasted lines are taken one after the other.
    terminal.type_in("\x1b[200~6 * 7\n[\n]\x1b[201~\r");
    terminal.expect("\n42\n[]\n> ");
    terminal.type_in("exit\r");
    assert_eq!(terminal.ended(), Some(0));
    assert_eq!(fs::read_dir(place.dir.path()).expect("folder").count(), 1, "nothing typed is stored");
}

fn control_d_ends_the_session() {
    let place = Folder::new();
    let Some(mut terminal) = session("console::control_d_ends_the_session", &place) else { return };
    terminal.expect("> ");
    terminal.type_in("\x04");
    assert_eq!(terminal.ended(), Some(0));
}

fn folder() -> PathBuf {
    root().join("integration-tests/language/console")
}

fn families() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("cases");
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("entry").path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "txt"));
    paths.sort();
    paths
}

fn cases_are_enough() {
    let mut all = 0;
    for path in families() {
        let count = Cases::read(&path).expressions.len();
        println!("{count:5} cases of {}", path.file_stem().expect("name").to_string_lossy());
        all += count;
    }
    println!("{all:5} cases");
    assert!(all >= LEAST, "{all} cases are fewer than {LEAST}");
}

/// Cases that each function has at least.
const LEAST_OF_A_FUNCTION: usize = 5;

/// Known during a plan only, or different with each call: unit tests cover them.
const NOT_OF_THE_CONSOLE: &[&str] = &["convert", "plantimestamp"];

fn every_function_has_cases() {
    let all: Vec<String> = families().iter().flat_map(|path| Cases::read(path).expressions).collect();
    let mut few = Vec::new();
    for name in kiban::eval::functions::names() {
        let calls = |text: &&String| {
            let open = format!("{name}(");
            let starts = text.match_indices(&open).map(|(at, _)| at);
            let word = |c: char| c == '_' || c.is_alphanumeric();
            starts.into_iter().any(|at| !text[..at].ends_with(word))
        };
        let count = all.iter().filter(calls).count();
        println!("{count:5} cases of {name}");
        if count < LEAST_OF_A_FUNCTION && !NOT_OF_THE_CONSOLE.contains(&name) {
            few.push(name);
        }
    }
    assert!(few.is_empty(), "fewer than {LEAST_OF_A_FUNCTION} cases of {}", few.join(", "));
}

/// What a case file holds.
struct Cases {
    configuration: String,
    expressions: Vec<String>,
}

impl Cases {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("cases");
        let (configuration, cases) = match text.split_once("\n====\n") {
            Some((configuration, cases)) => (configuration.to_owned(), cases),
            None => (fs::read_to_string(folder().join("configuration.tf")).expect("configuration"), text.as_str()),
        };
        let mut expressions = Vec::new();
        let mut lines = cases.lines();
        while let Some(line) = lines.next() {
            match line {
                "<<<" => {
                    let inner: Vec<&str> = lines.by_ref().take_while(|l| *l != ">>>").collect();
                    expressions.push(inner.join("\n"));
                }
                line if line.trim().is_empty() || line.starts_with("# ") => {}
                line => expressions.push(line.to_owned()),
            }
        }
        Self { configuration, expressions }
    }
}

type Answers = BTreeMap<String, String>;

/// Reads answers: `> ` begins each line of an expression, two blanks each line of its answer, `# ` a remark.
fn read_answers(path: &Path) -> Answers {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut answers = Answers::new();
    let (mut expression, mut answer) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if let Some(asked) = line.strip_prefix("> ") {
            if !answer.is_empty() {
                answers.insert(expression.join("\n"), answer.join("\n"));
                expression.clear();
                answer.clear();
            }
            expression.push(asked);
        } else if let Some(said) = line.strip_prefix("  ") {
            answer.push(said);
        }
    }
    answers.insert(expression.join("\n"), answer.join("\n"));
    answers
}

fn write_answers(path: &Path, expressions: &[String], answers: &Answers) {
    let mut text = String::new();
    for expression in expressions {
        expression.split('\n').for_each(|line| writeln!(text, "> {line}").expect("text"));
        answers[expression].split('\n').for_each(|line| writeln!(text, "  {line}").expect("text"));
    }
    fs::write(path, text).expect("answers");
}

fn family(name: &str, path: &Path) {
    let cases = Cases::read(path);
    let exceptions = read_answers(&folder().join("exceptions.answers"));
    let recorded = path.with_extension("answers");
    let mut expected = read_answers(&recorded);
    let place = Folder::new();
    copy(&folder().join("files"), place.dir.path());
    place.write("main.tf", &cases.configuration);

    let mut wrong = Vec::new();
    match terraform_environment(&place.path("."), false) {
        Ok(environment) => {
            let terraform = |expression: &str| {
                let mut command = place.command("terraform", &["console", "-no-color"]);
                command.envs(&environment);
                ask(&place, command, expression).unwrap_or_else(|text| told_by_terraform(&text))
            };
            let live: Answers = cases.expressions.iter().map(|e| (e.clone(), terraform(e))).collect();
            if std::env::var_os("KIBAN_BLESS").is_some() {
                write_answers(&recorded, &cases.expressions, &live);
                expected = live;
            } else {
                wrong.extend(live.iter().filter_map(|(e, live)| differs(e, "terraform", live, expected.get(e))));
            }
        }
        Err(why) => skip(&format!("console::{name}"), &format!("compared with recorded answers only: {why}")),
    }
    let kiban = |expression: &str| {
        let command = place.command(&kiban(), &["console"]);
        ask(&place, command, expression).unwrap_or_else(|text| told_by_kiban(&text))
    };
    let ours: Answers = cases.expressions.iter().map(|e| (e.clone(), kiban(e))).collect();
    wrong.extend(ours.iter().filter_map(|(e, ours)| differs(e, "kiban", ours, exceptions.get(e).or(expected.get(e)))));
    assert!(wrong.is_empty(), "{} of {} answers differ:\n{}", wrong.len(), cases.expressions.len(), wrong.join("\n"));
    println!("{} cases of {name} are equal", cases.expressions.len());
}

fn differs(expression: &str, who: &str, answer: &str, expected: Option<&String>) -> Option<String> {
    match expected {
        Some(expected) if expected == answer => None,
        Some(expected) => Some(format!("--- {expression}\nexpected: {expected}\n{who}: {answer}")),
        None => Some(format!("--- {expression}\nhas no recorded answer; {who}: {answer}")),
    }
}

/// The printed value, or what was printed instead.
fn ask(place: &Folder, mut command: Command, expression: &str) -> Result<String, String> {
    // Terraform takes each line of its input for itself: what has several is asked for through a local value.
    let mut input = expression.to_owned();
    let mut extra = None;
    if expression.contains('\n') {
        let dir = tempfile::tempdir().expect("folder");
        copy(place.dir.path(), dir.path());
        fs::write(dir.path().join("asked.tf"), format!("locals {{\nasked = {expression}\n}}\n")).expect("file");
        command.current_dir(dir.path());
        "local.asked".clone_into(&mut input);
        extra = Some(dir);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("program");
    // A program that ends early does not read all of it.
    let _ = child.stdin.take().expect("input").write_all(format!("{input}\n").as_bytes());
    let output = child.wait_with_output().expect("output");
    drop(extra);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout).trim_end_matches('\n').to_owned()),
        false => Err(text(&output.stderr) + &text(&output.stdout)),
    }
}

/// Errors as one line each: summary and detail, in order of their texts.
fn told(mut errors: Vec<(String, String)>) -> String {
    for (_, detail) in &mut errors {
        *detail = detail.split_whitespace().collect::<Vec<_>>().join(" ");
        // Where a directive began is underlined.
        for lead in [" started at <", " at <"] {
            if let Some(at) = detail.find(lead) {
                let end = detail[at + lead.len()..].find(' ').map_or(detail.len(), |n| at + lead.len() + n);
                let end = at + detail[at..end].trim_end_matches('.').len();
                detail.replace_range(at..end, "");
            }
        }
        // What the one says in the detail is a hint of the other.
        if let Some(at) = detail.find("Did you mean") {
            let end = detail[at..].find('?').map_or(detail.len(), |n| at + n + 1);
            detail.replace_range(at..end, "");
        }
    }
    let mut lines: Vec<String> = errors.into_iter().map(|(s, d)| format!("Error: {s}: {}", d.trim())).collect();
    lines.sort();
    lines.dedup();
    lines.join("\n")
}

fn told_by_terraform(text: &str) -> String {
    let mut errors: Vec<(String, String)> = Vec::new();
    let mut within_snippet = false;
    let mut error = true;
    for line in text.lines() {
        if let Some(summary) = line.strip_prefix("Error: ") {
            errors.push((summary.to_owned(), String::new()));
            (within_snippet, error) = (false, true);
        } else if line.starts_with("Warning: ") {
            error = false;
        } else if line.starts_with("  on ") || line.starts_with("  with ") {
            within_snippet = true;
        } else if line.is_empty() {
            within_snippet = false;
        } else if let Some((_, detail)) = errors.last_mut().filter(|_| error && !within_snippet) {
            detail.extend([line, "\n"]);
        }
    }
    told(errors)
}

fn told_by_kiban(text: &str) -> String {
    let mut errors: Vec<(String, String)> = Vec::new();
    let mut detail_goes_on = false;
    for line in text.lines() {
        if let Some(summary) = line.strip_prefix("Error: ") {
            errors.push((summary.to_owned(), String::new()));
            detail_goes_on = false;
            continue;
        }
        let Some((_, detail)) = errors.last_mut() else { continue };
        let bare = line.trim_start();
        if let Some(note) = bare.strip_prefix("= ") {
            detail_goes_on =
                !["help: ", "with: ", "values: ", "while calling: "].iter().any(|label| note.starts_with(label));
            if detail_goes_on {
                detail.extend([note, "\n"]);
            }
        } else if detail_goes_on && line.starts_with(' ') {
            detail.extend([bare, "\n"]);
        } else if !line.is_empty() {
            detail_goes_on = false;
        }
    }
    if errors.is_empty() {
        return format!("no error, but: {text}");
    }
    told(errors)
}
