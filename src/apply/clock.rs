//! Time and interruption, passed in: waiter tests run in no time.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

/// A clock that can be waited on.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Time since the start of the run.
    fn elapsed(&self) -> Duration;
    async fn sleep(&self, duration: Duration);
}

/// How urgently the user wants the run to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    #[default]
    None,
    /// Start nothing new, finish what runs.
    Stop,
    /// Do not wait for what runs either.
    Abandon,
}

/// Raised by interrupts; shared by everything that waits.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Sender<Urgency>);

impl Default for Cancel {
    fn default() -> Self {
        Self(watch::Sender::new(Urgency::None))
    }
}

impl Cancel {
    /// One more interrupt: the first stops, the second abandons.
    pub fn interrupt(&self) {
        self.0.send_modify(|u| *u = if *u == Urgency::None { Urgency::Stop } else { Urgency::Abandon });
    }

    pub fn urgency(&self) -> Urgency {
        *self.0.borrow()
    }

    /// Returns when the urgency is at least this.
    pub async fn at_least(&self, urgency: Urgency) {
        let mut seen = self.0.subscribe();
        // The sender lives as long as `self`, so this ends with the wish only.
        let _ = seen.wait_for(|u| *u >= urgency).await;
    }
}
