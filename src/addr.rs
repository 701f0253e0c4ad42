//! Addresses: the printable identity of everything a configuration or a state names.
//!
//! Knows nothing of values at run time, of files or of providers.

use std::fmt;
use std::sync::Arc;

/// A name as written in source: cheap to clone, ordered by its text.
pub type Name = Arc<str>;

/// Key of one instance of a block with `count` or `for_each`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// The block has neither `count` nor `for_each`.
    None,
    Int(u64),
    Str(Name),
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Int(n) => write!(f, "[{n}]"),
            Self::Str(s) => write!(f, "[\"{}\"]", escape(s)),
        }
    }
}

/// Text as it stands between double quotes in the language.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() || (c.is_whitespace() && c != ' ') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

/// A module in the configuration: the call names from the root; empty is the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModulePath(pub Vec<Name>);

impl ModulePath {
    pub fn root() -> Self {
        Self::default()
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn child(&self, call: &Name) -> Self {
        let mut path = self.0.clone();
        path.push(call.clone());
        Self(path)
    }

    pub fn parent(&self) -> Option<(ModulePath, &Name)> {
        let (last, init) = self.0.split_last()?;
        Some((ModulePath(init.to_vec()), last))
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, call) in self.0.iter().enumerate() {
            write!(f, "{}module.{call}", if i == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

/// One instance of a module: the path with the key of each call.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleInstance(pub Vec<(Name, InstanceKey)>);

impl ModuleInstance {
    pub fn root() -> Self {
        Self::default()
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The module without its keys.
    pub fn path(&self) -> ModulePath {
        ModulePath(self.0.iter().map(|(name, _)| name.clone()).collect())
    }

    #[must_use]
    pub fn child(&self, call: &Name, key: InstanceKey) -> Self {
        let mut steps = self.0.clone();
        steps.push((call.clone(), key));
        Self(steps)
    }

    /// The one instance of a module that is called without `count` and `for_each` all the way.
    pub fn of(path: &ModulePath) -> Self {
        Self(path.0.iter().map(|call| (call.clone(), InstanceKey::None)).collect())
    }

    /// Whether a module instance is this one or lies in it. A step without a key covers every key.
    pub fn covers(&self, module: &ModuleInstance) -> bool {
        self.0.len() <= module.0.len()
            && self.0.iter().zip(&module.0).all(|((a, k), (b, l))| a == b && (*k == InstanceKey::None || k == l))
    }

    pub fn parent(&self) -> Option<(ModuleInstance, &(Name, InstanceKey))> {
        let (last, init) = self.0.split_last()?;
        Some((ModuleInstance(init.to_vec()), last))
    }
}

impl fmt::Display for ModuleInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (call, key)) in self.0.iter().enumerate() {
            write!(f, "{}module.{call}{key}", if i == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

/// Managed by kiban, only read, or opened for one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    Managed,
    Data,
    Ephemeral,
}

impl Mode {
    /// The word in front of an address; empty for managed resources.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Managed => "",
            Self::Data => "data.",
            Self::Ephemeral => "ephemeral.",
        }
    }
}

/// A resource block within its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceAddr {
    pub mode: Mode,
    pub kind: Name,
    pub name: Name,
}

impl ResourceAddr {
    pub fn managed(kind: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self { mode: Mode::Managed, kind: kind.into(), name: name.into() }
    }
}

impl fmt::Display for ResourceAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}.{}", self.mode.prefix(), self.kind, self.name)
    }
}

/// A resource block of the configuration, in whichever instance of its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    pub module: ModulePath,
    pub resource: ResourceAddr,
}

impl fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "{}", self.resource)
    }
}

/// A resource block in one instance of its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbsResource {
    pub module: ModuleInstance,
    pub resource: ResourceAddr,
}

impl AbsResource {
    pub fn config(&self) -> ConfigResource {
        ConfigResource { module: self.module.path(), resource: self.resource.clone() }
    }

    pub fn instance(&self, key: InstanceKey) -> AbsInstance {
        AbsInstance { resource: self.clone(), key }
    }
}

impl fmt::Display for AbsResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "{}", self.resource)
    }
}

/// One instance of a resource: what a plan changes and a state holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbsInstance {
    pub resource: AbsResource,
    pub key: InstanceKey,
}

impl AbsInstance {
    pub fn kind(&self) -> &Name {
        &self.resource.resource.kind
    }

    pub fn mode(&self) -> Mode {
        self.resource.resource.mode
    }

    /// Reads an address as a user types it, for example `module.a["x"].aws_vpc.main[0]`.
    pub fn parse(text: &str) -> Option<Self> {
        match Target::parse(text)? {
            Target::Instance(i) => Some(i),
            Target::Resource(r) => Some(r.instance(InstanceKey::None)),
            Target::Module(_) => None,
        }
    }
}

impl fmt::Display for AbsInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.resource, self.key)
    }
}

/// What `-target`, `-replace` and the like may name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Module(ModuleInstance),
    Resource(AbsResource),
    Instance(AbsInstance),
}

impl Target {
    /// Reads a target; `None` where the text is no address.
    pub fn parse(text: &str) -> Option<Self> {
        let mut steps = split(text)?;
        steps.reverse();
        let mut module = ModuleInstance::root();
        loop {
            let Some((word, key)) = steps.pop() else {
                return (!module.is_root()).then_some(Self::Module(module));
            };
            if word == "module" && key == InstanceKey::None {
                let (name, key) = steps.pop()?;
                module = module.child(&name.into(), key);
                continue;
            }
            if key != InstanceKey::None {
                return None;
            }
            let (mode, kind) = match word.as_str() {
                "data" => (Mode::Data, steps.pop()?.0),
                "ephemeral" => (Mode::Ephemeral, steps.pop()?.0),
                _ => (Mode::Managed, word),
            };
            let (name, key) = steps.pop()?;
            if !steps.is_empty() {
                return None;
            }
            let resource =
                AbsResource { module, resource: ResourceAddr { mode, kind: kind.into(), name: name.into() } };
            return Some(match key {
                InstanceKey::None => Self::Resource(resource),
                key => Self::Instance(resource.instance(key)),
            });
        }
    }

    /// Whether the target covers an instance. A module covers all below it; a step without a key covers every key.
    pub fn covers(&self, instance: &AbsInstance) -> bool {
        match self {
            Self::Instance(i) => i == instance,
            Self::Resource(r) => {
                r.resource == instance.resource.resource
                    && r.module.0.len() == instance.resource.module.0.len()
                    && r.module.covers(&instance.resource.module)
            }
            Self::Module(m) => m.covers(&instance.resource.module),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(m) => m.fmt(f),
            Self::Resource(r) => r.fmt(f),
            Self::Instance(i) => i.fmt(f),
        }
    }
}

/// Splits `a.b["c.d"].e[0]` at its dots, each word with its key.
fn split(text: &str) -> Option<Vec<(String, InstanceKey)>> {
    let mut steps = Vec::new();
    let mut rest = text.trim();
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let valid = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if word.is_empty() || !word.chars().all(valid) {
            return None;
        }
        let (key, tail) = match tail.strip_prefix('[') {
            Some(tail) => key(tail)?,
            None => (InstanceKey::None, tail),
        };
        steps.push((word.to_owned(), key));
        match tail.strip_prefix('.') {
            Some(tail) => rest = tail,
            None if tail.is_empty() => return Some(steps),
            None => return None,
        }
    }
}

fn key(text: &str) -> Option<(InstanceKey, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut out = String::new();
        let mut chars = quoted.char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => return Some((InstanceKey::Str(out.into()), quoted[i + 1..].strip_prefix(']')?)),
                '\\' => out.push(match chars.next()?.1 {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' => code_point(&mut chars, 4)?,
                    'U' => code_point(&mut chars, 8)?,
                    c => c,
                }),
                // `$${` stands for `${`.
                '$' | '%' if quoted[i + 1..].strip_prefix(c).is_some_and(|tail| tail.starts_with('{')) => {
                    out.push(c);
                    chars.next();
                }
                c => out.push(c),
            }
        }
        return None;
    }
    let (digits, tail) = text.split_once(']')?;
    Some((InstanceKey::Int(digits.parse().ok()?), tail))
}

fn code_point(chars: &mut std::str::CharIndices<'_>, digits: usize) -> Option<char> {
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + chars.next()?.1.to_digit(16)?;
    }
    char::from_u32(code)
}

/// A provider configuration: its local name, and its alias where it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderAddr {
    /// The module that has the provider block: the root module, but for old modules that bring their own.
    pub module: ModulePath,
    /// Source as `hostname/namespace/type`.
    pub source: Name,
    pub alias: Option<Name>,
}

impl ProviderAddr {
    /// The default configuration of a provider, in the root module.
    pub fn root(source: impl Into<Name>) -> Self {
        Self { module: ModulePath::default(), source: source.into(), alias: None }
    }

    /// Host of sources that name none (the public registry of the Terraform language).
    pub const DEFAULT_HOST: &'static str = "registry.terraform.io";

    /// The provider that is part of the language.
    pub const BUILT_IN: &'static str = "terraform.io/builtin/terraform";

    /// The source with its defaults filled in: `aws` and `hashicorp/aws` become full.
    pub fn full_source(text: &str) -> String {
        match text.split('/').count() {
            1 => format!("{}/hashicorp/{text}", Self::DEFAULT_HOST),
            2 => format!("{}/{text}", Self::DEFAULT_HOST),
            _ => text.to_owned(),
        }
    }

    /// The source of a local name that `required_providers` does not have.
    pub fn implied_source(local: &str) -> String {
        match local {
            "terraform" => Self::BUILT_IN.to_owned(),
            _ => Self::full_source(local),
        }
    }

    /// Last part of the source: `aws`.
    pub fn kind(&self) -> &str {
        self.source.rsplit('/').next().unwrap_or(&self.source)
    }

    /// Reads the form that states use: `provider["host/namespace/type"].alias`, also below a module.
    pub fn parse(text: &str) -> Option<Self> {
        let (module, rest) = text.split_once("provider[\"")?;
        let (source, rest) = rest.split_once("\"]")?;
        let mut path = ModulePath::default();
        let mut parts = module.split_terminator('.');
        while let Some(word) = parts.next() {
            let call = parts.next().filter(|_| word == "module")?;
            path.0.push(call.into());
        }
        let alias = rest.strip_prefix('.').map(Name::from);
        Some(Self { module: path, source: source.into(), alias })
    }
}

impl fmt::Display for ProviderAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "provider[\"{}\"]", self.source)?;
        self.alias.as_ref().map_or(Ok(()), |a| write!(f, ".{a}"))
    }
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Attr(Name),
    Index(u64),
    Key(Name),
}

/// A way into a value, from its root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Step>);

impl Path {
    pub fn root() -> Self {
        Self::default()
    }

    pub fn attr(name: impl Into<Name>) -> Self {
        Self(vec![Step::Attr(name.into())])
    }

    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The attribute of the resource that the path leads into.
    pub fn first(&self) -> Option<&Name> {
        match self.0.first() {
            Some(Step::Attr(name)) => Some(name),
            _ => None,
        }
    }

    pub fn starts_with(&self, prefix: &Path) -> bool {
        self.0.starts_with(&prefix.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Attr(name) if i == 0 => write!(f, "{name}")?,
                Step::Attr(name) => write!(f, ".{name}")?,
                Step::Index(n) => write!(f, "[{n}]")?,
                Step::Key(key) => write!(f, "[\"{}\"]", escape(key))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_printing_and_reading() {
        for text in [
            "aws_vpc.main",
            "aws_vpc.main[3]",
            "module.a.module.b[\"x.y\"].aws_vpc.main[\"q\\\"uote\"]",
            "module.a[0].data.aws_ami.this",
            "module.a",
            "module.a[\"$${x}%%{y}$z\\u001b\\u2028\"]",
        ] {
            assert_eq!(Target::parse(text).expect(text).to_string(), text);
        }
        for text in ["", "aws_vpc", "aws_vpc.", "a.b.c", "module", "a.b[", "a.b[x]", "a[0].b", "a b.c"] {
            assert!(Target::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_target_without_key_covers_every_key() {
        let instance = AbsInstance::parse("module.a[\"x\"].aws_vpc.main[0]").expect("address");
        for text in ["module.a", "module.a[\"x\"]", "module.a.aws_vpc.main", "module.a[\"x\"].aws_vpc.main[0]"] {
            assert!(Target::parse(text).expect(text).covers(&instance), "{text}");
        }
        for text in ["module.b", "module.a[\"y\"]", "aws_vpc.main", "module.a.aws_vpc.main[0]"] {
            assert!(!Target::parse(text).expect(text).covers(&instance), "{text}");
        }
    }

    #[test]
    fn provider_addresses_read_the_form_of_states() {
        let text = "provider[\"registry.terraform.io/hashicorp/aws\"].eu";
        let addr = ProviderAddr::parse(text).expect("address");
        assert_eq!((addr.kind(), addr.alias.as_deref()), ("aws", Some("eu")));
        assert_eq!(addr.to_string(), text);
    }
}
