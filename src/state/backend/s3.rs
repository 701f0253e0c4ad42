//! A state in an S3 bucket, by the rules of Terraform 1.11: `terraform` and kiban exclude each other on it.
//!
//! The lock is an object `KEY.tflock` that can be made only while there is none. A state replaces exactly the version
//! that this run has seen, so that even without a lock no run overwrites the work of another one unseen.

mod client;
mod config;

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use tokio::sync::{Mutex, OnceCell};

use super::{Backend, Header, LockInfo, Rescue, Written, sdk, successor};
use crate::state::file::{parse_stored, write};
use crate::state::{State, StateError, StateErrorKind};
use client::{Guard, Object, Store};

pub use config::S3Config;

/// The state object of one workspace.
pub struct S3Backend {
    config: S3Config,
    rescue: Rescue,
    client: OnceCell<Client>,
    run: Mutex<Run>,
}

/// What this run has done so far.
#[derive(Default)]
struct Run {
    held: Option<LockInfo>,
    seen: Option<Seen>,
}

/// The object as this run knows it.
#[derive(Default)]
struct Seen {
    state: Option<State>,
    etag: Option<String>,
    /// Content whose fate is unknown: sent, but not answered.
    sent: Option<Vec<u8>>,
}

impl S3Backend {
    /// `working_dir` takes the state if it cannot be written to its place.
    pub fn new(config: S3Config, working_dir: impl Into<PathBuf>) -> Self {
        Self { config, rescue: Rescue::new(working_dir), client: OnceCell::new(), run: Mutex::default() }
    }

    async fn store(&self) -> Result<Store<'_>, StateError> {
        let client = self.client.get_or_try_init(|| client::connect(&self.config)).await?;
        Ok(Store { client, config: &self.config })
    }

    async fn fetch(&self) -> Result<Seen, StateError> {
        let Some(Object { content, etag }) = self.store().await?.get(&self.config.key).await? else {
            return Ok(Seen::default());
        };
        let state = parse_stored(&content).map_err(|e| e.in_file(Path::new(&self.place())))?;
        Ok(Seen { state, etag, sent: None })
    }

    /// Puts the state after the one that was seen.
    async fn follow(&self, seen: &mut Seen, state: &mut State) -> Result<Written, StateError> {
        let place = self.place();
        let next = successor(seen.state.as_ref(), state).map_err(|e| e.in_file(Path::new(&place)))?;
        let Some(next) = next else {
            if let Some(stored) = &seen.state {
                Header::of(stored).put(state);
            }
            return Ok(Written::Unchanged);
        };
        next.put(state);
        let content = write(state);
        let store = self.store().await?;
        let mut again = true;
        loop {
            let guard = seen.etag.as_deref().map_or(Guard::New, Guard::Replaces);
            match store.put(&self.config.key, content.clone(), guard).await {
                Ok(etag) => {
                    *seen = Seen { state: Some(state.clone()), etag, sent: None };
                    return Ok(Written::Saved);
                }
                Err(refusal) if refusal.conflicts() => {
                    // An answer that was lost on its way makes our own content look like somebody else's.
                    let found = store.get(&self.config.key).await?;
                    let ours = |other: &Vec<u8>| found.as_ref().is_some_and(|f| f.content == *other);
                    if ours(&content) {
                        *seen = Seen { state: Some(state.clone()), etag: found.and_then(|f| f.etag), sent: None };
                        return Ok(Written::Saved);
                    }
                    if again && seen.sent.as_ref().is_some_and(ours) {
                        again = false;
                        seen.etag = found.and_then(|f| f.etag);
                        continue;
                    }
                    return Err(changed(&place));
                }
                Err(refusal) => {
                    if refusal.unanswered() {
                        seen.sent = Some(content);
                    }
                    return Err(refusal.into_error("write the state", &place));
                }
            }
        }
    }

    fn locked(&self, info: Option<LockInfo>) -> StateError {
        let error = StateError::locked(&self.place(), info, None);
        let hint = format!(
            "{} If the other run has died, remove its lock: `aws s3 rm s3://{}/{}`.",
            error.hint.as_deref().unwrap_or_default(),
            self.config.bucket,
            self.config.lock_key()
        );
        error.hint(hint)
    }
}

#[async_trait]
impl Backend for S3Backend {
    fn place(&self) -> String {
        self.config.place()
    }

    async fn lock(&self, mut info: LockInfo) -> Result<String, StateError> {
        let id = info.id.clone();
        if !self.config.use_lockfile {
            return Ok(id);
        }
        let mut run = self.run.lock().await;
        if let Some(held) = &run.held {
            return Err(self.locked(Some(held.clone())));
        }
        let store = self.store().await?;
        info.path = format!("{}/{}", self.config.bucket, self.config.key);
        let note = serde_json::to_vec(&info).unwrap_or_default();
        // Whoever stops waiting for the answer gives back what the call may have taken.
        run.held = Some(info);
        let Err(refusal) = store.put(&self.config.lock_key(), note, Guard::New).await else { return Ok(id) };
        if !refusal.conflicts() {
            if !refusal.unanswered() {
                run.held = None;
            }
            return Err(refusal.into_error("write the lock", &self.place()));
        }
        match store.note().await {
            Ok(Some(found)) if found.id == id => Ok(id),
            Ok(found) => {
                run.held = None;
                Err(self.locked(found))
            }
            Err(e) => Err(e),
        }
    }

    async fn read(&self) -> Result<Option<State>, StateError> {
        let mut run = self.run.lock().await;
        let seen = run.seen.insert(self.fetch().await?);
        Ok(seen.state.clone())
    }

    async fn write(&self, state: &mut State) -> Result<Written, StateError> {
        let before = Header::of(state);
        let mut run = self.run.lock().await;
        let seen = match run.seen.take() {
            Some(seen) => Ok(seen),
            None => self.fetch().await,
        };
        let result = match seen {
            Ok(mut seen) => {
                let result = self.follow(&mut seen, state).await;
                run.seen = Some(seen);
                result
            }
            Err(e) => Err(e),
        };
        result.map_err(|e| {
            let error = self.rescue.keep(state, e);
            before.put(state);
            error
        })
    }

    async fn unlock(&self) -> Result<(), StateError> {
        let Some(held) = self.run.lock().await.held.take() else { return Ok(()) };
        self.store().await?.release(&held.id).await
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StateError> {
        if self.run.lock().await.held.is_some() {
            return Err(client::not_unlocked("this run holds the lock itself."));
        }
        self.store().await?.release(id).await
    }
}

impl Drop for S3Backend {
    /// Gives the lock back where a run ended early: S3 does not notice that a process has gone.
    fn drop(&mut self) {
        let Some(held) = self.run.get_mut().held.take() else { return };
        let Some(client) = self.client.get() else { return };
        // Connections belong to the runtime that this may be blocking.
        let fresh = client.config().to_builder().http_client(sdk::http_client()).build();
        let config = self.config.clone();
        let thread = std::thread::spawn(move || -> Result<(), String> {
            let client = Client::from_conf(fresh);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|e| e.to_string())?;
            let store = Store { client: &client, config: &config };
            let release = async { tokio::time::timeout(RELEASE_TIME, store.release(&held.id)).await };
            runtime.block_on(release).map_err(|e| e.to_string())?.map_err(|e| e.to_string())
        });
        match thread.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("the lock of {} stays: {error}", self.config.place()),
            Err(_) => tracing::warn!("the lock of {} stays", self.config.place()),
        }
    }
}

/// How long an ending process tries to give its lock back.
const RELEASE_TIME: Duration = Duration::from_secs(20);

fn changed(place: &str) -> StateError {
    let detail = format!("{place} is no longer the version that this run started from.");
    StateError::new(StateErrorKind::Conflict, "State was changed by another run", detail)
        .hint("Plan again on the stored state. Set `use_lockfile = true` wherever this state is used.")
}
