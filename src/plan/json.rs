//! A plan and a state as the JSON documents that Terraform's tools read: plan format 1.2, state format 1.0.
//!
//! Secrets appear nowhere: where Terraform prints a sensitive value in plain, this prints `null` and marks the place in
//! `sensitive_values`, `before_sensitive` or `after_sensitive`. The shape of a document stays the same. Values that are
//! known only after apply are left away from `after` and `values`, and stand as `true` in `after_unknown`.
//!
//! Knows nothing of files: it makes a document in memory.

mod checks;
mod configuration;
mod values;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::addr::{AbsInstance, InstanceKey, Mode as ResourceMode, ModuleInstance, Name, Path, ProviderAddr, Step};
use crate::config::Config;
use crate::schema::SharedSchema;
use crate::state::{LANGUAGE_VERSION, ObjectState, State, Status, mark_at};
use crate::value::json::{from_json, type_to_json};
use crate::value::{Kind, Value};

use super::{Action, Change, Drift, Mode, OutputChange, Plan, Relevant};
use values::{sensitive_shape, shown, unknown_shape};

/// Finds the schema of an instance's type.
pub type Schemas<'a> = &'a dyn Fn(&ProviderAddr, &AbsInstance) -> Option<SharedSchema>;

/// What a plan document is made of.
pub struct Document<'a> {
    pub plan: &'a Plan,
    pub config: &'a Config,
    /// Values of the root module's variables, those that were given as they are written.
    pub variables: &'a BTreeMap<Name, Value>,
    pub schemas: Schemas<'a>,
    pub errored: bool,
}

/// The plan document.
pub fn plan(document: &Document<'_>) -> Json {
    let Document { plan, config, schemas, .. } = *document;
    let mut out = json!({
        "format_version": "1.2",
        "terraform_version": LANGUAGE_VERSION,
        "planned_values": planned_values(plan, schemas),
        "configuration": configuration::configuration(config, schemas),
        "timestamp": plan.timestamp,
        "applyable": !document.errored && (!plan.is_empty() || (plan.mode == Mode::RefreshOnly && !plan.drift.is_empty())),
        "complete": plan.complete,
        "errored": document.errored,
    });
    if let Some(prior) = prior_state(document) {
        out["prior_state"] = prior;
    }
    if !document.variables.is_empty() {
        let kept = |name: &Name| config.root.variables.get(name).is_none_or(|v| !v.ephemeral);
        let variables = document.variables.iter().filter(|(name, _)| kept(name)).map(|(name, value)| {
            let sensitive = config.root.variables.get(name).is_some_and(|v| v.sensitive);
            let value = if sensitive { Json::Null } else { shown(value) };
            (name.to_string(), json!({ "value": value }))
        });
        out["variables"] = Json::Object(variables.collect());
    }
    if plan.changes.iter().any(|c| !c.left_out) && plan.mode != Mode::RefreshOnly {
        out["resource_changes"] = plan.changes.iter().filter(|c| !c.left_out).map(resource_change).collect();
    }
    if !plan.outputs.is_empty() {
        out["output_changes"] = output_changes(&plan.outputs);
    }
    if !plan.relevant.is_empty() {
        out["relevant_attributes"] = relevant(&plan.relevant);
    }
    if !plan.checks.is_empty() {
        out["checks"] = checks::checks(&plan.checks);
    }
    if !plan.drift.is_empty() {
        out["resource_drift"] = plan.drift.iter().map(drift).collect();
    }
    out
}

/// The state document.
pub fn state(state: &State, schemas: Schemas<'_>) -> Json {
    let mut out = json!({ "format_version": "1.0", "terraform_version": version(state) });
    if !state.is_empty() {
        out["values"] = state_values(state, schemas, Vec::new());
    }
    out
}

fn version(state: &State) -> &str {
    if state.terraform_version.is_empty() { LANGUAGE_VERSION } else { &state.terraform_version }
}

fn resource_change(change: &Change) -> Json {
    let mut out = identity(&change.key.addr, &change.provider);
    if let Some(from) = &change.moved_from {
        out.insert("previous_address".into(), from.to_string().into());
    }
    if let Some(key) = &change.key.deposed {
        out.insert("deposed".into(), key.clone().into());
    }
    let mut delta = delta(change.action, change.before.as_ref(), change.after.as_ref());
    if !change.replace_paths.is_empty() {
        delta["replace_paths"] = change.replace_paths.iter().map(path).collect();
    }
    if let Some(id) = &change.importing {
        delta["importing"] = json!({ "id": id });
    }
    if let Some(text) = &change.generated {
        delta["generated_config"] = text.clone().into();
    }
    out.insert("change".into(), delta);
    if let Some(reason) = change.reason {
        out.insert("action_reason".into(), reason.word().into());
    }
    Json::Object(out)
}

fn drift(drift: &Drift) -> Json {
    let mut out = identity(&drift.key.addr, &drift.provider);
    if let Some(key) = &drift.key.deposed {
        out.insert("deposed".into(), key.clone().into());
    }
    let action = if drift.after.is_some() { Action::Update } else { Action::Delete };
    out.insert("change".into(), delta(action, Some(&drift.before), drift.after.as_ref()));
    Json::Object(out)
}

/// Before and after, with what is unknown and what is sensitive in them.
fn delta(action: Action, before: Option<&Value>, after: Option<&Value>) -> Json {
    let sensitive = |v: Option<&Value>| v.map_or(Json::Bool(false), sensitive_shape);
    json!({
        "actions": action.words(),
        "before": before.map_or(Json::Null, shown),
        "after": after.map_or(Json::Null, shown),
        "after_unknown": after.map_or_else(|| json!({}), unknown_shape),
        "before_sensitive": sensitive(before),
        "after_sensitive": sensitive(after),
    })
}

fn output_changes(outputs: &BTreeMap<Name, OutputChange>) -> Json {
    let entries = outputs.iter().map(|(name, output)| {
        let secret = output.is_secret();
        let side = |v: &Option<Value>| v.clone().map(|v| if secret { v.sensitive() } else { v });
        let (before, after) = (side(&output.before), side(&output.after));
        let mut delta = delta(output.action, before.as_ref(), after.as_ref());
        if after.as_ref().is_none_or(Value::is_wholly_known) {
            delta["after_unknown"] = false.into();
        }
        if let (Json::Object(delta), Some(Kind::Unknown(..))) = (&mut delta, after.as_ref().map(|v| &v.kind)) {
            delta.remove("after");
        }
        // What is secret on one side is on both: a value that no longer counts as one is not shown before it is told.
        delta["before_sensitive"] = secret.into();
        delta["after_sensitive"] = secret.into();
        (name.to_string(), delta)
    });
    Json::Object(entries.collect())
}

fn path(path: &Path) -> Json {
    path.0
        .iter()
        .map(|step| match step {
            Step::Attr(name) | Step::Key(name) => Json::from(&**name),
            Step::Index(i) => Json::from(*i),
        })
        .collect()
}

/// By the text of their addresses, so that the order does not hang on which instances there are.
fn relevant(all: &[Relevant]) -> Json {
    let mut all: Vec<(String, &Path)> = all.iter().map(|r| (r.object.to_string(), &r.path)).collect();
    all.sort();
    all.into_iter().map(|(resource, at)| json!({ "resource": resource, "attribute": path(at) })).collect()
}

/// The fields that say which instance is meant.
fn identity(addr: &AbsInstance, provider: &ProviderAddr) -> Map<String, Json> {
    let mut out = Map::new();
    let resource = &addr.resource.resource;
    out.insert("address".into(), addr.to_string().into());
    if !addr.resource.module.is_root() {
        out.insert("module_address".into(), addr.resource.module.to_string().into());
    }
    out.insert("mode".into(), mode(resource.mode).into());
    out.insert("type".into(), (&*resource.kind).into());
    out.insert("name".into(), (&*resource.name).into());
    match &addr.key {
        InstanceKey::None => {}
        InstanceKey::Int(n) => drop(out.insert("index".into(), (*n).into())),
        InstanceKey::Str(s) => drop(out.insert("index".into(), (&**s).into())),
    }
    out.insert("provider_name".into(), (&*provider.source).into());
    out
}

fn mode(mode: ResourceMode) -> &'static str {
    match mode {
        ResourceMode::Managed => "managed",
        ResourceMode::Data => "data",
        ResourceMode::Ephemeral => "ephemeral",
    }
}

/// An instance in a tree of modules.
struct Entry {
    addr: AbsInstance,
    provider: ProviderAddr,
    schema_version: u64,
    value: Value,
    more: Map<String, Json>,
}

impl Entry {
    fn json(self) -> Json {
        let mut out = identity(&self.addr, &self.provider);
        out.remove("module_address");
        out.insert("schema_version".into(), self.schema_version.into());
        out.insert("values".into(), shown(&self.value));
        out.insert("sensitive_values".into(), sensitive_shape(&self.value));
        out.extend(self.more);
        Json::Object(out)
    }
}

/// Resources by module, as a tree from the root.
fn module_tree(entries: Vec<Entry>) -> Json {
    let mut by_module: BTreeMap<ModuleInstance, Vec<Json>> = BTreeMap::new();
    for entry in entries {
        // A module without resources of its own still stands between its parent and its children.
        let mut module = entry.addr.resource.module.clone();
        by_module.entry(module.clone()).or_default().push(entry.json());
        while let Some((parent, _)) = module.parent() {
            by_module.entry(parent.clone()).or_default();
            module = parent;
        }
    }
    module_node(&ModuleInstance::root(), &by_module)
}

fn module_node(at: &ModuleInstance, all: &BTreeMap<ModuleInstance, Vec<Json>>) -> Json {
    let mut out = Map::new();
    if !at.is_root() {
        out.insert("address".into(), at.to_string().into());
    }
    if let Some(resources) = all.get(at).filter(|r| !r.is_empty()) {
        out.insert("resources".into(), resources.clone().into());
    }
    let children: Vec<Json> =
        all.keys().filter(|m| m.parent().is_some_and(|(p, _)| p == *at)).map(|m| module_node(m, all)).collect();
    if !children.is_empty() {
        out.insert("child_modules".into(), children.into());
    }
    Json::Object(out)
}

fn planned_values(plan: &Plan, schemas: Schemas<'_>) -> Json {
    let lasting = |c: &&Change| {
        plan.mode != Mode::RefreshOnly
            && c.key.deposed.is_none()
            && !c.left_out
            && !matches!(c.action, Action::Delete | Action::Forget)
    };
    let entries = plan.changes.iter().filter(lasting).filter_map(|change| {
        Some(Entry {
            addr: change.key.addr.clone(),
            provider: change.provider.clone(),
            schema_version: schemas(&change.provider, &change.key.addr).map_or(0, |s| s.version),
            value: change.after.clone()?,
            more: Map::new(),
        })
    });
    let mut out = Map::new();
    let outputs: Map<String, Json> = plan
        .outputs
        .iter()
        .filter_map(|(name, o)| Some((name.to_string(), output(o.after.as_ref()?, o.is_secret()))))
        .collect();
    if !outputs.is_empty() {
        out.insert("outputs".into(), outputs.into());
    }
    out.insert("root_module".into(), module_tree(entries.collect()));
    Json::Object(out)
}

fn output(value: &Value, sensitive: bool) -> Json {
    let mut out = json!({ "sensitive": sensitive });
    if value.is_wholly_known() {
        out["type"] = type_to_json(&value.ty());
        out["value"] = if sensitive { Json::Null } else { shown(value) };
    }
    out
}

/// The state as this plan has read it; `None` where there is nothing in it.
fn prior_state(document: &Document<'_>) -> Option<Json> {
    let plan = document.plan;
    // Data sources belong to the prior state as this plan has read them.
    let read = plan.data.iter().filter(|(addr, _)| addr.mode() == ResourceMode::Data);
    let read = read.map(|(addr, value)| {
        let provider = provider(document.config, addr);
        let schema_version = (document.schemas)(&provider, addr).map_or(0, |s| s.version);
        Entry { addr: addr.clone(), provider, schema_version, value: value.clone(), more: Map::new() }
    });
    // What the configuration says of dependencies goes for objects that stay.
    let mut prior = plan.prior.clone();
    plan.data.keys().filter(|addr| addr.mode() == ResourceMode::Data).for_each(|addr| prior.remove(addr, None));
    let staying = |c: &&Change| c.key.deposed.is_none() && !matches!(c.action, Action::Delete | Action::Forget);
    for change in plan.changes.iter().filter(staying) {
        let resource = prior.resources.get_mut(&change.key.addr.resource);
        let object = resource.and_then(|r| r.instances.get_mut(&change.key.addr.key)?.current.as_mut());
        object.into_iter().for_each(|o| o.dependencies.clone_from(&change.dependencies));
    }
    let mut values = state_values(&prior, document.schemas, read.collect());
    if plan.mode != Mode::Destroy {
        // Outputs have their new values already, as far as these are known.
        let mut all: Map<String, Json> = values["outputs"].as_object().cloned().unwrap_or_default();
        for (name, change) in plan.outputs.iter().filter(|(_, o)| o.action != Action::Delete) {
            match change.after.as_ref().filter(|v| v.is_wholly_known()) {
                Some(null) if null.is_null() => drop(all.remove(&**name)),
                Some(value) => drop(all.insert(name.to_string(), output(value, change.sensitive))),
                None => {}
            }
        }
        values["outputs"] = all.into();
    }
    if values["outputs"].as_object().is_none_or(Map::is_empty) {
        values.as_object_mut().map(|v| v.remove("outputs"));
    }
    let empty = values == json!({ "root_module": {} });
    (!empty).then(|| json!({ "format_version": "1.0", "terraform_version": version(&plan.prior), "values": values }))
}

/// The provider that a resource of the configuration uses.
fn provider(config: &Config, addr: &AbsInstance) -> ProviderAddr {
    let module = config.module(&addr.resource.module.path());
    let local = module.and_then(|m| m.resources.get(&addr.resource.resource)).map(|r| r.provider.0.clone());
    let local = local.unwrap_or_else(|| addr.kind().split('_').next().unwrap_or("").into());
    let source = module.map_or_else(|| ProviderAddr::implied_source(&local), |m| m.provider_source(&local));
    ProviderAddr::root(source)
}

fn state_values(state: &State, schemas: Schemas<'_>, more: Vec<Entry>) -> Json {
    let mut entries = more;
    for (addr, resource, instance) in state.instances() {
        let current = instance.current.iter().map(|object| (None, object));
        let deposed = instance.deposed.iter().map(|(key, object)| (Some(key), object));
        for (key, object) in current.chain(deposed) {
            let mut more = Map::new();
            if !object.dependencies.is_empty() {
                let mut names: Vec<String> = object.dependencies.iter().map(ToString::to_string).collect();
                names.sort();
                more.insert("depends_on".into(), names.into());
            }
            if object.status == Status::Tainted {
                more.insert("tainted".into(), true.into());
            }
            if let Some(key) = key {
                more.insert("deposed_key".into(), key.clone().into());
            }
            let value = stored(object, schemas(&resource.provider, &addr).as_deref());
            entries.push(Entry {
                addr: addr.clone(),
                provider: resource.provider.clone(),
                schema_version: object.schema_version,
                value,
                more,
            });
        }
    }
    entries.sort_by(|a, b| a.addr.cmp(&b.addr));
    let mut out = Map::new();
    if !state.outputs.is_empty() {
        let outputs = state.outputs.iter().map(|(name, o)| (name.to_string(), output(&o.value, o.sensitive)));
        out.insert("outputs".into(), Json::Object(outputs.collect()));
    }
    out.insert("root_module".into(), module_tree(entries));
    Json::Object(out)
}

/// An object as stored; what the state marks is sensitive also where no schema says so.
fn stored(object: &ObjectState, schema: Option<&crate::schema::Schema>) -> Value {
    schema.and_then(|s| object.decode(&s.block).ok()).unwrap_or_else(|| {
        let plain = from_json(&Json::Object(object.attributes.clone()));
        object.sensitive_attributes.iter().fold(plain, |v, path| mark_at(v, &path.0))
    })
}

#[cfg(test)]
mod tests;
