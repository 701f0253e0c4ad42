//! The schemas of kiban's AWS types beside the facts of hashicorp/aws, in `facts/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use libtest_mimic::Trial;
use serde_json::{Map, Value as Json, json};

use crate::programs::root;
use crate::support::Account;
use crate::trial;

/// Folder of the facts, and the key of `providers schema -json`.
const KINDS: [(&str, &str); 3] =
    [("resource", "resource_schemas"), ("data", "data_source_schemas"), ("ephemeral", "ephemeral_resource_schemas")];

const FLAGS: [&str; 6] = ["required", "optional", "computed", "sensitive", "write_only", "deprecated"];

const HEAD: &str = "# Types with facts that kiban does not have yet.\n";

pub fn trials() -> Vec<Trial> {
    vec![trial("facts::schemas_equal_the_providers", schemas), trial("facts::what_is_missing_is_named", missing)]
}

/// Every file of the facts, by kind and type: `resource/aws_vpc`.
pub fn all() -> BTreeMap<String, Json> {
    let mut all = BTreeMap::new();
    for (kind, _) in KINDS {
        for entry in fs::read_dir(root().join("integration-tests/facts").join(kind)).expect("facts") {
            let path = entry.expect("entry").path();
            let name = path.file_stem().expect("name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("file");
            all.insert(format!("{kind}/{name}"), serde_json::from_str(&text).expect("JSON"));
        }
    }
    all
}

/// Kiban's own schemas, as facts.
fn ours() -> BTreeMap<String, Json> {
    let account = Account::new();
    account.write("main.tf", "provider \"aws\" {}\n");
    let text = account.expect(".", &["providers", "schema", "-json"], 0);
    let told: Json = serde_json::from_str(text.trim()).expect("JSON");
    let provider = &told["provider_schemas"]["registry.terraform.io/hashicorp/aws"];
    let mut all = BTreeMap::new();
    for (kind, key) in KINDS {
        for (name, schema) in provider[key].as_object().into_iter().flatten() {
            let mut facts = json!({ "kind": kind, "type": name, "schema_version": schema["version"] });
            facts.as_object_mut().expect("object").extend(block(&schema["block"]));
            all.insert(format!("{kind}/{name}"), facts);
        }
    }
    all
}

fn block(told: &Json) -> Map<String, Json> {
    let mut facts = Map::new();
    let attributes = told["attributes"].as_object().into_iter().flatten().map(|(name, a)| {
        let mut facts = Map::from_iter([("type".to_owned(), a["type"].clone())]);
        facts.extend(FLAGS.iter().filter(|f| a[**f] == true).map(|f| ((*f).to_owned(), true.into())));
        (name.clone(), Json::Object(facts))
    });
    facts.insert("attributes".into(), Json::Object(attributes.collect()));
    let nested: Map<String, Json> =
        told["block_types"].as_object().into_iter().flatten().map(|(name, b)| (name.clone(), nesting(b))).collect();
    if !nested.is_empty() {
        facts.insert("blocks".into(), nested.into());
    }
    facts
}

fn nesting(told: &Json) -> Json {
    let mut facts = block(&told["block"]);
    facts.insert("nesting".into(), told["nesting_mode"].clone());
    for bound in ["min_items", "max_items"] {
        facts.insert(bound.into(), told[bound].as_u64().unwrap_or_default().into());
    }
    if told["block"]["deprecated"] == true {
        facts.insert("deprecated".into(), true.into());
    }
    facts.into()
}

fn schemas() {
    let (facts, ours) = (all(), ours());
    let mut differences = Vec::new();
    for (name, ours) in &ours {
        match facts.get(name) {
            Some(facts) => compare(name, ours, facts, &mut differences),
            None => differences.push(format!("{name}: no facts; see integration-tests/facts/generate")),
        }
    }
    assert!(ours.len() > 40, "only {} types", ours.len());
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    println!("{} types equal the provider's", ours.len());
}

fn compare(path: &str, ours: &Json, facts: &Json, differences: &mut Vec<String>) {
    match (ours, facts) {
        (Json::Object(a), Json::Object(b)) => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                compare(&format!("{path}/{key}"), &ours[key], &facts[key], differences);
            }
        }
        (a, b) if a == b => {}
        (a, b) => differences.push(format!("{path}: kiban {a}, provider {b}")),
    }
}

/// `missing.txt` names exactly the types that have facts and are not there.
fn missing() {
    let ours = ours();
    let missing: BTreeSet<String> = all().into_keys().filter(|name| !ours.contains_key(name)).collect();
    let path = root().join("integration-tests/facts/missing.txt");
    if std::env::var_os("KIBAN_BLESS").is_some() {
        let lines: String = missing.iter().map(|name| format!("{name}\n")).collect();
        fs::write(&path, format!("{HEAD}{lines}")).expect("written");
    }
    let text = fs::read_to_string(&path).expect("missing.txt");
    let named: BTreeSet<String> = text.lines().filter(|l| !l.starts_with('#')).map(str::to_owned).collect();
    assert_eq!(missing, named, "missing.txt must name what is missing, and nothing else");
}
