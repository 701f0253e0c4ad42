//! Scenarios of the engine: what each step of one prints, plans and stores against snapshots.
//!
//! A scenario is a folder below `golden`. Its steps are the files `1.tf`, `2.tf` and so on, each the root module of one
//! plan and apply; the lines of a step that begin with `#!` say how it is run (see [`scenario`]). What is expected of a
//! step stands beside it; `KIBAN_BLESS=1` writes it anew: look at the difference.
//!
//! What needs only `terraform_data` is run by Terraform too, and must plan, do and store the same: differences that are
//! meant stand in `exceptions.txt`, each with its reason.

mod compare;
mod exceptions;
mod mask;
mod run;
mod scenario;
mod text;

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::programs::{root, skip};
use crate::trial;
use exceptions::Exceptions;
use run::{Program, Runner};
use scenario::Scenario;

/// Too few scenarios would be as good as none.
const LEAST: usize = 60;
const LEAST_WITH_TERRAFORM: usize = 40;

pub fn trials() -> Vec<Trial> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .expect("scenarios")
        .map(|e| e.expect("entry").path())
        .filter(|p| p.is_dir())
        .map(|p| p.file_name().expect("name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut trials: Vec<Trial> = names
        .iter()
        .map(|name| {
            trial(format!("golden::{name}"), {
                let name = name.clone();
                move || scenario(&name)
            })
        })
        .collect();
    trials.push(trial("golden::there_are_enough", move || enough(&names)));
    trials
}

fn folder() -> PathBuf {
    root().join("integration-tests/language/golden")
}

fn enough(names: &[String]) {
    let with_terraform = names.iter().filter(|n| Scenario::read(&folder().join(n)).terraform).count();
    println!("{} scenarios, {with_terraform} of them also by Terraform", names.len());
    assert!(names.len() >= LEAST && with_terraform >= LEAST_WITH_TERRAFORM);
    Exceptions::read(&folder()).check(names);
}

/// Runs all steps, first by kiban against the snapshots, then by Terraform against kiban.
fn scenario(name: &str) {
    let path = folder().join(name);
    let scenario = Scenario::read(&path);
    let bless = std::env::var_os("KIBAN_BLESS").is_some();
    let mut problems = Vec::new();
    let mut kiban = Runner::new(Program::Kiban, &scenario);
    let mut results = Vec::new();
    for step in &scenario.steps {
        let result = kiban.step(step);
        let expected = path.join(format!("{}.expected", step.number));
        problems.extend(snapshot(&expected, &result.snapshot(), bless));
        results.push(result);
    }
    if scenario.terraform {
        match run::terraform() {
            Ok(_) => {
                let exceptions = Exceptions::read(&folder());
                let mut terraform = Runner::new(Program::Terraform, &scenario);
                let mut found = Vec::new();
                for (step, result) in scenario.steps.iter().zip(&results) {
                    found.extend(compare::differences(name, step, result, &terraform.step(step)));
                }
                problems.extend(exceptions.judge(name, found));
            }
            Err(why) => skip(&format!("golden::{name} by Terraform"), why),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Compares with what is expected, or writes it.
fn snapshot(path: &Path, actual: &str, bless: bool) -> Option<String> {
    if bless {
        std::fs::write(path, actual).expect("snapshot");
        return None;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    (expected != actual).then(|| format!("{}:\n{}", path.display(), text::difference(&expected, actual)))
}
