//! Reads what is there: state, outputs, graph.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::config::{Config, load};
use crate::diag::{Diagnostic, Sources};
use crate::graph::{Graph, to_dot};
use crate::provider::{Plugin, Providers};
use crate::schema::SharedSchema;
use crate::schema::json::{block as block_json, schema as schema_json};
use crate::state::State;

use super::place::place_alone;
use super::{Args, Failure, OpResult, Session};

/// A stored state with the schemas to show it by.
pub struct Stored {
    pub state: Option<State>,
    pub providers: Arc<Providers>,
}

/// Reads the state. Takes no lock, and needs the network only where the state is kept behind it.
pub async fn stored(session: &Session, args: &Args) -> OpResult<Stored> {
    let backend = place_alone(session, args)?.open(session);
    let state = backend.read().await.map_err(|e| Failure::new(Diagnostic::from(e), &Sources::default()))?;
    Ok(Stored { state, providers: session.providers() })
}

/// A drawn graph.
pub struct Graphed {
    pub dot: String,
}

/// The dependency graph of the configuration in Graphviz's language.
pub fn graph(session: &Session) -> OpResult<Graphed> {
    let loaded = load(&session.dir, Sources::default());
    if loaded.diagnostics.has_errors() {
        return Err(Failure::new(loaded.diagnostics, &loaded.config.sources));
    }
    let graph = Graph::build(&loaded.config).map_err(|e| Failure::new(e, &loaded.config.sources))?;
    Ok(Graphed { dot: to_dot(&graph) })
}

/// Schemas of the providers that the configuration uses, in Terraform's form.
pub fn schemas(session: &Session) -> OpResult<Json> {
    let loaded = load(&session.dir, Sources::default());
    if loaded.diagnostics.has_errors() {
        return Err(Failure::new(loaded.diagnostics, &loaded.config.sources));
    }
    let providers = session.providers();
    let used = sources_in_use(&loaded.config);
    let known = used.iter().filter_map(|source| Some((source.clone(), plugin_schemas(&**providers.plugin(source)?))));
    Ok(json!({ "format_version": "1.0", "provider_schemas": known.collect::<BTreeMap<_, _>>() }))
}

fn sources_in_use(config: &Config) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for module in config.modules() {
        let locals =
            module.resources.values().map(|r| &r.provider.0).chain(module.providers.keys().map(|(name, _)| name));
        used.extend(locals.chain(module.required_providers.keys()).map(|name| module.provider_source(name)));
    }
    used
}

fn plugin_schemas(plugin: &dyn Plugin) -> Json {
    let all = |names: Vec<&str>, schema: &dyn Fn(&str) -> Option<SharedSchema>| {
        names.into_iter().filter_map(|n| Some((n.to_owned(), schema_json(&*schema(n)?)))).collect::<Map<_, _>>()
    };
    let mut out = Map::new();
    out.insert("provider".into(), json!({ "version": 0, "block": block_json(plugin.config_schema()) }));
    let parts = [
        ("resource_schemas", all(plugin.resource_types(), &|n| plugin.resource_schema(n))),
        ("data_source_schemas", all(plugin.data_sources(), &|n| plugin.data_schema(n))),
        ("ephemeral_resource_schemas", all(plugin.ephemeral_types(), &|n| plugin.ephemeral_schema(n))),
    ];
    out.extend(parts.into_iter().filter(|(_, m)| !m.is_empty()).map(|(name, m)| (name.to_owned(), Json::Object(m))));
    Json::Object(out)
}
