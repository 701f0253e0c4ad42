//! Which object a traversal refers to.

use crate::addr::{Mode, ResourceAddr};
use crate::diag::{Diagnostic, Span};
use crate::hcl::ast::{Access, Body, Expr, Ident};

use super::model::{Condition, Module, Reference, Target};

impl Reference {
    /// Reads the object that a traversal starts at.
    pub fn parse(root: &Ident, steps: &[Access]) -> Result<Self, Diagnostic> {
        let name = |i: usize| match steps.get(i) {
            Some(Access::Attr(ident)) => Some(ident.name.clone()),
            _ => None,
        };
        let invalid = |detail: String, example: &str| {
            Diagnostic::error("Invalid reference", detail).at(root.span).hint(format!("For example: {example}"))
        };
        let whole = span_of(root, steps);
        let needs_attribute = |example: &str| match steps.first() {
            None => invalid(
                format!(
                    "The \"{}\" object cannot be accessed directly. Instead, access one of its attributes.",
                    root.name
                ),
                example,
            ),
            Some(step) => invalid(format!("The \"{}\" object does not support this operation.", root.name), example)
                .at(step.span()),
        };
        let needs_names = |what: &str, example: &str| {
            let detail = format!(
                "The \"{}\" object must be followed by two attribute names: the {what} type and the resource name.",
                root.name
            );
            invalid(detail, example).at(whole)
        };
        let resource = |mode, kind, name| Target::Resource(ResourceAddr { mode, kind, name });
        let target = match &*root.name {
            "var" => Target::Variable(name(0).ok_or_else(|| needs_attribute("var.region"))?),
            "local" => Target::Local(name(0).ok_or_else(|| needs_attribute("local.tags"))?),
            "module" => {
                let call = name(0).ok_or_else(|| needs_attribute("module.network"))?;
                let output = match steps.get(1) {
                    Some(Access::Index(_) | Access::LegacyIndex(..) | Access::AttrSplat(_) | Access::FullSplat(_)) => {
                        name(2)
                    }
                    _ => name(1),
                };
                output.map_or_else(|| Target::Module(call.clone()), |o| Target::ModuleOutput(call.clone(), o))
            }
            "data" | "ephemeral" => {
                let mode = if &*root.name == "data" { Mode::Data } else { Mode::Ephemeral };
                let what = if mode == Mode::Data { "data source" } else { "ephemeral resource" };
                let needs = || needs_names(what, "data.aws_region.current");
                let kind = name(0).ok_or_else(needs)?;
                resource(mode, kind, name(1).ok_or_else(needs)?)
            }
            "resource" => {
                let needs = || needs_names("resource", "resource.aws_vpc.main");
                let kind = name(0).ok_or_else(needs)?;
                resource(Mode::Managed, kind, name(1).ok_or_else(needs)?)
            }
            "each" | "count" | "path" | "terraform" => {
                let example = match &*root.name {
                    "each" => "each.key",
                    "count" => "count.index",
                    "path" => "path.module",
                    _ => "terraform.workspace",
                };
                name(0).ok_or_else(|| needs_attribute(example))?;
                Target::Context(root.name.clone())
            }
            "self" => Target::Context(root.name.clone()),
            "template" | "lazy" | "arg" => {
                let detail = format!(
                    "The symbol name \"{0}\" is reserved for use in a future Terraform version. If you are using a provider that \
                     already uses this as a resource type name, add the prefix \"resource.\" to force interpretation as a \
                     resource type name.",
                    root.name
                );
                return Err(Diagnostic::error("Reserved symbol name", detail).at(root.span));
            }
            _ => match name(0) {
                Some(n) => resource(Mode::Managed, root.name.clone(), n),
                None => {
                    return Err(Diagnostic::error(
                        "Invalid reference",
                        "A reference to a resource type must be followed by at least one attribute access, specifying the resource name.",
                    )
                    .at(root.span));
                }
            },
        };
        // Only the part that names the object: what is taken of it is no part of the reference.
        let keyed = |named: usize| match steps.get(named) {
            Some(Access::Index(_) | Access::LegacyIndex(..)) => named + 1,
            _ => named,
        };
        let taken = match (&target, &*root.name) {
            (Target::Context(_), "self") => 0,
            (Target::Variable(_) | Target::Local(_) | Target::Context(_), _) => 1,
            (Target::Module(_), _) => keyed(1),
            (Target::ModuleOutput(..), _) => keyed(1) + 1,
            (Target::Resource(_), "data" | "ephemeral" | "resource") => keyed(2),
            (Target::Resource(_), _) => keyed(1),
        };
        let (named, rest) = steps.split_at_checked(taken).unwrap_or((steps, &[]));
        let keyed = matches!(named.last(), Some(Access::Index(_) | Access::LegacyIndex(..)));
        let attribute = match rest.first() {
            Some(Access::Attr(name)) => Some(name.clone()),
            _ => None,
        };
        Ok(Self { target, span: span_of(root, named), keyed, attribute })
    }

    /// All references of an expression; traversals that refer to nothing are left to evaluation, which reports them.
    pub fn of(expr: &Expr) -> Vec<Reference> {
        let mut found = Vec::new();
        expr.references(&mut |root, steps| found.extend(Self::parse(root, steps)));
        found
    }

    /// All references of a body, with those of nested and dynamic blocks.
    pub fn of_body(body: &Body) -> Vec<Reference> {
        let mut found: Vec<Reference> = body.attributes.iter().flat_map(|a| Self::of(&a.expr)).collect();
        for block in &body.blocks {
            let mut inner = Self::of_body(&block.body);
            if &*block.kind.name == "dynamic" {
                // The iterator is a name of the block's own: `rule.value` is no resource of type "rule".
                let iterator = iterator(&block.body, block.labels.first());
                inner.retain(|r| !matches!(&r.target, Target::Resource(a) if Some(&a.kind) == iterator.as_ref()));
            }
            found.extend(inner);
        }
        found
    }
}

impl Module {
    /// All references that stand in the blocks of a module.
    pub fn references(&self) -> Vec<Reference> {
        let mut found: Vec<Reference> = Vec::new();
        let conditions = |conditions: &[Condition]| -> Vec<Reference> {
            conditions.iter().flat_map(|c| [&c.condition, &c.message]).flat_map(Reference::of).collect()
        };
        found.extend(self.locals.values().flat_map(|l| Reference::of(&l.expr)));
        for variable in self.variables.values() {
            found.extend(conditions(&variable.validations));
        }
        for output in self.outputs.values() {
            found.extend(Reference::of(&output.value));
            found.extend(conditions(&output.preconditions));
        }
        found.extend(self.providers.values().flat_map(|p| Reference::of_body(&p.body)));
        for resource in self.resources.values() {
            found.extend(resource.repetition.expr().into_iter().flat_map(Reference::of));
            found.extend(Reference::of_body(&resource.body));
            found.extend(conditions(&resource.preconditions));
            found.extend(conditions(&resource.postconditions));
            found.extend(resource.provisioners.iter().flat_map(|p| Reference::of_body(&p.body)));
        }
        for call in self.calls.values() {
            found.extend(call.repetition.expr().into_iter().flat_map(Reference::of));
            found.extend(call.args.iter().flat_map(|arg| Reference::of(&arg.expr)));
        }
        for check in self.checks.values() {
            found.extend(conditions(&check.assertions));
        }
        found.extend(self.imports.iter().flat_map(|i| i.exprs()).flat_map(Reference::of));
        found
    }
}

fn iterator(body: &Body, label: Option<&Ident>) -> Option<crate::addr::Name> {
    let named = body.attribute("iterator").and_then(|a| a.expr.as_traversal()).map(|(root, _)| root.name.clone());
    named.or_else(|| label.map(|l| l.name.clone()))
}

/// Where a traversal's span ends, for messages.
pub fn span_of(root: &Ident, steps: &[Access]) -> Span {
    steps.last().map_or(root.span, |s| root.span.to(s.span()))
}
