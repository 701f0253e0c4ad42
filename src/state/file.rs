//! The JSON form of a state, format version 4, as Terraform 1.x reads and writes it.
//!
//! Knows nothing of where the bytes come from. What it says of a bad file never quotes a value from it.

mod order;
mod read;
mod write;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Delivered;
pub use read::parse;
pub use write::{same_content, write};

/// The format version that is read and written.
const VERSION: u64 = 4;

// The field order of these structs is the order in the file.

#[derive(Serialize, Deserialize)]
struct FileV4 {
    version: u64,
    #[serde(default)]
    terraform_version: String,
    #[serde(default)]
    serial: u64,
    #[serde(default)]
    lineage: String,
    #[serde(default)]
    outputs: std::collections::BTreeMap<String, OutputV4>,
    #[serde(default)]
    resources: Vec<ResourceV4>,
    #[serde(default, serialize_with = "order::check_results")]
    check_results: Option<Json>,
    /// Not of Terraform, which passes over it and loses it when it writes.
    #[serde(default, skip_serializing_if = "KibanV4::is_empty")]
    kiban: KibanV4,
}

#[derive(Default, Serialize, Deserialize)]
struct KibanV4 {
    #[serde(default)]
    bootstrap: std::collections::BTreeMap<String, Delivered>,
}

impl KibanV4 {
    fn is_empty(&self) -> bool {
        self.bootstrap.is_empty()
    }
}

#[derive(Serialize, Deserialize)]
struct OutputV4 {
    value: Json,
    #[serde(rename = "type")]
    ty: Json,
    #[serde(default, skip_serializing_if = "is_false")]
    sensitive: bool,
}

#[derive(Serialize, Deserialize)]
struct ResourceV4 {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    module: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    provider: String,
    #[serde(default)]
    instances: Vec<InstanceV4>,
}

#[derive(Default, Serialize, Deserialize)]
struct InstanceV4 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index_key: Option<Json>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    status: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    deposed: String,
    #[serde(default)]
    schema_version: u64,
    #[serde(default, serialize_with = "order::attributes")]
    attributes: Option<Map<String, Json>>,
    /// The form of states before 0.12; only read, to refuse it.
    #[serde(default, skip_serializing)]
    attributes_flat: Option<Json>,
    #[serde(default)]
    sensitive_attributes: Option<Vec<Vec<StepV4>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_schema_version: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    private: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    create_before_destroy: bool,
}

/// A step of a sensitive path.
#[derive(Serialize, Deserialize)]
struct StepV4 {
    /// `get_attr` or `index`.
    #[serde(rename = "type")]
    kind: String,
    value: StepValueV4,
}

/// A name, or a key with its type.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StepValueV4 {
    Name(String),
    Key {
        value: Json,
        #[serde(rename = "type")]
        ty: String,
    },
}

/// Reads what a storage holds: nothing at all is no state.
pub fn parse_stored(bytes: &[u8]) -> Result<Option<crate::state::State>, crate::state::StateError> {
    if bytes.trim_ascii().is_empty() { Ok(None) } else { parse(bytes).map(Some) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(b: &bool) -> bool {
    !b
}

#[cfg(test)]
mod tests;
