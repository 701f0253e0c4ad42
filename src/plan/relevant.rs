//! Attributes of objects that what is planned follows from: a change outside to one of them may be why something is done.
//!
//! Works on expressions alone: knows nothing of values.

use std::collections::BTreeSet;

use crate::addr::{
    AbsInstance, AbsResource, InstanceKey, ModuleInstance, Name, Path, ResourceAddr, Step, Target as Address,
};
use crate::config::{Config, Module, Reference, Target};
use crate::hcl::ast::{Access, Block, Body, Expr, ExprKind, Ident};

use super::model::{Action, Change, Relevant};

/// Follows references from blocks and outputs to attributes of objects, through named values and through the arguments
/// of other objects.
pub(super) struct Relevance<'a> {
    config: &'a Config,
    seen: BTreeSet<(ModuleInstance, Seen)>,
    found: BTreeSet<Relevant>,
}

/// What was looked into.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Local(Name),
    Variable(Name),
    Output(Name),
    Repetition(ResourceAddr),
    Arguments(ResourceAddr, Path),
}

impl<'a> Relevance<'a> {
    pub fn new(config: &'a Config) -> Self {
        Self { config, seen: BTreeSet::new(), found: BTreeSet::new() }
    }

    pub fn finish(self) -> Vec<Relevant> {
        self.found.into_iter().collect()
    }

    /// What a changed object refers to.
    pub fn change(&mut self, change: &Change) {
        let AbsResource { module, resource } = &change.key.addr.resource;
        if change.action != Action::NoOp {
            self.arguments(module, resource, &Path::root());
        }
    }

    /// What an output of a module refers to.
    pub fn output(&mut self, at: &ModuleInstance, name: &Name) {
        if let Some(output) = self.module(at).and_then(|m| m.outputs.get(name))
            && self.first(at, Seen::Output(name.clone()))
        {
            self.expr(at, None, &output.value);
        }
    }

    fn module(&self, at: &ModuleInstance) -> Option<&'a Module> {
        self.config.module(&at.path())
    }

    fn first(&mut self, at: &ModuleInstance, what: Seen) -> bool {
        self.seen.insert((at.clone(), what))
    }

    /// What the arguments at a path into a resource refer to.
    fn arguments(&mut self, at: &ModuleInstance, addr: &ResourceAddr, path: &Path) {
        if let Some(block) = self.module(at).and_then(|m| m.resources.get(addr))
            && self.first(at, Seen::Arguments(addr.clone(), path.clone()))
        {
            self.body(at, addr, &block.body, &path.0);
        }
    }

    fn body(&mut self, at: &ModuleInstance, within: &ResourceAddr, body: &Body, path: &[Step]) {
        let (name, rest) = match path {
            [] => (None, path),
            [Step::Attr(name) | Step::Key(name), rest @ ..] => (Some(name), rest),
            [Step::Index(_), ..] => return,
        };
        let wanted = |ident: &Ident| name.is_none_or(|name| ident.name == *name);
        body.attributes.iter().filter(|a| wanted(&a.name)).for_each(|a| self.expr(at, Some(within), &a.expr));
        // One block of several is told by an index.
        let (nth, rest) = match rest {
            [Step::Index(n), rest @ ..] => (usize::try_from(*n).ok(), rest),
            _ => (None, rest),
        };
        let plain = body.blocks.iter().filter(|b| wanted(&b.kind) && dynamic(b).is_none()).enumerate();
        plain.filter(|(n, _)| nth.is_none_or(|nth| nth == *n)).for_each(|(_, b)| self.body(at, within, &b.body, rest));
        for block in body.blocks.iter().filter(|b| dynamic(b).is_some_and(wanted)) {
            block.body.attributes.iter().for_each(|a| self.expr(at, Some(within), &a.expr));
            block.body.blocks.iter().for_each(|content| self.body(at, within, &content.body, rest));
        }
    }

    fn expr(&mut self, at: &ModuleInstance, within: Option<&ResourceAddr>, expr: &Expr) {
        expr.references(&mut |root, steps| {
            if let Ok(reference) = Reference::parse(root, steps) {
                self.refers(at, within, &reference.target, root, steps);
            }
        });
    }

    fn refers(
        &mut self,
        at: &ModuleInstance,
        within: Option<&ResourceAddr>,
        target: &Target,
        root: &Ident,
        steps: &[Access],
    ) {
        let Some(module) = self.module(at) else { return };
        match target {
            Target::Local(name) if self.first(at, Seen::Local(name.clone())) => {
                module.locals.get(name).into_iter().for_each(|l| self.expr(at, None, &l.expr));
            }
            Target::Variable(name) if self.first(at, Seen::Variable(name.clone())) => {
                let Some((parent, (call, _))) = at.parent() else { return };
                let call = self.module(&parent).and_then(|m| m.calls.get(call));
                let given = call.into_iter().flat_map(|c| &c.args).filter(|a| a.name.name == *name);
                given.for_each(|a| self.expr(&parent, None, &a.expr));
            }
            Target::Module(call) | Target::ModuleOutput(call, _) => {
                let Some(outputs) = module.calls.get(call).map(|c| &c.module.outputs) else { return };
                let (key, rest) = keyed(steps.get(1..).unwrap_or_default());
                let child = at.child(call, key.unwrap_or(InstanceKey::None));
                match rest.first() {
                    Some(Access::Attr(output)) => self.output(&child, &output.name),
                    _ => outputs.keys().for_each(|name| self.output(&child, name)),
                }
            }
            // Iterators of dynamic blocks look like resources.
            Target::Resource(addr) if module.resources.contains_key(addr) => {
                let prefix = if matches!(&*root.name, "data" | "ephemeral" | "resource") { 2 } else { 1 };
                let (key, rest) = keyed(steps.get(prefix..).unwrap_or_default());
                let path = Path(rest.iter().map_while(step).collect());
                self.arguments(at, addr, &path);
                let resource = AbsResource { module: at.clone(), resource: addr.clone() };
                let object = match key {
                    Some(key) => Address::Instance(AbsInstance { resource, key }),
                    None => Address::Resource(resource),
                };
                self.found.insert(Relevant { object, path });
            }
            Target::Context(name) if matches!(&**name, "count" | "each") => {
                let block = within.and_then(|addr| module.resources.get(addr));
                if let Some(block) = block.filter(|b| self.first(at, Seen::Repetition(b.addr.clone()))) {
                    block.repetition.expr().into_iter().for_each(|e| self.expr(at, None, e));
                }
            }
            _ => {}
        }
    }
}

/// The kind of block that a dynamic block makes.
fn dynamic(block: &Block) -> Option<&Ident> {
    block.labels.first().filter(|_| &*block.kind.name == "dynamic")
}

/// The key of an instance at the front of the steps behind a name, where it is written out.
fn keyed(steps: &[Access]) -> (Option<InstanceKey>, &[Access]) {
    let key = match steps.first() {
        None | Some(Access::Attr(_)) => None,
        Some(first) => match step(first) {
            Some(Step::Index(n)) => Some(InstanceKey::Int(n)),
            Some(Step::Key(name)) => Some(InstanceKey::Str(name)),
            _ => None,
        },
    };
    let rest = if key.is_some() { steps.get(1..).unwrap_or_default() } else { steps };
    (key, rest)
}

fn step(step: &Access) -> Option<Step> {
    match step {
        Access::Attr(name) => Some(Step::Attr(name.name.clone())),
        Access::LegacyIndex(n, _) => Some(Step::Index(*n)),
        Access::Index(Expr { kind: ExprKind::Literal(value), .. }) => match (value.as_str(), value.as_i64()) {
            (Some(name), _) => Some(Step::Key(name.into())),
            (None, n) => Some(Step::Index(n?.try_into().ok()?)),
        },
        Access::Index(_) | Access::AttrSplat(_) | Access::FullSplat(_) => None,
    }
}
