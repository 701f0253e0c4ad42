//! Which failed calls the SDK may repeat by itself.

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
