//! Data sources: what kiban reads is what Terraform reads, in the same account.
//!
//! A file `data/SERVICE.hcl` is a configuration that kiban applies; then both programs plan, and tell what they have read.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use libtest_mimic::Trial;
use serde_json::Value as Json;

use super::PROVIDER;
use super::plans::{Program, differ};
use crate::programs::{root, skip, terraform_environment};
use crate::support::Account;
use crate::trial;

/// A comment `# differs: TYPE.ATTRIBUTE: why` in the file names what cannot be the same.
const DIFFERS: &str = "# differs: ";

pub fn trials() -> Vec<Trial> {
    let Ok(entries) = fs::read_dir(root().join("integration-tests/types/data")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("entry").path()).collect();
    paths.sort();
    let named = paths.into_iter().map(|path| {
        let service = path.file_stem().expect("name").to_string_lossy().into_owned();
        let test = format!("types::data::{service}");
        trial(test.clone(), move || reads_the_same(&test, &path))
    });
    named.collect()
}

fn reads_the_same(test: &str, path: &PathBuf) {
    let text = fs::read_to_string(path).expect("file");
    let account = Account::new();
    account.write("main.tf", &format!("{PROVIDER}{text}"));
    let environment = match terraform_environment(account.dir.path(), true) {
        Ok(environment) => environment,
        Err(why) => return skip(test, &why),
    };
    let kiban = Program { account: &account, terraform: None };
    let terraform = Program { account: &account, terraform: Some(&environment) };
    terraform.run(&["init", "-input=false", "-no-color"]);
    kiban.apply();
    let (ours, theirs) = (read(&kiban.plan()), read(&terraform.plan()));
    assert!(!ours.is_empty(), "nothing was read");
    let except: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix(DIFFERS)?.split(": ").next()).collect();
    let mut wrong = Vec::new();
    for (address, theirs) in &theirs {
        let kind = address.split('.').nth(1).unwrap_or_default();
        differ("", ours.get(address).unwrap_or(&Json::Null), theirs, &mut |path, a, b| {
            let attribute = format!("{kind}.{}", path.split('.').next().unwrap_or_default());
            if !except.contains(&attribute.as_str()) {
                wrong.push(format!("{address}: {path}: kiban {a}, Terraform {b}"));
            }
        });
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    let names = |read: &BTreeMap<String, Json>| read.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs), "not the same data sources");
}

/// What a plan has read, by address.
fn read(plan: &Json) -> BTreeMap<String, Json> {
    let resources = plan["prior_state"]["values"]["root_module"]["resources"].as_array().into_iter().flatten();
    let data = resources.filter(|r| r["mode"] == "data");
    data.map(|r| (r["address"].as_str().unwrap_or_default().to_owned(), r["values"].clone())).collect()
}
