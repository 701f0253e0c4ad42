//! What commands ask for, and what they get: the one place where this module meets the operations.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::addr::{AbsInstance, Name, ProviderAddr};
use crate::apply::Observer;
use crate::config::{Argument, Config};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::ops::{Console, Progress, Question};
use crate::plan::{Drift, Options, Plan, Summary};
use crate::schema::SharedSchema;
use crate::state::State;
use crate::value::Value;

pub use crate::ops::testing::{
    PlanOrState, Shown as TestShown, Status, Suite, TestEvent, TestObserver, TestedFile, TestedRun,
};

/// Finds the schema of an instance's type.
pub type SchemaLookup = Arc<dyn Fn(&ProviderAddr, &AbsInstance) -> Option<SharedSchema> + Send + Sync>;

/// Where a session starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// `-chdir`: the folder of the root module.
    pub chdir: Option<PathBuf>,
    /// `-state`: another place for the local backend's file.
    pub state: Option<PathBuf>,
    /// `-backend-config`
    pub backend: Vec<String>,
}

/// How to plan.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    pub options: Options,
    /// `-generate-config-out`
    pub generate: Option<PathBuf>,
    pub refresh: bool,
    pub lock: bool,
    pub lock_timeout: Duration,
    pub variables: Vec<Argument>,
    pub parallelism: Option<usize>,
    /// Whether provisioners may run commands of this machine; `None` where nothing is carried out.
    pub local_exec: Option<bool>,
}

/// How to look at what is delivered into clusters.
#[derive(Clone, Debug)]
pub struct BootstrapRequest {
    pub variables: Vec<Argument>,
    pub lock: bool,
    pub lock_timeout: Duration,
}

/// Blocks with what they would do.
pub struct BootstrapPlanned {
    pub bootstraps: Vec<Bootstrap>,
    /// Warnings.
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

/// An operation that came to nothing.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostics: diagnostic.into(), sources: Sources::default() }
    }
}

pub struct Validated {
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

/// A plan with what it takes to show and to apply it.
pub struct Planned {
    pub plan: Plan,
    pub config: Arc<Config>,
    /// Values of the root module's variables.
    pub variables: BTreeMap<Name, Value>,
    pub schemas: SchemaLookup,
    /// Warnings.
    pub diagnostics: Diagnostics,
    pub sources: Sources,
    /// What is delivered into clusters afterwards.
    pub bootstraps: Vec<Bootstrap>,
}

pub struct Applied {
    /// Value, and whether it is sensitive.
    pub outputs: BTreeMap<Name, (Value, bool)>,
    pub summary: Summary,
    /// Errors too: part of the plan may have been done.
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

pub struct Drifted {
    pub drift: Vec<Drift>,
    /// Blocks whose objects in a cluster are not as they shall be.
    pub bootstraps: Vec<Bootstrap>,
    pub schemas: SchemaLookup,
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

/// A state, as it is stored now.
pub struct Stored {
    pub state: State,
    /// The stored text; `None` where nothing is stored yet.
    pub text: Option<String>,
    pub schemas: SchemaLookup,
}

/// What `show` was given.
pub enum Shown {
    /// A saved plan, as it was when it was made.
    Plan {
        text: String,
        json: serde_json::Value,
    },
    State(Stored),
}

pub use super::args::Purpose;
pub use crate::ops::{Bootstrap, BootstrapStatus, Observed};
pub use crate::ops::{
    Checked, FileChange, FormatRequest, Formatted, FormattedFile, ListedTenant, NewTenant, Permissions, TenantRequest,
    TokenRequest,
};

/// Which tests to run, and how.
pub type TestRequest = crate::ops::testing::TestArgs;

/// Tests that were run.
pub struct Tested {
    pub suite: Suite,
    /// Warnings about the tests as a whole.
    pub diagnostics: Diagnostics,
    pub sources: Sources,
    pub interrupted: bool,
}

/// Whole operations on one root module.
#[async_trait]
pub trait Operations: Send + Sync {
    async fn validate(&self) -> Result<Validated, Failure>;
    /// Fetches the modules that the configuration calls; `upgrade` looks for newer versions.
    async fn install(&self, upgrade: bool, told: &mut (dyn FnMut(Progress) + Send)) -> Result<Validated, Failure>;
    /// The variables that have no value, with these arguments.
    fn questions(&self, _arguments: &[Argument]) -> Vec<Question> {
        Vec::new()
    }
    async fn plan(&self, request: PlanRequest) -> Result<Planned, Failure>;
    /// Plans again what a plan file holds; an error where something else comes out.
    async fn resume(&self, from: &Path, request: PlanRequest) -> Result<Planned, Failure>;
    async fn apply(&self, planned: Planned, observer: &dyn Observer) -> Result<Applied, Failure>;
    /// Takes an object that exists already into the state.
    async fn import(&self, addr: &AbsInstance, id: &str, request: PlanRequest) -> Result<Validated, Failure>;
    async fn drift(&self, request: PlanRequest) -> Result<Drifted, Failure>;
    /// Writes a plan file.
    async fn save(&self, planned: &Planned, to: &Path) -> Result<(), Failure>;
    /// Reads a plan file, or a state file.
    async fn load(&self, from: &Path) -> Result<Shown, Failure>;
    /// Opens the root module for questions: over its state, or over a plan.
    async fn console(&self, variables: Vec<Argument>, plan: bool) -> Result<Console, Failure>;
    /// Runs tests; those that fail are no error of the operation.
    async fn test(&self, request: TestRequest, observer: &dyn TestObserver) -> Result<Tested, Failure>;
    async fn state(&self) -> Result<Stored, Failure>;
    /// Formats files and folders.
    async fn format(&self, request: FormatRequest) -> Formatted;
    /// Formats one text that comes from no file.
    async fn format_text(&self, name: &str, bytes: Vec<u8>) -> Formatted;
    /// The dependency graph in Graphviz's language.
    async fn graph(&self) -> Result<String, Failure>;
    /// The IAM policy that a run needs.
    async fn permissions(&self, request: PlanRequest, purpose: Purpose) -> Result<Permissions, Failure>;
    /// What the bootstrap blocks would do, or undo.
    async fn bootstrap_plan(&self, request: BootstrapRequest, removing: bool) -> Result<BootstrapPlanned, Failure>;
    /// Carries out what was planned last.
    async fn bootstrap_apply(&self, observer: &dyn Observer) -> Result<(), Failure>;
    /// Drops the record of what was delivered; returns each block's name and how many objects it had.
    async fn bootstrap_forget(&self, request: BootstrapRequest) -> Result<Vec<(String, usize)>, Failure>;
    async fn bootstrap_status(&self, request: BootstrapRequest) -> Result<BootstrapStatus, Failure>;
    /// All objects, with the values of Secrets hidden.
    async fn bootstrap_render(&self, request: BootstrapRequest) -> Result<Vec<serde_json::Value>, Failure>;
    /// A token for the API of a cluster, as its clients take it.
    async fn eks_token(&self, request: TokenRequest) -> Result<serde_json::Value, Failure>;
    /// What a tenant lacks of its folder and its entry in the stack.
    async fn new_tenant(&self, request: TenantRequest) -> Result<NewTenant, Failure>;
    /// Writes what was shown of a new tenant.
    async fn write_tenant(&self, new: &NewTenant) -> Result<(), Failure>;
    /// The tenants of the stack and of a checkout of the GitOps repository.
    async fn list_tenants(&self, gitops: Option<&Path>) -> Result<Vec<ListedTenant>, Failure>;
    /// Whether all tenants are sound; those that are not are no error of the operation.
    async fn check_tenants(&self, gitops: Option<&Path>) -> Result<Checked, Failure>;
    /// Schemas of the providers in use, as JSON in Terraform's form.
    async fn schemas(&self) -> Result<serde_json::Value, Failure>;
}
