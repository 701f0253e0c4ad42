//! What distinguishes two versions of an object, without what only the cluster writes. Pure.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

/// One difference, at a path such as `spec.template.spec.containers[0].image`.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub path: String,
    /// `None` where there was nothing.
    pub before: Option<Json>,
    pub after: Option<Json>,
}

/// Stands for values of Secrets.
const HIDDEN: &str = "(sensitive value)";

/// Parts of an object that the cluster writes.
const OWNED_BY_SERVER: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// The object without what the cluster writes itself.
pub fn essence(object: &Json) -> Json {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
        OWNED_BY_SERVER.iter().for_each(|name| drop(metadata.remove(*name)));
    }
    object
}

/// Differences between two versions in the order of their paths. Values of Secrets are hidden.
pub fn differences(before: &Json, after: &Json) -> Vec<Difference> {
    let (before, after) = (essence(before), essence(after));
    let mut found = Vec::new();
    compare(String::new(), Some(&before), Some(&after), &mut found);
    if before["kind"] == "Secret" || after["kind"] == "Secret" {
        found.iter_mut().filter(|d| is_secret(&d.path)).for_each(hide);
    }
    found
}

fn is_secret(path: &str) -> bool {
    ["data", "stringData"]
        .iter()
        .any(|part| path.strip_prefix(part).is_some_and(|r| r.is_empty() || r.starts_with('.')))
}

fn hide(difference: &mut Difference) {
    // Names of keys are no secret: where the whole map comes or goes they stay.
    let hidden = |value: &Json| match value {
        Json::Object(entries) => entries.keys().map(|key| (key.clone(), Json::from(HIDDEN))).collect(),
        _ => json!(HIDDEN),
    };
    difference.before = difference.before.as_ref().map(hidden);
    difference.after = difference.after.as_ref().map(hidden);
}

/// A version of an object with the values of a Secret hidden, for printing.
pub fn hidden(object: &Json) -> Json {
    let mut object = object.clone();
    if object["kind"] == "Secret" {
        for part in ["data", "stringData"] {
            let entries = object.get_mut(part).and_then(Json::as_object_mut).into_iter().flatten();
            entries.for_each(|(_, value)| *value = HIDDEN.into());
        }
    }
    object
}

fn compare(path: String, before: Option<&Json>, after: Option<&Json>, found: &mut Vec<Difference>) {
    match (before, after) {
        (Some(Json::Object(a)), Some(Json::Object(b))) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                compare(step(&path, key), a.get(key), b.get(key), found);
            }
        }
        (Some(Json::Array(a)), Some(Json::Array(b))) => {
            for i in 0..a.len().max(b.len()) {
                compare(format!("{path}[{i}]"), a.get(i), b.get(i), found);
            }
        }
        (a, b) if a == b => {}
        (a, b) => found.push(Difference { path, before: a.cloned(), after: b.cloned() }),
    }
}

/// Keys with dots are quoted: `metadata.annotations["kiban.dev/domain"]`.
fn step(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    match (plain, path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[{key:?}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_somebody_wrote_counts() {
        let before = json!({
            "kind": "ConfigMap",
            "metadata": { "name": "a", "uid": "1", "resourceVersion": "5", "annotations": { "kiban.dev/domain": "a" } },
            "data": { "x": "1", "y": "2" },
            "status": { "phase": "old" },
        });
        let after = json!({
            "kind": "ConfigMap",
            "metadata": { "name": "a", "annotations": { "kiban.dev/domain": "b" } },
            "data": { "x": "1", "z": ["3"] },
        });
        let told: Vec<String> = differences(&before, &after).into_iter().map(|d| d.path).collect();
        assert_eq!(told, ["data.y", "data.z", "metadata.annotations[\"kiban.dev/domain\"]"]);
        assert!(differences(&before, &before).is_empty());
    }

    #[test]
    fn values_of_secrets_are_hidden() {
        let secret = |data: Json| json!({ "kind": "Secret", "metadata": { "name": "a" }, "data": data });
        let found = differences(&secret(json!({ "p": "aGE=" })), &secret(json!({ "p": "aGk=", "q": "aGk=" })));
        assert_eq!(found.iter().map(|d| &*d.path).collect::<Vec<_>>(), ["data.p", "data.q"]);
        assert!(!format!("{found:?}").contains("aG"), "{found:?}");
        let new = differences(&json!({ "kind": "Secret" }), &secret(json!({ "p": "aGE=" })));
        assert!(!format!("{new:?}").contains("aGE"), "{new:?}");
        assert!(!hidden(&secret(json!({ "p": "aGE=" }))).to_string().contains("aGE"));
    }
}
