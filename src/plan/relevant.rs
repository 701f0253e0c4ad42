//! Attributes that what changes is made of: differences that were found elsewhere matter only there.
//!
//! Knows nothing of values.

use std::collections::BTreeSet;

use crate::addr::{AbsInstance, AbsResource, InstanceKey, ModuleInstance, Path, Step, Target as Address};
use crate::config::{Config, Reference, Target};
use crate::eval::world::World;
use crate::hcl::ast::{Access, Body, Expr, ExprKind};

use super::model::{Action, Change, Relevant};

/// Follows references from blocks and outputs to attributes of objects.
pub(super) struct Relevance<'a> {
    config: &'a Config,
    world: &'a World<'a>,
    seen: BTreeSet<(ModuleInstance, Target)>,
    found: BTreeSet<Relevant>,
}

impl<'a> Relevance<'a> {
    pub fn new(config: &'a Config, world: &'a World<'a>) -> Self {
        Self { config, world, seen: BTreeSet::new(), found: BTreeSet::new() }
    }

    pub fn finish(self) -> Vec<Relevant> {
        self.found.into_iter().collect()
    }

    /// What a changed object refers to.
    pub fn change(&mut self, change: &Change) {
        let resource = &change.key.addr.resource;
        if matches!(change.action, Action::NoOp) {
            return;
        }
        let module = self.config.module(&resource.module.path());
        let Some(block) = module.and_then(|m| m.resources.get(&resource.resource)) else { return };
        // All instances of a block refer to the same.
        let own = Target::Resource(resource.resource.clone());
        if !self.seen.insert((resource.module.clone(), own)) {
            return;
        }
        block.repetition.expr().into_iter().for_each(|e| self.expr(&resource.module, e));
        self.body(&resource.module, &block.body);
    }

    /// What an output of a module refers to.
    pub fn output(&mut self, module: &ModuleInstance, name: &crate::addr::Name) {
        let output = self.config.module(&module.path()).and_then(|m| m.outputs.get(name));
        if let Some(output) = output {
            self.expr(module, &output.value);
        }
    }

    fn body(&mut self, module: &ModuleInstance, body: &Body) {
        body.attributes.iter().for_each(|a| self.expr(module, &a.expr));
        body.blocks.iter().for_each(|b| self.body(module, &b.body));
    }

    fn expr(&mut self, module: &ModuleInstance, expr: &Expr) {
        let mut all = Vec::new();
        expr.references(&mut |root, steps| {
            if let Ok(reference) = Reference::parse(root, steps) {
                let skipped = if matches!(&*root.name, "data" | "ephemeral" | "resource") { 2 } else { 1 };
                all.push((reference.target, steps.to_vec(), skipped));
            }
        });
        for (target, steps, skipped) in all {
            self.follow(module, target, &steps, skipped);
        }
    }

    fn follow(&mut self, module: &ModuleInstance, target: Target, steps: &[Access], skipped: usize) {
        let Some(declared) = self.config.module(&module.path()) else { return };
        if let Target::Resource(addr) = &target {
            if declared.resources.contains_key(addr) {
                self.found.insert(attribute(
                    AbsResource { module: module.clone(), resource: addr.clone() },
                    steps.get(skipped..).unwrap_or_default(),
                ));
            }
            return;
        }
        if !self.seen.insert((module.clone(), target.clone())) {
            return;
        }
        match target {
            Target::Local(name) => {
                if let Some(local) = declared.locals.get(&name) {
                    self.expr(module, &local.expr);
                }
            }
            Target::Variable(name) => {
                let Some((parent, (call, _))) = module.parent() else { return };
                let call = self.config.module(&parent.path()).and_then(|m| m.calls.get(call));
                if let Some(argument) = call.and_then(|c| c.args.iter().find(|a| a.name.name == name)) {
                    self.expr(&parent, &argument.expr);
                }
            }
            Target::ModuleOutput(call, output) => {
                for child in self.children(module, &call) {
                    self.output(&child, &output);
                }
            }
            Target::Module(call) => {
                let outputs = declared.calls.get(&call).map(|c| c.module.outputs.keys().cloned().collect::<Vec<_>>());
                for child in self.children(module, &call) {
                    outputs.iter().flatten().for_each(|name| self.output(&child, name));
                }
            }
            Target::Resource(_) | Target::Context(_) => {}
        }
    }

    fn children(&self, module: &ModuleInstance, call: &crate::addr::Name) -> Vec<ModuleInstance> {
        let all = self.world.module_instances(&module.path().child(call));
        all.into_iter().filter(|child| child.parent().is_some_and(|(parent, _)| parent == *module)).collect()
    }
}

/// The attribute that steps behind the name of a block lead to, as far as they are written out.
fn attribute(resource: AbsResource, steps: &[Access]) -> Relevant {
    let key = |step: &Access| match step {
        Access::LegacyIndex(n, _) => Some(InstanceKey::Int(*n)),
        Access::Index(Expr { kind: ExprKind::Literal(value), .. }) => match (value.as_str(), value.as_i64()) {
            (Some(text), _) => Some(InstanceKey::Str(text.into())),
            (_, Some(n)) => u64::try_from(n).ok().map(InstanceKey::Int),
            _ => None,
        },
        _ => None,
    };
    let (own, rest) = match steps.split_first() {
        Some((first, rest)) if !matches!(first, Access::Attr(_)) => (Some(key(first)), rest),
        _ => (None, steps),
    };
    let object = match own {
        Some(Some(key)) => Address::Instance(AbsInstance { resource, key }),
        _ => Address::Resource(resource),
    };
    let mut path = Vec::new();
    for step in rest {
        path.push(match (step, key(step)) {
            (Access::Attr(name), _) => Step::Attr(name.name.clone()),
            (_, Some(InstanceKey::Int(n))) => Step::Index(n),
            (_, Some(InstanceKey::Str(text))) => Step::Key(text),
            _ => break,
        });
    }
    Relevant { object, path: Path(path) }
}
