//! What came of the conditions of a run, object by object.
//!
//! Knows nothing of when conditions are judged.

use std::collections::BTreeMap;
use std::fmt;

use super::Scope;
use super::condition::{Verdict, judge};
use super::world::World;
use crate::addr::{AbsInstance, AbsResource, ConfigResource, InstanceKey, ModuleInstance, ModulePath, Name};
use crate::config::{Condition, Config};
use crate::diag::{Diagnostic, Span};

/// A block that has conditions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checkable {
    Check(ModulePath, Name),
    Output(ModulePath, Name),
    Resource(ConfigResource),
    Variable(ModulePath, Name),
}

/// One object of such a block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checked {
    Check(ModuleInstance, Name),
    Output(ModuleInstance, Name),
    Instance(AbsInstance),
    Variable(ModuleInstance, Name),
}

impl Checked {
    pub fn block(&self) -> Checkable {
        match self {
            Self::Check(module, name) => Checkable::Check(module.path(), name.clone()),
            Self::Output(module, name) => Checkable::Output(module.path(), name.clone()),
            Self::Instance(instance) => Checkable::Resource(instance.resource.config()),
            Self::Variable(module, name) => Checkable::Variable(module.path(), name.clone()),
        }
    }

    pub fn module(&self) -> &ModuleInstance {
        match self {
            Self::Check(module, _) | Self::Output(module, _) | Self::Variable(module, _) => module,
            Self::Instance(AbsInstance { resource: AbsResource { module, .. }, .. }) => module,
        }
    }

    /// Key of the instance, for resources.
    pub fn key(&self) -> &InstanceKey {
        match self {
            Self::Instance(instance) => &instance.key,
            _ => &InstanceKey::None,
        }
    }
}

impl fmt::Display for Checkable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(module, name) => within(f, module, module.is_root(), "check", name),
            Self::Output(module, name) => within(f, module, module.is_root(), "output", name),
            Self::Variable(module, name) => within(f, module, module.is_root(), "var", name),
            Self::Resource(resource) => resource.fmt(f),
        }
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(module, name) => within(f, module, module.is_root(), "check", name),
            Self::Output(module, name) => within(f, module, module.is_root(), "output", name),
            Self::Variable(module, name) => within(f, module, module.is_root(), "var", name),
            Self::Instance(instance) => instance.fmt(f),
        }
    }
}

fn within(f: &mut fmt::Formatter<'_>, module: &dyn fmt::Display, root: bool, what: &str, name: &Name) -> fmt::Result {
    if root { write!(f, "{what}.{name}") } else { write!(f, "{module}.{what}.{name}") }
}

/// Where conditions stand together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStatus {
    #[default]
    Pass,
    Unknown,
    Fail,
    /// A condition could not be evaluated.
    Error,
}

impl CheckStatus {
    /// The word that states and plans have for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }
}

/// What came of the conditions of one object, each by its place in the source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome(BTreeMap<Span, (CheckStatus, Vec<String>)>);

impl Outcome {
    pub fn status(&self) -> CheckStatus {
        self.0.values().map(|(status, _)| *status).max().unwrap_or(CheckStatus::Unknown)
    }

    /// What the conditions that fail say.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        self.0.values().flat_map(|(_, problems)| problems).map(String::as_str)
    }
}

/// All blocks with conditions, and what came of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checks(BTreeMap<Checkable, BTreeMap<Checked, Outcome>>);

impl Checks {
    /// All blocks that have conditions, with no object judged yet.
    pub fn declared(config: &Config) -> Self {
        let mut blocks = BTreeMap::new();
        for module in config.modules() {
            let path = &module.path;
            let checks = module.checks.keys().map(|name| Checkable::Check(path.clone(), name.clone()));
            let outputs = module.outputs.iter().filter(|(_, o)| !o.preconditions.is_empty());
            let outputs = outputs.map(|(name, _)| Checkable::Output(path.clone(), name.clone()));
            let variables = module.variables.iter().filter(|(_, v)| !v.validations.is_empty());
            let variables = variables.map(|(name, _)| Checkable::Variable(path.clone(), name.clone()));
            let conditional = |r: &crate::config::Resource| !r.preconditions.is_empty() || !r.postconditions.is_empty();
            let resources = module
                .resources
                .values()
                .filter(|r| conditional(r))
                .map(|r| Checkable::Resource(ConfigResource { module: path.clone(), resource: r.addr.clone() }));
            blocks.extend(checks.chain(outputs).chain(variables).chain(resources).map(|b| (b, BTreeMap::new())));
        }
        Self(blocks)
    }

    /// Keeps that there is an object, and nothing of what its conditions come to.
    pub fn expect(&mut self, object: Checked) {
        self.0.entry(object.block()).or_default().insert(object, Outcome::default());
    }

    fn record(&mut self, object: &Checked, at: Span, status: CheckStatus, problems: Vec<String>) {
        let objects = self.0.entry(object.block()).or_default();
        objects.entry(object.clone()).or_default().0.insert(at, (status, problems));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Blocks with their objects.
    pub fn iter(&self) -> impl Iterator<Item = (&Checkable, &BTreeMap<Checked, Outcome>)> {
        self.0.iter()
    }

    /// Whether any condition of an object was looked at.
    pub fn is_judged(&self, object: &Checked) -> bool {
        self.0.get(&object.block()).is_some_and(|objects| objects.contains_key(object))
    }

    /// Objects whose conditions could not all be judged.
    pub fn undecided(&self) -> impl Iterator<Item = &Checked> {
        let objects = self.0.values().flatten();
        objects.filter(|(_, o)| o.0.values().any(|(s, _)| *s == CheckStatus::Unknown)).map(|(object, _)| object)
    }
}

/// Where the conditions of a block stand: a block without a judged object is unknown.
pub fn overall(objects: &BTreeMap<Checked, Outcome>) -> CheckStatus {
    objects.values().map(Outcome::status).max().unwrap_or(CheckStatus::Unknown)
}

impl World<'_> {
    /// Judges a condition of an object, and keeps what came of it.
    pub fn judge(&self, object: &Checked, condition: &Condition, scope: &dyn Scope, summary: &str) -> Verdict {
        let verdict = judge(condition, scope, summary, &object.to_string());
        self.judged(object, condition, &verdict);
        verdict
    }

    /// Keeps what came of a condition.
    pub(super) fn judged(&self, object: &Checked, condition: &Condition, verdict: &Verdict) {
        let (status, problems) = match verdict {
            Verdict::Holds => (CheckStatus::Pass, Vec::new()),
            Verdict::Undecided => (CheckStatus::Unknown, Vec::new()),
            Verdict::Fails(found) => match found.iter().find(|d| d.checked) {
                // With a second finding the message is one that cannot be shown.
                Some(failure) if found.len() == 1 => (CheckStatus::Fail, vec![failure.detail.clone()]),
                Some(_) => (CheckStatus::Fail, Vec::new()),
                None => (CheckStatus::Error, Vec::new()),
            },
        };
        self.checks(|checks| checks.record(object, condition.span, status, problems));
    }

    /// Keeps what came of something else that an object needs: the data source of a check.
    pub fn note(&self, object: &Checked, at: Span, status: CheckStatus, why: Option<&Diagnostic>) {
        let problems = why.map(|d| format!("{}: {}", d.summary, d.detail)).into_iter().collect();
        self.checks(|checks| checks.record(object, at, status, problems));
    }
}
