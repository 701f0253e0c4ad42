//! Attributes of objects that what is planned follows from: a change outside to one of them may be why something is done.
//!
//! Works on expressions alone: knows nothing of values.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::addr::{InstanceKey, ModuleInstance, Name, ResourceAddr};
use crate::config::{Config, Module, ModuleCall, Reference, Repetition, Target};
use crate::hcl::ast::{Access, Body, Expr, ExprKind, Ident};
use crate::plan::{Action, Change, Plan};

/// The attributes that changes and outputs refer to, through named values and through arguments of other objects.
pub(super) fn attributes(plan: &Plan, config: &Config) -> Vec<Json> {
    let mut search = Search { plan, config, seen: BTreeSet::new(), found: BTreeSet::new() };
    for change in plan.changes.iter().filter(|c| c.action != Action::NoOp || c.moved_from.is_some()) {
        let module = &change.key.addr.resource.module;
        search.resource(module, &change.key.addr.resource.resource, None);
    }
    for (name, _) in plan.outputs.iter().filter(|(_, o)| o.action != Action::NoOp) {
        search.output(&ModuleInstance::root(), name);
    }
    let entry = |(resource, path): &(String, Vec<Part>)| json!({ "resource": resource, "attribute": path.iter().map(Part::json).collect::<Vec<_>>() });
    search.found.iter().map(entry).collect()
}

/// A step of an attribute's path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Name(String),
    Index(i64),
}

impl Part {
    fn json(&self) -> Json {
        match self {
            Self::Name(name) => name.as_str().into(),
            Self::Index(n) => (*n).into(),
        }
    }
}

struct Search<'a> {
    plan: &'a Plan,
    config: &'a Config,
    /// What was looked into, by its name.
    seen: BTreeSet<String>,
    found: BTreeSet<(String, Vec<Part>)>,
}

impl<'a> Search<'a> {
    fn module(&self, at: &ModuleInstance) -> Option<&'a Module> {
        self.config.module(&at.path())
    }

    /// The first visit of something.
    fn first(&mut self, at: &ModuleInstance, what: impl std::fmt::Display) -> bool {
        self.seen.insert(format!("{at} {what}"))
    }

    /// What a resource, or one attribute of it, refers to.
    fn resource(&mut self, at: &ModuleInstance, addr: &ResourceAddr, attribute: Option<&str>) {
        let block = self.module(at).and_then(|m| m.resources.get(addr));
        let Some(block) = block.filter(|_| self.first(at, format_args!("{addr}.{}", attribute.unwrap_or("*")))) else {
            return;
        };
        match attribute {
            Some(name) => {
                let attributes = block.body.attributes.iter().filter(|a| &*a.name.name == name);
                attributes.for_each(|a| self.expr(at, &a.expr));
                let blocks = block
                    .body
                    .blocks
                    .iter()
                    .filter(|b| &*b.kind.name == name || b.labels.first().is_some_and(|l| &*l.name == name));
                blocks.for_each(|b| self.body(at, &b.body));
            }
            None => {
                self.body(at, &block.body);
                match &block.repetition {
                    Repetition::Once => {}
                    Repetition::Count(e) | Repetition::ForEach(e) => self.expr(at, e),
                }
            }
        }
    }

    fn body(&mut self, at: &ModuleInstance, body: &Body) {
        body.attributes.iter().for_each(|a| self.expr(at, &a.expr));
        body.blocks.iter().for_each(|b| self.body(at, &b.body));
    }

    fn output(&mut self, at: &ModuleInstance, name: &Name) {
        if let Some(output) = self.module(at).and_then(|m| m.outputs.get(name)) {
            self.expr(at, &output.value);
        }
    }

    fn expr(&mut self, at: &ModuleInstance, expr: &Expr) {
        expr.references(&mut |root, steps| {
            if let Ok(reference) = Reference::parse(root, steps) {
                self.refers(at, &reference.target, root, steps);
            }
        });
    }

    fn refers(&mut self, at: &ModuleInstance, target: &Target, root: &Ident, steps: &[Access]) {
        match target {
            Target::Local(name) if self.first(at, format_args!("local.{name}")) => {
                let local = self.module(at).and_then(|m| m.locals.get(name));
                local.into_iter().for_each(|l| self.expr(at, &l.expr));
            }
            Target::Variable(name) if self.first(at, format_args!("var.{name}")) => {
                let Some((parent, (call, _))) = at.parent() else { return };
                let call = self.module(&parent).and_then(|m| m.calls.get(call));
                let given = call.into_iter().flat_map(|c| &c.args).filter(|a| a.name.name == *name);
                given.for_each(|a| self.expr(&parent, &a.expr));
                // An argument belongs to the call, and the call stands for its outputs.
                let stays = |c: &Change| c.after.is_some() && c.key.addr.resource.module.0.starts_with(&at.0);
                if self.plan.changes.iter().any(stays) {
                    call.into_iter().flat_map(|c| c.module.outputs.keys()).for_each(|name| self.output(at, name));
                }
            }
            Target::Module(call) | Target::ModuleOutput(call, _) => self.call(at, call),
            Target::Resource(addr) => {
                // Iterators of dynamic blocks look like resources.
                if self.module(at).is_none_or(|m| !m.resources.contains_key(addr)) {
                    return;
                }
                let prefix = if matches!(&*root.name, "data" | "ephemeral" | "resource") { 2 } else { 1 };
                let steps = steps.get(prefix..).unwrap_or(&[]);
                let key = steps.first().and_then(key);
                let rest = if key.is_some() { steps.get(1..).unwrap_or(&[]) } else { steps };
                let path: Vec<Part> = rest.iter().map_while(step).collect();
                let key = key.unwrap_or(InstanceKey::None);
                let resource = crate::addr::AbsResource { module: at.clone(), resource: addr.clone() };
                self.found.insert((resource.instance(key).to_string(), path.clone()));
                let first = path.first().and_then(|s| if let Part::Name(n) = s { Some(n.clone()) } else { None });
                self.resource(at, addr, first.as_deref());
            }
            _ => {}
        }
    }

    /// A module call stands for all outputs of all its instances.
    fn call(&mut self, at: &ModuleInstance, call: &Name) {
        let found: Option<&ModuleCall> = self.module(at).and_then(|m| m.calls.get(call));
        let Some(found) = found.filter(|_| self.first(at, format_args!("module.{call}"))) else { return };
        let mut instances = BTreeSet::from([at.child(call, InstanceKey::None)]);
        for change in &self.plan.changes {
            let module = &change.key.addr.resource.module;
            let own = module.0.get(..=at.0.len()).filter(|m| m.starts_with(&at.0));
            if let (Some(own), Some(_)) = (own, &change.after) {
                instances.extend(own.last().filter(|(name, _)| name == call).map(|_| ModuleInstance(own.into())));
            }
        }
        for instance in instances {
            found.module.outputs.keys().for_each(|name| self.output(&instance, name));
        }
    }
}

fn key(step: &Access) -> Option<InstanceKey> {
    match self::step(step)? {
        Part::Index(n) => Some(InstanceKey::Int(n.try_into().ok()?)),
        Part::Name(name) if !matches!(step, Access::Attr(_)) => Some(InstanceKey::Str(name.into())),
        Part::Name(_) => None,
    }
}

fn step(step: &Access) -> Option<Part> {
    match step {
        Access::Attr(name) => Some(Part::Name(name.name.to_string())),
        Access::LegacyIndex(n, _) => Some(Part::Index(i64::try_from(*n).ok()?)),
        Access::Index(e) => match &e.kind {
            ExprKind::Literal(value) => match (value.as_str(), value.as_i64()) {
                (Some(name), _) => Some(Part::Name(name.to_owned())),
                (None, n) => Some(Part::Index(n?)),
            },
            _ => None,
        },
        Access::AttrSplat(_) | Access::FullSplat(_) => None,
    }
}
