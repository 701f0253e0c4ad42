//! The record of what a run was about to do and what came of it, on disk before anything is asked of the cloud.
//!
//! Knows nothing of plans and of attribute values: only of addresses, tokens and what identifies an object.
//!
//! One file, `.NAME.journal` beside the state, one JSON object a line. Legal transitions, anything else is refused:
//!
//! | an intent is | record | becomes |
//! |---|---|---|
//! | (none) | `intent` | open |
//! | open | `created` (once) | open, with the id of the new object |
//! | open | `done` | done, not yet in a saved state |
//! | done, before the mark of the record | `saved` | settled |
//!
//! `begin` comes first, and again whenever a later run goes on with the file. Whatever is not settled is unfinished.
//!
//! A snapshot of the state may be older than the newest outcome. So an object goes into the state *before* its `done`,
//! [`Journal::mark`] is taken *before* the snapshot, and `saved` carries this mark: it settles only what was done by
//! then. After a crash the file may lack its last records, never one in between: then more is reported as unfinished
//! than really is, never less.

mod disk;
mod ledger;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use disk::{Journal, path_beside, read};

/// What an intent does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Create,
    Update,
    Delete,
}

/// A call that is about to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Unique in the file: [`Journal::next_seq`].
    pub seq: u64,
    /// Address of the instance.
    pub address: String,
    pub action: Act,
    /// Type of the resource.
    pub kind: String,
    pub provider: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposed: Option<String>,
    /// The client token of the call, stable over retries and restarts.
    pub token: String,
    /// What finds the object again: name, caller reference, tags, id. Never a secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identity: BTreeMap<String, String>,
    /// Resources that the object depends on: an object that is taken over from a journal is deleted in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub create_before_destroy: bool,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Succeeded,
    /// The message must hold no secret.
    Failed {
        message: String,
    },
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A run starts, from this state.
    Begin {
        run: String,
        serial: u64,
        lineage: String,
    },
    Intent(Intent),
    /// The id of the new object, the moment it is known.
    Created {
        seq: u64,
        id: String,
    },
    Done {
        seq: u64,
        outcome: Outcome,
    },
    /// A state was stored whose snapshot was taken after `mark`.
    Saved {
        serial: u64,
        mark: u64,
    },
}

/// An intent whose result is in no saved state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    pub intent: Intent,
    /// The run it belongs to, and the serial that it started from.
    pub run: String,
    pub serial: u64,
    /// The id, if the cloud had answered.
    pub created: Option<String>,
    /// The outcome, if only saving the state is missing.
    pub outcome: Option<Outcome>,
}

#[cfg(test)]
mod tests;
