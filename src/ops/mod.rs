//! Whole operations over the modules above: validate, plan, apply, destroy, refresh, drift, inspect.
//!
//! Knows nothing of terminals.

mod apply;
mod ask;
mod bootstrap;
pub mod clock;
mod console;
mod drift;
mod eks_token;
mod fmt;
mod generate;
mod import;
mod inspect;
mod install;
mod local_exec;
mod permissions;
mod place;
mod plan;
mod plan_file;
mod prepare;
mod tenant;
pub mod testing;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::addr::Target;
use crate::apply::{Cancel, Clock};
use crate::config::Argument;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::provider::{Plugin, Providers};

pub use apply::{Outcome, apply};
pub use ask::{Question, questions};
pub use bootstrap::{
    Bootstrap, Looked, Observed, Status as BootstrapStatus, bootstrap_apply, bootstrap_forget, bootstrap_plan,
    bootstrap_render, bootstrap_status,
};
pub use console::{Answer, Console, console, console_over_plan};
pub use drift::{Drifted, drift};
pub use eks_token::{TokenRequest, eks_token};
pub use fmt::{FormatRequest, Formatted, FormattedFile, format, format_text};
pub use import::{Imported, import};
pub use inspect::{Graphed, Stored, graph, schemas, stored};
pub use install::{Progress, install};
pub use permissions::{Permissions, Purpose, permissions};
pub use plan::{Planned, plan};
pub use plan_file::{PlanFile, check_plan_file, read_plan_file, write_plan_file};
pub use tenant::{
    Checked, FileChange, ListedTenant, NewTenant, TenantRequest, check_tenants, list_tenants, new_tenant, write_tenant,
};
pub use validate::{Validated, validate};

/// What a run has from its surroundings: built once, in `main`.
pub struct Session {
    /// Folder of the root module.
    pub dir: PathBuf,
    /// Folder that the command was started in.
    pub original_dir: PathBuf,
    pub environment: BTreeMap<String, String>,
    pub plugins: Vec<Arc<dyn Plugin>>,
    pub clock: Arc<dyn Clock>,
    /// The time of day, RFC 3339.
    pub now: fn() -> String,
    pub cancel: Cancel,
    /// Tells a line of what is waited for while nothing else can be told.
    pub tell: fn(&str),
}

impl Session {
    /// Providers of this run, none of them configured.
    fn providers(&self) -> Arc<Providers> {
        Arc::new(Providers::new(self.plugins.iter().cloned()))
    }

    fn user(&self) -> String {
        let user = self.environment.get("USER").or_else(|| self.environment.get("LOGNAME"));
        let host = self.environment.get("HOSTNAME");
        format!("{}@{}", user.map_or("unknown", String::as_str), host.map_or("localhost", String::as_str))
    }
}

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Args {
    pub options: crate::plan::Options,
    /// `-generate-config-out`: a new file for the configuration of imported objects that have none.
    pub generate: Option<PathBuf>,
    pub refresh: bool,
    pub lock: bool,
    pub lock_timeout: Duration,
    pub variables: Vec<Argument>,
    pub parallelism: Option<usize>,
    /// `-state`: another file than the backend names.
    pub state: Option<PathBuf>,
    /// Whether provisioners may run commands of this machine; `None` where nothing is carried out.
    pub local_exec: Option<bool>,
}

impl Args {
    /// Whether what is planned is done afterwards.
    fn is_carried_out(&self) -> bool {
        self.local_exec.is_some()
    }
}

impl Default for Args {
    fn default() -> Self {
        Self {
            options: crate::plan::Options::default(),
            generate: None,
            refresh: true,
            lock: true,
            lock_timeout: Duration::ZERO,
            variables: Vec::new(),
            parallelism: None,
            state: None,
            local_exec: None,
        }
    }
}

/// Why an operation ended early, with the texts that its diagnostics point into.
#[derive(Debug)]
pub struct Failure {
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

impl Failure {
    pub fn new(diagnostics: impl Into<Diagnostics>, sources: &Sources) -> Box<Self> {
        Box::new(Self { diagnostics: diagnostics.into(), sources: sources.clone() })
    }
}

impl From<Diagnostic> for Box<Failure> {
    fn from(diagnostic: Diagnostic) -> Self {
        Failure::new(diagnostic, &Sources::default())
    }
}

/// Result of an operation.
pub type OpResult<T> = Result<T, Box<Failure>>;

/// Reads targets as users type them.
pub fn parse_targets(texts: &[String]) -> Result<Vec<Target>, Diagnostics> {
    let mut found = Diagnostics::new();
    let targets = texts.iter().filter_map(|text| {
        let target = Target::parse(text);
        if target.is_none() {
            found.push(
                Diagnostic::error(
                    "Invalid target",
                    format!("\"{text}\" is not the address of a module, resource or instance."),
                )
                .hint("For example: -target='module.network.aws_subnet.private[\"a\"]'"),
            );
        }
        target
    });
    let targets = targets.collect();
    found.or(targets)
}
