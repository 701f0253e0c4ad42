//! What every type has to do when AWS, or somebody else, does not play along.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::plans::Program;
use super::{Service, Stage};
use crate::support::{Account, controllable};

const STATE: &str = "terraform.tfstate";

pub fn holds(service: &Service) {
    let test = format!("types::contract::{}", service.name);
    if !controllable(&test) {
        return;
    }
    let census = undisturbed(service);
    throttled(service, &census);
    answers_lost(service, &census);
    gone(service);
    partly_gone(service);
}

/// A fault at every seventh call that changes something, and then ever more seldom: what takes many calls gets through.
fn again_and_again(account: &Account, fault: &str) {
    let calls = (0..60).map(|n| n * (n + 13) / 2);
    let rules = calls.map(|call| format!(r#"{{{fault},"match":{{"mutating":true}},"skip":{call},"times":1}}"#));
    account.control("POST", "faults", &format!("[{}]", rules.collect::<Vec<_>>().join(",")));
}

/// What a run that nobody disturbs makes.
fn undisturbed(service: &Service) -> BTreeMap<String, usize> {
    let account = service.account(Stage::From);
    account.expect(".", &["apply", "-auto-approve"], 0);
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
    account.census()
}

/// Calls that are throttled are made again, and make nothing twice.
fn throttled(service: &Service, census: &BTreeMap<String, usize>) {
    let account = service.account(Stage::From);
    again_and_again(&account, r#""kind":"throttle""#);
    account.expect(".", &["apply", "-auto-approve"], 0);
    account.control("DELETE", "faults", "");
    assert_eq!(&account.census(), census, "after throttling");
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
}

/// A creation whose answer is lost is repeated with the same token, and makes one object.
fn answers_lost(service: &Service, census: &BTreeMap<String, usize>) {
    let account = service.account(Stage::From);
    again_and_again(&account, r#""kind":"drop","when":"after""#);
    let first = account.kiban(".", &["apply", "-auto-approve"]);
    account.control("DELETE", "faults", "");
    if first.code != 0 {
        account.expect(".", &["apply", "-auto-approve"], 0);
    }
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
    assert_eq!(&account.census(), census, "after lost answers; the run said:\n{}", first.text);
    assert!(account.marked().is_empty(), "the mark of a creation is left on {:?}", account.marked());
}

/// Objects that are gone are planned anew, and to delete them is no error.
fn gone(service: &Service) {
    let account = service.account(Stage::From);
    let before = account.census();
    account.expect(".", &["apply", "-auto-approve"], 0);
    let state = account.read(STATE);
    account.expect(".", &["destroy", "-auto-approve"], 0);
    assert_eq!(account.census(), before, "destroy leaves objects");
    account.write(STATE, &state);
    let changes = Program { account: &account, terraform: None }.changes();
    for (address, what) in changes.iter().filter(|(a, _)| service.object(a).is_some()) {
        assert!(what.starts_with("create"), "{address} is gone, and the plan says {what}");
    }
    for fixture in &service.fixtures {
        for n in (0..fixture.changes.len()).filter(|_| !fixture.exceptions.contains_key("gone")) {
            let address = fixture.address(n);
            assert!(changes.contains_key(&address), "{address} is gone, and the plan does not say so");
        }
    }
    account.expect(".", &["destroy", "-auto-approve", "-refresh=false"], 0);
}

/// One object that is gone does not keep the others of its batch from being read.
fn partly_gone(service: &Service) {
    let account = service.account(Stage::From);
    account.expect(".", &["apply", "-auto-approve"], 0);
    let state = account.read(STATE);
    let firsts: Vec<String> = service.fixtures.iter().map(|f| f.address(0)).collect();
    let targets: Vec<String> = firsts.iter().map(|a| format!("-target={a}")).collect();
    let args: Vec<&str> = ["destroy", "-auto-approve"].into_iter().chain(targets.iter().map(String::as_str)).collect();
    account.expect(".", &args, 0);
    let left = objects(&account);
    account.write(STATE, &state);
    let planned: Vec<String> = Program { account: &account, terraform: None }.changes().into_keys().collect();
    let expected: Vec<String> = objects(&account).into_iter().filter(|a| !left.contains(a)).collect();
    let surprising: Vec<&String> =
        planned.iter().filter(|a| service.object(a).is_some() && !expected.contains(a)).collect();
    assert!(surprising.is_empty(), "nobody touched {surprising:?}, and they are planned");
}

/// Addresses in the state.
fn objects(account: &Account) -> Vec<String> {
    let state = serde_json::from_str::<Json>(&account.read(STATE)).expect("JSON");
    let resources = state["resources"].as_array().cloned().unwrap_or_default();
    let text = |v: &Json| v.as_str().unwrap_or_default().to_owned();
    resources.iter().map(|r| format!("{}.{}", text(&r["type"]), text(&r["name"]))).collect()
}
