//! Schemas: which attributes and nested blocks a resource type, a data source or a provider has.
//!
//! Knows nothing of any cloud and of how values are evaluated.

pub mod json;
pub mod normal;
mod stored;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{Name, Path, Step};
use crate::value::{Kind, Marks, Type, Value, convert};

pub use normal::Normal;
pub use stored::Stored;

/// Judges one configured value; an error is a full sentence.
pub type Validator = fn(&Value) -> Result<(), String>;

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub ty: Type,
    pub required: bool,
    pub optional: bool,
    pub computed: bool,
    pub sensitive: bool,
    /// Never stored in state or plan.
    pub write_only: bool,
    /// What plan and state hold in place of the configured text.
    pub stored: Option<Stored>,
    /// A change of this attribute replaces the object.
    pub force_new: bool,
    /// What null in the configuration means.
    pub default: Option<Value>,
    pub normal: Normal,
    pub validators: Vec<Validator>,
    pub deprecated: Option<&'static str>,
}

impl Attribute {
    pub fn new(ty: Type) -> Self {
        Self {
            ty,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            stored: None,
            force_new: false,
            default: None,
            normal: Normal::Exact,
            validators: Vec::new(),
            deprecated: None,
        }
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    #[must_use]
    pub fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Plan and state hold this of the configured text; create and update are handed the text itself. Not within sets,
    /// and not for types that live in the state only.
    #[must_use]
    pub fn stored_as(mut self, stored: Stored) -> Self {
        self.stored = Some(stored);
        self
    }

    #[must_use]
    pub fn force_new(mut self) -> Self {
        self.force_new = true;
        self
    }

    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    #[must_use]
    pub fn normal(mut self, normal: Normal) -> Self {
        self.normal = normal;
        self
    }

    #[must_use]
    pub fn check(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    #[must_use]
    pub fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }

    /// The user may set it.
    pub fn configurable(&self) -> bool {
        self.required || self.optional
    }
}

pub fn string() -> Attribute {
    Attribute::new(Type::String)
}

pub fn number() -> Attribute {
    Attribute::new(Type::Number)
}

pub fn boolean() -> Attribute {
    Attribute::new(Type::Bool)
}

pub fn list_of(element: Type) -> Attribute {
    Attribute::new(Type::list(element))
}

pub fn set_of(element: Type) -> Attribute {
    Attribute::new(Type::set(element))
}

pub fn map_of(element: Type) -> Attribute {
    Attribute::new(Type::map(element))
}

/// How often a nested block may stand, and what its values become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most one; an object or null.
    Single,
    List,
    Set,
}

/// A kind of nested block.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    pub nesting: Nesting,
    pub min_items: u64,
    /// 0 is no limit.
    pub max_items: u64,
    /// Adding or removing such a block replaces the object.
    pub force_new: bool,
    /// AWS fills it in where the configuration has none.
    pub computed: bool,
    /// What to do instead, where the block should not be used any more.
    pub deprecated: Option<&'static str>,
    pub block: Block,
}

impl NestedBlock {
    fn new(nesting: Nesting, block: Block) -> Self {
        Self { nesting, min_items: 0, max_items: 0, force_new: false, computed: false, deprecated: None, block }
    }

    #[must_use]
    pub fn min(mut self, items: u64) -> Self {
        self.min_items = items;
        self
    }

    #[must_use]
    pub fn max(mut self, items: u64) -> Self {
        self.max_items = items;
        self
    }

    #[must_use]
    pub fn force_new(mut self) -> Self {
        self.force_new = true;
        self
    }

    #[must_use]
    pub fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    #[must_use]
    pub fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }

    /// Type of the value that all blocks of this kind make together.
    pub fn ty(&self) -> Type {
        let object = self.block.ty();
        match self.nesting {
            Nesting::Single => object,
            Nesting::List => Type::list(object),
            Nesting::Set => Type::set(object),
        }
    }
}

pub fn single_block(block: Block) -> NestedBlock {
    NestedBlock::new(Nesting::Single, block)
}

pub fn list_block(block: Block) -> NestedBlock {
    NestedBlock::new(Nesting::List, block)
}

pub fn set_block(block: Block) -> NestedBlock {
    NestedBlock::new(Nesting::Set, block)
}

/// Attributes and nested blocks at one level.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub attributes: BTreeMap<Name, Attribute>,
    pub blocks: BTreeMap<Name, NestedBlock>,
}

impl Block {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn attr(mut self, name: &str, attribute: Attribute) -> Self {
        self.attributes.insert(name.into(), attribute);
        self
    }

    #[must_use]
    pub fn block(mut self, name: &str, block: NestedBlock) -> Self {
        self.blocks.insert(name.into(), block);
        self
    }

    /// The object type of values of this block.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|(k, a)| (k.clone(), a.ty.clone()));
        let blocks = self.blocks.iter().map(|(k, b)| (k.clone(), b.ty()));
        Type::object(attributes.chain(blocks))
    }

    /// Names that may stand in the block, for "did you mean".
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes.keys().chain(self.blocks.keys()).map(|n| &**n)
    }

    /// An object in which nothing is set: attributes null, repeated blocks empty.
    pub fn empty(&self) -> Value {
        let attributes = self.attributes.iter().map(|(k, a)| (k.clone(), Value::null(a.ty.clone())));
        let blocks = self.blocks.iter().map(|(k, b)| (k.clone(), b.empty()));
        Value::object(attributes.chain(blocks).collect())
    }

    /// Gives an object exactly the type of this block: converts, fills what is missing with null, drops what is foreign.
    pub fn conform(&self, value: &Value) -> Result<Value, String> {
        let Some(given) = value.as_map() else {
            return if value.is_null() || !value.is_known() {
                convert(value, &self.ty())
            } else {
                Err("object required".into())
            };
        };
        let mut out = BTreeMap::new();
        for (name, attribute) in &self.attributes {
            let v = match given.get(name) {
                Some(v) => {
                    convert(&lenient(v, &attribute.ty), &attribute.ty).map_err(|why| format!("{name}: {why}"))?
                }
                None => Value::null(attribute.ty.clone()),
            };
            out.insert(name.clone(), v);
        }
        for (name, nested) in &self.blocks {
            let v = match given.get(name) {
                Some(v) => nested.conform(v).map_err(|why| format!("{name}: {why}"))?,
                None => nested.empty(),
            };
            out.insert(name.clone(), v);
        }
        Ok(Value::object(out).mark(value.marks))
    }

    /// Marks the attributes that the schema declares sensitive.
    #[must_use]
    pub fn mark_sensitive(&self, value: Value) -> Value {
        let marks = value.marks;
        let Kind::Object(entries) = value.kind else { return value };
        let marked = entries
            .iter()
            .map(|(k, v)| {
                let v = v.clone();
                let v = match (self.attributes.get(k), self.blocks.get(k)) {
                    (Some(a), _) if a.sensitive => v.sensitive(),
                    (_, Some(nested)) => nested.mark_sensitive(v),
                    _ => v,
                };
                (k.clone(), v)
            })
            .collect();
        Value::object(marked).mark(marks)
    }

    /// Whether any attribute, at any depth, is sensitive.
    pub fn has_sensitive(&self) -> bool {
        self.attributes.values().any(|a| a.sensitive) || self.blocks.values().any(|b| b.block.has_sensitive())
    }

    /// Whether any attribute, at any depth, is write-only.
    pub fn has_write_only(&self) -> bool {
        self.attributes.values().any(|a| a.write_only) || self.blocks.values().any(|b| b.block.has_write_only())
    }

    /// What the schema says of the attribute at a path; indexes are skipped.
    pub fn attribute(&self, path: &Path) -> Option<&Attribute> {
        let mut block = self;
        let mut names = path.0.iter().filter_map(|s| match s {
            Step::Attr(name) => Some(name),
            _ => None,
        });
        loop {
            let name = names.next()?;
            if let Some(attribute) = block.attributes.get(name) {
                return Some(attribute);
            }
            block = &block.blocks.get(name)?.block;
        }
    }
}

/// Objects for attributes of object type may lack entries: null stands for them.
fn lenient(value: &Value, ty: &Type) -> Value {
    match (&value.kind, ty) {
        (Kind::Object(given), Type::Object(want)) => {
            let filled = want
                .attributes
                .iter()
                .map(|(k, t)| (k.clone(), given.get(k).map_or_else(|| Value::null(t.clone()), |v| lenient(v, t))));
            Value::object(filled.collect()).mark(value.marks)
        }
        (Kind::Tuple(items) | Kind::List(_, items) | Kind::Set(_, items), Type::List(t) | Type::Set(t)) => {
            Value::tuple(items.iter().map(|v| lenient(v, t)).collect()).mark(value.marks)
        }
        _ => value.clone(),
    }
}

impl NestedBlock {
    /// No block of this kind.
    pub fn empty(&self) -> Value {
        let object = self.block.ty();
        match self.nesting {
            Nesting::Single => Value::null(object),
            Nesting::List => Value::list(object, Vec::new()),
            Nesting::Set => Value::set(object, Vec::new()),
        }
    }

    fn conform(&self, value: &Value) -> Result<Value, String> {
        if !value.is_known() {
            return convert(value, &self.ty());
        }
        if self.nesting == Nesting::Single {
            return if value.is_null() { Ok(self.empty()) } else { self.block.conform(value) };
        }
        let items = match (value.as_slice(), value.is_null()) {
            (Some(items), _) => items.to_vec(),
            (None, true) => Vec::new(),
            // One object stands for a list of one: resource types write `Some(object)` for blocks of at most one.
            (None, false) => vec![value.clone()],
        };
        let items = items.iter().map(|v| self.block.conform(v)).collect::<Result<Vec<_>, _>>()?;
        let object = self.block.ty();
        let made = if self.nesting == Nesting::Set { Value::set(object, items) } else { Value::list(object, items) };
        Ok(Value { marks: made.marks | value.marks, ..made })
    }

    fn mark_sensitive(&self, value: Value) -> Value {
        if !self.block.has_sensitive() {
            return value;
        }
        let marks = value.marks;
        match value.kind {
            Kind::List(t, items) => {
                let items = items.iter().map(|v| self.block.mark_sensitive(v.clone())).collect();
                Value::list(t, items).mark(marks)
            }
            // Elements of a set carry no marks of their own: the whole set becomes sensitive.
            Kind::Set(..) => value.mark(Marks::SENSITIVE),
            Kind::Object(_) => self.block.mark_sensitive(value),
            _ => value,
        }
    }
}

/// Schema of a resource type, a data source or a provider's configuration.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Version of the stored form.
    pub version: u64,
    pub block: Block,
}

impl Schema {
    pub fn new(version: u64) -> Self {
        Self { version, block: Block::new() }
    }

    #[must_use]
    pub fn attr(mut self, name: &str, attribute: Attribute) -> Self {
        self.block = self.block.attr(name, attribute);
        self
    }

    #[must_use]
    pub fn block(mut self, name: &str, block: NestedBlock) -> Self {
        self.block = self.block.block(name, block);
        self
    }

    /// `tags` and `tags_all`, as all taggable AWS types have them.
    #[must_use]
    pub fn tags(self) -> Self {
        self.attr("tags", map_of(Type::String).optional()).attr("tags_all", map_of(Type::String).optional().computed())
    }

    /// The `timeouts` block with one text for each operation, for example `10m`.
    #[must_use]
    pub fn timeouts(self, operations: &[&str]) -> Self {
        let block = operations.iter().fold(Block::new(), |b, op| b.attr(op, string().optional()));
        self.block("timeouts", single_block(block))
    }
}

/// Schemas are built once and shared.
pub type SharedSchema = Arc<Schema>;

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Block {
        Block::new()
            .attr("name", string().required())
            .attr("secret", string().optional().sensitive())
            .attr("route", set_of(Type::object([("cidr", Type::String), ("gateway", Type::String)])).optional())
            .block("rule", list_block(Block::new().attr("port", number().required())).max(1))
    }

    #[test]
    fn conforming_fills_and_converts() {
        let loose = Value::from(BTreeMap::from([
            ("name", Value::from(7)),
            ("rule", Value::from(BTreeMap::from([("port", Value::from("80"))]))),
            ("route", Value::from(vec![Value::from(BTreeMap::from([("cidr", Value::from("::/0"))]))])),
        ]));
        let value = schema().conform(&loose).expect("conforms");
        assert_eq!(value.ty(), schema().ty());
        assert_eq!(value.get("name").and_then(Value::as_str), Some("7"));
        assert!(value.get("secret").is_some_and(Value::is_null));
    }

    #[test]
    fn sensitive_attributes_are_marked() {
        let value = schema().conform(&Value::from(BTreeMap::from([("secret", Value::from("x"))]))).expect("conforms");
        let value = schema().mark_sensitive(value);
        assert!(value.get("secret").is_some_and(Value::is_sensitive_deep));
        assert!(!value.get("name").is_some_and(Value::is_sensitive_deep));
    }
}
