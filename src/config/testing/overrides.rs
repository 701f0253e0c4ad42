//! `override_resource`, `override_data` and `override_module`.

use std::collections::BTreeMap;

use crate::addr::{AbsInstance, InstanceKey, Mode, Target};
use crate::diag::Span;
use crate::hcl::ast::{Block, Body};
use crate::value::Value;

use super::blocks::{Checker, STATIC_REFERENCE, address};
use super::{Mocked, Override, Phase};

pub(super) const KINDS: &[&str] = &["override_resource", "override_data", "override_module"];

impl Checker<'_> {
    /// The overrides among the blocks of a body.
    pub fn overrides(&mut self, body: &Body, kinds: &[&str], default: Phase) -> Vec<Override> {
        let mut out: Vec<Override> = Vec::new();
        for block in body.blocks.iter().filter(|b| kinds.contains(&&*b.kind.name)) {
            let Some(new) = self.an_override(block, default) else { continue };
            let kind = &block.kind.name;
            if let Some(old) = out.iter().find(|o| o.target == new.target) {
                let place = self.place(old.mocked.header);
                let article = if kind.starts_with('o') { "An" } else { "A" };
                let detail =
                    format!("{article} {kind} block targeting {} has already been defined at {place}.", new.target);
                self.error(&format!("Duplicate {kind} block"), detail, block.header, block.header);
                continue;
            }
            out.push(new);
        }
        out
    }

    fn an_override(&mut self, block: &Block, default: Phase) -> Option<Override> {
        let kind = &*block.kind.name;
        if !self.labels(block, &[]) {
            return None;
        }
        let (values, what) = if kind == "override_module" { ("outputs", "an outputs") } else { ("values", "a values") };
        self.only(&block.body, Some(block.header), &["target", values, "override_during"], &[]);
        let target = self.target(block);
        let written = block.body.attribute(values).map_or(block.header, |a| a.name.span.to(a.expr.span));
        let given = match block.body.attribute(values) {
            Some(attribute) => {
                let value = self.constant(&attribute.expr);
                let object = value.filter(|v| v.as_map().is_some());
                if object.is_none() {
                    let detail = format!("{kind} blocks must specify {what} attribute that is an object.");
                    self.error(&format!("Invalid {values} attribute"), detail, attribute.expr.span, block.header);
                }
                object
            }
            None => None,
        };
        let values = given.unwrap_or_else(|| Value::object(BTreeMap::new()));
        let during = self.phase(&block.body, block.header).unwrap_or(default);
        let (target, target_span) = target?;
        Some(Override { target, target_span, mocked: Mocked { values, during, header: block.header, written } })
    }

    /// `override_during`
    pub fn phase(&mut self, body: &Body, within: Span) -> Option<Phase> {
        self.keyword(
            body,
            "override_during",
            &[("plan", Phase::Plan), ("apply", Phase::Apply)],
            ("Invalid override_during value", "The override_during attribute must be a value of plan or apply."),
            within,
        )
    }

    fn target(&mut self, block: &Block) -> Option<(Target, Span)> {
        let kind = &*block.kind.name;
        let Some(attribute) = block.body.attribute("target") else {
            let detail = format!("{kind} blocks must specify a target address.");
            self.error("Missing target attribute", detail, block.header, block.header);
            return None;
        };
        let span = attribute.expr.span;
        let Some((root, steps)) = attribute.expr.as_traversal() else {
            self.error("Invalid expression", STATIC_REFERENCE, span, block.header);
            return None;
        };
        let text = address(root, steps);
        let Some(target) = Target::parse(&text) else {
            let detail = format!("\"{text}\" is not the address of a module, resource or instance.");
            self.error("Invalid override target", detail, span, block.header);
            return None;
        };
        let (fits, what) = match kind {
            "override_module" => (matches!(target, Target::Module(_)), "modules"),
            "override_data" => (mode(&target) == Some(Mode::Data), "data sources"),
            _ => (mode(&target) == Some(Mode::Managed), "resources"),
        };
        if !fits {
            let detail = format!("You can only target {what} from {kind} blocks, not {target}.");
            self.error("Invalid override target", detail, span, block.header);
            return None;
        }
        Some((target, span))
    }
}

fn mode(target: &Target) -> Option<Mode> {
    match target {
        Target::Module(_) => None,
        Target::Resource(resource) => Some(resource.resource.mode),
        Target::Instance(instance) => Some(instance.mode()),
    }
}

/// The instance that a target names; a resource without a key is its only instance.
pub(super) fn instance(target: &Target) -> Option<AbsInstance> {
    match target {
        Target::Module(_) => None,
        Target::Resource(resource) => Some(resource.instance(InstanceKey::None)),
        Target::Instance(instance) => Some(instance.clone()),
    }
}
