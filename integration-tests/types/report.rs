//! The table of what was compared, and what differs: docs/fidelity/SERVICE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use serde_json::Value as Json;

use super::Service;
use super::fixture::Fixture;
use super::swap::{CHANGES, CREATES, KIBAN_CHANGED, KIBAN_MADE, TERRAFORM_CHANGED, TERRAFORM_MADE};
use crate::facts;
use crate::programs::root;

const DIRECTIONS: [&str; 6] = [CREATES, CHANGES, KIBAN_MADE, TERRAFORM_MADE, KIBAN_CHANGED, TERRAFORM_CHANGED];

/// Findings of one service.
pub struct Report<'a> {
    service: &'a Service,
    /// Direction and address, to what differs.
    differing: BTreeMap<(&'static str, String), Vec<String>>,
    excused: BTreeSet<(String, String)>,
    notes: Vec<String>,
}

impl<'a> Report<'a> {
    pub fn new(service: &'a Service) -> Self {
        let (differing, excused) = Default::default();
        Self { service, differing, excused, notes: Vec::new() }
    }

    /// A difference at a path of an object; the exceptions of its fixture are none.
    pub fn differs(&mut self, direction: &'static str, address: &str, path: &str, what: &str) {
        if let Some((fixture, _)) = self.service.object(address) {
            let plain = path.split_once('.').map_or(path, |(_, rest)| rest);
            let top = plain.split('.').next().unwrap_or_default();
            if let Some(name) = [path, plain, top].into_iter().find(|p| fixture.exceptions.contains_key(*p)) {
                self.excused.insert((fixture.kind.clone(), name.to_owned()));
                return;
            }
        }
        self.differing.entry((direction, address.to_owned())).or_default().push(format!("{path}: {what}"));
    }

    /// A plan that must be empty.
    pub fn nothing(&mut self, direction: &'static str, changes: BTreeMap<String, String>) {
        for (address, what) in changes {
            self.differing.entry((direction, address)).or_default().push(what);
        }
    }

    pub fn note_if(&mut self, when: bool, what: &str) {
        if when {
            self.notes.push(what.to_owned());
        }
    }

    /// Fails where something differs; compares the table with the one in the documentation.
    pub fn conclude(self) {
        let mut wrong: Vec<String> = self.notes.clone();
        for ((direction, address), what) in &self.differing {
            let object = self.service.object(address);
            let change = object.map(|(f, n)| f.changes[n].name.clone()).unwrap_or_default();
            wrong.push(format!("{direction}: {address} ({change})\n    {}", what.join("\n    ")));
        }
        for fixture in &self.service.fixtures {
            let elsewhere = |name: &str| name.starts_with("import.") || name == "generated" || name == "gone";
            for name in fixture.exceptions.keys().filter(|n| !elsewhere(n)) {
                if !self.excused.contains(&(fixture.kind.clone(), name.clone())) {
                    wrong.push(format!("{}: nothing differs at the exception {name}", fixture.kind));
                }
            }
        }
        wrong.extend(self.service.fixtures.iter().flat_map(untried));
        assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
        let path = root().join("docs/fidelity").join(format!("{}.md", self.service.name));
        let table = self.table();
        if std::env::var_os("KIBAN_BLESS").is_some() {
            fs::create_dir_all(path.parent().expect("folder")).expect("folder");
            fs::write(&path, table).expect("written");
            return;
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(written, table, "{} is not current: run again with KIBAN_BLESS=1", path.display());
    }

    fn table(&self) -> String {
        let mut text = format!("# Fidelity of {}\n\n", self.service.name);
        text.push_str("Written by the test `types::swap`; every cell is one comparison of kiban with Terraform.\n");
        for fixture in &self.service.fixtures {
            let _ = write!(
                text,
                "\n## {}\n\n| object | {} |\n|---|{}\n",
                fixture.kind,
                DIRECTIONS.join(" | "),
                "---|".repeat(6)
            );
            for change in &fixture.changes {
                let name = if change.name.is_empty() { "unchanged" } else { &change.name };
                let _ = writeln!(text, "| {name} |{}", " equal |".repeat(6));
            }
            for (name, cause) in &fixture.exceptions {
                let _ = writeln!(text, "\nNot compared: `{name}`: {cause}");
            }
            for (name, cause) in &fixture.untried {
                let _ = writeln!(text, "\nNot changed: `{name}`: {cause}");
            }
        }
        text
    }
}

/// Attributes that can be configured, and that neither a change touches nor the fixture says why not.
fn untried(fixture: &Fixture) -> Vec<String> {
    let facts = facts::all().remove(&format!("resource/{}", fixture.kind)).unwrap_or_default();
    let configurable = |a: &Json| a["required"] == true || a["optional"] == true;
    let attributes = facts["attributes"].as_object().into_iter().flatten();
    let names = attributes.filter(|(_, a)| configurable(a) && a["deprecated"] != true).map(|(name, _)| name);
    let blocks = facts["blocks"].as_object().into_iter().flatten().filter(|(_, b)| b["deprecated"] != true);
    let names =
        names.chain(blocks.map(|(name, _)| name)).filter(|n| !["id", "tags_all", "timeouts"].contains(&n.as_str()));
    let tried = fixture.tried();
    let missing = names.filter(|n| !tried.contains(*n) && !fixture.untried.contains_key(*n));
    missing.map(|n| format!("{}: no change tries {n}, and no `untried` block says why", fixture.kind)).collect()
}
