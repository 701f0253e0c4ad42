//! Reads that wait: forty pending objects of one type cost one call a poll.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Clock;
use crate::addr::ProviderAddr;
use crate::provider::{Error, ErrorKind, Found, Freshness, Object, Provider, ReadRequest, Readiness, RemoteId, Result};

/// Shortest and longest pause between two polls. Pauses are powers of two of the shortest, aligned to the clock, so
/// that everybody who waits asks at the same moments.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How long a new object may stay invisible to reads.
const VISIBLE_WITHIN: Duration = Duration::from_secs(60);

type Answer = oneshot::Sender<Result<Option<Found>>>;

/// Shared polls of one run.
pub struct Poller<'a> {
    clock: &'a dyn Clock,
    groups: Mutex<HashMap<(ProviderAddr, String), Arc<Group>>>,
}

#[derive(Default)]
struct Group {
    waiting: Mutex<Vec<(ReadRequest, Answer)>>,
    turn: tokio::sync::Mutex<()>,
}

/// One object whose state is waited for.
pub struct Watched<'a> {
    pub provider: &'a dyn Provider,
    pub addr: &'a ProviderAddr,
    pub kind: &'a str,
    pub id: &'a RemoteId,
    pub prior: &'a Object,
    pub timeout: Duration,
}

impl<'a> Poller<'a> {
    pub fn new(clock: &'a dyn Clock) -> Self {
        Self { clock, groups: Mutex::default() }
    }

    /// Reads one object together with all others of its type that are asked for at this moment.
    pub async fn read(&self, watched: &Watched<'_>) -> Result<Option<Found>> {
        let group = {
            let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
            groups.entry((watched.addr.clone(), watched.kind.to_owned())).or_default().clone()
        };
        let (sender, mut receiver) = oneshot::channel();
        let request = ReadRequest { id: watched.id.clone(), prior: watched.prior.clone() };
        group.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((request, sender));
        tokio::task::yield_now().await;
        let _turn = group.turn.lock().await;
        if let Ok(answer) = receiver.try_recv() {
            return answer;
        }
        let batch = std::mem::take(&mut *group.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let mut requests: BTreeMap<RemoteId, ReadRequest> = BTreeMap::new();
        for (request, _) in &batch {
            requests.entry(request.id.clone()).or_insert_with(|| request.clone());
        }
        let requests: Vec<ReadRequest> = requests.into_values().collect();
        let answer = watched.provider.read(watched.kind, &requests, Freshness::Now).await;
        for (request, sender) in batch {
            let one = answer.as_ref().map(|found| found.get(&request.id).cloned()).map_err(Clone::clone);
            // Whoever has stopped waiting needs no answer.
            let _ = sender.send(one);
        }
        receiver.await.unwrap_or_else(|_| Err(Error::other("the read was abandoned")))
    }

    /// Waits until an object can be used. `pending` hears why it cannot yet.
    pub async fn ready(&self, watched: &Watched<'_>, pending: impl Fn(&str)) -> Result<Object> {
        let start = self.clock.elapsed();
        loop {
            let waited = self.clock.elapsed().saturating_sub(start);
            let why = match self.read(watched).await? {
                Some(Found::Object(object)) => match watched.provider.readiness(watched.kind, &object) {
                    Readiness::Ready => return Ok(object),
                    Readiness::Failed(why) => return Err(Error::other(why)),
                    Readiness::Pending(why) => why,
                },
                _ if waited < VISIBLE_WITHIN => "not visible yet".to_owned(),
                _ => return Err(Error::not_found(format!("\"{}\" was made and cannot be found", watched.id))),
            };
            if waited >= watched.timeout {
                return Err(Error::new(ErrorKind::NotYet, format!("not ready after {}: {why}", seconds(waited)))
                    .hint("The object is kept in state. Look at it in AWS, then run apply again; a `timeouts` block allows more time."));
            }
            pending(&why);
            self.pause(waited).await;
        }
    }

    /// Waits until an object is gone.
    pub async fn gone(&self, watched: &Watched<'_>, pending: impl Fn(&str)) -> Result<()> {
        let start = self.clock.elapsed();
        loop {
            let waited = self.clock.elapsed().saturating_sub(start);
            let Some(Found::Object(object)) = self.read(watched).await? else { return Ok(()) };
            let why = match watched.provider.readiness(watched.kind, &object) {
                Readiness::Failed(why) => return Err(Error::other(why)),
                Readiness::Pending(why) => why,
                Readiness::Ready => "still there".to_owned(),
            };
            if waited >= watched.timeout {
                return Err(Error::new(ErrorKind::InUse, format!("not gone after {}: {why}", seconds(waited))));
            }
            pending(&why);
            self.pause(waited).await;
        }
    }

    /// Sleeps until the next common moment: about a quarter of the time that was waited already.
    pub async fn pause(&self, waited: Duration) {
        let mut step = FIRST_PAUSE;
        while step < waited / 4 && step < LONGEST_PAUSE {
            step *= 2;
        }
        let now = self.clock.elapsed();
        let into = Duration::from_millis((now.as_millis() % step.as_millis().max(1)) as u64);
        self.clock.sleep(step - into).await;
    }
}

fn seconds(duration: Duration) -> String {
    format!("{}s", duration.as_secs())
}
