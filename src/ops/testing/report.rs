//! What became of tests, and what is told while they run.
//!
//! Knows nothing of how a run is carried out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::addr::{AbsInstance, Name};
use crate::config::Config;
use crate::config::testing::Command;
use crate::diag::{Diagnostics, Sources};
use crate::plan::Plan;
use crate::provider::Providers;
use crate::state::State;
use crate::value::Value;

/// In the order in which one outweighs another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    #[default]
    Pending,
    Skip,
    Pass,
    Fail,
    Error,
}

/// All test files.
#[derive(Default)]
pub struct Suite {
    pub status: Status,
    pub files: Vec<TestedFile>,
}

impl Suite {
    /// How many runs ended so.
    pub fn count(&self, status: Status) -> usize {
        self.files.iter().flat_map(|f| &f.runs).filter(|r| r.status == status).count()
    }
}

#[derive(Default)]
pub struct TestedFile {
    pub name: String,
    pub status: Status,
    pub diagnostics: Diagnostics,
    pub runs: Vec<TestedRun>,
}

#[derive(Default)]
pub struct TestedRun {
    pub name: String,
    pub command: Command,
    /// How many there are.
    pub assertions: usize,
    pub status: Status,
    pub diagnostics: Diagnostics,
    /// Only where it was asked for.
    pub shown: Option<Shown>,
    /// RFC 3339; `None` where the run was skipped.
    pub began: Option<String>,
    pub elapsed: Duration,
}

/// What a run planned, or the state that it left.
pub struct Shown {
    pub what: PlanOrState,
    pub config: Config,
    /// Of the module under test.
    pub variables: BTreeMap<Name, Value>,
    pub providers: Arc<Providers>,
}

pub enum PlanOrState {
    Plan(Box<Plan>),
    /// There is no plan: it failed.
    NoPlan,
    State(State),
}

/// One thing that happened. Files and runs are told by their place in the suite.
pub enum TestEvent<'a> {
    /// What there is to do.
    Found(&'a Suite),
    FileStarted(&'a TestedFile),
    FileTearDown(&'a TestedFile),
    FileDone(&'a TestedFile),
    RunStarted(&'a TestedFile, &'a str),
    RunDone(&'a TestedFile, &'a TestedRun),
    /// What a run has made is destroyed.
    RunTearDown(&'a TestedFile, &'a str),
    /// Destroying had something to say, or left something behind.
    Left {
        file: &'a TestedFile,
        run: &'a str,
        found: &'a Diagnostics,
        instances: Vec<(AbsInstance, Option<String>)>,
    },
    /// The first interrupt: what runs is finished, and what was made is destroyed.
    Interrupted,
    /// The second one: what was made stays.
    Abandoned {
        file: &'a TestedFile,
        run: Option<&'a str>,
        instances: Vec<(AbsInstance, Option<String>)>,
    },
}

/// Who is told.
pub trait TestObserver: Send + Sync {
    fn event(&self, event: TestEvent<'_>, sources: &Sources);
}

/// All objects of a state, as people name them.
pub(super) fn objects(state: &State) -> Vec<(AbsInstance, Option<String>)> {
    let mut out = Vec::new();
    for (addr, _, instance) in state.instances().filter(|(a, ..)| a.mode() == crate::addr::Mode::Managed) {
        if instance.current.is_some() {
            out.push((addr.clone(), None));
        }
        out.extend(instance.deposed.keys().map(|key| (addr.clone(), Some(key.clone()))));
    }
    out
}
