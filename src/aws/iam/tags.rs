//! Tags of IAM objects.

use aws_sdk_iam::types::Tag;

use crate::aws::tags;
use crate::provider::{Error, Object, Result};

/// Tags for a creation; `None` where there are none.
pub fn wanted(want: &Object) -> Result<Option<Vec<Tag>>> {
    let tags = list(tags::wanted(want))?;
    Ok((!tags.is_empty()).then_some(tags))
}

/// Keys to remove, and tags to set, to get from `prior` to `want`.
pub fn difference(prior: &Object, want: &Object) -> Result<(Vec<String>, Vec<Tag>)> {
    let (removed, changed) = tags::difference(prior, want);
    Ok((removed, list(changed)?))
}

/// Tags of an answer as pairs.
pub fn pairs(tags: &[Tag]) -> impl Iterator<Item = (String, String)> + '_ {
    tags.iter().map(|t| (t.key.clone(), t.value.clone()))
}

fn list(tags: tags::Tags) -> Result<Vec<Tag>> {
    let tag = |(k, v)| Tag::builder().key(k).value(v).build().map_err(|e| Error::other(e.to_string()));
    tags.into_iter().map(tag).collect()
}
