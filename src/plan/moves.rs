//! `moved` blocks, and the moves that follow from a change of `count`.

mod statement;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::toposort;

use crate::addr::{AbsInstance, AbsResource, InstanceKey, ModuleInstance, ProviderAddr, Target};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::world::{Keys, World};
use crate::provider::{Foreign, Providers};
use crate::state::State;
use statement::Statement;

use super::lookup::provider_of;

/// What has moved and what could not.
#[derive(Default)]
pub(super) struct Moves {
    statements: Vec<Statement>,
    /// Where an object stood, by where it stands now.
    origins: BTreeMap<AbsInstance, AbsInstance>,
    /// Objects that stay because something else is at their new address already.
    blocked: Vec<(String, String)>,
}

impl Moves {
    /// Moves by what `moved` blocks say, those first that others follow on from.
    pub fn apply(config: &Config, providers: &Providers, state: &mut State) -> (Self, Diagnostics) {
        let mut statements = Vec::new();
        for module in config.modules() {
            statements.extend(module.moved.iter().map(|block| Statement::new(&module.path, block)));
        }
        let mut moves = Self { statements, ..Self::default() };
        let mut found = validate::cycles(&moves.statements, config);
        if found.has_errors() {
            return (moves, found);
        }
        let mut order = toposort(&validate::dependencies(&moves.statements), None).unwrap_or_default();
        order.reverse();
        for n in order {
            found.extend(moves.follow(n.index(), config, providers, state));
        }
        (moves, found)
    }

    fn follow(&mut self, index: usize, config: &Config, providers: &Providers, state: &mut State) -> Diagnostics {
        let mut found = Diagnostics::new();
        let mut units: Vec<(Target, Target)> = Vec::new();
        let Some(statement) = self.statements.get(index) else { return found };
        for (addr, ..) in state.instances() {
            if let Some(unit) = statement.unit(&addr).filter(|u| u.0 != u.1 && !units.contains(u)) {
                units.push(unit);
            }
        }
        let span = statement.span;
        for (from, to) in units {
            if occupied(state, &to) {
                self.blocked.push((from.to_string(), to.to_string()));
                continue;
            }
            let all: Vec<AbsInstance> = state.instances().map(|(a, ..)| a).filter(|a| belongs(a, &from)).collect();
            for old in all {
                let new = moved(&old, &from, &to);
                match convert(config, providers, state, &old, &new) {
                    Ok(provider) => self.relocate(state, &old, new, provider),
                    Err(diagnostic) => found.push(diagnostic.at(span)),
                }
            }
        }
        found
    }

    /// `x` becomes `x[0]` when the block gets a `count`, and the other way round.
    pub fn implied(&mut self, resource: &AbsResource, keys: &Keys, state: &mut State) {
        let (from, to) = match keys {
            Keys::Once => (InstanceKey::Int(0), InstanceKey::None),
            Keys::Count(_) => (InstanceKey::None, InstanceKey::Int(0)),
            Keys::ForEach(_) => return,
        };
        let (old, new) = (resource.instance(from), resource.instance(to));
        if state.instance(&old).is_none() {
            return;
        }
        if state.instance(&new).is_some() {
            self.blocked.push((old.to_string(), new.to_string()));
            return;
        }
        self.relocate(state, &old, new, None);
    }

    fn relocate(&mut self, state: &mut State, old: &AbsInstance, new: AbsInstance, provider: Option<ProviderAddr>) {
        let Some(resource) = state.resources.get_mut(&old.resource) else { return };
        let provider = provider.unwrap_or_else(|| resource.provider.clone());
        let Some(instance) = resource.instances.remove(&old.key) else { return };
        if resource.instances.is_empty() {
            state.resources.remove(&old.resource);
        }
        *state.instance_mut(&new, &provider) = instance;
        let origin = self.origins.remove(old).unwrap_or_else(|| old.clone());
        self.origins.insert(new, origin);
    }

    /// Where an object stood before.
    pub fn origin(&self, addr: &AbsInstance) -> Option<&AbsInstance> {
        self.origins.get(addr)
    }

    /// What is wrong with the blocks, once it is known which instances there are.
    pub fn validate(&self, config: &Config, world: &World<'_>, visited: &BTreeSet<AbsInstance>) -> Diagnostics {
        validate::validate(&self.statements, config, world, visited)
    }

    /// Moves that targets would do by half.
    pub fn excluded(&self, targets: &[Target]) -> Option<Diagnostic> {
        let covered = |addr: &AbsInstance| targets.iter().any(|t| t.covers(addr));
        let left: BTreeSet<&AbsInstance> =
            self.origins.iter().flat_map(|(to, from)| [from, to]).filter(|a| !covered(a)).collect();
        if targets.is_empty() || left.is_empty() {
            return None;
        }
        let list: String = left.iter().map(|a| format!("\n  -target={:?}", a.to_string())).collect();
        Some(Diagnostic::error(
            "Moved resource instances excluded by targeting",
            format!(
                "Resource instances in your current state have moved to new addresses in the latest configuration. Terraform \
                 must include those resource instances while planning in order to ensure a correct result, but your \
                 -target=... options do not fully cover all of those resource instances.\n\nTo create a valid plan, \
                 either remove your -target=... options altogether or add the following additional target \
                 options:{list}\n\nNote that adding these options may include further additional resource instances in \
                 your plan, in order to respect object dependencies."
            ),
        ))
    }

    /// Moves that did not happen, as a warning.
    pub fn unresolved(&self) -> Option<Diagnostic> {
        if self.blocked.is_empty() {
            return None;
        }
        let list: String =
            self.blocked.iter().map(|(from, to)| format!("\n  - {from} could not move to {to}")).collect();
        Some(Diagnostic::warning(
            "Unresolved resource instance address changes",
            format!(
                "Terraform tried to adjust resource instance addresses in the prior state based on change information \
                 recorded in the configuration, but some adjustments did not succeed due to existing objects already \
                 at the intended addresses:{list}\n\nTerraform has planned to destroy these objects. If Terraform's \
                 proposed changes aren't appropriate, you must first resolve the conflicts using the \"terraform state\" \
                 subcommands and then create a new plan."
            ),
        ))
    }
}

fn belongs(addr: &AbsInstance, unit: &Target) -> bool {
    match unit {
        Target::Module(m) => addr.resource.module.0.starts_with(&m.0),
        Target::Resource(r) => addr.resource == *r,
        Target::Instance(i) => addr == i,
    }
}

fn occupied(state: &State, unit: &Target) -> bool {
    match unit {
        Target::Instance(i) => state.instance(i).is_some(),
        Target::Resource(r) => state.resources.contains_key(r),
        Target::Module(_) => state.instances().any(|(addr, ..)| belongs(&addr, unit)),
    }
}

fn moved(old: &AbsInstance, from: &Target, to: &Target) -> AbsInstance {
    match (from, to) {
        (Target::Module(a), Target::Module(b)) => {
            let rest = old.resource.module.0.iter().skip(a.0.len());
            let module = ModuleInstance(b.0.iter().chain(rest).cloned().collect());
            AbsResource { module, resource: old.resource.resource.clone() }.instance(old.key.clone())
        }
        (_, Target::Resource(b)) => b.instance(old.key.clone()),
        (_, Target::Instance(b)) => b.clone(),
        _ => old.clone(),
    }
}

/// Lets the new type take over an object of another one. The provider that it belongs to then comes back.
fn convert(
    config: &Config,
    providers: &Providers,
    state: &mut State,
    old: &AbsInstance,
    new: &AbsInstance,
) -> Result<Option<ProviderAddr>, Diagnostic> {
    if old.kind() == new.kind() {
        return Ok(None);
    }
    let target = new.resource.config();
    let block = config.module(&target.module).and_then(|m| m.resources.get(&target.resource));
    let provider = block.and_then(|b| provider_of(config, &target, b));
    let unsupported = || {
        let source = provider.as_ref().map_or("", |p| &*p.source);
        Diagnostic::error(
            "Unsupported `moved` across resource types",
            format!("The provider {source:?} does not support moved operations across resource types and providers."),
        )
        .address(old)
        .hint(format!("An object of type \"{}\" cannot become one of type \"{}\".", old.kind(), new.kind()))
    };
    let plugin = provider.as_ref().and_then(|p| providers.plugin(&p.source)).ok_or_else(unsupported)?;
    let schema = plugin.resource_schema(new.kind()).ok_or_else(unsupported)?;
    let Some(resource) = state.resources.get_mut(&old.resource) else { return Ok(None) };
    let source = resource.provider.source.clone();
    let Some(instance) = resource.instances.get_mut(&old.key) else { return Ok(None) };
    for object in instance.current.iter_mut().chain(instance.deposed.values_mut()) {
        let foreign = Foreign { provider: &source, kind: old.kind(), attributes: &object.attributes };
        let taken = plugin.take_over(new.kind(), &foreign).ok_or_else(unsupported)?;
        let value = schema.block.conform(&taken.into_value()).map_err(|why| {
            Diagnostic::error(
                "Unreadable object in state",
                format!("The stored attributes do not fit the type: {why}."),
            )
            .address(old)
        })?;
        object.encode(&value, &schema.block);
        object.schema_version = schema.version;
    }
    Ok(provider)
}
