//! A clock that moves on when nobody does anything else.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::apply::Clock;

/// Sleepers wait for a millisecond of real time at most, so that what goes on in threads gets its turn; then the clock
/// jumps to the first of their wishes.
#[derive(Default)]
pub struct JumpingClock(Mutex<Times>);

#[derive(Default)]
struct Times {
    now: Duration,
    sleepers: BTreeSet<(Duration, u64)>,
    tickets: u64,
}

/// A sleeper that may be dropped before its time.
struct Sleeper<'a> {
    clock: &'a JumpingClock,
    wish: (Duration, u64),
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.times(|t| t.sleepers.remove(&self.wish));
    }
}

impl JumpingClock {
    fn times<T>(&self, f: impl FnOnce(&mut Times) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Clock for JumpingClock {
    fn elapsed(&self) -> Duration {
        self.times(|t| t.now)
    }

    #[expect(clippy::disallowed_methods, reason = "real time passes for the threads that write files")]
    async fn sleep(&self, duration: Duration) {
        let wish = self.times(|t| {
            t.tickets += 1;
            let wish = (t.now + duration, t.tickets);
            t.sleepers.insert(wish);
            wish
        });
        let sleeper = Sleeper { clock: self, wish };
        while self.elapsed() < sleeper.wish.0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.times(|t| t.now = t.sleepers.first().map_or(t.now, |first| t.now.max(first.0)));
        }
    }
}
