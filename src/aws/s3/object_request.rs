//! How objects are written: content, tags, locks.

use aws_sdk_s3::config::{Builder, RequestChecksumCalculation};
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ObjectCannedAcl, ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode,
    ObjectLockRetention, ObjectLockRetentionMode, ServerSideEncryption, StorageClass, Tag, Tagging,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::aws::{Client, tags};
use crate::provider::{Error, Object, Result};

/// Leading slashes of a key do not count, and several are one.
pub fn key(object: &Object) -> String {
    let text = object.str("key").unwrap_or_default();
    let mut key = String::with_capacity(text.len());
    for c in text.trim_start_matches('/').chars() {
        if c != '/' || !key.ends_with('/') {
            key.push(c);
        }
    }
    key
}

/// The content that is said in the configuration; `None` where it stands in a file.
pub fn content(want: &Object) -> Result<Option<Vec<u8>>> {
    if let Some(text) = want.str("content") {
        return Ok(Some(text.as_bytes().to_vec()));
    }
    if let Some(text) = want.str("content_base64") {
        let bytes = STANDARD.decode(text);
        return bytes.map(Some).map_err(|e| Error::other(format!("content_base64 is not in base64: {e}")));
    }
    Ok(want.string("source").is_none().then(Vec::new))
}

/// What AWS makes the etag of plain content from.
pub fn etag(content: &[u8]) -> String {
    hex::encode(Md5::digest(content))
}

pub async fn upload(client: &Client, want: &Object) -> Result<()> {
    let body = match (content(want)?, want.string("source")) {
        (Some(bytes), _) => ByteStream::from(bytes),
        (None, path) => {
            let path = path.unwrap_or_default();
            let stream = ByteStream::from_path(&path).await;
            stream.map_err(|e| Error::other(format!("the file \"{path}\" cannot be read: {e}")))?
        }
    };
    let metadata = want.string_map("metadata");
    let key_id = want.string("kms_key_id");
    let encryption = match key_id {
        Some(_) => Some(ServerSideEncryption::AwsKms),
        None => want.string("server_side_encryption").as_deref().map(ServerSideEncryption::from),
    };
    let legal_hold = want.string("object_lock_legal_hold_status");
    let all = tags::wanted(want);
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let tagging: Vec<String> = all.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
    let call = client
        .s3()
        .put_object()
        .set_acl(want.string("acl").as_deref().map(ObjectCannedAcl::from))
        .body(body)
        .set_bucket(want.string("bucket"))
        .set_bucket_key_enabled(want.bool("bucket_key_enabled").filter(|on| *on))
        .set_cache_control(want.string("cache_control"))
        .set_checksum_algorithm(want.string("checksum_algorithm").as_deref().map(ChecksumAlgorithm::from))
        .set_content_disposition(want.string("content_disposition"))
        .set_content_encoding(want.string("content_encoding"))
        .set_content_language(want.string("content_language"))
        .set_content_type(want.string("content_type"))
        .key(key(want))
        .set_metadata((!metadata.is_empty()).then(|| metadata.into_iter().collect()))
        .set_object_lock_legal_hold_status(legal_hold.as_deref().map(ObjectLockLegalHoldStatus::from))
        .set_object_lock_mode(want.string("object_lock_mode").as_deref().map(ObjectLockMode::from))
        .set_object_lock_retain_until_date(retain_until(want)?)
        .set_server_side_encryption(encryption)
        .set_ssekms_key_id(key_id)
        .set_storage_class(want.string("storage_class").as_deref().map(StorageClass::from))
        .set_tagging((!tagging.is_empty()).then(|| tagging.join("&")))
        .set_website_redirect_location(want.string("website_redirect"));
    // A checksum that nobody has asked for would be kept with the object.
    let plain = Builder::new().request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
    call.customize().config_override(plain).send().await?;
    Ok(())
}

/// Changes what is not written together with the content.
pub async fn amend(client: &Client, prior: &Object, want: &Object) -> Result<()> {
    let (s3, bucket, key) = (client.s3(), want.string("bucket"), key(want));
    let differs = |name: &str| prior.string(name) != want.string(name);
    if let Some(acl) = want.string("acl").filter(|_| differs("acl")) {
        let call = s3.put_object_acl().set_bucket(bucket.clone()).key(&key);
        call.acl(ObjectCannedAcl::from(acl.as_str())).send().await?;
    }
    if differs("object_lock_legal_hold_status") {
        let status = want.string("object_lock_legal_hold_status").unwrap_or_else(|| "OFF".into());
        hold(client, bucket.clone().unwrap_or_default(), &key, None, &status).await?;
    }
    if differs("object_lock_mode") || differs("object_lock_retain_until_date") {
        let retention = ObjectLockRetention::builder()
            .set_mode(want.string("object_lock_mode").as_deref().map(ObjectLockRetentionMode::from))
            .set_retain_until_date(retain_until(want)?)
            .build();
        let shortens = match (retain_until(prior)?, retain_until(want)?) {
            (Some(before), Some(after)) => after < before,
            (Some(_), None) => true,
            (None, _) => false,
        };
        let call = s3.put_object_retention().set_bucket(bucket.clone()).key(&key).retention(retention);
        call.set_bypass_governance_retention(shortens.then_some(true)).send().await?;
    }
    if tags::wanted(prior) != tags::wanted(want) {
        let tag = |(k, v): (&String, &String)| Tag::builder().key(k).value(v).build();
        let set = tags::wanted(want).iter().map(tag).collect::<std::result::Result<Vec<_>, _>>();
        let tagging = set.and_then(|set| Tagging::builder().set_tag_set(Some(set)).build());
        let tagging = tagging.map_err(|e| Error::other(e.to_string()))?;
        s3.put_object_tagging().set_bucket(bucket).key(&key).tagging(tagging).send().await?;
    }
    Ok(())
}

/// Puts a legal hold on a version of an object, or takes it away.
pub async fn hold(client: &Client, bucket: String, key: &str, version: Option<String>, status: &str) -> Result<()> {
    let hold = ObjectLockLegalHold::builder().status(ObjectLockLegalHoldStatus::from(status)).build();
    let call = client.s3().put_object_legal_hold().bucket(bucket).key(key).set_version_id(version);
    call.legal_hold(hold).send().await?;
    Ok(())
}

fn retain_until(object: &Object) -> Result<Option<DateTime>> {
    let date = object.string("object_lock_retain_until_date");
    let parse = |text: String| DateTime::from_str(&text, DateTimeFormat::DateTimeWithOffset);
    date.map(parse).transpose().map_err(|e| Error::other(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_are_one() {
        for (given, key_of) in [("a/b", "a/b"), ("//a//b/", "a/b/"), ("/", ""), ("a", "a")] {
            assert_eq!(key(&Object::new().with("key", given)), key_of);
        }
    }

    #[test]
    fn content_comes_from_one_argument() {
        let read = |name: &str, text: &str| content(&Object::new().with(name, text)).expect("content");
        assert_eq!(read("content", "hello"), Some(b"hello".to_vec()));
        assert_eq!(read("content_base64", "aGVsbG8="), Some(b"hello".to_vec()));
        assert_eq!(read("source", "file"), None);
        assert_eq!(content(&Object::new()).expect("content"), Some(Vec::new()));
        assert!(content(&Object::new().with("content_base64", "?")).is_err());
        assert_eq!(etag(b"hello"), "5d41402abc4b2a76b9719d911017c592");
    }
}
