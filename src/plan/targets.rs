//! What `-target` names.
//!
//! Knows nothing of changes.

use std::collections::BTreeSet;

use crate::addr::{ConfigResource, Target};
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::graph::{Graph, Node};
use crate::state::State;

use super::model::Options;

/// A target that names nothing is a slip: what was meant would be left as it is.
pub(super) fn unmatched(options: &Options, graph: &Graph, stored: &State) -> Diagnostics {
    let mut found = Diagnostics::new();
    let blocks: Vec<ConfigResource> =
        graph.nodes().filter_map(|n| if let Node::Resource(r) = n { Some(r.clone()) } else { None }).collect();
    let stored: Vec<ConfigResource> = stored.resources.keys().map(|r| r.config()).collect();
    for target in &options.targets {
        let all = || blocks.iter().chain(&stored);
        if all().any(|r| names(target, r)) {
            continue;
        }
        let mut known: BTreeSet<String> = all().map(ToString::to_string).collect();
        known.extend(all().filter(|r| !r.module.is_root()).map(|r| r.module.to_string()));
        let near = did_you_mean(&target.to_string(), known.iter().map(String::as_str));
        found.push(
            Diagnostic::error(
                "No such target",
                format!("Neither the configuration nor the state has {target}, which -target names."),
            )
            .hint(near.map_or_else(
                || "`kiban state list` lists what the state has.".to_owned(),
                |near| format!("Did you mean {near}?"),
            )),
        );
    }
    found
}

/// Whether a target names a block, whatever the keys.
pub(super) fn names(target: &Target, resource: &ConfigResource) -> bool {
    match target {
        Target::Module(module) => {
            let path = module.path();
            resource.module.0.starts_with(&path.0)
        }
        Target::Resource(r) => r.config() == *resource,
        Target::Instance(i) => i.resource.config() == *resource,
    }
}
