//! Plans as JSON, and what differs between those of two programs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::programs::kiban;
use crate::support::Account;

/// A program that plans and applies, in an account's folder.
pub struct Program<'a> {
    pub account: &'a Account,
    /// What Terraform needs in its environment; `None` is kiban.
    pub terraform: Option<&'a BTreeMap<String, String>>,
}

impl Program<'_> {
    pub fn name(&self) -> &'static str {
        if self.terraform.is_some() { "Terraform" } else { "kiban" }
    }

    /// Runs it, and expects it to succeed.
    pub fn run(&self, args: &[&str]) -> String {
        let none = BTreeMap::new();
        let program = if self.terraform.is_some() { "terraform" } else { &kiban() };
        let mut args = args.to_vec();
        // Terraform's provider sleeps, and more than ten objects can sleep at the same time.
        if self.terraform.is_some() && ["plan", "apply", "destroy"].iter().any(|c| args.first() == Some(c)) {
            args.push("-parallelism=50");
        }
        let output = self.account.program(program, ".", &args, self.terraform.unwrap_or(&none));
        assert_eq!(output.code, 0, "{} {}:\n{}", self.name(), args.join(" "), output.text);
        output.text
    }

    /// Plans, and returns the plan as JSON.
    pub fn plan(&self) -> Json {
        self.run(&["plan", "-input=false", "-no-color", "-out=plan.bin"]);
        let text = self.run(&["show", "-no-color", "-json", "plan.bin"]);
        let line = text.lines().find(|l| l.starts_with('{')).unwrap_or_else(|| panic!("no JSON: {text}"));
        serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))
    }

    pub fn apply(&self) {
        self.run(&["apply", "-input=false", "-no-color", "-auto-approve"]);
    }

    /// Objects that a plan would change, and how.
    pub fn changes(&self) -> BTreeMap<String, String> {
        changes(&self.plan())
    }

    pub fn destroy(&self) {
        self.run(&["destroy", "-input=false", "-no-color", "-auto-approve"]);
    }
}

/// Everything a plan does, by address: the actions, and the attributes that differ.
pub fn changes(plan: &Json) -> BTreeMap<String, String> {
    let mut changes = BTreeMap::new();
    for change in plan["resource_changes"].as_array().into_iter().flatten() {
        let actions = actions(change);
        if change["mode"] == "managed" && actions != "no-op" {
            let mut paths = Vec::new();
            differ("", &change["change"]["before"], &change["change"]["after"], &mut |path, a, b| {
                paths.push(format!("{path}: {a} -> {b}"));
            });
            changes.insert(address(change), format!("{actions} {}", paths.join("; ")));
        }
    }
    changes
}

/// What two plans say differently of the objects at the given addresses: address, path, the one, the other.
pub fn differences(one: &Json, other: &Json, of: impl Fn(&str) -> bool) -> Vec<(String, String, String, String)> {
    let by_address = |plan: &Json| -> BTreeMap<String, Json> {
        let changes = plan["resource_changes"].as_array().cloned().unwrap_or_default();
        changes.into_iter().map(|c| (address(&c), c)).filter(|(a, _)| of(a)).collect()
    };
    let (one, other) = (by_address(one), by_address(other));
    let mut found = Vec::new();
    for address in one.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
        let side = |plan: &BTreeMap<String, Json>| plan.get(address).cloned().unwrap_or_default();
        let (a, b) = (side(&one), side(&other));
        let mut put = |path: String, a: String, b: String| found.push((address.clone(), path, a, b));
        let (x, y) = (actions(&a), actions(&b));
        if x != y {
            put("actions".into(), x, y);
            continue;
        }
        let (x, y) = (replaced(&a), replaced(&b));
        if x != y {
            put("replace_paths".into(), format!("{x:?}"), format!("{y:?}"));
        }
        for part in ["before", "after", "after_unknown"] {
            differ("", &a["change"][part], &b["change"][part], &mut |path, x, y| {
                put(format!("{part}.{path}"), x.to_string(), y.to_string());
            });
        }
    }
    found
}

fn address(change: &Json) -> String {
    change["address"].as_str().unwrap_or_default().to_owned()
}

fn actions(change: &Json) -> String {
    let actions = change["change"]["actions"].as_array().cloned().unwrap_or_default();
    actions.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("/")
}

fn replaced(change: &Json) -> BTreeSet<String> {
    let paths = change["change"]["replace_paths"].as_array().cloned().unwrap_or_default();
    paths.iter().map(Json::to_string).collect()
}

/// Calls `found` for every path where two values differ. JSON documents in text are compared by meaning; null, false and
/// what is not there are the same, as are empty collections: what is unknown is written so by one and not by the other.
pub fn differ(path: &str, a: &Json, b: &Json, found: &mut dyn FnMut(&str, &Json, &Json)) {
    let inner = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (a, b) {
        (Json::Object(x), Json::Object(y)) => {
            for key in x.keys().chain(y.keys()).collect::<BTreeSet<_>>() {
                differ(&inner(key), &a[key], &b[key], found);
            }
        }
        (Json::Array(x), Json::Array(y)) if x.len() == y.len() => {
            for (n, (p, q)) in x.iter().zip(y).enumerate() {
                differ(&inner(&n.to_string()), p, q, found);
            }
        }
        _ if a == b || (empty(a) && empty(b)) || same_document(a, b) => {}
        _ => found(path, a, b),
    }
}

fn empty(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Array(all) => all.iter().all(empty),
        Json::Object(all) => all.values().all(empty),
        _ => false,
    }
}

fn same_document(a: &Json, b: &Json) -> bool {
    let document =
        |v: &Json| v.as_str().filter(|t| t.starts_with('{')).and_then(|t| serde_json::from_str::<Json>(t).ok());
    document(a).is_some_and(|a| document(b) == Some(a))
}
