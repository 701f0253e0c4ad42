//! Importing an object gives the state that creating it gave, and configuration that plans empty.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::plans::{Program, differ};
use super::{PROVIDER, Service, Stage};
use crate::support::Account;

const STATE: &str = "terraform.tfstate";

pub fn reproduces(service: &Service) {
    let account = &service.account(Stage::From);
    let kiban = Program { account, terraform: None };
    kiban.apply();
    let made = state(account);
    let mut without = made.clone();
    let subjects = |r: &Json| service.object(&format!("{}.{}", text(&r["type"]), text(&r["name"]))).is_some();
    without["resources"].as_array_mut().expect("resources").retain(|r| !subjects(r));
    let objects = objects(&made, service);
    let mut wrong = Vec::new();

    let imports: String = objects.iter().map(|(address, attributes)| import(service, address, attributes)).collect();
    account.write(STATE, &without.to_string());
    account.write("imports.tf", &imports);
    kiban.apply();
    let imported = self::objects(&state(account), service);
    for (address, attributes) in &objects {
        let (fixture, _) = service.object(address).expect("a subject");
        differ("", attributes, imported.get(address).unwrap_or(&Json::Null), &mut |path, made, imported| {
            let top = path.split('.').next().unwrap_or_default();
            if !fixture.exceptions.contains_key(&format!("import.{top}")) {
                wrong.push(format!("{address}: {path}: made {made}, imported {imported}"));
            }
        });
    }
    wrong.extend(kiban.changes().into_iter().map(|(a, what)| format!("{a}: planned after the import: {what}")));
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    generates(service, account, &without, &objects);
}

/// Configuration that kiban writes for imported objects plans nothing.
fn generates(service: &Service, account: &Account, without: &Json, objects: &BTreeMap<String, Json>) {
    let kiban = Program { account, terraform: None };
    let written = |address: &str| service.object(address).is_some_and(|(f, _)| !f.exceptions.contains_key("generated"));
    let chosen: Vec<(&String, &Json)> = objects.iter().filter(|(address, _)| written(address)).collect();
    if chosen.is_empty() {
        return;
    }
    let imports: String = chosen.iter().map(|(address, attributes)| import(service, address, attributes)).collect();
    account.write(STATE, &without.to_string());
    account.write("imports.tf", &imports);
    account.write("main.tf", &format!("{PROVIDER}{}", service.surroundings()));
    let plan = account.kiban(".", &["plan", "-input=false", "-generate-config-out=generated.tf"]);
    assert_eq!(plan.code, 0, "{}", plan.text);
    kiban.apply();
    let changes = kiban.changes();
    let generated = account.read("generated.tf");
    assert!(changes.is_empty(), "the generated configuration plans {changes:#?}:\n{generated}");
}

fn import(service: &Service, address: &str, attributes: &Json) -> String {
    let (fixture, n) = service.object(address).expect("a subject");
    fixture.import_block(n, &fixture.import_id(n, attributes))
}

fn state(account: &Account) -> Json {
    serde_json::from_str(&account.read(STATE)).expect("JSON")
}

/// Attributes of the subjects, by address.
fn objects(state: &Json, service: &Service) -> BTreeMap<String, Json> {
    let resources = state["resources"].as_array().into_iter().flatten();
    let all = resources.map(|r| {
        let address = format!("{}.{}", text(&r["type"]), text(&r["name"]));
        (address, r["instances"][0]["attributes"].clone())
    });
    all.filter(|(address, _)| service.object(address).is_some()).collect()
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}
