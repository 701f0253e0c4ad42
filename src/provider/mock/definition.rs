//! What a type of the mock provider consists of: the two that are always there, and those that a file declares.
//!
//! Knows nothing of objects and of where they are kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::addr::Name;
use crate::schema::{self, Block, Normal, Schema, list_block, set_block, string};
use crate::value::{ObjectType, Type, Value};

/// Levels of nesting of the complex type.
const DEPTH: usize = 3;

/// Attributes and nested blocks at one level.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Definition {
    pub attributes: BTreeMap<String, Attribute>,
    pub blocks: BTreeMap<String, Nested>,
}

/// A kind of nested block.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nested {
    #[serde(default)]
    pub attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    pub blocks: BTreeMap<String, Nested>,
    #[serde(default)]
    pub mode: Mode,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    #[default]
    List,
    Set,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Boolean,
    Float,
    Integer,
    Number,
    String,
    List,
    Map,
    Object,
    Set,
}

/// One attribute; of collections and objects also what is in them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attribute {
    #[serde(rename = "type")]
    pub kind: Kind,
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub computed: bool,
    #[serde(default)]
    pub sensitive: bool,
    /// A change of it replaces the object.
    #[serde(default)]
    pub replace: bool,
    /// What the provider chooses, in the form of its files; null where nothing is said.
    pub value: Option<Json>,
    pub list: Option<Box<Attribute>>,
    pub map: Option<Box<Attribute>>,
    pub set: Option<Box<Attribute>>,
    #[serde(default)]
    pub object: BTreeMap<String, Attribute>,
    /// Objects within have a plain type: none of their attributes may be left out, none is computed.
    #[serde(default)]
    pub skip_nested_metadata: bool,
}

/// The types of a `dynamic_resources.json`, by name. An error says what is wrong with the file.
pub(super) fn declared(text: &str) -> Result<BTreeMap<String, Definition>, String> {
    let definitions: BTreeMap<String, Definition> = match text.trim() {
        "" => BTreeMap::new(),
        text => serde_json::from_str(text).map_err(|e| e.to_string())?,
    };
    for (name, definition) in &definitions {
        definition.check().map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(definitions)
}

/// `tfcoremock_simple_resource`: attributes of all primitive types.
pub(super) fn simple() -> Definition {
    let kinds = [Kind::Boolean, Kind::Float, Kind::Integer, Kind::Number, Kind::String];
    let names = ["bool", "float", "integer", "number", "string"];
    let attributes = names.into_iter().zip(kinds).map(|(name, kind)| (name.to_owned(), Attribute::optional(kind)));
    Definition { attributes: attributes.collect(), blocks: BTreeMap::new() }
}

/// `tfcoremock_complex_resource`: collections, nested objects and nested blocks, to a depth of three.
pub(super) fn complex() -> Definition {
    level(DEPTH)
}

fn level(depth: usize) -> Definition {
    let mut definition = simple();
    let Some(depth) = depth.checked_sub(1) else { return definition };
    let Definition { attributes, blocks } = level(depth);
    let object = Attribute { object: attributes.clone(), ..Attribute::optional(Kind::Object) };
    let inner = || Some(Box::new(object.clone()));
    definition.attributes.extend([
        ("list".to_owned(), Attribute { list: inner(), ..Attribute::optional(Kind::List) }),
        ("map".to_owned(), Attribute { map: inner(), ..Attribute::optional(Kind::Map) }),
        ("set".to_owned(), Attribute { set: inner(), ..Attribute::optional(Kind::Set) }),
        ("object".to_owned(), object),
    ]);
    for (name, mode) in [("list_block", Mode::List), ("set_block", Mode::Set)] {
        let nested = Nested { attributes: attributes.clone(), blocks: blocks.clone(), mode };
        definition.blocks.insert(name.to_owned(), nested);
    }
    definition
}

impl Definition {
    fn check(&self) -> Result<(), String> {
        if self.attributes.contains_key("id") {
            return Err("the attribute \"id\" cannot be declared: every type has it".into());
        }
        check(&self.attributes, &self.blocks)
    }

    /// Schema of managed objects.
    pub fn resource(&self) -> Schema {
        let block = block(&self.attributes, &self.blocks, &Attribute::argument);
        Schema { version: 0, block: block.attr("id", string().optional().computed().force_new()) }
    }

    /// Schema of the data source of the same name: everything but the id is read.
    pub fn data(&self) -> Schema {
        let block = block(&self.attributes, &self.blocks, &Attribute::result);
        Schema { version: 0, block: block.attr("id", string().required()) }
    }
}

fn check(attributes: &BTreeMap<String, Attribute>, blocks: &BTreeMap<String, Nested>) -> Result<(), String> {
    for (name, attribute) in attributes {
        attribute.check().map_err(|why| format!("{name}: {why}"))?;
    }
    for (name, nested) in blocks {
        check(&nested.attributes, &nested.blocks).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

fn block(
    attributes: &BTreeMap<String, Attribute>,
    blocks: &BTreeMap<String, Nested>,
    make: &dyn Fn(&Attribute) -> schema::Attribute,
) -> Block {
    let out = attributes.iter().fold(Block::new(), |out, (name, a)| out.attr(name, make(a)));
    blocks.iter().fold(out, |out, (name, nested)| {
        let inner = block(&nested.attributes, &nested.blocks, make);
        out.block(name, if nested.mode == Mode::Set { set_block(inner) } else { list_block(inner) })
    })
}

impl Attribute {
    fn optional(kind: Kind) -> Self {
        Self {
            kind,
            optional: true,
            required: false,
            computed: false,
            sensitive: false,
            replace: false,
            value: None,
            list: None,
            map: None,
            set: None,
            object: BTreeMap::new(),
            skip_nested_metadata: false,
        }
    }

    /// What a list, map or set has in it.
    pub fn element(&self) -> Option<&Attribute> {
        match self.kind {
            Kind::List => self.list.as_deref(),
            Kind::Map => self.map.as_deref(),
            Kind::Set => self.set.as_deref(),
            _ => None,
        }
    }

    fn check(&self) -> Result<(), String> {
        if self.value.is_some() && !self.computed {
            return Err("\"value\" is for what is \"computed\"".into());
        }
        match (self.kind, self.element()) {
            (Kind::List | Kind::Map | Kind::Set, None) => Err("the type of the elements is missing".into()),
            (_, Some(element)) => element.check(),
            (Kind::Object, None) => check(&self.object, &BTreeMap::new()),
            _ => Ok(()),
        }
    }

    pub fn ty(&self) -> Type {
        self.typed(true)
    }

    /// The type; `lenient` lets objects leave out what is not required.
    fn typed(&self, lenient: bool) -> Type {
        let lenient = lenient && !self.skip_nested_metadata;
        let element = || self.element().map_or(Type::Dynamic, |e| e.typed(lenient));
        match self.kind {
            Kind::Boolean => Type::Bool,
            Kind::Float | Kind::Integer | Kind::Number => Type::Number,
            Kind::String => Type::String,
            Kind::List => Type::list(element()),
            Kind::Map => Type::map(element()),
            Kind::Set => Type::set(element()),
            Kind::Object => {
                let attributes = self.object.iter().map(|(name, a)| (Name::from(&**name), a.typed(lenient)));
                let spare = self.object.iter().filter(|(_, a)| lenient && !a.required);
                let optional = spare.map(|(name, _)| Name::from(&**name)).collect();
                Type::Object(Arc::new(ObjectType { attributes: attributes.collect(), optional }))
            }
        }
    }

    /// Whether it, or anything within, is secret: values within a value cannot be marked one by one by a schema.
    fn secret(&self) -> bool {
        self.sensitive || self.element().is_some_and(Self::secret) || self.object.values().any(Self::secret)
    }

    fn argument(&self) -> schema::Attribute {
        let mut out = schema::Attribute::new(self.ty()).normal(Normal::Verbatim);
        (out.required, out.optional, out.computed) = (self.required, self.optional, self.computed);
        (out.sensitive, out.force_new) = (self.secret(), self.replace);
        if self.kind == Kind::Integer { out.check(whole) } else { out }
    }

    fn result(&self) -> schema::Attribute {
        let mut out = schema::Attribute::new(self.ty()).computed().normal(Normal::Verbatim);
        out.sensitive = self.secret();
        out
    }
}

fn whole(value: &Value) -> Result<(), String> {
    match value.as_number() {
        Some(n) if n.to_i64().is_none() => Err("A whole number of 64 bits is required.".into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_complex_type_nests_three_levels_deep() {
        let schema = complex().resource();
        let mut block = &schema.block;
        for _ in 0..DEPTH {
            assert_eq!(block.blocks.len(), 2);
            assert!(block.attributes.contains_key("map"));
            block = &block.blocks["set_block"].block;
        }
        assert!(block.blocks.is_empty() && !block.attributes.contains_key("map"));
        let mut attribute = &complex().attributes["list"].clone();
        for _ in 1..DEPTH {
            attribute = &attribute.element().expect("elements").object["list"];
        }
        assert!(!attribute.element().expect("elements").object.contains_key("list"));
    }

    #[test]
    fn a_file_declares_types() {
        let text = r#"{"tfcoremock_dynamic": {
            "attributes": {
                "name": {"type": "string", "required": true, "replace": true},
                "made": {"type": "list", "computed": true, "list": {"type": "integer"}, "value": {"list": []}},
                "pair": {"type": "object", "optional": true, "object": {
                    "key":   {"type": "string", "required": true},
                    "value": {"type": "string", "optional": true, "sensitive": true}
                }},
                "plain": {"type": "object", "optional": true, "skip_nested_metadata": true, "object": {
                    "key": {"type": "string", "optional": true}
                }}
            },
            "blocks": {"rule": {"mode": "set", "attributes": {"port": {"type": "integer", "optional": true}}}}
        }}"#;
        let types = declared(text).expect("types");
        let schema = types["tfcoremock_dynamic"].resource();
        assert!(schema.block.attributes["name"].force_new && schema.block.attributes["name"].required);
        assert!(schema.block.attributes["made"].computed);
        assert!(schema.block.attributes["pair"].sensitive);
        let optional = |name: &str| match &schema.block.attributes[name].ty {
            Type::Object(object) => object.optional.iter().map(ToString::to_string).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!((optional("pair"), optional("plain")), (vec!["value".to_owned()], vec![]));
        assert!(schema.block.blocks.contains_key("rule"));
    }

    #[test]
    fn a_broken_file_says_what_is_wrong() {
        let check = |text: &str, expect: &str| {
            let why = declared(text).expect_err(text);
            assert!(why.contains(expect), "{why}");
        };
        check(r#"{"t": {"attributes": {"id": {"type": "string"}}}}"#, "t: the attribute \"id\" cannot be declared");
        check(r#"{"t": {"attributes": {"a": {"type": "list"}}}}"#, "t: a: the type of the elements is missing");
        check(r#"{"t": {"attributes": {"a": {"type": "text"}}}}"#, "unknown variant `text`");
        check(r#"{"t": {"attributes": {"a": {"type": "string", "value": {"string": "x"}}}}}"#, "\"computed\"");
        check(r#"{"t": {"properties": {}}}"#, "unknown field");
        check("{", "EOF");
    }
}
