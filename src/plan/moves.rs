//! `moved` blocks, and the moves that follow from a change of `count`.

use std::collections::BTreeMap;

use crate::addr::{AbsInstance, AbsResource, InstanceKey, ModuleInstance, Target};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::world::{Keys, World};
use crate::state::State;

/// Moves by what `moved` blocks say. Chains are followed: the blocks apply in their order until nothing moves.
pub(super) fn apply(
    config: &Config,
    world: &World<'_>,
    state: &mut State,
    moved: &mut BTreeMap<AbsInstance, AbsInstance>,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    for module in config.modules() {
        for instance in world.module_instances(&module.path) {
            for block in &module.moved {
                let read = |span| {
                    let text = config.sources.snippet(span);
                    Target::parse(text).map(|t| within(&instance, t)).ok_or_else(|| {
                        Diagnostic::error(
                            "Invalid address",
                            format!("\"{text}\" is not the address of a resource or module."),
                        )
                        .at(span)
                    })
                };
                match (read(block.from.span), read(block.to.span)) {
                    (Ok(from), Ok(to)) => rename(state, moved, &from, &to),
                    (from, to) => found.extend(from.err().into_iter().chain(to.err())),
                }
            }
        }
    }
    found
}

fn within(module: &ModuleInstance, target: Target) -> Target {
    let prefix = |inner: ModuleInstance| {
        let steps = module.0.iter().cloned().chain(inner.0).collect();
        ModuleInstance(steps)
    };
    match target {
        Target::Module(m) => Target::Module(prefix(m)),
        Target::Resource(r) => Target::Resource(AbsResource { module: prefix(r.module), ..r }),
        Target::Instance(i) => {
            let resource = AbsResource { module: prefix(i.resource.module), resource: i.resource.resource };
            Target::Instance(AbsInstance { resource, key: i.key })
        }
    }
}

fn rename(state: &mut State, moved: &mut BTreeMap<AbsInstance, AbsInstance>, from: &Target, to: &Target) {
    let addresses: Vec<AbsInstance> = state.instances().map(|(addr, ..)| addr).collect();
    for old in addresses {
        let new = match (from, to) {
            (Target::Module(a), Target::Module(b)) if old.resource.module.0.starts_with(&a.0) => {
                let rest = old.resource.module.0[a.0.len()..].iter().cloned();
                let module = ModuleInstance(b.0.iter().cloned().chain(rest).collect());
                AbsInstance { resource: AbsResource { module, ..old.resource.clone() }, key: old.key.clone() }
            }
            (Target::Resource(a), Target::Resource(b)) if old.resource == *a => b.instance(old.key.clone()),
            (Target::Resource(a), Target::Instance(b)) if old.resource == *a && old.key == InstanceKey::None => {
                b.clone()
            }
            (Target::Instance(a), Target::Resource(b)) if old == *a => b.instance(InstanceKey::None),
            (Target::Instance(a), Target::Instance(b)) if old == *a => b.clone(),
            _ => continue,
        };
        relocate(state, moved, &old, new);
    }
}

/// `x` becomes `x[0]` when the block gets a `count`, and the other way round.
pub(super) fn implied(
    resource: &AbsResource,
    keys: &Keys,
    state: &mut State,
    moved: &mut BTreeMap<AbsInstance, AbsInstance>,
) {
    let (from, to) = match keys {
        Keys::Once => (InstanceKey::Int(0), InstanceKey::None),
        Keys::Count(n) if *n > 0 => (InstanceKey::None, InstanceKey::Int(0)),
        _ => return,
    };
    let old = resource.instance(from);
    if state.current(&old).is_some() {
        relocate(state, moved, &old, resource.instance(to));
    }
}

fn relocate(state: &mut State, moved: &mut BTreeMap<AbsInstance, AbsInstance>, old: &AbsInstance, new: AbsInstance) {
    if *old == new || state.instance(&new).is_some() {
        return;
    }
    let Some(resource) = state.resources.get_mut(&old.resource) else { return };
    let provider = resource.provider.clone();
    let Some(instance) = resource.instances.remove(&old.key) else { return };
    if resource.instances.is_empty() {
        state.resources.remove(&old.resource);
    }
    *state.instance_mut(&new, &provider) = instance;
    let origin = moved.remove(old).unwrap_or_else(|| old.clone());
    moved.insert(new, origin);
}
