//! A name that must be unique, under `create_before_destroy`: the new object cannot be made while the old one has it.

use super::plan::{Plan, at};
use crate::aws::Client;
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::registry::Registry;
use crate::provider::{Fate, Object, PlannedObject};

pub fn check(plan: &Plan<'_>, types: &Registry<Client>) -> Diagnostics {
    let mut found = Diagnostics::new();
    for object in plan.0.iter().filter(|o| o.fate == (Fate::Replaced { create_first: true })) {
        let Some(resource) = types.get(&object.kind) else { continue };
        let Some((name, within)) = resource.unique().split_first() else { continue };
        let Some(taken) = object.planned.str(name).filter(|_| stays(object, resource.unique())) else { continue };
        let within = within.iter().map(|a| format!(" in the same {a}")).collect::<String>();
        let detail = format!(
            "{} is replaced, and its new object is made before the old one is deleted. Both would have the {name} \
             \"{taken}\", which AWS gives only once{within}.",
            object.address
        );
        let prefix = format!("{name}_prefix");
        let way_out = if resource.schema().block.attributes.contains_key(&*prefix) {
            format!("Set {prefix} in place of {name}, so that each object gets a name of its own, or change the name.")
        } else {
            "Change the name together with what forces the new object.".to_owned()
        };
        let hint =
            format!("{way_out} Without create_before_destroy, here and in what depends on it, the old one goes first.");
        found.push(at(object, name, Diagnostic::error("Name is still taken", detail).hint(hint)));
    }
    found
}

/// Whether what makes the object unique stays as it is.
fn stays(object: &PlannedObject, unique: &[&str]) -> bool {
    let Some(prior) = &object.prior else { return false };
    let value = |of: &Object, name: &str| of.get(name).filter(|v| !v.is_null()).cloned();
    unique.iter().all(|name| match (value(prior, name), value(&object.planned, name)) {
        (Some(old), Some(new)) => new.is_wholly_known() && old.same_content(&new),
        (old, new) => old.is_none() && new.is_none(),
    })
}
