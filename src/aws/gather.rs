//! Calls that AWS offers for one object only, made at the same time.

use std::future::Future;

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::provider::Result;

/// Calls under way at any moment.
const AT_ONCE: usize = 8;

/// Results of all calls, in any order, or the first error.
pub async fn gather<T, F: Future<Output = Result<T>>>(calls: Vec<F>) -> Result<Vec<T>> {
    stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await
}
