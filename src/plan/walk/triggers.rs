//! Whether something beside its own configuration asks for a new object: `-replace`, or `replace_triggered_by`.

use crate::addr::{AbsInstance, AbsResource, InstanceKey, Path, Step};
use crate::config::{Reference, Resource, Target};
use crate::eval::{Scope, evaluate};
use crate::hcl::ast::{Access, Expr};
use crate::value::Value;

use super::Walk;
use crate::plan::model::{Action, Change, ChangeKey, Reason};

/// What an entry of `replace_triggered_by` names.
struct Trigger {
    resource: AbsResource,
    /// `None`: any instance.
    key: Option<InstanceKey>,
    /// The attribute whose change counts; empty where any does.
    path: Path,
}

impl Walk<'_> {
    /// Why an instance is replaced whatever its configuration says. `scope` is the one of the instance.
    pub(super) fn forced(&self, instance: &AbsInstance, block: &Resource, scope: &dyn Scope) -> Option<Reason> {
        if self.inputs.options.replace.contains(instance) {
            return Some(Reason::Requested);
        }
        let triggers = block.lifecycle.replace_triggered_by.iter().filter_map(|e| trigger(e, instance, scope));
        let triggered = triggers.into_iter().any(|trigger| {
            let first = ChangeKey::current(trigger.resource.instance(InstanceKey::None));
            let changes = self.changes.range(first..).map(|(_, change)| change);
            let mut named = changes
                .take_while(|c| c.key.addr.resource == trigger.resource)
                .filter(|c| trigger.key.as_ref().is_none_or(|k| *k == c.key.addr.key));
            named.any(|change| trigger.pulled(change))
        });
        triggered.then_some(Reason::TriggeredBy)
    }
}

impl Trigger {
    fn pulled(&self, change: &Change) -> bool {
        let changes = change.action == Action::Update || change.action.is_replace();
        let at = |v: &Option<Value>| v.as_ref().and_then(|v| v.at(&self.path));
        changes && (self.path.0.is_empty() || at(&change.before) != at(&change.after))
    }
}

fn trigger(expr: &Expr, instance: &AbsInstance, scope: &dyn Scope) -> Option<Trigger> {
    let (root, steps) = expr.as_traversal()?;
    let Target::Resource(addr) = Reference::parse(root, steps).ok()?.target else { return None };
    let named = if &*root.name == "resource" { 2 } else { 1 };
    let mut steps = steps.get(named..)?.iter().peekable();
    let resource = AbsResource { module: instance.resource.module.clone(), resource: addr };
    let key = match steps.peek() {
        Some(Access::LegacyIndex(n, _)) => Some(InstanceKey::Int(*n)),
        Some(Access::Index(e)) => {
            let value = evaluate(e, scope).ok()?;
            let number = value.as_i64().and_then(|n| n.try_into().ok()).map(InstanceKey::Int);
            Some(number.or_else(|| value.as_str().map(|s| InstanceKey::Str(s.into())))?)
        }
        _ => None,
    };
    if key.is_some() {
        steps.next();
    }
    let path = steps.map_while(|step| match step {
        Access::Attr(name) => Some(Step::Attr(name.name.clone())),
        Access::LegacyIndex(n, _) => Some(Step::Index(*n)),
        Access::Index(e) => {
            let value = evaluate(e, scope).ok()?;
            let number = value.as_i64().and_then(|n| n.try_into().ok()).map(Step::Index);
            number.or_else(|| value.as_str().map(|s| Step::Key(s.into())))
        }
        Access::AttrSplat(_) | Access::FullSplat(_) => None,
    });
    Some(Trigger { resource, key, path: Path(path.collect()) })
}
