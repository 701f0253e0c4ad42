//! What can go wrong with a state, a lock or a journal. Messages never hold content of a state.

use std::io;
use std::path::Path;

use super::backend::LockInfo;
use crate::diag::{Diagnostic, reason};

/// Why the state could not be used, for callers that act on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateErrorKind {
    /// The content is no state of a version that is understood.
    Format,
    /// Somebody else holds the lock; their note, where it could be read. Trying again later may succeed.
    Locked(Option<Box<LockInfo>>),
    /// The stored state is another one, or a newer one, than the one to write.
    Conflict,
    /// The file system refused.
    Io,
    /// The journal is damaged, or was told an impossible order of events.
    Journal,
}

/// A failure with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{summary}: {detail}")]
pub struct StateError {
    pub kind: StateErrorKind,
    /// Short and stable.
    pub summary: &'static str,
    pub detail: String,
    pub hint: Option<String>,
}

impl StateError {
    pub fn new(kind: StateErrorKind, summary: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, summary, detail: detail.into(), hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same failure, with a sentence added to its detail.
    #[must_use]
    pub fn and(mut self, sentence: &str) -> Self {
        self.detail = format!("{} {sentence}", self.detail);
        self
    }

    /// Names the file in front of the detail.
    #[must_use]
    pub fn in_file(mut self, path: &Path) -> Self {
        self.detail = format!("{}: {}", path.strip_prefix(".").unwrap_or(path).display(), self.detail);
        self
    }

    /// A lock that somebody else holds. `place` says of what; `pid` is the process, where the system tells it.
    pub fn locked(place: &str, info: Option<LockInfo>, pid: Option<i32>) -> Self {
        let place = place.strip_prefix("./").unwrap_or(place);
        let mut detail = match &info {
            Some(i) => format!(
                "{place} is locked by {} for {} since {} (lock id {}).",
                or_unknown(&i.who),
                or_unknown(&i.operation),
                or_unknown(&i.created),
                or_unknown(&i.id)
            ),
            None => format!("{place} is locked by another process; its lock note cannot be read."),
        };
        if let Some(pid) = pid {
            detail.push_str(&format!(" The process with id {pid} holds it."));
        }
        Self::new(StateErrorKind::Locked(info.map(Box::new)), "State is locked", detail).hint(
            "Wait until the other run has ended, or let kiban wait with -lock-timeout=5m. If you are certain that \
             nothing else changes this state, use -lock=false.",
        )
    }

    /// The file system refused. `doing` continues "Cannot …", for example "write the state".
    pub fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "Give your user read and write permission on the file and on its folder, or name another place."
            }
            io::ErrorKind::ReadOnlyFilesystem => {
                "The file system is read-only. Name a place that can be written, or plan with -lock=false."
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "Free space on the device, then run again.",
            io::ErrorKind::IsADirectory => "The path is a folder. Name a file in it, for example terraform.tfstate.",
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "A part of the path is a file, not a folder. Correct the path."
            }
            io::ErrorKind::NotFound => "Make the folder, or correct the path.",
            _ => "Check the path and the file system, then run again.",
        };
        let shown = path.strip_prefix(".").unwrap_or(path);
        let detail = format!("Cannot {doing} {}: {}.", shown.display(), reason(error));
        Self::new(StateErrorKind::Io, "State storage failed", detail).hint(hint)
    }
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "(unknown)" } else { text }
}

impl From<StateError> for Diagnostic {
    fn from(error: StateError) -> Self {
        Self { hint: error.hint, ..Self::error(error.summary, error.detail) }
    }
}
