//! Types of values and their printed forms.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::addr::Name;

/// A type, or a type constraint where it contains `Dynamic` or optional attributes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Not known yet; as a constraint, `any`.
    Dynamic,
    Bool,
    Number,
    String,
    List(Arc<Type>),
    Set(Arc<Type>),
    Map(Arc<Type>),
    Tuple(Arc<[Type]>),
    Object(Arc<ObjectType>),
}

/// Attributes of an object type; `optional` names those that a conversion may fill with null.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectType {
    pub attributes: BTreeMap<Name, Type>,
    pub optional: BTreeSet<Name>,
}

impl Type {
    pub fn list(element: Type) -> Self {
        Self::List(Arc::new(element))
    }

    pub fn set(element: Type) -> Self {
        Self::Set(Arc::new(element))
    }

    pub fn map(element: Type) -> Self {
        Self::Map(Arc::new(element))
    }

    pub fn tuple(items: impl IntoIterator<Item = Type>) -> Self {
        Self::Tuple(items.into_iter().collect())
    }

    pub fn object<K: Into<Name>>(attributes: impl IntoIterator<Item = (K, Type)>) -> Self {
        let attributes = attributes.into_iter().map(|(k, t)| (k.into(), t)).collect();
        Self::Object(Arc::new(ObjectType { attributes, optional: BTreeSet::new() }))
    }

    /// Element type of a list, set or map.
    pub fn element(&self) -> Option<&Type> {
        match self {
            Self::List(t) | Self::Set(t) | Self::Map(t) => Some(t),
            _ => None,
        }
    }

    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    pub fn is_collection(&self) -> bool {
        self.element().is_some()
    }

    /// Whether the type contains `Dynamic` at any depth.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::List(t) | Self::Set(t) | Self::Map(t) => t.has_dynamic(),
            Self::Tuple(items) => items.iter().any(Type::has_dynamic),
            Self::Object(o) => o.attributes.values().any(Type::has_dynamic),
            _ => false,
        }
    }

    /// The word an error message uses: "list of string", "object", "number".
    pub fn friendly_name(&self) -> String {
        match self {
            Self::Dynamic => "any type".into(),
            Self::Bool => "bool".into(),
            Self::Number => "number".into(),
            Self::String => "string".into(),
            Self::List(t) => format!("list of {}", t.friendly_name()),
            Self::Set(t) => format!("set of {}", t.friendly_name()),
            Self::Map(t) => format!("map of {}", t.friendly_name()),
            Self::Tuple(_) => "tuple".into(),
            Self::Object(_) => "object".into(),
        }
    }
}

impl ObjectType {
    /// Attributes that must be there and are not.
    pub fn missing_from(&self, has: impl Fn(&Name) -> bool) -> Vec<&str> {
        let required = self.attributes.keys().filter(|name| !self.optional.contains(*name));
        required.filter(|name| !has(name)).map(|name| &**name).collect()
    }
}

/// Prints the type as the language writes it: `list(string)`, `object({ a = number })`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dynamic => f.write_str("any"),
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::List(t) => write!(f, "list({t})"),
            Self::Set(t) => write!(f, "set({t})"),
            Self::Map(t) => write!(f, "map({t})"),
            Self::Tuple(items) => {
                f.write_str("tuple([")?;
                for (i, t) in items.iter().enumerate() {
                    write!(f, "{}{t}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("])")
            }
            Self::Object(o) => {
                f.write_str("object({")?;
                for (i, (k, t)) in o.attributes.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    if o.optional.contains(k) {
                        write!(f, "{k}=optional({t})")?;
                    } else {
                        write!(f, "{k}={t}")?;
                    }
                }
                f.write_str("})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_print_as_the_language_writes_them() {
        let ty = Type::map(Type::object([("a", Type::Number), ("b", Type::list(Type::Dynamic))]));
        assert_eq!(ty.to_string(), "map(object({a=number, b=list(any)}))");
        assert!(ty.has_dynamic());
    }
}
