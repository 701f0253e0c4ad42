//! `dynamic` blocks: nested blocks made from a collection.
//!
//! Knows nothing of what the made blocks mean; their schema decides.

use super::{Decoder, Items};
use crate::addr::{Name, Path, Step};
use crate::diag::{Diagnostic, Span};
use crate::eval::{Bindings, Scope, evaluate};
use crate::hcl::ast::{Block, Ident};
use crate::schema;
use crate::value::{Kind, Type, Value};

/// The kind of the blocks that a `dynamic` block makes.
pub(super) fn label(block: &Block) -> Option<&Ident> {
    if &*block.kind.name == "dynamic" { block.labels.first() } else { None }
}

/// Whether a block is dynamic and makes blocks of this kind.
pub(super) fn generates(block: &Block, name: &Name) -> bool {
    label(block).is_some_and(|l| l.name == *name)
}

impl Decoder {
    pub(super) fn dynamic(
        &mut self,
        block: &Block,
        schema: &schema::Block,
        scope: &dyn Scope,
        path: &Path,
        items: &mut Items,
    ) {
        let error = |summary: &str, detail: String, span: Span| Diagnostic::error(summary, detail).at(span);
        for given in &block.body.attributes {
            if !matches!(&*given.name.name, "for_each" | "iterator" | "labels") {
                let detail = format!("An argument named \"{}\" is not expected here.", given.name.name);
                let hint = "Arguments of the generated blocks go into the \"content\" block.";
                self.found.push(error("Unsupported argument", detail, given.name.span).hint(hint));
            }
        }
        let mut contents = block.body.blocks("content");
        let (content, second) = (contents.next(), contents.next());
        for other in block.body.blocks.iter().filter(|b| &*b.kind.name != "content") {
            let detail = format!("Blocks of type \"{}\" are not expected here.", other.kind.name);
            self.found.push(error("Unsupported block type", detail, other.kind.span));
        }
        if let Some(second) = second {
            let detail = "A dynamic block must contain only one nested \"content\" block.".into();
            self.found.push(error("Extraneous content block", detail, second.header));
        }
        let Some(content) = content else {
            let detail = "A dynamic block must have a nested \"content\" block to describe the generated blocks.";
            self.found.push(error("Missing content block", detail.into(), block.header));
            items.open = true;
            return;
        };
        let iterator = match block.body.attribute("iterator") {
            None => label(block).map(|l| l.name.clone()),
            Some(given) => match given.expr.as_traversal() {
                Some((root, [])) => Some(root.name.clone()),
                _ => {
                    let detail = "Dynamic iterator must be a single variable name.".into();
                    self.found.push(error("Invalid expression", detail, given.expr.span));
                    None
                }
            },
        };
        let Some(iterator) = iterator else {
            items.open = true;
            return;
        };
        let instance = |key: Value, value: Value| {
            let object = Value::object([("key".into(), key), ("value".into(), value)].into());
            vec![(iterator.clone(), object)]
        };
        match self.collection(block, scope) {
            Some(collection) if collection.entries().is_some() => {
                items.marks |= collection.marks;
                for (key, value) in collection.entries().unwrap_or_default() {
                    let scope = Bindings::new(scope, instance(key, value));
                    let path = path.then(Step::Index(items.values.len() as u64));
                    items.headers.push(block.header);
                    items.values.push(self.block(&content.body, schema, &scope, &path, Some(content.header)));
                }
            }
            collection => {
                // Not known yet, or in error: what the content says is checked all the same.
                items.open = true;
                let mut element = Value::unknown(Type::Dynamic);
                if let Some(collection) = collection {
                    items.marks |= collection.marks;
                    if let Some(ty) = collection.ty().element() {
                        element = Value::unknown(ty.clone());
                    }
                }
                let scope = Bindings::new(scope, instance(Value::unknown(Type::Dynamic), element));
                let path = path.then(Step::Index(items.values.len() as u64));
                self.block(&content.body, schema, &scope, &path, Some(content.header));
            }
        }
    }

    /// The value of `for_each`; `None` after an error.
    fn collection(&mut self, block: &Block, scope: &dyn Scope) -> Option<Value> {
        let Some(for_each) = block.body.attribute("for_each") else {
            let detail = "The argument \"for_each\" is required, but no definition was found.";
            self.found.push(Diagnostic::error("Missing required argument", detail).at(block.header));
            return None;
        };
        let value = self.found.take(evaluate(&for_each.expr, scope))?;
        let invalid =
            |detail: String| Diagnostic::error("Invalid dynamic for_each value", detail).at(for_each.expr.span);
        match (&value.kind, value.ty()) {
            (Kind::Null(_), _) => {
                self.found.push(invalid("Cannot use a null value in for_each.".into()));
                None
            }
            (_, ty) if ty.is_primitive() => {
                let name = ty.friendly_name();
                self.found.push(invalid(format!(
                    "Cannot use a {name} value in for_each. An iterable collection is required."
                )));
                None
            }
            _ => Some(value),
        }
    }
}
