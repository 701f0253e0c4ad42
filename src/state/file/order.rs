//! Raw parts of a state in the key order that Terraform gives them; other raw parts are in order of their keys.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::value::json::type_from_json;

/// Attributes. One that can hold any type carries its type, which stands after the value.
pub fn attributes<S: Serializer>(attributes: &Option<Map<String, Json>>, out: S) -> Result<S::Ok, S::Error> {
    let Some(attributes) = attributes else { return out.serialize_none() };
    let mut map = out.serialize_map(Some(attributes.len()))?;
    for (name, json) in attributes {
        match typed(json) {
            Some(typed) => map.serialize_entry(name, &typed)?,
            None => map.serialize_entry(name, json)?,
        }
    }
    map.end()
}

#[derive(Serialize)]
struct Typed<'a> {
    value: &'a Json,
    #[serde(rename = "type")]
    ty: &'a Json,
}

fn typed(json: &Json) -> Option<Typed<'_>> {
    let map = json.as_object().filter(|map| map.len() == 2)?;
    let typed = Typed { value: map.get("value")?, ty: map.get("type")? };
    type_from_json(typed.ty).map(|_| typed)
}

#[derive(Serialize, Deserialize)]
struct Check {
    object_kind: String,
    config_addr: String,
    status: String,
    objects: Option<Vec<Checked>>,
}

#[derive(Serialize, Deserialize)]
struct Checked {
    object_addr: String,
    status: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failure_messages: Vec<String>,
}

/// Results of checks; what does not have the known shape is written as it is.
pub fn check_results<S: Serializer>(results: &Option<Json>, out: S) -> Result<S::Ok, S::Error> {
    let known = results.as_ref().and_then(|raw| {
        let checks = Vec::<Check>::deserialize(raw).ok()?;
        (serde_json::to_value(&checks).ok().as_ref() == Some(raw)).then_some(checks)
    });
    match known {
        Some(checks) => checks.serialize(out),
        None => results.serialize(out),
    }
}
