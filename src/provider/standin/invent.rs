//! Makes values up for what a provider would choose.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::schema::{Block, Nesting};
use crate::value::{Kind, Type, Value, convert};

/// What counts as missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// What is unknown: in a planned object.
    Unknown,
    /// What is computed and null: in the configuration of a data source.
    NotConfigured,
}

/// Fills objects. The same inventor gives the same values for the same paths.
pub(super) struct Inventor<'a> {
    seed: u64,
    instance: &'a str,
    /// Where given values are written.
    origin: &'a str,
    missing: Missing,
    /// Given values that do not fit, each a sentence.
    pub problems: Vec<String>,
}

impl<'a> Inventor<'a> {
    pub fn new(seed: u64, instance: &'a str, origin: &'a str, missing: Missing) -> Self {
        Self { seed, instance, origin, missing, problems: Vec::new() }
    }

    /// The object with what is missing in it: given, or made up.
    pub fn fill(&mut self, block: &Block, object: Value, given: Option<&Value>, at: &str) -> Value {
        let marks = object.marks;
        let Kind::Object(entries) = &object.kind else { return object };
        let mut out = BTreeMap::new();
        for (name, value) in entries.iter() {
            let path = if at.is_empty() { name.to_string() } else { format!("{at}.{name}") };
            let given = given.and_then(|g| g.get(name));
            let filled = match (block.attributes.get(name), block.blocks.get(name)) {
                (Some(attribute), _) => {
                    if attribute.computed && self.is_missing(value) {
                        self.attribute(&attribute.ty, given, &path).mark(value.marks)
                    } else {
                        self.known(value.clone(), &path)
                    }
                }
                (None, Some(nested)) if self.is_missing(value) && nested.nesting == Nesting::Single => {
                    Value::null(nested.block.ty())
                }
                (None, Some(_)) if !value.is_known() => self.attribute(&value.ty(), None, &path),
                (None, Some(nested)) => self.blocks(&nested.block, value.clone(), given, &path),
                (None, None) => value.clone(),
            };
            out.insert(name.clone(), filled);
        }
        Value::object(out).mark(marks)
    }

    fn is_missing(&self, value: &Value) -> bool {
        !value.is_known() || (self.missing == Missing::NotConfigured && value.is_null())
    }

    fn blocks(&mut self, block: &Block, value: Value, given: Option<&Value>, at: &str) -> Value {
        let marks = value.marks;
        let mut each = |items: &[Value]| -> Vec<Value> {
            items.iter().enumerate().map(|(i, v)| self.fill(block, v.clone(), given, &format!("{at}[{i}]"))).collect()
        };
        match &value.kind {
            Kind::List(ty, items) => Value::list(ty.clone(), each(items)).mark(marks),
            Kind::Set(ty, items) => {
                let set = Value::set(ty.clone(), each(items));
                Value { marks: marks | set.marks, ..set }
            }
            Kind::Object(_) => self.fill(block, value, given, at),
            _ => value,
        }
    }

    fn attribute(&mut self, ty: &Type, given: Option<&Value>, at: &str) -> Value {
        let Some(given) = given else { return self.invent(ty, at) };
        match suit(given, ty) {
            Ok(partial) => self.complete(partial, ty, at),
            Err(why) => {
                self.problems.push(format!(
                    "Terraform could not compute a value for the target type {} with the mocked data defined at {} with the attribute \"{at}\": {why}.",
                    ty.friendly_name(),
                    self.origin,
                ));
                self.invent(ty, at)
            }
        }
    }

    /// Entries that a given object lacks are made up.
    fn complete(&self, given: Value, ty: &Type, at: &str) -> Value {
        match (&given.kind, ty) {
            (Kind::Object(entries), Type::Object(object)) => {
                let all = object.attributes.iter().map(|(name, ty)| {
                    let at = format!("{at}.{name}");
                    let value = match entries.get(name) {
                        Some(value) => self.complete(value.clone(), ty, &at),
                        None => self.invent(ty, &at),
                    };
                    (name.clone(), value)
                });
                Value::object(all.collect())
            }
            _ => given,
        }
    }

    /// What is unknown within a value that is there.
    fn known(&self, value: Value, at: &str) -> Value {
        if value.is_wholly_known() {
            return value;
        }
        value.map_deep(&mut |v| match &v.kind {
            Kind::Unknown(ty, _) => self.invent(ty, at).mark(v.marks),
            _ => v,
        })
    }

    fn invent(&self, ty: &Type, at: &str) -> Value {
        match ty {
            Type::String => Value::string(self.word(at)),
            Type::Number => Value::from(0),
            Type::Bool => Value::from(false),
            Type::List(element) => Value::list((**element).clone(), Vec::new()),
            Type::Set(element) => Value::set((**element).clone(), Vec::new()),
            Type::Map(element) => Value::map((**element).clone(), BTreeMap::new()),
            Type::Object(object) => {
                let entries = object.attributes.iter();
                Value::object(entries.map(|(k, t)| (k.clone(), self.invent(t, &format!("{at}.{k}")))).collect())
            }
            Type::Tuple(items) => {
                Value::tuple(items.iter().enumerate().map(|(i, t)| self.invent(t, &format!("{at}[{i}]"))).collect())
            }
            Type::Dynamic => Value::null(Type::Dynamic),
        }
    }

    /// Eight letters and digits.
    fn word(&self, at: &str) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut hasher = DefaultHasher::new();
        (self.seed, self.instance, at).hash(&mut hasher);
        let mut rest = hasher.finish();
        let letters = (0..8).map(|_| {
            let letter = ALPHABET.get((rest % 36) as usize).copied().unwrap_or(b'x');
            rest /= 36;
            char::from(letter)
        });
        letters.collect()
    }
}

/// A given value as the type wants it. Objects may lack entries.
fn suit(given: &Value, ty: &Type) -> Result<Value, String> {
    match (&given.kind, ty) {
        (Kind::Object(entries) | Kind::Map(_, entries), Type::Object(object)) => {
            let known = object.attributes.iter().filter_map(|(name, ty)| {
                let value = entries.get(name)?;
                Some(suit(value, ty).map(|v| (name.clone(), v)).map_err(|why| format!("{name}: {why}")))
            });
            Ok(Value::object(known.collect::<Result<_, String>>()?))
        }
        (Kind::List(..) | Kind::Set(..) | Kind::Tuple(_), Type::List(_) | Type::Set(_))
        | (Kind::Map(..) | Kind::Object(_), Type::Map(_))
        | (Kind::Null(_) | Kind::Unknown(..), _) => convert(given, ty),
        (_, Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Object(_)) => {
            Err(format!("incompatible types; expected {}, found {}", ty.friendly_name(), given.ty().friendly_name()))
        }
        _ => convert(given, ty),
    }
}
