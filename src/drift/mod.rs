//! Live against state against configuration.
//!
//! Knows nothing of how it is shown.

use crate::addr::Step;
use crate::config::{Config, IgnoreChanges};
use crate::plan::{Drift, difference, with_prior_at};
use crate::provider::Providers;
use crate::schema::Block;
use crate::value::{Kind, Value};

/// What of the differences matters. What the configuration leaves to others (`ignore_changes`) is no drift, nor is what
/// nobody can configure: a status, or a platform version that AWS raises by itself.
pub fn material(drifts: Vec<Drift>, config: &Config, providers: &Providers) -> Vec<Drift> {
    let keep = |mut drift: Drift| {
        let Some(live) = drift.after.take() else { return Some(drift) };
        let resource = &drift.key.addr.resource;
        let schema = providers.schema(&drift.provider.source, &resource.resource)?;
        let block = config.module(&resource.module.path()).and_then(|m| m.resources.get(&resource.resource));
        let live = match block.map(|b| &b.lifecycle.ignore_changes) {
            None | Some(IgnoreChanges::None) => live,
            Some(IgnoreChanges::All) => return None,
            Some(IgnoreChanges::Paths(paths)) => paths.iter().fold(live, |live, (path, _)| {
                let live = with_prior_at(live, Some(&drift.before), &path.0);
                // `tags` and `tags_all` say the same.
                match path.0.split_first() {
                    Some((Step::Attr(name), rest)) if &**name == "tags" => {
                        let all: Vec<Step> =
                            [Step::Attr("tags_all".into())].into_iter().chain(rest.iter().cloned()).collect();
                        with_prior_at(live, Some(&drift.before), &all)
                    }
                    _ => live,
                }
            }),
        };
        let live = configurable(&schema.block, live, &drift.before);
        let differs = difference(&schema.block, &drift.before, &live).changed;
        drift.after = Some(live);
        differs.then_some(drift)
    };
    drifts.into_iter().filter_map(keep).collect()
}

/// The live object with what is stored for the attributes that only the provider sets.
fn configurable(block: &Block, live: Value, stored: &Value) -> Value {
    let marks = live.marks;
    let Kind::Object(entries) = live.kind else { return live };
    let settled = entries.iter().map(|(name, live)| {
        let before = stored.get(name);
        let value = match (block.attributes.get(name), block.blocks.get(name), before) {
            (Some(attribute), _, Some(before)) if !attribute.configurable() => before.clone(),
            (_, Some(nested), Some(before)) => match (&live.kind, before.as_slice()) {
                (Kind::List(ty, items), Some(before)) if items.len() == before.len() => {
                    let pairs = items.iter().zip(before);
                    let items = pairs.map(|(l, b)| configurable(&nested.block, l.clone(), b)).collect();
                    Value::list(ty.clone(), items).mark(live.marks)
                }
                _ => live.clone(),
            },
            _ => live.clone(),
        };
        (name.clone(), value)
    });
    Value::object(settled.collect()).mark(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_own_is_taken_as_stored() {
        let object = |size: i64, min: i64| {
            let inner = Value::object([("desired".into(), size.into()), ("min".into(), min.into())].into());
            Value::object([("scaling".into(), Value::list(inner.ty(), vec![inner]))].into())
        };
        let path = [Step::Attr("scaling".into()), Step::Index(0), Step::Attr("desired".into())];
        assert_eq!(with_prior_at(object(5, 1), Some(&object(2, 1)), &path), object(2, 1));
        assert_eq!(with_prior_at(object(5, 3), Some(&object(2, 1)), &path), object(2, 3));
    }
}
