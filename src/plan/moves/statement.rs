//! One `moved` block as a rule that leads from addresses to addresses.
//!
//! Knows nothing of what is in a state.

use std::fmt;

use crate::addr::{AbsInstance, AbsResource, InstanceKey, ModuleInstance, ModulePath, Name, ResourceAddr, Target};
use crate::config::Moved;
use crate::diag::Span;

/// A rule: what stands at `from` goes to `to`, in every instance of the module that declares it.
pub struct Statement {
    pub declared: ModulePath,
    pub from: Endpoint,
    pub to: Endpoint,
    pub span: Span,
}

/// Where a move begins or ends, seen from the root.
pub struct Endpoint {
    modules: Vec<(Name, Key)>,
    /// `None`: the module itself.
    resource: Option<(ResourceAddr, Key)>,
}

/// Which instances of a step are meant.
#[derive(Clone, PartialEq)]
enum Key {
    /// All of them; each keeps its key.
    Any,
    Exactly(InstanceKey),
}

impl Key {
    fn meets(&self, other: &Self) -> bool {
        *self == Self::Any || *other == Self::Any || self == other
    }

    fn admits(&self, key: &InstanceKey) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(own) => own == key,
        }
    }

    fn or(&self, key: &InstanceKey) -> InstanceKey {
        match self {
            Self::Any => key.clone(),
            Self::Exactly(own) => own.clone(),
        }
    }
}

impl Statement {
    pub fn new(declared: &ModulePath, block: &Moved) -> Self {
        // Without a key on either side the whole block is meant; with one, single instances are.
        let whole = last_key(&block.from) == InstanceKey::None && last_key(&block.to) == InstanceKey::None;
        Self {
            declared: declared.clone(),
            from: Endpoint::new(declared, &block.from, whole),
            to: Endpoint::new(declared, &block.to, whole),
            span: block.span,
        }
    }

    /// Which unit an object moves with, and where that unit goes.
    pub fn unit(&self, addr: &AbsInstance) -> Option<(Target, Target)> {
        let module = &addr.resource.module;
        let depth = self.from.modules.len();
        let steps = module.0.get(..depth)?;
        if !self.from.modules.iter().zip(steps).all(|((name, key), (n, k))| name == n && key.admits(k)) {
            return None;
        }
        let last = steps.last().map_or(InstanceKey::None, |(_, key)| key.clone());
        let to_module = ModuleInstance(
            self.to
                .modules
                .iter()
                .enumerate()
                .map(|(i, (name, key))| {
                    // The steps down to the declaring module are the same on both sides.
                    let own = if i < self.declared.0.len() { steps.get(i).map(|(_, k)| k) } else { None };
                    (name.clone(), key.or(own.unwrap_or(&last)))
                })
                .collect(),
        );
        let Some(((from, key), (to, to_key))) = self.from.resource.as_ref().zip(self.to.resource.as_ref()) else {
            return Some((Target::Module(ModuleInstance(steps.to_vec())), Target::Module(to_module)));
        };
        if module.0.len() != depth || addr.resource.resource != *from || !key.admits(&addr.key) {
            return None;
        }
        let to = AbsResource { module: to_module, resource: to.clone() };
        Some(match key {
            Key::Any => (Target::Resource(addr.resource.clone()), Target::Resource(to)),
            Key::Exactly(_) => (Target::Instance(addr.clone()), Target::Instance(to.instance(to_key.or(&addr.key)))),
        })
    }

    /// Both ends in one instance of the declaring module.
    pub fn within(&self, module: &ModuleInstance) -> (Target, Target) {
        (self.from.within(module), self.to.within(module))
    }

    /// Whether the other rule has to be followed first.
    pub fn depends_on(&self, other: &Self) -> bool {
        if self.from.meets(&other.to) {
            return true;
        }
        let nested = self.from.is_within(&other.to)
            || self.to.is_within(&other.to)
            || other.from.is_within(&self.from)
            || other.to.is_within(&self.from);
        // A module that only changes its key is at both ends of the rules inside of it.
        nested && (self.to.modules.len() >= other.to.modules.len() || !self.only_key())
    }

    fn only_key(&self) -> bool {
        let names = |e: &Endpoint| e.modules.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
        self.from.resource.is_none() && self.to.resource.is_none() && names(&self.from) == names(&self.to)
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {}", self.from, self.to)
    }
}

fn last_key(target: &Target) -> InstanceKey {
    match target {
        Target::Module(m) => m.0.last().map_or(InstanceKey::None, |(_, key)| key.clone()),
        Target::Resource(_) => InstanceKey::None,
        Target::Instance(i) => i.key.clone(),
    }
}

impl Endpoint {
    fn new(declared: &ModulePath, address: &Target, whole: bool) -> Self {
        let (module, resource) = match address {
            Target::Module(m) => (m, None),
            Target::Resource(r) => (&r.module, Some((&r.resource, InstanceKey::None))),
            Target::Instance(i) => (&i.resource.module, Some((&i.resource.resource, i.key.clone()))),
        };
        let last = |key: InstanceKey| if whole { Key::Any } else { Key::Exactly(key) };
        let mut modules: Vec<(Name, Key)> = declared.0.iter().map(|name| (name.clone(), Key::Any)).collect();
        modules.extend(module.0.iter().map(|(name, key)| (name.clone(), Key::Exactly(key.clone()))));
        if let (None, Some((_, key @ Key::Exactly(_)))) = (&resource, modules.last_mut())
            && whole
        {
            *key = Key::Any;
        }
        Self { modules, resource: resource.map(|(addr, key)| (addr.clone(), last(key))) }
    }

    /// Both may mean the same object.
    fn meets(&self, other: &Self) -> bool {
        self.modules.len() == other.modules.len()
            && self.covers(other)
            && match (&self.resource, &other.resource) {
                (None, None) => true,
                (Some((a, k)), Some((b, l))) => a == b && k.meets(l),
                _ => false,
            }
    }

    /// Whether the other one lies in the module that this one's steps lead to.
    fn covers(&self, other: &Self) -> bool {
        self.modules.len() <= other.modules.len()
            && self.modules.iter().zip(&other.modules).all(|((a, k), (b, l))| a == b && k.meets(l))
    }

    /// Strictly: in the other one's module, or an instance of its resource.
    fn is_within(&self, other: &Self) -> bool {
        match (&self.resource, &other.resource) {
            (_, None) => other.covers(self) && (self.modules.len() > other.modules.len() || self.resource.is_some()),
            (Some((a, Key::Exactly(_))), Some((b, Key::Any))) => {
                a == b && self.modules.len() == other.modules.len() && other.covers(self)
            }
            _ => false,
        }
    }

    fn within(&self, module: &ModuleInstance) -> Target {
        let steps = self.modules.iter().enumerate().map(|(i, (name, key))| {
            let own = module.0.get(i).map_or(&InstanceKey::None, |(_, key)| key);
            (name.clone(), key.or(own))
        });
        let module = ModuleInstance(steps.collect());
        match &self.resource {
            None => Target::Module(module),
            Some((addr, Key::Any)) => Target::Resource(AbsResource { module, resource: addr.clone() }),
            Some((addr, Key::Exactly(key))) => {
                Target::Instance(AbsResource { module, resource: addr.clone() }.instance(key.clone()))
            }
        }
    }

    /// Whether a whole block is meant, with all of its instances.
    pub fn is_whole(&self) -> bool {
        match &self.resource {
            Some((_, key)) => *key == Key::Any,
            None => self.modules.last().is_some_and(|(_, key)| *key == Key::Any),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = |key: &Key| match key {
            Key::Any => "[*]".to_owned(),
            Key::Exactly(key) => key.to_string(),
        };
        let modules = self.modules.iter().map(|(name, k)| format!("module.{name}{}", key(k)));
        let resource = self.resource.iter().map(|(addr, k)| format!("{addr}{}", key(k)));
        f.write_str(&modules.chain(resource).collect::<Vec<_>>().join("."))
    }
}
