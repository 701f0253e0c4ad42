//! Every AWS type that has a fixture, a service at a time: planned, made, changed, imported and destroyed by kiban and by
//! Terraform in turn, on one emulator and one state.
//!
//! A fixture is a file `fixtures/SERVICE/TYPE.hcl`; its format stands in [`fixture`]. What all fixtures of a service stand on
//! may stand in `fixtures/SERVICE/around.hcl`.

mod batch;
mod contract;
mod data;
mod fixture;
mod import;
mod permissions;
mod plans;
mod report;
mod swap;

use std::path::PathBuf;

use libtest_mimic::Trial;

use crate::programs::root;
use crate::support::Account;
use crate::trial;
use fixture::{Fixture, Stage};

pub fn trials() -> Vec<Trial> {
    let mut trials = data::trials();
    for service in services() {
        let mut add = |what: &str, test: fn(&Service)| {
            let (name, service) = (format!("types::{what}::{service}"), service.clone());
            trials.push(trial(name, move || test(&Service::read(&service))));
        };
        add("swap", swap::both_ways);
        add("import", import::reproduces);
        add("contract", contract::holds);
        add("batch", batch::reads);
        add("permissions", permissions::suffice);
    }
    trials
}

/// The fixture of a type, and the service it stands under.
pub fn fixture_of(kind: &str) -> Option<(String, Fixture)> {
    services().into_iter().find_map(|service| {
        let path = folder().join(&service).join(format!("{kind}.hcl"));
        path.is_file().then(|| (service, Fixture::read(&path)))
    })
}

fn folder() -> PathBuf {
    root().join("integration-tests/types/fixtures")
}

fn services() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("fixtures").map(|e| e.expect("entry"));
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The fixtures of one service.
struct Service {
    name: String,
    /// What all of them stand on, verbatim.
    around: String,
    fixtures: Vec<Fixture>,
}

impl Service {
    fn read(name: &str) -> Service {
        let entries = std::fs::read_dir(folder().join(name)).expect("fixtures").map(|e| e.expect("entry").path());
        let mut paths: Vec<PathBuf> = entries.collect();
        paths.sort();
        paths.retain(|p| !p.ends_with(AROUND));
        let around = std::fs::read_to_string(folder().join(name).join(AROUND)).unwrap_or_default();
        Service { name: name.to_owned(), around, fixtures: paths.iter().map(|p| Fixture::read(p)).collect() }
    }

    fn configuration(&self, stage: Stage) -> String {
        let bodies = self.fixtures.iter().map(|f| f.configuration(stage));
        format!("{PROVIDER}{}\n{}", self.around, bodies.collect::<String>())
    }

    /// What the objects stand on, without them.
    fn surroundings(&self) -> String {
        let bodies = self.fixtures.iter().map(Fixture::surroundings);
        format!("{}\n{}", self.around, bodies.collect::<String>())
    }

    /// Fixture and number of the object at an address.
    fn object(&self, address: &str) -> Option<(&Fixture, usize)> {
        let at = |f: &&Fixture| (0..f.changes.len()).find(|n| f.address(*n) == address);
        self.fixtures.iter().find_map(|f| at(&f).map(|n| (f, n)))
    }

    /// An account with the configuration of a stage.
    fn account(&self, stage: Stage) -> Account {
        let account = Account::new();
        account.write("main.tf", &self.configuration(stage));
        account
    }
}

const AROUND: &str = "around.hcl";

const PROVIDER: &str = r#"
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "ap-northeast-1"
}
"#;
