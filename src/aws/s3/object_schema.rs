//! Schema of `aws_s3_object`, and what a change of it means.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{
    ObjectCannedAcl, ObjectLockLegalHoldStatus, ObjectLockMode, ServerSideEncryption, StorageClass,
};

use crate::aws::validate;
use crate::provider::PlannedChange;
use crate::schema::{Block, Schema, boolean, list_block, map_of, string};
use crate::value::{Type, Value};

/// What the content of an object comes from.
const CONTENTS: [&str; 3] = ["content", "content_base64", "source"];

/// Arguments that are written together with the content.
pub const WRITTEN: [&str; 17] = [
    "bucket_key_enabled",
    "cache_control",
    "checksum_algorithm",
    "content",
    "content_base64",
    "content_disposition",
    "content_encoding",
    "content_language",
    "content_type",
    "etag",
    "kms_key_id",
    "metadata",
    "server_side_encryption",
    "source",
    "source_hash",
    "storage_class",
    "website_redirect",
];

pub fn schema() -> Schema {
    let text = || string().optional();
    let told = || string().computed();
    let defaults = Block::new().attr("tags", map_of(Type::String).optional().check(none));
    let provider = Block::new().block("default_tags", list_block(defaults).max(1));
    Schema::new(0)
        .attr("acl", text().computed().check(acl))
        .attr("arn", told())
        .attr("bucket", string().required().force_new())
        .attr("bucket_key_enabled", boolean().optional().computed())
        .attr("cache_control", text())
        .attr("checksum_algorithm", text().check(checksum))
        .attr("checksum_crc32", told())
        .attr("checksum_crc32c", told())
        .attr("checksum_crc64nvme", told())
        .attr("checksum_sha1", told())
        .attr("checksum_sha256", told())
        .attr("content", text())
        .attr("content_base64", text())
        .attr("content_disposition", text())
        .attr("content_encoding", text())
        .attr("content_language", text())
        .attr("content_type", text().computed())
        .attr("etag", text().computed())
        .attr("force_destroy", boolean().optional().default(false))
        .attr("id", text().computed())
        .attr("key", string().required().force_new().check(key))
        .attr("kms_key_id", text().computed().check(validate::arn))
        .attr("metadata", map_of(Type::String).optional().check(metadata))
        .attr("object_lock_legal_hold_status", text().check(legal_hold))
        .attr("object_lock_mode", text().check(lock_mode))
        .attr("object_lock_retain_until_date", text().check(date))
        .attr("server_side_encryption", text().computed().check(encryption))
        .attr("source", text())
        .attr("source_hash", text())
        .attr("storage_class", text().computed().check(storage_class))
        .attr("version_id", told())
        .attr("website_redirect", text())
        .block("override_provider", list_block(provider).max(1))
        .tags()
}

pub fn check(change: &mut PlannedChange) {
    let given: Vec<&str> = CONTENTS.into_iter().filter(|name| change.configured(name)).collect();
    if let [first, _, ..] = given[..] {
        change.error(first, format!("{} exclude each other.", given.join(", ")));
    }
    if change.configured("etag") && change.configured("kms_key_id") {
        change.error(
            "etag",
            "The etag of an object that a key encrypts does not follow from its content: leave etag out.",
        );
    }
    if change.config.str("source").is_some_and(|path| path.starts_with("~/")) {
        change.error("source", "A path does not begin with ~ here: write pathexpand(\"~/...\").");
    }
}

/// New content makes a new version.
pub fn complete(change: &mut PlannedChange) {
    if !change.is_create() && WRITTEN.iter().any(|name| change.changes(name)) {
        change.set_unknown("version_id");
    }
    let overrides = change.config.object("override_provider").is_some_and(|o| o.object("default_tags").is_some());
    if overrides {
        let none = || Value::map(Type::String, BTreeMap::new());
        let tags = change.config.get("tags").filter(|tags| !tags.is_null()).cloned();
        change.planned.set("tags_all", tags.unwrap_or_else(none));
    }
}

fn acl(value: &Value) -> Result<(), String> {
    validate::one_of(value, ObjectCannedAcl::values())
}

fn checksum(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
}

fn legal_hold(value: &Value) -> Result<(), String> {
    validate::one_of(value, ObjectLockLegalHoldStatus::values())
}

fn lock_mode(value: &Value) -> Result<(), String> {
    validate::one_of(value, ObjectLockMode::values())
}

fn encryption(value: &Value) -> Result<(), String> {
    validate::one_of(value, ServerSideEncryption::values())
}

fn storage_class(value: &Value) -> Result<(), String> {
    validate::one_of(value, StorageClass::values())
}

fn key(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().len() {
        1..=1024 => Ok(()),
        _ => Err("A key has 1 to 1024 bytes.".into()),
    }
}

fn date(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match text.parse::<jiff::Timestamp>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("\"{text}\" is not a time such as 2030-01-01T00:00:00Z.")),
    }
}

/// HTTP, which carries the metadata, does not tell upper case from lower.
fn metadata(value: &Value) -> Result<(), String> {
    let entries = value.as_map().into_iter().flatten();
    match entries.map(|(key, _)| key).find(|key| key.chars().any(char::is_uppercase)) {
        Some(key) => Err(format!("\"{key}\": keys of metadata are in lower case.")),
        None => Ok(()),
    }
}

fn none(value: &Value) -> Result<(), String> {
    match value.as_map() {
        Some(entries) if !entries.is_empty() => {
            Err("Default tags can be left out here, not replaced: tags = {}.".into())
        }
        _ => Ok(()),
    }
}
