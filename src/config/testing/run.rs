//! `run` blocks.

use crate::addr::{Mode, Target};
use crate::diag::Span;
use crate::hcl::ast::{Access, Block, Body, Expr, ExprKind, Ident, ObjectKey};
use crate::hcl::is_identifier;
use crate::value::Type;

use super::super::{Condition, Reference, Target as RefTarget};
use super::blocks::{Checker, NAME_RULE, address, provider_ref};
use super::{Command, Expectation, PassedProvider, Phase, PlanOptions, Run, RunMode, RunModule, overrides};

const ARGUMENTS: &[&str] = &["command", "providers", "expect_failures", "state_key", "parallel"];
const BLOCKS: &[&str] =
    &["plan_options", "assert", "variables", "module", "override_resource", "override_data", "override_module"];

impl Checker<'_> {
    pub fn run(&mut self, block: &Block) -> Option<Run> {
        if !self.labels(block, &["name"]) {
            return None;
        }
        let header = block.header;
        let name = block.labels.first()?.clone();
        if !is_identifier(&name.name) {
            self.error("Invalid run block name", NAME_RULE, name.span, header);
        }
        let body = &block.body;
        self.only(body, Some(header), ARGUMENTS, BLOCKS);
        // Runs go one after the other: what may go at the same time may do so in order too.
        self.literal(body, "parallel", &Type::Bool, header);
        let command = self.keyword(
            body,
            "command",
            &[("plan", Command::Plan), ("apply", Command::Apply)],
            (
                "Invalid \"command\" keyword",
                "The \"command\" argument requires one of the following keywords without quotes: apply or plan.",
            ),
            header,
        );
        let options = body.blocks("plan_options").map(|b| self.plan_options(b, header)).last();
        let variables = self.one(body, "variables", header).map(|b| b.body.attributes.clone());
        let module = self.one(body, "module", header).and_then(|b| self.module(b, header));
        Some(Run {
            name,
            command: command.unwrap_or_default(),
            variables: variables.unwrap_or_default(),
            module,
            providers: body.attribute("providers").map(|a| self.providers(&a.expr, header)),
            options: options.unwrap_or_default(),
            assertions: body.blocks("assert").filter_map(|b| self.assertion(b, header)).collect(),
            expected: self.expected(body, header),
            overrides: self.overrides(body, overrides::KINDS, Phase::default()),
            state_key: self.text(body, "state_key", header),
            header,
        })
    }

    /// A block of which there may be one; others are errors.
    fn one<'b>(&mut self, body: &'b Body, kind: &'b str, within: Span) -> Option<&'b Block> {
        let mut blocks = body.blocks(kind);
        let first = blocks.next();
        for extra in blocks {
            let place = first.map(|b| self.place(b.header)).unwrap_or_default();
            let detail = format!("This run block already has a {kind} block defined at {place}.");
            self.error(&format!("Multiple \"{kind}\" blocks"), detail, extra.header, within);
        }
        first
    }

    fn assertion(&mut self, block: &Block, within: Span) -> Option<Condition> {
        self.only(&block.body, Some(within), &["condition", "error_message"], &[]);
        let condition = self.required(block, "condition", within);
        let message = self.required(block, "error_message", within);
        if let Some(condition) = &condition {
            let mut refers = false;
            condition.references(&mut |_, _| refers = true);
            if !refers {
                self.error(
                    "Invalid assert expression",
                    "The condition expression must refer to at least one object from elsewhere in the configuration, or else its result would not be checking anything.",
                    condition.span,
                    within,
                );
            }
        }
        Some(Condition { condition: condition?, message: message?, span: block.header })
    }

    fn module(&mut self, block: &Block, within: Span) -> Option<RunModule> {
        self.only(&block.body, Some(within), &["source", "version"], &[]);
        let version = self.text(&block.body, "version", within);
        if block.body.attribute("source").is_none() {
            self.error(
                "Missing \"source\" attribute for module block",
                "You must specify a source attribute when executing alternate modules during test executions.",
                block.header,
                within,
            );
            return None;
        }
        let source = self.text(&block.body, "source", within)?;
        Some(RunModule { source, version, folder: String::new(), span: block.header })
    }

    fn providers(&mut self, expr: &Expr, within: Span) -> Vec<PassedProvider> {
        let ExprKind::Object(items) = &expr.kind else {
            self.error(
                "Invalid providers argument",
                "The providers argument must be a map of provider configurations.",
                expr.span,
                within,
            );
            return Vec::new();
        };
        let mut out: Vec<PassedProvider> = Vec::new();
        for (key, value) in items {
            let (within_module, at) = match key {
                ObjectKey::Name(ident) => (Some((ident.name.clone(), None)), ident.span),
                ObjectKey::Expr(key) => (provider_ref(key), key.span),
            };
            let given = provider_ref(value);
            for (side, span) in [(&within_module, at), (&given, value.span)] {
                if side.is_none() {
                    self.error(
                        "Invalid provider configuration reference",
                        "The providers argument requires a provider type name, optionally followed by a period and then a configuration alias.",
                        span,
                        within,
                    );
                }
            }
            let (Some(inner), Some(given)) = (within_module, given) else { continue };
            if out.iter().any(|p| p.within == inner) {
                self.error(
                    "Duplicate provider assignment",
                    "A provider configuration can be given once only.",
                    at,
                    within,
                );
                continue;
            }
            out.push(PassedProvider { within: inner, given, span: value.span });
        }
        out
    }

    fn plan_options(&mut self, block: &Block, within: Span) -> PlanOptions {
        let body = &block.body;
        self.only(body, Some(within), &["mode", "refresh", "replace", "target"], &[]);
        let mode = self.keyword(
            body,
            "mode",
            &[("normal", RunMode::Normal), ("refresh-only", RunMode::RefreshOnly)],
            (
                "Invalid \"mode\" keyword",
                "The \"mode\" argument requires one of the following keywords without quotes: normal or refresh-only",
            ),
            within,
        );
        let mode = mode.unwrap_or_default();
        let refresh = self.literal(body, "refresh", &Type::Bool, within).and_then(|v| v.as_bool()).unwrap_or(true);
        if mode == RunMode::RefreshOnly && !refresh {
            let span = body.attribute("refresh").map_or(block.header, |a| a.span);
            self.error(
                "Incompatible plan options",
                "The \"refresh\" option cannot be set to false when running a test in \"refresh-only\" mode.",
                span,
                within,
            );
        }
        let targets = self.targets(body, "target", within).into_iter().map(|(t, _)| t).collect();
        let mut replace = Vec::new();
        for (target, span) in self.targets(body, "replace", within) {
            match overrides::instance(&target).filter(|i| i.mode() == Mode::Managed) {
                Some(instance) => replace.push(instance),
                None => {
                    self.error("Invalid target", "Only instances of managed resources can be replaced.", span, within)
                }
            }
        }
        PlanOptions { mode, refresh, replace, targets }
    }

    fn targets(&mut self, body: &Body, name: &str, within: Span) -> Vec<(Target, Span)> {
        let Some(attribute) = body.attribute(name) else { return Vec::new() };
        let mut out = Vec::new();
        for (root, steps, span) in self.references(attribute, within) {
            let text = address(&root, &steps);
            match Target::parse(&text) {
                Some(target) => out.push((target, span)),
                None => {
                    let detail = format!("\"{text}\" is not the address of a module, resource or instance.");
                    self.error("Invalid target", detail, span, within);
                }
            }
        }
        out
    }

    fn expected(&mut self, body: &Body, within: Span) -> Vec<Expectation> {
        let Some(attribute) = body.attribute("expect_failures") else { return Vec::new() };
        let mut out: Vec<Expectation> = Vec::new();
        for (root, steps, span) in self.references(attribute, within) {
            let (address, checkable) = match checkable(&root, &steps) {
                Some(address) => (address, true),
                None => (address(&root, &steps), false),
            };
            if !out.iter().any(|e| e.address == address) {
                out.push(Expectation { address, checkable, span });
            }
        }
        out
    }
}

/// Address of an object that can have conditions of its own; `None` for any other.
fn checkable(root: &Ident, steps: &[Access]) -> Option<String> {
    match (&*root.name, steps) {
        ("output" | "check", [Access::Attr(name), ..]) => return Some(format!("{}.{}", root.name, name.name)),
        ("output" | "check" | "run", _) => return None,
        _ => {}
    }
    match Reference::parse(root, steps).ok()?.target {
        RefTarget::Variable(name) => Some(format!("var.{name}")),
        RefTarget::Resource(_) => match Target::parse(&address(root, steps))? {
            Target::Resource(resource) => Some(resource.to_string()),
            Target::Instance(instance) => Some(instance.to_string()),
            Target::Module(_) => None,
        },
        _ => None,
    }
}
