//! The few calls that a state in S3 needs, and their errors in words.
//!
//! Knows nothing of what is in the objects, but for the note of a lock.

use std::error::Error as StdError;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;

use super::super::{LockInfo, sdk};
use super::S3Config;
use crate::state::{StateError, StateErrorKind};

/// Attempts of one call, as many as Terraform makes.
const ATTEMPTS: u32 = 5;

/// A client as the configuration and the environment describe it.
pub(super) async fn connect(config: &S3Config) -> Result<Client, StateError> {
    let attempts = config.max_attempts.unwrap_or(ATTEMPTS).max(1);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(sdk::http_client())
        .retry_config(RetryConfig::standard().with_max_attempts(attempts))
        .use_fips(config.fips)
        .use_dual_stack(config.dual_stack);
    if let Some(region) = &config.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &config.profile {
        loader = loader.profile_name(profile);
    }
    if let Some((key, secret, token)) = &config.credentials {
        loader = loader.credentials_provider(Credentials::new(key, secret, token.clone(), None, "backend block"));
    }
    let mut loaded = loader.load().await;
    if loaded.region().is_none() {
        return Err(StateError::new(StateErrorKind::Io, "Missing region", "The s3 backend has no AWS region.")
            .hint("Set `region` in the backend block, AWS_REGION in the environment, or a region in the profile."));
    }
    if let Some(role) = &config.role {
        let sts = match &config.sts_endpoint {
            Some(url) => loaded.clone().into_builder().endpoint_url(url).build(),
            None => loaded.clone(),
        };
        let credentials = sdk::assume(&sts, role.clone()).await;
        loaded = loaded.into_builder().credentials_provider(credentials).build();
    }
    let mut builder = Builder::from(&loaded);
    if let Some(url) = &config.endpoint {
        builder = builder.endpoint_url(url);
    }
    if config.path_style {
        builder = builder.force_path_style(true);
    }
    if config.skip_checksum {
        builder = builder
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    }
    Ok(Client::from_conf(builder.build()))
}

/// The bucket with a client.
pub(super) struct Store<'a> {
    pub client: &'a Client,
    pub config: &'a S3Config,
}

pub(super) struct Object {
    pub content: Vec<u8>,
    pub etag: Option<String>,
}

/// What must be there for a new object to take its place.
#[derive(Clone, Copy)]
pub(super) enum Guard<'a> {
    /// Nothing.
    New,
    /// The version with this ETag.
    Replaces(&'a str),
}

impl Store<'_> {
    pub async fn get(&self, key: &str) -> Result<Option<Object>, StateError> {
        let place = format!("s3://{}/{key}", self.config.bucket);
        let answer = self.client.get_object().bucket(&self.config.bucket).key(key).send().await;
        let answer = match answer.map_err(Refusal::from) {
            Ok(answer) => answer,
            Err(refusal) if refusal.code == "NoSuchKey" => return Ok(None),
            Err(refusal) => return Err(refusal.into_error("read", &place)),
        };
        let etag = answer.e_tag;
        let content = answer.body.collect().await.map_err(|e| {
            Refusal { status: None, code: String::new(), message: chain(&e) }.into_error("read", &place)
        })?;
        Ok(Some(Object { content: content.to_vec(), etag }))
    }

    /// Puts an object; its ETag.
    pub async fn put(&self, key: &str, content: Vec<u8>, guard: Guard<'_>) -> Result<Option<String>, Refusal> {
        let mut call = self
            .client
            .put_object()
            .bucket(&self.config.bucket)
            .key(key)
            .content_type("application/json")
            .body(ByteStream::from(content));
        call = match guard {
            Guard::New => call.if_none_match("*"),
            Guard::Replaces(etag) => call.if_match(etag),
        };
        if self.config.encrypt {
            call = match &self.config.kms_key_id {
                Some(key) => call.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id(key),
                None => call.server_side_encryption(ServerSideEncryption::Aes256),
            };
        }
        Ok(call.send().await?.e_tag)
    }

    /// The note of whoever holds the lock, where it can be understood.
    pub async fn note(&self) -> Result<Option<LockInfo>, StateError> {
        let object = self.get(&self.config.lock_key()).await?;
        Ok(object.and_then(|o| serde_json::from_slice(&o.content).ok()))
    }

    /// Removes the lock if it has this id.
    pub async fn release(&self, id: &str) -> Result<(), StateError> {
        let place = self.config.place();
        let key = self.config.lock_key();
        let Some(object) = self.get(&key).await? else {
            return Err(not_unlocked(format!("{place} is not locked.")));
        };
        let found: LockInfo = serde_json::from_slice(&object.content).unwrap_or_default();
        if found.id != id {
            return Err(not_unlocked(format!("{place} is locked with the id {}, not {id}.", found.id)));
        }
        let removed = self.client.delete_object().bucket(&self.config.bucket).key(&key).send().await;
        removed.map(drop).map_err(|e| Refusal::from(e).into_error("remove the lock of", &place))
    }
}

pub(super) fn not_unlocked(detail: impl Into<String>) -> StateError {
    StateError::new(StateErrorKind::Conflict, "Cannot unlock", detail)
        .hint("Find out who removed or replaced the lock, and check the state before the next apply.")
}

/// A call that failed.
pub(super) struct Refusal {
    /// `None` where no answer came.
    status: Option<u16>,
    code: String,
    message: String,
}

impl Refusal {
    /// Another version is there than the guard allows, or one is just being written.
    pub fn conflicts(&self) -> bool {
        matches!(self.code.as_str(), "PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey")
            || self.status == Some(412)
    }

    /// Whether the call may have had its effect.
    pub fn unanswered(&self) -> bool {
        self.status.is_none_or(|s| s >= 500)
    }

    /// `doing` continues "Cannot …", for example "write the state".
    pub fn into_error(self, doing: &str, place: &str) -> StateError {
        let hint = match (self.code.as_str(), self.status) {
            ("NoSuchBucket", _) => "Make the bucket first, with versioning switched on, or correct `bucket`.",
            ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _) => {
                "The bucket is in another region: correct `region`."
            }
            ("AccessDenied", _) | (_, Some(403)) => {
                "Allow s3:ListBucket on the bucket, s3:GetObject and s3:PutObject on the state, and also \
                 s3:DeleteObject on its lock KEY.tflock. With a KMS key, allow kms:GenerateDataKey and kms:Decrypt."
            }
            ("NotImplemented", _) => "The store at this endpoint cannot write conditionally; kiban needs one that can.",
            (_, None) => "Check credentials, network, and the endpoint of the backend, then run again.",
            _ => "Run again; if it stays, look up the code in the S3 documentation.",
        };
        let code = if self.code.is_empty() { String::new() } else { format!("{}: ", self.code) };
        let message = self.message.trim_end_matches('.');
        StateError::new(StateErrorKind::Io, "State storage failed", format!("Cannot {doing} {place}: {code}{message}."))
            .hint(hint)
    }
}

impl<E> From<SdkError<E>> for Refusal
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        let status = error.raw_response().map(|r| r.status().as_u16());
        let code = error.code().unwrap_or_default().to_owned();
        let message = match (error.message(), status) {
            (Some(message), _) => message.to_owned(),
            (None, Some(status)) => format!("S3 answered with HTTP status {status}"),
            (None, None) => chain(&error),
        };
        Self { status, code, message }
    }
}

/// An error with its causes.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut all = Vec::new();
    let mut at = Some(error);
    while let Some(error) = at {
        all.push(error.to_string());
        at = error.source();
    }
    all.dedup();
    all.join(": ")
}
