//! The state as the engine works with it. Its JSON form, version 4, has its own structs in `file`.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Delivered;
use crate::addr::{AbsInstance, AbsResource, ConfigResource, InstanceKey, Name, Path, ProviderAddr};
use crate::schema::{Block, NestedBlock};
use crate::value::json::{from_json, from_stored, to_json, to_stored};
use crate::value::{Kind, Marks, Type, Value};

/// A snapshot of everything managed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Identity of the state over its versions; empty before the first write.
    pub lineage: String,
    /// Rises with every change.
    pub serial: u64,
    /// Version of the language of whoever wrote it last.
    pub terraform_version: String,
    pub outputs: BTreeMap<Name, OutputState>,
    pub resources: BTreeMap<AbsResource, ResourceState>,
    /// Results of check blocks, as stored.
    pub check_results: Option<Json>,
    /// What `bootstrap` blocks have brought into clusters, by their names.
    pub delivered: BTreeMap<String, Delivered>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OutputState {
    pub value: Value,
    pub sensitive: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ResourceState {
    pub provider: ProviderAddr,
    pub instances: BTreeMap<InstanceKey, InstanceState>,
}

/// The current object of an instance and those that wait to be deleted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceState {
    pub current: Option<ObjectState>,
    /// By deposed key: eight hexadecimal digits.
    pub deposed: BTreeMap<String, ObjectState>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    #[default]
    Ready,
    /// Half made: the next plan replaces it.
    Tainted,
}

/// One object as last written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectState {
    pub status: Status,
    pub schema_version: u64,
    /// Attributes as stored; the schema gives them their types.
    pub attributes: serde_json::Map<String, Json>,
    /// Paths that are sensitive beside what the schema says.
    pub sensitive_attributes: Vec<Path>,
    /// Opaque data of the provider, base64.
    pub private: Option<String>,
    pub identity_schema_version: Option<u64>,
    pub identity: Option<Json>,
    pub dependencies: Vec<ConfigResource>,
    pub create_before_destroy: bool,
}

impl ObjectState {
    /// The typed value under a schema, with sensitive marks. An error says which attribute does not fit.
    pub fn decode(&self, schema: &Block) -> Result<Value, String> {
        let typed = |(name, json): (&String, &Json)| {
            let stored = stored_type(schema, name).map_or_else(|| Ok(from_json(json)), |ty| from_stored(json, &ty));
            stored.map(|value| (name.as_str().into(), value)).map_err(|why| format!("{name}: {why}"))
        };
        let attributes = self.attributes.iter().map(typed).collect::<Result<_, String>>()?;
        let value = schema.conform(&Value::object(attributes))?;
        let mut value = schema.mark_sensitive(value);
        for path in &self.sensitive_attributes {
            value = mark_at(value, &path.0);
        }
        Ok(value)
    }

    /// The value without a schema: attributes as they are stored, with what the state marks as sensitive.
    pub fn untyped(&self) -> Value {
        let plain = from_json(&Json::Object(self.attributes.clone()));
        self.sensitive_attributes.iter().fold(plain, |value, path| mark_at(value, &path.0))
    }

    /// Stores a wholly known value. Sensitive paths are kept beside it.
    pub fn encode(&mut self, value: &Value, schema: &Block) {
        let stored = |(name, value): (&Name, &Value)| {
            let json = stored_type(schema, name).map_or_else(|| to_json(value), |ty| to_stored(value, &ty));
            (name.to_string(), json)
        };
        self.attributes = value.as_map().into_iter().flatten().map(stored).collect();
        self.sensitive_attributes.clear();
        sensitive_paths(value, &Path::root(), &mut self.sensitive_attributes);
    }

    /// Text attributes for messages: the `id`, where there is one.
    pub fn id(&self) -> Option<&str> {
        self.attributes.get("id").and_then(Json::as_str)
    }
}

/// Type of an attribute or of nested blocks, where it leaves open what is stored.
fn stored_type(schema: &Block, name: &str) -> Option<Type> {
    let ty = schema.attributes.get(name).map(|a| a.ty.clone()).or_else(|| schema.blocks.get(name).map(NestedBlock::ty));
    ty.filter(Type::has_dynamic)
}

/// Outermost paths that are marked sensitive.
pub fn sensitive_paths(value: &Value, at: &Path, out: &mut Vec<Path>) {
    use crate::addr::Step;
    if value.marks.contains(Marks::SENSITIVE) {
        out.push(at.clone());
        return;
    }
    match &value.kind {
        Kind::Object(m) => m.iter().for_each(|(k, v)| sensitive_paths(v, &at.then(Step::Attr(k.clone())), out)),
        Kind::Map(_, m) => m.iter().for_each(|(k, v)| sensitive_paths(v, &at.then(Step::Key(k.clone())), out)),
        Kind::List(_, v) | Kind::Tuple(v) => {
            v.iter().enumerate().for_each(|(i, v)| sensitive_paths(v, &at.then(Step::Index(i as u64)), out));
        }
        _ => {}
    }
}

/// Marks what stands at a path; a path that leads nowhere changes nothing.
pub fn mark_at(value: Value, steps: &[crate::addr::Step]) -> Value {
    use crate::addr::Step;
    use std::sync::Arc;
    let Some((step, rest)) = steps.split_first() else { return value.sensitive() };
    let marks = value.marks;
    let entry = |m: &BTreeMap<Name, Value>, key: &Name| {
        let mut m = m.clone();
        if let Some(inner) = m.remove(key) {
            m.insert(key.clone(), mark_at(inner, rest));
        }
        Arc::new(m)
    };
    let item = |v: &Vec<Value>, i: u64| {
        let mut v = v.clone();
        if let Some(slot) = v.get_mut(i as usize) {
            *slot = mark_at(slot.clone(), rest);
        }
        Arc::new(v)
    };
    let kind = match (value.kind, step) {
        (Kind::Object(m), Step::Attr(k) | Step::Key(k)) => Kind::Object(entry(&m, k)),
        (Kind::Map(t, m), Step::Attr(k) | Step::Key(k)) => Kind::Map(t, entry(&m, k)),
        (Kind::List(t, v), Step::Index(i)) => Kind::List(t, item(&v, *i)),
        (Kind::Tuple(v), Step::Index(i)) => Kind::Tuple(item(&v, *i)),
        // Elements of sets carry no marks: the whole set is sensitive.
        (kind @ Kind::Set(..), _) => return Value { kind, marks }.sensitive(),
        (kind, _) => kind,
    };
    Value { kind, marks }
}

impl State {
    pub fn instance(&self, addr: &AbsInstance) -> Option<&InstanceState> {
        self.resources.get(&addr.resource)?.instances.get(&addr.key)
    }

    /// The current object of an instance.
    pub fn current(&self, addr: &AbsInstance) -> Option<&ObjectState> {
        self.instance(addr)?.current.as_ref()
    }

    /// The instance, made where there was none.
    pub fn instance_mut(&mut self, addr: &AbsInstance, provider: &ProviderAddr) -> &mut InstanceState {
        let resource = self
            .resources
            .entry(addr.resource.clone())
            .or_insert_with(|| ResourceState { provider: provider.clone(), instances: BTreeMap::new() });
        resource.provider = provider.clone();
        resource.instances.entry(addr.key.clone()).or_default()
    }

    /// Removes an object, and with it an instance and a resource that hold nothing else.
    pub fn remove(&mut self, addr: &AbsInstance, deposed: Option<&str>) {
        let Some(resource) = self.resources.get_mut(&addr.resource) else { return };
        if let Some(instance) = resource.instances.get_mut(&addr.key) {
            match deposed {
                Some(key) => {
                    instance.deposed.remove(key);
                }
                None => instance.current = None,
            }
            if instance.current.is_none() && instance.deposed.is_empty() {
                resource.instances.remove(&addr.key);
            }
        }
        if resource.instances.is_empty() {
            self.resources.remove(&addr.resource);
        }
    }

    /// All instances with an object, in order of their addresses.
    pub fn instances(&self) -> impl Iterator<Item = (AbsInstance, &ResourceState, &InstanceState)> {
        self.resources.iter().flat_map(|(addr, resource)| {
            resource.instances.iter().map(move |(key, instance)| (addr.instance(key.clone()), resource, instance))
        })
    }

    /// Nothing is managed.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty() && self.delivered.is_empty()
    }
}
