//! A body under a schema to an object value.
//!
//! Knows nothing of resources: the same serves data sources, providers and backends. Defaults and the marks that a
//! schema asks for are the caller's.

mod dynamic;
mod json;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Scope, evaluate};
use crate::addr::{Name, Path, Step};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean};
use crate::hcl::ast::{self, Body};
use crate::schema::{self, NestedBlock, Nesting};
use crate::value::{Marks, ObjectType, Type, Value, convert};

/// Evaluates a body to an object that has exactly the type of the schema.
///
/// Where there are errors, unknown values stand for what failed. Findings about something that is missing at the top
/// level have no span, only the path of the attribute: the caller knows the header of the block.
pub fn decode_body(body: &Body, schema: &schema::Block, scope: &dyn Scope) -> (Value, Diagnostics) {
    let mut decoder = Decoder { found: Diagnostics::new() };
    let value = decoder.block(body, schema, scope, &Path::root(), None);
    (value, decoder.found)
}

struct Decoder {
    found: Diagnostics,
}

/// The values of all blocks of one kind.
struct Items {
    values: Vec<Value>,
    /// A `dynamic` block whose number of instances is not known yet.
    open: bool,
    marks: Marks,
    /// Headers of the blocks, for errors about their number.
    headers: Vec<Span>,
}

impl Decoder {
    /// `header` is what to blame for something missing.
    fn block(
        &mut self,
        body: &Body,
        schema: &schema::Block,
        scope: &dyn Scope,
        path: &Path,
        header: Option<Span>,
    ) -> Value {
        let body = &*json::with_blocks(body, schema);
        self.unsupported(body, schema);
        let mut out = BTreeMap::new();
        for (name, attribute) in &schema.attributes {
            let path = path.then(Step::Attr(name.clone()));
            let value = match (body.attribute(name), object_element(&attribute.ty)) {
                (Some(given), _) => self.attribute(given, attribute, scope, path),
                (None, Some(object)) if has_blocks(body, name) => {
                    let inner = of_object(object);
                    let items = self.items(body, name, &inner, scope, &path);
                    self.as_attribute(items, name, attribute, path)
                }
                _ => {
                    if attribute.required {
                        self.missing(name, path, header);
                    }
                    Value::null(attribute.ty.clone())
                }
            };
            out.insert(name.clone(), value);
        }
        for (name, nested) in &schema.blocks {
            let path = path.then(Step::Attr(name.clone()));
            let items = self.items(body, name, &nested.block, scope, &path);
            out.insert(name.clone(), self.nested(items, name, nested, path, header));
        }
        Value::object(out)
    }

    fn missing(&mut self, name: &str, path: Path, at: Option<Span>) {
        let detail = format!("The argument \"{name}\" is required, but no definition was found.");
        let diagnostic = Diagnostic::error("Missing required argument", detail).attribute(path);
        self.found.push(match at {
            Some(span) => diagnostic.at(span),
            None => diagnostic,
        });
    }

    fn attribute(
        &mut self,
        given: &ast::Attribute,
        attribute: &schema::Attribute,
        scope: &dyn Scope,
        path: Path,
    ) -> Value {
        let name = &given.name.name;
        let failed = || Value::unknown(attribute.ty.clone());
        let span = given.expr.span;
        if !attribute.configurable() {
            let detail = format!(
                "Can't configure a value for \"{name}\": its value will be decided automatically based on the result of \
                 applying this configuration."
            );
            let diagnostic = Diagnostic::error("Value for unconfigurable attribute", detail);
            self.found.push(diagnostic.at(given.name.span).attribute(path));
            return Value::null(attribute.ty.clone());
        }
        let Some(value) = self.found.take(evaluate(&given.expr, scope)) else { return failed() };
        let value = match convert(&value, &attribute.ty) {
            Ok(value) => value,
            Err(why) => {
                // The reason may quote keys.
                let why = match value.is_sensitive_deep() {
                    true => {
                        format!("{} required (the value is sensitive and is not shown)", attribute.ty.friendly_name())
                    }
                    false => why,
                };
                let detail = format!("Inappropriate value for attribute \"{name}\": {why}.");
                let diagnostic = Diagnostic::error("Incorrect attribute value type", detail);
                self.found.push(diagnostic.at(span).attribute(path));
                return failed();
            }
        };
        if value.is_null() {
            if attribute.required {
                self.missing(name, path, Some(span));
            }
            return value;
        }
        if let Some(why) = attribute.deprecated {
            self.found
                .push(Diagnostic::warning("Argument is deprecated", why).at(given.name.span).attribute(path.clone()));
        }
        self.validate(&value, attribute, span, &path);
        value
    }

    fn validate(&mut self, value: &Value, attribute: &schema::Attribute, span: Span, path: &Path) {
        if attribute.validators.is_empty() || !value.is_wholly_known() || value.is_null() {
            return;
        }
        let (plain, marks) = value.clone().unmark_deep();
        for validator in &attribute.validators {
            if let Err(why) = validator(&plain) {
                let detail = if marks.contains(Marks::SENSITIVE) {
                    format!("The value of \"{path}\" is not valid. It is sensitive, so the reason cannot be shown.")
                } else {
                    why
                };
                self.found.push(Diagnostic::error("Invalid attribute value", detail).at(span).attribute(path.clone()));
            }
        }
    }

    /// All blocks of one kind, those that `dynamic` blocks make included.
    fn items(&mut self, body: &Body, name: &Name, schema: &schema::Block, scope: &dyn Scope, path: &Path) -> Items {
        let mut items = Items { values: Vec::new(), open: false, marks: Marks::NONE, headers: Vec::new() };
        for block in &body.blocks {
            if block.kind.name == *name {
                if let Some(label) = block.labels.first() {
                    let detail = format!("No labels are expected for {name} blocks.");
                    self.found.push(Diagnostic::error(format!("Extraneous label for {name}"), detail).at(label.span));
                }
                let path = path.then(Step::Index(items.values.len() as u64));
                items.headers.push(block.header);
                items.values.push(self.block(&block.body, schema, scope, &path, Some(block.header)));
            } else if dynamic::generates(block, name) {
                self.dynamic(block, schema, scope, path, &mut items);
            }
        }
        items
    }

    fn nested(&mut self, items: Items, name: &Name, nested: &NestedBlock, path: Path, header: Option<Span>) -> Value {
        let count = items.values.len() as u64;
        let most = if nested.nesting == Nesting::Single { 1 } else { nested.max_items };
        if most != 0 && count > most {
            let diagnostic = match nested.nesting {
                Nesting::Single => Diagnostic::error(
                    format!("Duplicate {name} block"),
                    format!("Only one block of type \"{name}\" is allowed."),
                ),
                _ => Diagnostic::error(
                    format!("Too many {name} blocks"),
                    format!("No more than {most} \"{name}\" block{} allowed.", if most == 1 { " is" } else { "s are" }),
                ),
            };
            let at = usize::try_from(most).ok().and_then(|n| items.headers.get(n)).or(items.headers.last());
            let diagnostic = diagnostic.attribute(path.clone());
            self.found.push(match at {
                Some(span) => diagnostic.at(*span),
                None => diagnostic,
            });
        }
        if count < nested.min_items && !items.open {
            let least = nested.min_items;
            let (are, s) = if least == 1 { ("is", "") } else { ("are", "s") };
            let detail = format!("At least {least} \"{name}\" block{s} {are} required.");
            let diagnostic = Diagnostic::error(format!("Insufficient {name} blocks"), detail).attribute(path);
            self.found.push(match header {
                Some(span) => diagnostic.at(span),
                None => diagnostic,
            });
        }
        if let (Some(why), Some(span)) = (nested.deprecated, items.headers.first()) {
            self.found.push(Diagnostic::warning("Argument is deprecated", why).at(*span));
        }
        if items.open {
            return Value::unknown(nested.ty()).mark(items.marks);
        }
        let object = nested.block.ty();
        match nested.nesting {
            Nesting::Single => items.values.into_iter().next().unwrap_or_else(|| Value::null(object)),
            Nesting::List => Value::list(object, items.values),
            Nesting::Set => Value::set(object, items.values),
        }
        .mark(items.marks)
    }

    /// Blocks that stand for an attribute of type list or set of objects.
    fn as_attribute(&mut self, items: Items, name: &Name, attribute: &schema::Attribute, path: Path) -> Value {
        let span = items.headers.first().copied();
        if !attribute.configurable() {
            let detail = format!(
                "Can't configure a value for \"{name}\": its value will be decided automatically based on the result of \
                 applying this configuration."
            );
            let diagnostic = Diagnostic::error("Value for unconfigurable attribute", detail).attribute(path);
            self.found.push(match span {
                Some(span) => diagnostic.at(span),
                None => diagnostic,
            });
            return Value::null(attribute.ty.clone());
        }
        if items.open {
            return Value::unknown(attribute.ty.clone()).mark(items.marks);
        }
        let value = convert(&Value::tuple(items.values), &attribute.ty)
            .unwrap_or_else(|_| Value::unknown(attribute.ty.clone()))
            .mark(items.marks);
        if let Some(span) = span {
            self.validate(&value, attribute, span, &path);
        }
        value
    }

    /// Reports arguments and blocks that the schema does not have.
    fn unsupported(&mut self, body: &Body, schema: &schema::Block) {
        for given in &body.attributes {
            let name = &given.name.name;
            if schema.attributes.contains_key(name) {
                continue;
            }
            let detail = format!("An argument named \"{name}\" is not expected here.");
            let diagnostic = Diagnostic::error("Unsupported argument", detail).at(given.name.span);
            self.found.push(if schema.blocks.contains_key(name) {
                let detail = format!("{} Did you mean to define a block of type \"{name}\"?", diagnostic.detail);
                Diagnostic { detail, ..diagnostic }.hint("Then write it without \"=\".")
            } else {
                suggest(diagnostic, name, schema)
            });
        }
        for block in &body.blocks {
            let kind = match dynamic::label(block) {
                Some(label) => label,
                None if &*block.kind.name == "dynamic" => {
                    let detail = "A dynamic block must be labelled with the type of the blocks that it generates.";
                    let diagnostic = Diagnostic::error("Missing name for dynamic", detail).at(block.header);
                    self.found.push(diagnostic.hint("For example: dynamic \"ingress\" { … }"));
                    continue;
                }
                None => &block.kind,
            };
            let name = &kind.name;
            let as_blocks = schema.attributes.get(name).map(|a| object_element(&a.ty).is_some());
            if schema.blocks.contains_key(name) || as_blocks == Some(true) {
                if as_blocks == Some(true) && body.attribute(name).is_some() {
                    let detail = format!("\"{name}\" is given both as an argument and as a block; use one of the two.");
                    self.found.push(Diagnostic::error("Duplicate argument", detail).at(block.header));
                }
                continue;
            }
            let detail = format!("Blocks of type \"{name}\" are not expected here.");
            let diagnostic = Diagnostic::error("Unsupported block type", detail).at(kind.span);
            self.found.push(if as_blocks.is_some() {
                let detail = format!(
                    "{} Did you mean to define argument \"{name}\"? If so, use the equals sign to assign it a value.",
                    diagnostic.detail
                );
                Diagnostic { detail, ..diagnostic }
            } else {
                suggest(diagnostic, name, schema)
            });
        }
    }
}

fn suggest(diagnostic: Diagnostic, name: &str, schema: &schema::Block) -> Diagnostic {
    diagnostic.meant(did_you_mean(name, schema.names()))
}

/// The object type of a list or set of objects: such attributes may be written as blocks.
fn object_element(ty: &Type) -> Option<&Arc<ObjectType>> {
    match ty {
        Type::List(t) | Type::Set(t) => match &**t {
            Type::Object(o) => Some(o),
            _ => None,
        },
        _ => None,
    }
}

/// The schema of blocks that stand for objects: nothing in them is required.
fn of_object(object: &ObjectType) -> schema::Block {
    object
        .attributes
        .iter()
        .fold(schema::Block::new(), |b, (name, ty)| b.attr(name, schema::Attribute::new(ty.clone()).optional()))
}

fn has_blocks(body: &Body, name: &Name) -> bool {
    body.blocks.iter().any(|b| b.kind.name == *name || dynamic::generates(b, name))
}
