//! Certificates and their tags, as the service tells them.

use aws_sdk_acm::types::{CertificateDetail, Tag};

use crate::aws::{Client, tags as all_tags};
use crate::provider::{Error, Result};

/// A certificate; `None` where there is none.
pub async fn describe(client: &Client, arn: &str) -> Result<Option<CertificateDetail>> {
    match client.acm().describe_certificate().certificate_arn(arn).send().await {
        Ok(answer) => Ok(answer.certificate),
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

pub async fn tags(client: &Client, arn: &str) -> Result<all_tags::Tags> {
    match client.acm().list_tags_for_certificate().certificate_arn(arn).send().await {
        Ok(answer) => {
            let tags = answer.tags.unwrap_or_default().into_iter();
            Ok(tags.map(|t| (t.key, t.value.unwrap_or_default())).collect())
        }
        Err(e) => Error::from(e).unless_not_found().map(|()| all_tags::Tags::new()),
    }
}

/// Tags for a request; `None` where there are none.
pub fn list(tags: &all_tags::Tags) -> Result<Option<Vec<Tag>>> {
    let made = tags.iter().map(|(k, v)| Tag::builder().key(k).value(v).build());
    let made: Vec<Tag> = made.collect::<Result<_, _>>().map_err(|e| Error::other(e.to_string()))?;
    Ok((!made.is_empty()).then_some(made))
}
