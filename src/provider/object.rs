//! Objects as authors of resource types read and write them.

use std::collections::BTreeMap;

use crate::addr::Name;
use crate::value::{Kind, Value};

/// Attributes by name. Getters treat null, unknown and missing alike: as not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(pub BTreeMap<Name, Value>);

impl Object {
    pub fn new() -> Self {
        Self::default()
    }

    /// The attributes of an object value; empty for null and unknown.
    pub fn from_value(value: &Value) -> Self {
        Self(value.as_map().cloned().unwrap_or_default())
    }

    pub fn into_value(self) -> Value {
        Value::object(self.0)
    }

    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.0.insert(name.into(), value.into());
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// The object without those of the attributes that are null: it says nothing of them.
    #[must_use]
    pub fn leaving_out(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, value| !value.is_null() || !names.contains(&&**name));
        self
    }

    /// The value as it is, also null or unknown.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Something known that is not null.
    pub fn has(&self, name: &str) -> bool {
        self.present(name).is_some()
    }

    /// The value will be known after apply only.
    pub fn is_unknown(&self, name: &str) -> bool {
        self.get(name).is_some_and(|v| !v.is_wholly_known())
    }

    fn present(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|v| v.is_known() && !v.is_null())
    }

    pub fn str(&self, name: &str) -> Option<&str> {
        self.present(name)?.as_str()
    }

    /// The text, owned; `None` where it is empty too.
    pub fn string(&self, name: &str) -> Option<String> {
        self.str(name).filter(|s| !s.is_empty()).map(str::to_owned)
    }

    pub fn bool(&self, name: &str) -> Option<bool> {
        self.present(name)?.as_bool()
    }

    pub fn i64(&self, name: &str) -> Option<i64> {
        self.present(name)?.as_i64()
    }

    pub fn i32(&self, name: &str) -> Option<i32> {
        self.i64(name).and_then(|n| n.try_into().ok())
    }

    pub fn f64(&self, name: &str) -> Option<f64> {
        Some(self.present(name)?.as_number()?.to_f64())
    }

    /// Texts of a list or set; empty where there is none.
    pub fn strings(&self, name: &str) -> Vec<String> {
        let items = self.present(name).and_then(Value::as_slice).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Texts by key of a map; empty where there is none.
    pub fn string_map(&self, name: &str) -> BTreeMap<String, String> {
        let entries = self.present(name).and_then(Value::as_map);
        let pairs = entries.into_iter().flatten();
        pairs.filter_map(|(k, v)| Some((k.to_string(), v.as_str()?.to_owned()))).collect()
    }

    /// Nested blocks, or the objects of a list or set.
    pub fn objects(&self, name: &str) -> Vec<Object> {
        let items = self.present(name).and_then(Value::as_slice).unwrap_or_default();
        items.iter().map(Object::from_value).collect()
    }

    /// The one nested block of that name: a single block, or the first of a list.
    pub fn object(&self, name: &str) -> Option<Object> {
        let value = self.present(name)?;
        match &value.kind {
            Kind::Object(m) => Some(Object((**m).clone())),
            _ => value.as_slice()?.first().map(Object::from_value),
        }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        object.into_value()
    }
}
