//! `kiban test`: each folder in `testing/` is a root module with tests. Terraform runs the same tests in the same run.
//!
//! A folder may hold `arguments` and `environment`, one entry a line. What Terraform cannot run here has an
//! `expected.txt` instead; `KIBAN_BLESS=1` writes it anew. Where `loosely` stands, findings are not compared: the words
//! are those of other parts of kiban.

mod compare;
mod interrupt;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::{Output, copy, output, root, skip, terraform_environment};

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for entry in fs::read_dir(cases()).expect("cases").map(|e| e.expect("an entry").path()) {
        let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
        if !entry.is_dir() {
            continue;
        }
        trials.push(crate::trial(format!("testing::{name}"), move || case(&name, &entry)));
    }
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    trials.extend(interrupt::trials());
    trials
}

fn cases() -> PathBuf {
    root().join("integration-tests/language/testing")
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// The case in a folder of its own.
fn prepared(case: &Path) -> (Folder, Vec<String>) {
    let mut folder = Folder::new();
    copy(case, folder.dir.path());
    for name in ["arguments", "environment", "expected.txt", "loosely"] {
        let _ = fs::remove_file(folder.path(name));
    }
    let environment = lines(&case.join("environment"));
    folder
        .extra
        .extend(environment.iter().filter_map(|l| l.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())));
    (folder, lines(&case.join("arguments")))
}

fn case(name: &str, case: &Path) {
    if case.join("expected.txt").exists() {
        return expected(case);
    }
    let (folder, arguments) = prepared(case);
    let environment = match terraform_environment(folder.dir.path(), false) {
        Ok(environment) => environment,
        Err(why) => return skip(&format!("testing::{name}"), &why),
    };
    let terraform = |args: &[&str], folder: &Folder| output(folder.command("terraform", args).envs(&environment));
    terraform(&["init", "-no-color"], &folder);
    let loosely = case.join("loosely").exists();
    for format in [None, Some("-json"), Some("-junit-xml=report.xml")] {
        if loosely && format.is_some() {
            continue;
        }
        let args: Vec<&str> =
            ["test", "-no-color"].into_iter().chain(format).chain(arguments.iter().map(String::as_str)).collect();
        let theirs = terraform(&args, &folder);
        let their_report = fs::read_to_string(folder.path("report.xml")).unwrap_or_default();
        let _ = fs::remove_file(folder.path("report.xml"));
        let ours = folder.kiban(&args);
        let our_report = fs::read_to_string(folder.path("report.xml")).unwrap_or_default();
        let what = format!("{name} {}", format.unwrap_or("text"));
        match format {
            Some("-json") => compare::same(&what, &compare::events(&theirs.text), &compare::events(&ours.text)),
            Some(_) => compare::same(&what, &compare::report(&their_report), &compare::report(&our_report)),
            None => compare::same(&what, &compare::progress(&theirs.text), &compare::progress(&ours.text)),
        }
        assert_eq!(
            ours.code, theirs.code,
            "{what}: exit code\n--- Terraform\n{}\n--- kiban\n{}",
            theirs.text, ours.text
        );
    }
}

/// What only kiban can run: its output as it was looked at.
fn expected(case: &Path) {
    let (folder, arguments) = prepared(case);
    let args: Vec<&str> = ["test"].into_iter().chain(arguments.iter().map(String::as_str)).collect();
    let Output { code, text } = folder.kiban(&args);
    let text = format!("{text}exit code {code}\n");
    let path = case.join("expected.txt");
    if std::env::var("KIBAN_BLESS").is_ok() {
        fs::write(&path, &text).expect("file");
    }
    let expect = fs::read_to_string(&path).expect("file");
    assert_eq!(text, expect, "{}", similar_lines(&expect, &text));
}

fn similar_lines(expect: &str, text: &str) -> String {
    let known: BTreeMap<&str, ()> = expect.lines().map(|l| (l, ())).collect();
    text.lines().filter(|l| !known.contains_key(l)).map(|l| format!("not expected: {l}\n")).collect()
}
