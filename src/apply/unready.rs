//! Objects that an earlier run has begun and that cannot be used yet: they are waited for before anything is planned over
//! them.

use std::time::Duration;

use futures::future::{Either, join_all, select};

use super::clock::{Cancel, Clock, Urgency};
use super::poll::{Poller, Watched};
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::Providers;
use crate::refresh::Pending;

/// Time between two lines that tell what is waited for.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Waits until all can be used, and tells of it. An interrupt ends the waiting, and leaves the objects as they are.
pub async fn ready(
    pending: &[Pending],
    providers: &Providers,
    clock: &dyn Clock,
    cancel: &Cancel,
    tell: impl Fn(&str),
) -> Result<(), Diagnostics> {
    let poller = Poller::new(clock);
    let waits = pending.iter().map(async |one| {
        tell(&format!("{}: Still being made by an earlier run, waiting... ({})", one.addr, one.why));
        let answer = wait(one, providers, &poller, clock, &tell).await;
        answer.map(|()| tell(&format!("{}: Ready", one.addr)))
    });
    let interrupted = cancel.at_least(Urgency::Stop);
    match select(Box::pin(join_all(waits)), Box::pin(interrupted)).await {
        Either::Left((results, _)) => {
            let mut found = Diagnostics::new();
            found.extend(results.into_iter().filter_map(Result::err));
            found.or(())
        }
        Either::Right(_) => Err(Diagnostic::error("Interrupted", "The run was stopped while it waited for objects.")
            .hint("Run apply again: it goes on waiting.")
            .into()),
    }
}

async fn wait(
    one: &Pending,
    providers: &Providers,
    poller: &Poller<'_>,
    clock: &dyn Clock,
    tell: &impl Fn(&str),
) -> Result<(), Diagnostic> {
    let Some(provider) = providers.get(&one.provider) else { return Ok(()) };
    let kind = one.addr.kind();
    let timeouts = provider.timeouts(kind);
    let timeouts = one.prior.object("timeouts").map_or(timeouts, |block| timeouts.with_block(&block));
    let watched = Watched {
        provider: &*provider,
        addr: &one.provider,
        kind,
        id: &one.id,
        prior: &one.prior,
        timeout: timeouts.create.max(timeouts.update),
    };
    let start = clock.elapsed();
    let told = std::sync::Mutex::new(start);
    let still = |why: &str| {
        let (now, mut last) = (clock.elapsed(), told.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        if now.saturating_sub(*last) >= TELL_EVERY {
            *last = now;
            tell(&format!("{}: Still waiting... [{}s elapsed] ({why})", one.addr, now.saturating_sub(start).as_secs()));
        }
    };
    match poller.ready(&watched, still).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_diagnostic("The object is not ready").address(&one.addr)),
    }
}
