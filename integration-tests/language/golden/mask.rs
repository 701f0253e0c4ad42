//! Puts names in the place of what differs from run to run: ids that were chosen, times, versions, lineages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

/// Chosen ids by the object that has them.
#[derive(Default)]
pub struct Mask {
    names: BTreeMap<String, String>,
    /// How many ids each instance has had.
    count: BTreeMap<String, usize>,
}

const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/// What is masked wherever it stands, and by what.
static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let patterns = [
        (UUID, "<uuid>"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "<time>"),
        (r"\bafter \d+s\b", "after <seconds>"),
        (r"\(deposed object [0-9a-f]{8}\)", "(deposed object <key>)"),
    ];
    patterns.into_iter().map(|(pattern, name)| (Regex::new(pattern).expect("pattern"), name)).collect()
});

impl Mask {
    /// Notes the ids in a state. An object keeps the name of the instance that had it first.
    pub fn learn(&mut self, state: &Json) {
        for resource in state["resources"].as_array().into_iter().flatten() {
            let block = block(resource);
            for instance in resource["instances"].as_array().into_iter().flatten() {
                let Some(id) = instance["attributes"]["id"].as_str().filter(|id| id.len() == 36) else { continue };
                if self.names.contains_key(id) {
                    continue;
                }
                let address = address(&block, instance);
                let count = self.count.entry(address.clone()).or_default();
                *count += 1;
                let address = address.replace('"', "'");
                self.names.insert(id.to_owned(), format!("<id {count} of {address}>"));
            }
        }
    }

    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (id, name) in &self.names {
            text = text.replace(id, name);
        }
        PATTERNS.iter().fold(text, |text, (pattern, name)| pattern.replace_all(&text, *name).into_owned())
    }

    pub fn json(&self, json: &mut Json) {
        match json {
            Json::String(text) => *text = self.text(text),
            Json::Array(items) => items.iter_mut().for_each(|v| self.json(v)),
            Json::Object(entries) => {
                for (key, value) in entries {
                    match &**key {
                        "lineage" => *value = "<lineage>".into(),
                        "terraform_version" | "terraform" | "kiban" if value.is_string() => *value = "<version>".into(),
                        "elapsed_seconds" => *value = "<seconds>".into(),
                        "deposed" | "deposed_key" if value.is_string() => *value = "<key>".into(),
                        _ => self.json(value),
                    }
                }
            }
            _ => {}
        }
    }
}

/// The address of a resource in a state file.
pub fn block(resource: &Json) -> String {
    let text = |key: &str| resource[key].as_str().unwrap_or_default();
    let data = if resource["mode"] == "data" { "data." } else { "" };
    let module = if text("module").is_empty() { String::new() } else { format!("{}.", text("module")) };
    format!("{module}{data}{}.{}", text("type"), text("name"))
}

/// The address of an instance of it.
pub fn address(block: &str, instance: &Json) -> String {
    match instance.get("index_key") {
        Some(key) => format!("{block}[{key}]"),
        None => block.to_owned(),
    }
}
