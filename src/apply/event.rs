//! What an apply reports while it runs.

use std::time::Duration;

use crate::addr::AbsInstance;
use crate::diag::Diagnostic;
use crate::plan::StepKind;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    Started {
        addr: AbsInstance,
        kind: StepKind,
        id: Option<String>,
    },
    /// Still going on; sent about every ten seconds.
    Progress {
        addr: AbsInstance,
        kind: StepKind,
        elapsed: Duration,
        why: Option<String>,
    },
    Finished {
        addr: AbsInstance,
        kind: StepKind,
        elapsed: Duration,
        id: Option<String>,
    },
    Failed {
        addr: AbsInstance,
        kind: StepKind,
        elapsed: Duration,
    },
    /// A provisioner of an object.
    Provisioning {
        addr: AbsInstance,
        what: Provisioning,
    },
    /// The first interrupt: nothing new starts, what runs is waited for.
    Stopping {
        running: usize,
    },
    /// An object is under management now that was there before.
    Imported {
        addr: AbsInstance,
        id: String,
    },
    /// Something happened to an object that a provider does not manage, in the words of whoever did it.
    Delivery {
        object: String,
        what: String,
    },
    Diagnostic(Diagnostic),
}

/// How a provisioner goes on.
#[derive(Clone, Debug)]
pub enum Provisioning {
    Started,
    /// A line that its command has printed.
    Output(String),
    Complete,
    Failed,
}

/// Who is told.
pub trait Observer: Send + Sync {
    fn event(&self, event: Event);
}

/// Tells nobody.
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _event: Event) {}
}
