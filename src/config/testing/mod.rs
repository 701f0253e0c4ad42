//! Test files to data: runs with their assertions, variables, providers, mocks and overrides.
//!
//! Knows nothing of how a run is carried out, and of values at run time.

mod blocks;
mod load;
mod mocks;
mod overrides;
mod run;

use std::collections::BTreeMap;

use crate::addr::{AbsInstance, Name, Target};
use crate::diag::{Diagnostics, Sources, Span};
use crate::hcl::ast::{Attribute, Ident};
use crate::value::Value;

use super::{Condition, Loaded, ProviderConfig};

pub use load::{called_by_tests, load_tests};

/// Local name and alias of a provider configuration.
pub type ProviderRef = (Name, Option<Name>);

/// All test files of a root module, the modules that their runs name, and what was wrong with them.
pub struct LoadedTests {
    /// In order of their names.
    pub files: Vec<TestFile>,
    /// Modules that runs load instead of the root module, by folder below the root module's.
    pub modules: BTreeMap<String, Loaded>,
    pub sources: Sources,
    pub found: Diagnostics,
}

/// One `.tftest.hcl` or `.tftest.json` file.
#[derive(Clone, Debug)]
pub struct TestFile {
    /// Path below the root module's folder, as reports name it.
    pub name: String,
    pub variables: Vec<Attribute>,
    pub providers: BTreeMap<ProviderRef, TestProvider>,
    pub overrides: Vec<Override>,
    pub runs: Vec<Run>,
}

/// What a test file says of a provider.
#[derive(Clone, Debug)]
pub enum TestProvider {
    Real(ProviderConfig),
    Mock(MockProvider),
}

impl TestProvider {
    pub fn span(&self) -> Span {
        match self {
            Self::Real(provider) => provider.header,
            Self::Mock(mock) => mock.name.span,
        }
    }
}

/// A provider that makes values up.
#[derive(Clone, Debug)]
pub struct MockProvider {
    pub name: Ident,
    pub alias: Option<Name>,
    /// By type.
    pub resources: BTreeMap<Name, Mocked>,
    pub data: BTreeMap<Name, Mocked>,
    pub overrides: Vec<Override>,
    pub header: Span,
}

/// Values that stand for what a provider would choose.
#[derive(Clone, Debug)]
pub struct Mocked {
    /// An object; what it lacks is made up.
    pub values: Value,
    pub during: Phase,
    pub header: Span,
    /// Where the values are written.
    pub written: Span,
}

/// When made up values become known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    Plan,
    #[default]
    Apply,
}

/// Values for one resource, data source or module.
#[derive(Clone, Debug)]
pub struct Override {
    pub target: Target,
    pub target_span: Span,
    pub mocked: Mocked,
}

/// What a run does with the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Command {
    Plan,
    #[default]
    Apply,
}

/// A `run` block.
#[derive(Clone, Debug)]
pub struct Run {
    pub name: Ident,
    pub command: Command,
    pub variables: Vec<Attribute>,
    pub module: Option<RunModule>,
    /// `None` where the block does not say: then all of the file serve.
    pub providers: Option<Vec<PassedProvider>>,
    pub options: PlanOptions,
    pub assertions: Vec<Condition>,
    pub expected: Vec<Expectation>,
    pub overrides: Vec<Override>,
    pub state_key: Option<String>,
    pub header: Span,
}

/// Another module than the root module.
#[derive(Clone, Debug)]
pub struct RunModule {
    pub source: String,
    pub version: Option<String>,
    /// The folder below the root module's; empty where it could not be found.
    pub folder: String,
    pub span: Span,
}

/// One entry of `providers`.
#[derive(Clone, Debug)]
pub struct PassedProvider {
    /// As the module under test names it.
    pub within: ProviderRef,
    /// As the test file names it.
    pub given: ProviderRef,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunMode {
    #[default]
    Normal,
    RefreshOnly,
}

/// `plan_options`
#[derive(Clone, Debug)]
pub struct PlanOptions {
    pub mode: RunMode,
    pub refresh: bool,
    pub replace: Vec<AbsInstance>,
    pub targets: Vec<Target>,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { mode: RunMode::Normal, refresh: true, replace: Vec::new(), targets: Vec::new() }
    }
}

/// An object whose own conditions a run expects to fail, by its address in the module under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    pub address: String,
    /// Objects of that kind can have conditions.
    pub checkable: bool,
    pub span: Span,
}
