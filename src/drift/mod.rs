//! Live against state against configuration.
//!
//! Knows nothing of how a report is shown.

use crate::addr::Path;
use crate::config::{Config, IgnoreChanges};
use crate::plan::Drift;
use crate::provider::Providers;
use crate::schema::Block;
use crate::schema::normal::equivalent;
use crate::value::Value;

/// One attribute that differs.
#[derive(Clone, Debug)]
pub struct AttributeDrift {
    pub path: Path,
    pub stored: Value,
    pub live: Value,
}

/// One object that differs, or is gone.
#[derive(Clone, Debug)]
pub struct ObjectDrift {
    pub drift: Drift,
    /// Empty where the object is gone.
    pub attributes: Vec<AttributeDrift>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct DriftReport {
    pub objects: Vec<ObjectDrift>,
}

impl DriftReport {
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

/// Attribute by attribute. What the configuration leaves to others (`ignore_changes`) is no drift.
pub fn report(drifts: Vec<Drift>, config: &Config, providers: &Providers) -> DriftReport {
    let mut report = DriftReport::default();
    for drift in drifts {
        let resource = &drift.key.addr.resource;
        let Some(schema) = providers.schema(&drift.provider.source, &resource.resource) else { continue };
        let mut attributes = Vec::new();
        if let Some(live) = &drift.after {
            compare(&schema.block, &drift.before, live, &Path::root(), &mut attributes);
            let block = config.module(&resource.module.path()).and_then(|m| m.resources.get(&resource.resource));
            let ignored = block.map(|b| &b.lifecycle.ignore_changes);
            attributes.retain(|a| !ignored.is_some_and(|i| ignores(i, &a.path)));
            if attributes.is_empty() {
                continue;
            }
        }
        report.objects.push(ObjectDrift { drift, attributes });
    }
    report
}

fn ignores(ignore: &IgnoreChanges, path: &Path) -> bool {
    match ignore {
        IgnoreChanges::None => false,
        IgnoreChanges::All => true,
        IgnoreChanges::Paths(paths) => {
            // `tags` and `tags_all` say the same.
            let plain = Path(path.0.clone());
            paths.iter().any(|(p, _)| {
                plain.starts_with(p)
                    || (p.first().is_some_and(|n| &**n == "tags") && path.first().is_some_and(|n| &**n == "tags_all"))
            })
        }
    }
}

fn compare(block: &Block, stored: &Value, live: &Value, at: &Path, out: &mut Vec<AttributeDrift>) {
    use crate::addr::Step;
    for (name, attribute) in &block.attributes {
        if let (Some(a), Some(b)) = (stored.get(name), live.get(name))
            && !equivalent(attribute.normal, a, b)
        {
            out.push(AttributeDrift { path: at.then(Step::Attr(name.clone())), stored: a.clone(), live: b.clone() });
        }
    }
    for (name, nested) in &block.blocks {
        let (Some(a), Some(b)) = (stored.get(name), live.get(name)) else { continue };
        let path = at.then(Step::Attr(name.clone()));
        match (a.as_slice(), b.as_slice()) {
            (Some(x), Some(y)) if x.len() == y.len() && nested.nesting == crate::schema::Nesting::List => {
                for (i, (x, y)) in x.iter().zip(y).enumerate() {
                    compare(&nested.block, x, y, &path.then(Step::Index(i as u64)), out);
                }
            }
            _ if equivalent(crate::schema::Normal::Exact, a, b) => {}
            _ => out.push(AttributeDrift { path, stored: a.clone(), live: b.clone() }),
        }
    }
}
