//! Values of the language: typed, possibly unknown, possibly marked, always in deterministic order.
//!
//! Knows nothing of expressions, files or resources.

mod convert;
pub mod json;
mod number;
mod order;
pub mod policy;
mod types;

pub use convert::{Unfit, convert, fit, unify};
pub use number::Number;
pub use types::{ObjectType, Type};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::addr::{Name, Path, Step};

/// What is known about a value beside its content; a set of flags.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks(u8);

impl Marks {
    pub const NONE: Self = Self(0);
    pub const SENSITIVE: Self = Self(1);
    pub const EPHEMERAL: Self = Self(2);

    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl std::ops::BitOr for Marks {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [(Self::SENSITIVE, "sensitive"), (Self::EPHEMERAL, "ephemeral")];
        f.debug_set().entries(names.iter().filter(|(m, _)| self.contains(*m)).map(|(_, n)| n)).finish()
    }
}

/// Longest list of unknown elements that is written out where its length is certain.
const MAX_UNKNOWN_ELEMENTS: u64 = 1024;

/// What is already certain of an unknown value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refinement {
    pub not_null: bool,
    /// A string starts with this.
    pub prefix: Option<Arc<str>>,
    /// Least and greatest length of a collection.
    pub length: Option<(u64, u64)>,
    /// Whose id it is: two values of one origin are the same, once they are known. Whatever computes with the value
    /// loses it.
    pub origin: Option<Arc<str>>,
}

impl Refinement {
    pub fn not_null() -> Self {
        Self { not_null: true, ..Self::default() }
    }
}

pub type List = Arc<Vec<Value>>;
pub type Map = Arc<BTreeMap<Name, Value>>;

/// The content of a value.
///
/// Elements of lists, sets and maps have exactly the element type beside them, unless that type is dynamic.
/// Elements of sets are distinct, unmarked and in the order of the language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Null(Type),
    Unknown(Type, Refinement),
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    List(Type, List),
    Set(Type, List),
    Map(Type, Map),
    Tuple(List),
    Object(Map),
}

/// A value with its marks. Cloning is cheap: collections are shared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value {
    pub kind: Kind,
    pub marks: Marks,
}

impl Value {
    pub fn null(ty: Type) -> Self {
        Kind::Null(ty).into()
    }

    pub fn unknown(ty: Type) -> Self {
        Kind::Unknown(ty, Refinement::default()).into()
    }

    /// An unknown value of which something is certain. A collection whose length is certain is known as such, and only
    /// its elements are not.
    pub fn unknown_refined(ty: Type, refinement: Refinement) -> Self {
        let length = refinement.length.filter(|(least, most)| refinement.not_null && least == most).map(|(n, _)| n);
        match (&ty, length) {
            (Type::List(element), Some(n)) if n <= MAX_UNKNOWN_ELEMENTS => {
                Self::list((**element).clone(), (0..n).map(|_| Self::unknown((**element).clone())).collect())
            }
            (Type::Set(element), Some(n @ 0..=1)) => {
                Self::set((**element).clone(), (0..n).map(|_| Self::unknown((**element).clone())).collect())
            }
            (Type::Map(element), Some(0)) => Self::map((**element).clone(), BTreeMap::new()),
            _ => Kind::Unknown(ty, refinement).into(),
        }
    }

    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Kind::String(text.into()).into()
    }

    /// A string in the normal form of the language.
    pub fn text(text: impl Into<String>) -> Self {
        Self::string(normalized(text.into()))
    }

    /// A list; its elements must already have the type `element`.
    pub fn list(element: Type, items: Vec<Value>) -> Self {
        Kind::List(element, Arc::new(items)).into()
    }

    /// A set; marks of its elements move to the set, duplicates go.
    pub fn set(element: Type, items: Vec<Value>) -> Self {
        let mut marks = Marks::NONE;
        let mut items: Vec<Value> = items
            .into_iter()
            .map(|v| {
                let (v, m) = v.unmark_deep();
                marks |= m;
                v
            })
            .collect();
        order::sort(&mut items);
        // Two unknown elements may turn out to be different: they stay two.
        items.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self { kind: Kind::Set(element, Arc::new(items)), marks }
    }

    pub fn map(element: Type, items: BTreeMap<Name, Value>) -> Self {
        Kind::Map(element, Arc::new(items)).into()
    }

    pub fn tuple(items: Vec<Value>) -> Self {
        Kind::Tuple(Arc::new(items)).into()
    }

    pub fn object(items: BTreeMap<Name, Value>) -> Self {
        Kind::Object(Arc::new(items)).into()
    }

    /// The exact type of the value.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Null(ty) | Kind::Unknown(ty, _) => ty.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(ty, _) => Type::list(ty.clone()),
            Kind::Set(ty, _) => Type::set(ty.clone()),
            Kind::Map(ty, _) => Type::map(ty.clone()),
            Kind::Tuple(items) => Type::tuple(items.iter().map(Value::ty)),
            Kind::Object(items) => Type::object(items.iter().map(|(k, v)| (k.clone(), v.ty()))),
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// Neither unknown nor null nor containing... only the outermost level is looked at.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Unknown(..))
    }

    /// Whose id this will be, where that is known before the id itself.
    pub fn origin(&self) -> Option<&str> {
        match &self.kind {
            Kind::Unknown(_, refinement) => refinement.origin.as_deref(),
            _ => None,
        }
    }

    /// An unknown value that is the id of an object; any other value stays as it is.
    #[must_use]
    pub fn with_origin(self, address: &str) -> Self {
        match self.kind {
            Kind::Unknown(ty, refinement) => {
                let kind = Kind::Unknown(ty, Refinement { origin: Some(address.into()), ..refinement });
                Self { kind, marks: self.marks }
            }
            _ => self,
        }
    }

    /// Nothing in the value, at any depth, is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match &self.kind {
            Kind::Unknown(..) => false,
            _ => self.children().all(Value::is_wholly_known),
        }
    }

    /// The direct elements, in order.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Value> + '_> {
        match &self.kind {
            Kind::List(_, v) | Kind::Set(_, v) | Kind::Tuple(v) => Box::new(v.iter()),
            Kind::Map(_, m) | Kind::Object(m) => Box::new(m.values()),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// The direct elements with their keys as values: numbers for sequences, strings for maps and objects, the
    /// element itself for sets. `None` where the value is not iterable (null, unknown and primitive values).
    pub fn entries(&self) -> Option<Vec<(Value, Value)>> {
        Some(match &self.kind {
            Kind::List(_, v) | Kind::Tuple(v) => {
                v.iter().enumerate().map(|(i, v)| (Value::from(i as i64), v.clone())).collect()
            }
            Kind::Set(_, v) => v.iter().map(|v| (v.clone(), v.clone())).collect(),
            Kind::Map(_, m) | Kind::Object(m) => m.iter().map(|(k, v)| (Value::string(k.clone()), v.clone())).collect(),
            _ => return None,
        })
    }

    #[must_use]
    pub fn mark(mut self, marks: Marks) -> Self {
        self.marks |= marks;
        self
    }

    #[must_use]
    pub fn sensitive(self) -> Self {
        self.mark(Marks::SENSITIVE)
    }

    /// The value without its outermost marks, and these.
    pub fn unmark(mut self) -> (Self, Marks) {
        let marks = std::mem::take(&mut self.marks);
        (self, marks)
    }

    /// Marks of the value and of everything within it.
    pub fn marks_deep(&self) -> Marks {
        self.children().fold(self.marks, |m, v| m | v.marks_deep())
    }

    /// The value without marks at any depth, and all that there were.
    pub fn unmark_deep(self) -> (Self, Marks) {
        let marks = self.marks_deep();
        if marks.is_empty() {
            return (self, marks);
        }
        (self.map_deep(&mut |v| Value { marks: Marks::NONE, ..v }), marks)
    }

    pub fn is_sensitive_deep(&self) -> bool {
        self.marks_deep().contains(Marks::SENSITIVE)
    }

    /// Rebuilds the value bottom-up through `f`, which sees each node after its children were rebuilt.
    #[must_use]
    pub fn map_deep(self, f: &mut impl FnMut(Value) -> Value) -> Value {
        let marks = self.marks;
        let kind = match self.kind {
            Kind::List(t, v) => Kind::List(t, Arc::new(v.iter().map(|v| v.clone().map_deep(f)).collect())),
            Kind::Set(t, v) => {
                let items = v.iter().map(|v| v.clone().map_deep(f)).collect();
                let set = Value::set(t, items);
                return f(Value { marks: marks | set.marks, ..set });
            }
            Kind::Tuple(v) => Kind::Tuple(Arc::new(v.iter().map(|v| v.clone().map_deep(f)).collect())),
            Kind::Map(t, m) => {
                Kind::Map(t, Arc::new(m.iter().map(|(k, v)| (k.clone(), v.clone().map_deep(f))).collect()))
            }
            Kind::Object(m) => {
                Kind::Object(Arc::new(m.iter().map(|(k, v)| (k.clone(), v.clone().map_deep(f))).collect()))
            }
            kind => kind,
        };
        f(Value { kind, marks })
    }

    /// The value at a path; `None` where the path leads nowhere. Unknown on the way gives unknown.
    pub fn at(&self, path: &Path) -> Option<Value> {
        let mut at = self.clone();
        for step in &path.0 {
            let marks = at.marks;
            at = match (&at.kind, step) {
                (Kind::Unknown(..), _) => Value::unknown(Type::Dynamic),
                (Kind::Object(m) | Kind::Map(_, m), Step::Attr(k) | Step::Key(k)) => m.get(k)?.clone(),
                (Kind::List(_, v) | Kind::Tuple(v) | Kind::Set(_, v), Step::Index(i)) => v.get(*i as usize)?.clone(),
                _ => return None,
            }
            .mark(marks);
        }
        Some(at)
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(s) => Some(s),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(b) => Some(b),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(n) => Some(n),
            _ => None,
        }
    }

    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::to_i64)
    }

    /// Elements of a list, set or tuple.
    pub fn as_slice(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::List(_, v) | Kind::Set(_, v) | Kind::Tuple(v) => Some(v),
            _ => None,
        }
    }

    /// Entries of a map or object.
    pub fn as_map(&self) -> Option<&BTreeMap<Name, Value>> {
        match &self.kind {
            Kind::Map(_, m) | Kind::Object(m) => Some(m),
            _ => None,
        }
    }

    /// Attribute of an object or entry of a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// Null, empty text, zero, false, an empty collection: what older providers store for "not set".
    pub fn is_zero(&self) -> bool {
        match &self.kind {
            Kind::Null(_) => true,
            Kind::Unknown(..) => false,
            Kind::Bool(b) => !b,
            Kind::Number(n) => n.is_zero(),
            Kind::String(s) => s.is_empty(),
            Kind::List(_, v) | Kind::Set(_, v) | Kind::Tuple(v) => v.is_empty(),
            Kind::Map(_, m) => m.is_empty(),
            Kind::Object(m) => m.values().all(Value::is_zero),
        }
    }

    /// Equality of content, at any depth, whatever the marks.
    pub fn same_content(&self, other: &Value) -> bool {
        self.marks_deep() == Marks::NONE && other.marks_deep() == Marks::NONE && self == other
            || self.clone().unmark_deep().0 == other.clone().unmark_deep().0
    }
}

/// Text in the normal form that all strings of the language have (NFC).
pub fn normalized(text: String) -> String {
    use unicode_normalization::{UnicodeNormalization, is_nfc};
    if text.is_ascii() || is_nfc(&text) { text } else { text.nfc().collect() }
}

impl fmt::Debug for Value {
    /// Content of sensitive values does not show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.marks.contains(Marks::SENSITIVE) {
            return f.write_str("(sensitive value)");
        }
        self.kind.fmt(f)
    }
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Self { kind, marks: Marks::NONE }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Kind::Bool(b).into()
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Kind::Number(n.into()).into()
    }
}

impl From<i32> for Value {
    fn from(n: i32) -> Self {
        i64::from(n).into()
    }
}

impl From<f64> for Value {
    fn from(n: f64) -> Self {
        Kind::Number(Number::from_f64(n)).into()
    }
}

impl From<Number> for Value {
    fn from(n: Number) -> Self {
        Kind::Number(n).into()
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::string(s)
    }
}

impl From<&String> for Value {
    fn from(s: &String) -> Self {
        Self::string(s.as_str())
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::string(s)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or_else(|| Value::null(Type::Dynamic), Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(v: Vec<T>) -> Self {
        Self::tuple(v.into_iter().map(Into::into).collect())
    }
}

impl<K: Into<Name>, T: Into<Value>> From<BTreeMap<K, T>> for Value {
    fn from(m: BTreeMap<K, T>) -> Self {
        Self::object(m.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_sorted_distinct_and_carry_the_marks_of_their_elements() {
        let set = Value::set(Type::String, vec!["b".into(), Value::from("a").sensitive(), "b".into()]);
        assert_eq!(set.as_slice().map(<[Value]>::len), Some(2));
        assert_eq!(set.as_slice().and_then(|v| v[0].as_str()), Some("a"));
        assert!(set.marks.contains(Marks::SENSITIVE));
        assert!(set.children().all(|v| v.marks.is_empty()));
    }

    #[test]
    fn debug_output_hides_sensitive_content() {
        let secret = Value::object([("k".into(), Value::from("hunter2").sensitive())].into());
        assert!(!format!("{secret:?}").contains("hunter2"));
    }

    #[test]
    fn equality_of_content_ignores_marks() {
        let a = Value::from(vec![Value::from("x").sensitive()]);
        assert!(a.same_content(&Value::from(vec!["x"])));
        assert!(!a.same_content(&Value::from(vec!["y"])));
    }
}
