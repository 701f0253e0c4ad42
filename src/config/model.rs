//! The configuration as data: every block of every module, expressions still unevaluated.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::addr::{
    ConfigResource, InstanceKey, ModuleInstance, ModulePath, Name, ProviderAddr, ResourceAddr, Target as Address,
};
use crate::diag::{Sources, Span};
use crate::hcl::ast::{Attribute, Block, Body, Expr, Ident};
use crate::value::{Marks, Type, Value};

use super::testing::RunModule;

/// A root module with all that it calls, and the texts it was read from.
#[derive(Clone, Debug)]
pub struct Config {
    pub root: Module,
    pub sources: Sources,
    /// Modules whose outputs are given instead of worked out; what they contain does not exist.
    pub overridden: Vec<(ModuleInstance, BTreeMap<Name, Value>)>,
    /// `bootstrap` blocks of `kiban.hcl`.
    pub bootstrap: Vec<Block>,
}

impl Config {
    /// The module at a path.
    pub fn module(&self, path: &ModulePath) -> Option<&Module> {
        path.0.iter().try_fold(&self.root, |module, call| Some(&module.calls.get(call)?.module))
    }

    /// Outputs that are given for a module instance, or for one around it: those of the most exact address, the last of
    /// equals.
    pub fn override_of(&self, module: &ModuleInstance) -> Option<&BTreeMap<Name, Value>> {
        let exact = |target: &ModuleInstance| target.0.iter().filter(|(_, key)| *key != InstanceKey::None).count();
        let covering = self.overridden.iter().filter(|(target, _)| target.covers(module));
        covering.max_by_key(|(target, _)| (target.0.len(), exact(target))).map(|(_, outputs)| outputs)
    }

    /// All modules, parents before children.
    pub fn modules(&self) -> Vec<&Module> {
        fn walk<'a>(module: &'a Module, out: &mut Vec<&'a Module>) {
            out.push(module);
            module.calls.values().for_each(|call| walk(&call.module, out));
        }
        let mut out = Vec::new();
        walk(&self.root, &mut out);
        out
    }
}

/// One module: a folder of configuration.
#[derive(Clone, Debug)]
pub struct Module {
    pub path: ModulePath,
    /// The folder, as the configuration names it (relative to the root module's parent invocation).
    pub dir: PathBuf,
    pub variables: BTreeMap<Name, Variable>,
    pub locals: BTreeMap<Name, Attribute>,
    pub outputs: BTreeMap<Name, Output>,
    /// Managed resources and data sources.
    pub resources: BTreeMap<ResourceAddr, Resource>,
    pub calls: BTreeMap<Name, ModuleCall>,
    /// By local name and alias.
    pub providers: BTreeMap<(Name, Option<Name>), ProviderConfig>,
    /// Source and version constraint by local name.
    pub required_providers: BTreeMap<Name, RequiredProvider>,
    pub backend: Option<Backend>,
    pub moved: Vec<Moved>,
    pub removed: Vec<Removed>,
    pub imports: Vec<Import>,
    pub checks: BTreeMap<Name, Check>,
}

impl Module {
    pub fn empty(path: ModulePath, dir: PathBuf) -> Self {
        Self {
            path,
            dir,
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            outputs: BTreeMap::new(),
            resources: BTreeMap::new(),
            calls: BTreeMap::new(),
            providers: BTreeMap::new(),
            required_providers: BTreeMap::new(),
            backend: None,
            moved: Vec::new(),
            removed: Vec::new(),
            imports: Vec::new(),
            checks: BTreeMap::new(),
        }
    }

    /// Full source of the provider that a local name stands for.
    pub fn provider_source(&self, local: &str) -> String {
        match self.required_providers.get(local) {
            Some(required) => ProviderAddr::full_source(&required.source),
            None => ProviderAddr::implied_source(local),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Variable {
    pub name: Ident,
    /// With optional attributes marked in the object types.
    pub ty: Type,
    /// Defaults of `optional(type, default)`.
    pub defaults: Option<TypeDefaults>,
    pub default: Option<Expr>,
    pub description: Option<String>,
    pub sensitive: bool,
    pub ephemeral: bool,
    /// What to use instead.
    pub deprecated: Option<String>,
    pub nullable: bool,
    pub validations: Vec<Condition>,
    pub span: Span,
}

/// Defaults of optional attributes, in the shape of the type they belong to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypeDefaults {
    /// Of the object's own attributes.
    pub attributes: BTreeMap<Name, Value>,
    /// Of the types of attributes; of elements of collections under the empty name; of tuples under their index.
    pub children: BTreeMap<Name, TypeDefaults>,
}

impl TypeDefaults {
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.children.is_empty()
    }
}

/// `condition` and `error_message` of a validation, precondition, postcondition or assertion.
#[derive(Clone, Debug)]
pub struct Condition {
    pub condition: Expr,
    pub message: Expr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Output {
    pub name: Ident,
    pub value: Expr,
    pub ty: Option<Type>,
    /// What to use instead.
    pub deprecated: Option<String>,
    pub description: Option<String>,
    pub sensitive: bool,
    pub ephemeral: bool,
    pub depends_on: Vec<Reference>,
    pub preconditions: Vec<Condition>,
    pub span: Span,
}

impl Output {
    /// The marks that the block gives its value.
    pub fn marks(&self) -> Marks {
        let sensitive = if self.sensitive { Marks::SENSITIVE } else { Marks::NONE };
        let ephemeral = if self.ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
        sensitive | ephemeral
    }
}

/// How many instances a block has.
#[derive(Clone, Debug, Default)]
pub enum Repetition {
    #[default]
    Once,
    Count(Expr),
    ForEach(Expr),
}

impl Repetition {
    pub fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Once => None,
            Self::Count(e) | Self::ForEach(e) => Some(e),
        }
    }
}

/// When a provisioner runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// After the object is made.
    Create,
    /// Before it goes.
    Destroy,
}

/// A `local-exec` provisioner.
#[derive(Clone, Debug)]
pub struct Provisioner {
    pub moment: Moment,
    /// Its failure is told and changes nothing.
    pub goes_on: bool,
    /// Its arguments without `when` and `on_failure`.
    pub body: Body,
    pub header: Span,
    /// The brace that opens the block.
    pub opening: Span,
}

/// A `resource` or `data` block.
#[derive(Clone, Debug)]
pub struct Resource {
    pub addr: ResourceAddr,
    pub repetition: Repetition,
    /// Local name and alias of the provider configuration, as written or as the type implies.
    pub provider: (Name, Option<Name>),
    /// The `provider` argument, where there is one.
    pub provider_span: Option<Span>,
    pub depends_on: Vec<Reference>,
    /// The check block that a scoped data source belongs to.
    pub check: Option<Name>,
    pub lifecycle: Lifecycle,
    pub preconditions: Vec<Condition>,
    pub postconditions: Vec<Condition>,
    pub provisioners: Vec<Provisioner>,
    /// The arguments of the type: meta-arguments, `lifecycle` and provisioners are taken out.
    pub body: Body,
    /// Spans of the block's type label, of its header, and of the brace that opens it.
    pub kind_span: Span,
    pub header: Span,
    pub opening: Span,
}

#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    pub create_before_destroy: bool,
    pub prevent_destroy: bool,
    pub ignore_changes: IgnoreChanges,
    pub replace_triggered_by: Vec<Expr>,
}

#[derive(Clone, Debug, Default)]
pub enum IgnoreChanges {
    #[default]
    None,
    All,
    /// Paths, each with the span to blame.
    Paths(Vec<(crate::addr::Path, Span)>),
}

impl IgnoreChanges {
    pub fn add(&mut self, more: &[(crate::addr::Path, Span)]) {
        match self {
            Self::All => {}
            Self::None => *self = Self::Paths(more.to_vec()),
            Self::Paths(paths) => paths.extend_from_slice(more),
        }
    }
}

/// A `module` block, with the module it calls.
#[derive(Clone, Debug)]
pub struct ModuleCall {
    pub name: Ident,
    pub source: String,
    pub source_span: Span,
    /// The `version` argument: a constraint, for modules of a registry.
    pub version: Option<(String, Span)>,
    pub repetition: Repetition,
    pub depends_on: Vec<Reference>,
    /// Provider configurations handed over: name in the child -> name in the caller.
    pub providers: BTreeMap<(Name, Option<Name>), (Name, Option<Name>)>,
    /// Where each of them is named.
    pub provider_spans: BTreeMap<(Name, Option<Name>), Span>,
    pub args: Vec<Attribute>,
    /// Blocks have no place in a call.
    pub blocks: Vec<Block>,
    pub module: Module,
    pub header: Span,
    /// The brace that opens the block.
    pub opening: Span,
}

impl ModuleCall {
    /// The call that a run of a test makes.
    pub fn of_run(name: Ident, wanted: &RunModule, header: Span, path: ModulePath) -> Self {
        Self {
            name,
            source: wanted.source.clone(),
            source_span: wanted.span,
            version: wanted.version.clone().map(|text| (text, wanted.span)),
            repetition: Repetition::Once,
            depends_on: Vec::new(),
            providers: BTreeMap::new(),
            provider_spans: BTreeMap::new(),
            args: Vec::new(),
            blocks: Vec::new(),
            module: Module::empty(path, PathBuf::new()),
            header,
            opening: header,
        }
    }

    /// The version constraint, where there is one.
    pub fn version(&self) -> Option<&str> {
        self.version.as_ref().map(|(text, _)| text.as_str())
    }
}

#[derive(Clone, Debug)]
pub struct ProviderConfig {
    pub name: Ident,
    pub alias: Option<Name>,
    pub body: Body,
    pub header: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RequiredProvider {
    /// As written; the local name where the block names no source.
    pub source: String,
    pub version: Option<String>,
    /// `configuration_aliases`
    pub aliases: Vec<Name>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Backend {
    pub kind: Ident,
    pub body: Body,
    pub header: Span,
}

/// An address as a block names it: keys may be expressions in `import`, and nowhere else.
#[derive(Clone, Debug)]
pub struct AddressExpr {
    pub modules: Vec<(Name, Option<KeyExpr>)>,
    /// `None` where a module is meant.
    pub resource: Option<(ResourceAddr, Option<KeyExpr>)>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum KeyExpr {
    Fixed(InstanceKey),
    Expr(Expr),
}

#[derive(Clone, Debug)]
pub struct Moved {
    /// Relative to the module that has the block.
    pub from: Address,
    pub to: Address,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Removed {
    /// Relative to the module that has the block; without keys.
    pub from: Address,
    pub from_span: Span,
    /// `lifecycle { destroy = … }`
    pub destroy: bool,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Import {
    /// Relative to the module that has the block.
    pub to: AddressExpr,
    pub identity: ImportIdentity,
    pub for_each: Option<Expr>,
    /// For configuration that is generated.
    pub provider: Option<(Name, Option<Name>)>,
    pub span: Span,
}

/// What tells the object that is imported.
#[derive(Clone, Debug)]
pub enum ImportIdentity {
    Id(Expr),
    /// `identity`: an object of what the type is told by.
    Attributes(Expr),
}

impl ImportIdentity {
    pub fn expr(&self) -> &Expr {
        match self {
            Self::Id(expr) | Self::Attributes(expr) => expr,
        }
    }
}

impl Import {
    /// The block that the object goes to, seen from the root.
    pub fn target(&self, module: &ModulePath) -> Option<ConfigResource> {
        let (addr, _) = self.to.resource.as_ref()?;
        let path = module.0.iter().chain(self.to.modules.iter().map(|(name, _)| name));
        Some(ConfigResource { module: ModulePath(path.cloned().collect()), resource: addr.clone() })
    }

    /// Expressions that must be known before the object can be imported.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let keys = self.to.modules.iter().map(|(_, key)| key).chain(self.to.resource.iter().map(|(_, key)| key));
        let keys = keys.filter_map(|key| if let Some(KeyExpr::Expr(expr)) = key { Some(expr) } else { None });
        self.for_each.iter().chain([self.identity.expr()]).chain(keys)
    }
}

#[derive(Clone, Debug)]
pub struct Check {
    pub name: Ident,
    pub assertions: Vec<Condition>,
    /// The scoped data source: it stands among the resources of the module too.
    pub data: Option<ResourceAddr>,
    pub span: Span,
}

/// What an expression refers to, as far as the source alone tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    Variable(Name),
    Local(Name),
    Resource(ResourceAddr),
    Module(Name),
    ModuleOutput(Name, Name),
    /// `each`, `count`, `self`, `path`, `terraform`: nothing to wait for.
    Context(Name),
}

/// A reference with the place it stands at.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub target: Target,
    pub span: Span,
    /// Whether a key tells which instance of the object is meant.
    pub keyed: bool,
    /// The attribute of the object that is taken first.
    pub attribute: Option<Ident>,
}
