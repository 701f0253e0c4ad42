//! Which failed calls the SDK may repeat by itself, and how many of them.

use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};

/// A call without an answer may have had its effect: only the engine, which can look, tries it again.
#[derive(Debug)]
pub struct NoBlindRetries;

impl ClassifyRetry for NoBlindRetries {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let lost = match context.output_or_error() {
            Some(Err(error)) => error.is_connector_error() || error.is_timeout_error() || error.is_response_error(),
            _ => false,
        };
        let failed = context.response().is_some_and(|r| matches!(r.status().as_u16(), 500 | 502 | 504));
        if lost || failed { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "no blind retries"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// The quota of a service's repetitions, of any size unless the provider block bounds it: a plan of hundreds of objects may be
/// throttled hundreds of times, and the SDK would give up on all calls at once.
pub fn partition(service: &'static str, quota: Option<usize>) -> RetryPartition {
    let bucket = match quota {
        Some(capacity) => TokenBucket::builder().capacity(capacity).build(),
        None => TokenBucket::unlimited(),
    };
    RetryPartition::custom(service).token_bucket(bucket).build()
}
