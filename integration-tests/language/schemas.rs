//! `kiban providers schema -json` beside Terraform's.

use libtest_mimic::Trial;
use serde_json::Value as Json;

use crate::folder::Folder;
use crate::programs::skip;
use crate::trial;

const BUILT_IN: &str = "terraform.io/builtin/terraform";

pub fn trials() -> Vec<Trial> {
    vec![trial("schemas::equal_terraforms", equal_terraforms), trial("schemas::need_json", need_json)]
}

fn equal_terraforms() {
    let folder = Folder::new();
    folder.write("main.tf", "resource \"terraform_data\" \"x\" {}\n");
    let ours = resource(&folder.expect(&["providers", "schema", "-json"], 0));
    assert_eq!(ours["block"]["attributes"]["input"]["type"], "dynamic");
    assert_eq!(ours["block"]["attributes"]["id"]["computed"], true);
    match folder.terraform(&["providers", "schema", "-json"]) {
        Ok(theirs) => assert_eq!(ours, resource(&theirs.text)),
        Err(why) => skip("schemas::equal_terraforms", &why),
    }
}

/// The schema of `terraform_data`, without descriptions.
fn resource(text: &str) -> Json {
    let all: Json = serde_json::from_str(text.trim()).unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(all["format_version"], "1.0");
    let mut schema = all["provider_schemas"][BUILT_IN]["resource_schemas"]["terraform_data"].clone();
    without_descriptions(&mut schema);
    schema
}

fn without_descriptions(json: &mut Json) {
    if let Json::Object(entries) = json {
        entries.remove("description");
        entries.values_mut().for_each(without_descriptions);
    }
}

fn need_json() {
    let folder = Folder::new();
    folder.write("main.tf", "");
    let said = folder.expect(&["providers", "schema"], 1);
    assert!(said.contains("The -json option is required"), "{said}");
}
