//! Calls that AWS offers for one object only, made at the same time.

use std::collections::BTreeMap;
use std::future::Future;

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::provider::{Found, RemoteId, Result};

/// Calls under way at any moment.
const AT_ONCE: usize = 8;

/// Results of all calls, in any order, or the first error.
pub async fn gather<T, F: Future<Output = Result<T>>>(calls: Vec<F>) -> Result<Vec<T>> {
    stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await
}

/// What there is of each id, where AWS tells of one object at a time.
pub async fn one_by_one<'a, F: Future<Output = Result<Found>>>(
    ids: &'a [RemoteId],
    read: impl Fn(&'a RemoteId) -> F,
) -> Result<BTreeMap<RemoteId, Found>> {
    let read = &read;
    let reads = ids.iter().map(|id| async move { Ok((id.clone(), read(id).await?)) });
    Ok(gather(reads.collect()).await?.into_iter().collect())
}
