//! A plan as data.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{AbsInstance, Name, Path, ProviderAddr, Target};
use crate::diag::Span;
use crate::eval::checks::Checks;
use crate::eval::validations::OpenValidation;
use crate::state::State;
use crate::value::Value;

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    NoOp,
    Create,
    /// A data source that can only be read during apply.
    Read,
    Update,
    Delete,
    /// Replace: the old object goes first.
    DeleteThenCreate,
    /// Replace: the new object comes first.
    CreateThenDelete,
    /// Leaves the state, not AWS.
    Forget,
}

impl Action {
    pub fn is_replace(self) -> bool {
        matches!(self, Self::DeleteThenCreate | Self::CreateThenDelete)
    }

    /// The words that Terraform's JSON uses.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::NoOp => &["no-op"],
            Self::Create => &["create"],
            Self::Read => &["read"],
            Self::Update => &["update"],
            Self::Delete => &["delete"],
            Self::DeleteThenCreate => &["delete", "create"],
            Self::CreateThenDelete => &["create", "delete"],
            Self::Forget => &["forget"],
        }
    }
}

/// Why an action was chosen, where it is not plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    CannotUpdate,
    Tainted,
    Requested,
    TriggeredBy,
    NoResourceConfig,
    NoModule,
    /// A `moved` block has led it to an address that the configuration does not have.
    NoMoveTarget,
    CountIndex,
    EachKey,
    WrongRepetition,
    ConfigUnknown,
    DependencyPending,
    /// It belongs to a check block.
    CheckNested,
}

impl Reason {
    /// `action_reason` of Terraform's plan JSON, for an action.
    pub fn word(self) -> &'static str {
        match self {
            Self::CannotUpdate => "replace_because_cannot_update",
            Self::Tainted => "replace_because_tainted",
            Self::Requested => "replace_by_request",
            Self::TriggeredBy => "replace_by_triggers",
            Self::NoResourceConfig => "delete_because_no_resource_config",
            Self::NoMoveTarget => "delete_because_no_move_target",
            Self::NoModule => "delete_because_no_module",
            Self::CountIndex => "delete_because_count_index",
            Self::EachKey => "delete_because_each_key",
            Self::WrongRepetition => "delete_because_wrong_repetition",
            Self::ConfigUnknown => "read_because_config_unknown",
            Self::DependencyPending => "read_because_dependency_pending",
            Self::CheckNested => "read_because_check_nested",
        }
    }
}

/// One object of a plan: an instance's current object, or a deposed one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeKey {
    pub addr: AbsInstance,
    pub deposed: Option<String>,
}

impl ChangeKey {
    pub fn current(addr: AbsInstance) -> Self {
        Self { addr, deposed: None }
    }
}

/// What is planned for one object.
#[derive(Clone, Debug)]
pub struct Change {
    pub key: ChangeKey,
    pub provider: ProviderAddr,
    pub action: Action,
    pub reason: Option<Reason>,
    /// The object as last read; sensitive parts are marked.
    pub before: Option<Value>,
    /// The planned state; `None` for a delete.
    pub after: Option<Value>,
    /// Attributes whose difference replaces the object.
    pub replace_paths: BTreeSet<Path>,
    /// Where the object stood before a `moved` block.
    pub moved_from: Option<AbsInstance>,
    /// Id under which an existing object is imported.
    pub importing: Option<String>,
    /// Header of the block in the configuration.
    pub span: Option<Span>,
    /// Resources that the instance depends on, for the state.
    pub dependencies: Vec<crate::addr::ConfigResource>,
    pub create_before_destroy: bool,
    /// Configuration that was written for an object that is imported.
    pub generated: Option<String>,
    /// A data source of a check block: it is read again when everything else is done.
    pub scoped: bool,
    /// The user has left the object out of the plan: documents do not speak of it.
    pub left_out: bool,
}

#[derive(Clone, Debug)]
pub struct OutputChange {
    pub action: Action,
    pub before: Option<Value>,
    /// `None` where the output goes.
    pub after: Option<Value>,
    pub sensitive: bool,
}

impl OutputChange {
    /// Secret before or after: a value that no longer counts as one is not shown while it is told.
    pub fn is_secret(&self) -> bool {
        self.sensitive || self.before.as_ref().is_some_and(Value::is_sensitive_deep)
    }
}

/// A difference between state and reality.
#[derive(Clone, Debug)]
pub struct Drift {
    pub key: ChangeKey,
    pub provider: ProviderAddr,
    pub before: Value,
    /// `None`: the object is gone.
    pub after: Option<Value>,
}

/// An attribute of an object that what changes refers to, however indirectly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relevant {
    /// All instances of a block, or one.
    pub object: Target,
    /// Into the object; the root is the whole of it.
    pub path: Path,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Normal,
    Destroy,
    RefreshOnly,
}

/// What the user asked for beside the configuration.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub mode: Mode,
    pub targets: Vec<Target>,
    /// `-exclude`: these, and what depends on them, stay as they are.
    pub excludes: Vec<Target>,
    /// `-replace`
    pub replace: Vec<AbsInstance>,
}

/// One executable node. A replace is two of them.
#[derive(Clone, Debug)]
pub struct Step {
    /// Index into [`Plan::changes`].
    pub change: usize,
    pub kind: StepKind,
    /// Steps that must have succeeded before; indexes into [`Plan::steps`].
    pub after: Vec<usize>,
    /// Gates that must be open before; indexes into [`Plan::gates`].
    pub gates: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Create,
    /// Create while the old object still exists, which becomes deposed.
    CreateBeforeDestroy,
    Update,
    Delete,
    /// Delete of the object that a create-before-destroy step has deposed.
    DeleteDeposed,
    Read,
    Forget,
}

/// Everything that apply will do. It leaves no choices.
#[derive(Clone, Debug)]
pub struct Plan {
    pub mode: Mode,
    /// All objects, also those with nothing to do, in order of their addresses.
    pub changes: Vec<Change>,
    pub steps: Vec<Step>,
    /// Groups of steps that others wait for as a whole: a gate opens when all in it have succeeded. Without them a thousand
    /// instances that depend on a thousand others would need a million edges.
    pub gates: Vec<Vec<usize>>,
    pub outputs: BTreeMap<Name, OutputChange>,
    pub drift: Vec<Drift>,
    /// Attributes that what changes is made of.
    pub relevant: Vec<Relevant>,
    /// The state after refresh and moves: what the changes start from.
    pub prior: State,
    /// False with targets: the plan does not speak of the whole configuration.
    pub complete: bool,
    /// RFC 3339.
    pub timestamp: String,
    /// What came of the conditions that could be judged.
    pub checks: Checks,
    /// Resource types by address whose values are in `prior`, decoded: what unchanged instances are in `World`.
    pub data: BTreeMap<AbsInstance, Value>,
    /// Validations of variables that could not be judged yet.
    pub open: Vec<OpenValidation>,
    /// Providers that were not wholly configured: they are configured before their first step.
    pub planners: BTreeSet<ProviderAddr>,
}

/// Numbers of the summary line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub import: usize,
    pub add: usize,
    pub change: usize,
    pub destroy: usize,
}

impl Plan {
    pub fn summary(&self) -> Summary {
        let mut sum = Summary::default();
        for change in &self.changes {
            sum.import += usize::from(change.importing.is_some());
            match change.action {
                Action::Create => sum.add += 1,
                Action::Update => sum.change += 1,
                Action::Delete => sum.destroy += 1,
                action if action.is_replace() => {
                    sum.add += 1;
                    sum.destroy += 1;
                }
                _ => {}
            }
        }
        sum
    }

    /// Nothing would be done: no step, and no output changes.
    pub fn is_empty(&self) -> bool {
        let quiet = |c: &Change| c.action == Action::NoOp && c.moved_from.is_none() && c.importing.is_none();
        self.changes.iter().all(quiet) && self.outputs.values().all(|o| o.action == Action::NoOp)
    }
}
