//! Where a state is kept and how runs exclude each other.
//!
//! Knows nothing of what a state means, and of the clock: the time of a lock is told.

pub(in crate::state) mod disk;
pub mod local;
pub mod memory;
#[cfg(feature = "aws")]
pub mod s3;
#[cfg(feature = "aws")]
pub mod sdk;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::file::{same_content, write};
use super::{LANGUAGE_VERSION, State, StateError, StateErrorKind};

pub use local::LocalBackend;
pub use memory::MemoryBackend;
#[cfg(feature = "aws")]
pub use s3::{S3Backend, S3Config};

/// The note that a lock carries, in Terraform's form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LockInfo {
    /// Names the lock for `force-unlock`.
    #[serde(rename = "ID")]
    pub id: String,
    /// What the holder does, for example `OperationTypeApply`.
    pub operation: String,
    pub info: String,
    /// `user@host`.
    pub who: String,
    /// Version of the program that holds it.
    pub version: String,
    /// RFC 3339, UTC.
    pub created: String,
    /// What is locked; the backend fills it in.
    pub path: String,
}

impl LockInfo {
    /// A note with a new id.
    pub fn new(operation: impl Into<String>, who: impl Into<String>, created: impl Into<String>) -> Self {
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            operation: operation.into(),
            info: String::new(),
            who: who.into(),
            version: format!("kiban {}", env!("CARGO_PKG_VERSION")),
            created: created.into(),
            path: String::new(),
        }
    }
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The stored content was the same already.
    Unchanged,
    Saved,
}

/// A place for one state.
#[async_trait]
pub trait Backend: Send + Sync {
    /// The place as people know it, for messages.
    fn place(&self) -> String;

    /// Takes the lock at once or fails with [`StateErrorKind::Locked`]; returns its id.
    async fn lock(&self, info: LockInfo) -> Result<String, StateError>;

    /// The stored state; `None` where nothing was written yet.
    async fn read(&self) -> Result<Option<State>, StateError>;

    /// Stores the state if its content differs from what is stored, and sets its serial, lineage and writer.
    ///
    /// On failure the content is kept in `errored.tfstate`, and the error says so.
    async fn write(&self, state: &mut State) -> Result<Written, StateError>;

    /// Gives the lock back; nothing happens where none is held.
    async fn unlock(&self) -> Result<(), StateError>;

    /// Removes the lock of a run that died.
    async fn force_unlock(&self, id: &str) -> Result<(), StateError>;
}

/// What a state says of itself beside its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub lineage: String,
    pub serial: u64,
    pub terraform_version: String,
}

impl Header {
    pub fn of(state: &State) -> Self {
        Self {
            lineage: state.lineage.clone(),
            serial: state.serial,
            terraform_version: state.terraform_version.clone(),
        }
    }

    pub fn put(self, state: &mut State) {
        state.lineage = self.lineage;
        state.serial = self.serial;
        state.terraform_version = self.terraform_version;
    }
}

/// The header a state must have to follow `stored`; `None` where the content is the same.
pub fn successor(stored: Option<&State>, state: &State) -> Result<Option<Header>, StateError> {
    let mut next = Header::of(state);
    if let Some(stored) = stored {
        if !stored.lineage.is_empty() && !state.lineage.is_empty() && stored.lineage != state.lineage {
            return Err(StateError::new(
                StateErrorKind::Conflict,
                "State belongs to something else",
                format!("the stored state has lineage {}, the one to write {}.", stored.lineage, state.lineage),
            )
            .hint("Check the path and the workspace. To replace the stored state on purpose, move it away first."));
        }
        if stored.serial > state.serial {
            return Err(StateError::new(
                StateErrorKind::Conflict,
                "State was changed by another run",
                format!("the stored state has serial {}, this run started from {}.", stored.serial, state.serial),
            )
            .hint("Plan again on the stored state. Do not use -lock=false while another run may be active."));
        }
        if same_content(stored, state) {
            return Ok(None);
        }
        if next.lineage.is_empty() {
            next.lineage = stored.lineage.clone();
        }
    } else if state.is_empty() && state.check_results.is_none() && state.lineage.is_empty() {
        return Ok(None);
    }
    if next.lineage.is_empty() {
        next.lineage = uuid::Uuid::new_v4().to_string();
    }
    next.serial = state.serial.saturating_add(1);
    next.terraform_version = LANGUAGE_VERSION.to_owned();
    Ok(Some(next))
}

/// The last resort for a state that could not be stored: `errored.tfstate` in a working directory.
#[derive(Debug)]
pub struct Rescue {
    dir: PathBuf,
    /// The file of this run, once there is one.
    file: Mutex<Option<PathBuf>>,
}

impl Rescue {
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), file: Mutex::new(None) }
    }

    /// Keeps the content and adds to the error where it is. A file of an earlier run is never overwritten.
    pub fn keep(&self, state: &State, error: StateError) -> StateError {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let path = file.clone().unwrap_or_else(|| self.free_name());
        match disk::replace(&path, &write(state), false) {
            Ok(_) => {
                let text = format!("The state was kept in {} instead.", path.display());
                let hint = format!(
                    "{} Then store it with `terraform state push {}`, or copy it over the state file if that is local.",
                    error.hint.as_deref().unwrap_or_default(),
                    path.display()
                );
                *file = Some(path);
                error.and(&text).hint(hint.trim_start())
            }
            Err(e) => {
                error.and(&format!("It could not be kept in {} either: {}.", path.display(), crate::diag::reason(&e)))
            }
        }
    }

    fn free_name(&self) -> PathBuf {
        let first = self.dir.join("errored.tfstate");
        let more = (1..1000).map(|n| self.dir.join(format!("errored.{n}.tfstate")));
        std::iter::once(first.clone()).chain(more).find(|path| !path.exists()).unwrap_or(first)
    }
}

/// Name of the default workspace.
pub const DEFAULT_WORKSPACE: &str = "default";

/// Where the state of a workspace is kept locally, below a working directory.
pub fn workspace_path(working_dir: &Path, configured: Option<&Path>, workspace: &str) -> PathBuf {
    if workspace == DEFAULT_WORKSPACE {
        working_dir.join(configured.unwrap_or(Path::new("terraform.tfstate")))
    } else {
        working_dir.join("terraform.tfstate.d").join(workspace).join("terraform.tfstate")
    }
}
