//! Blocks of a module, one by one.

mod call;
mod check;
mod declarations;
mod history;
mod provisioner;
mod resource;
mod written;

pub(super) use history::history_only;
pub(super) use resource::attribute_path;

use crate::addr::Mode;
use crate::diag::{Diagnostic, Diagnostics, Sources, Span, did_you_mean};
use crate::hcl::ast::{Block, Body, Expr};
use crate::hcl::is_identifier;

use super::{Condition, Module, Reference, Repetition};

/// Kinds of top-level blocks, with their labels.
const KINDS: &[(&str, &[&str])] = &[
    ("terraform", &[]),
    ("provider", &["name"]),
    ("variable", &["name"]),
    ("locals", &[]),
    ("output", &["name"]),
    ("module", &["name"]),
    ("resource", &["type", "name"]),
    ("data", &["type", "name"]),
    ("ephemeral", &["type", "name"]),
    ("moved", &[]),
    ("removed", &[]),
    ("import", &[]),
    ("check", &["name"]),
];

/// What the blocks of a file may be.
pub(super) fn block_kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(kind, _)| *kind)
}

/// Reads blocks into a module.
pub(super) struct Reader<'a> {
    module: &'a mut Module,
    found: &'a mut Diagnostics,
    sources: &'a Sources,
    /// The last `required_providers` block.
    required: Option<Span>,
    dropped: bool,
}

impl<'a> Reader<'a> {
    pub fn new(module: &'a mut Module, found: &'a mut Diagnostics, sources: &'a Sources) -> Self {
        Self { module, found, sources, required: None, dropped: false }
    }

    /// Whether a block was wrong beyond use, so that names may be missing from the module.
    pub fn dropped(&self) -> bool {
        self.dropped
    }

    pub fn block(&mut self, block: Block) {
        let Some((_, labels)) = KINDS.iter().find(|(kind, _)| *kind == &*block.kind.name) else {
            self.dropped = true;
            let near = did_you_mean(&block.kind.name, block_kinds());
            let found = Diagnostic::error(
                "Unsupported block type",
                format!("Blocks of type \"{}\" are not expected here.", block.kind.name),
            )
            .at(block.kind.span);
            self.found.push(found.meant(near));
            return;
        };
        if !self.labels(&block, labels) {
            self.dropped = true;
            return;
        }
        match &*block.kind.name {
            "terraform" => self.terraform(block),
            "provider" => self.provider(block),
            "variable" => self.variable(block),
            "locals" => self.locals(block),
            "output" => self.output(block),
            "module" => self.call(block),
            "resource" => self.resource(block, Mode::Managed),
            "data" => self.resource(block, Mode::Data),
            "ephemeral" => self.resource(block, Mode::Ephemeral),
            "moved" => self.moved(&block),
            "removed" => self.removed(&block),
            "import" => self.import(&block),
            _ => self.check(block),
        }
    }

    fn labels(&mut self, block: &Block, labels: &[&str]) -> bool {
        let kind = &block.kind.name;
        if block.labels.len() < labels.len() {
            let missing: Vec<&str> = labels.iter().skip(block.labels.len()).copied().collect();
            self.found.push(
                Diagnostic::error(
                    format!("Missing {} for {kind}", missing[0]),
                    format!("All {kind} blocks must have {} labels ({}).", labels.len(), labels.join(", ")),
                )
                .at(opening(block))
                .within(block.header)
                .hint(format!("Write {}.", header(kind, labels))),
            );
            return false;
        }
        if let Some(extra) = block.labels.get(labels.len()) {
            self.found.push(
                Diagnostic::error(
                    format!("Extraneous label for {kind}"),
                    match labels {
                        [] => format!("No labels are expected for {kind} blocks."),
                        _ => format!(
                            "Only {} labels ({}) are expected for {kind} blocks.",
                            labels.len(),
                            labels.join(", ")
                        ),
                    },
                )
                .at(extra.span)
                .within(block.header)
                .hint(format!("Write {}.", header(kind, labels))),
            );
            return false;
        }
        for (i, label) in block.labels.iter().enumerate() {
            if &**kind == "provider" && !is_identifier(&label.name) {
                let name = &label.name;
                self.found.push(
                    Diagnostic::error(
                        "Invalid provider local name",
                        format!(
                            "{name} is an invalid provider local name: must contain only letters, digits, and dashes, and \
                             may not use leading or trailing dashes"
                        ),
                    )
                    .at(block.header),
                );
                return false;
            }
            if !is_identifier(&label.name) {
                self.found.push(
                    Diagnostic::error(
                        format!("Invalid {} name", named(kind, i)),
                        "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.",
                    )
                    .at(label.span),
                );
                return false;
            }
        }
        true
    }

    fn duplicate(&mut self, what: &str, name: &str, now: Span, before: Span) {
        self.found.push(
            Diagnostic::error(
                format!("Duplicate {what}"),
                match what {
                    "variable declaration" => format!(
                        "A variable named \"{name}\" was already declared at {}. Variable names must be unique within a module.",
                        self.place(before)
                    ),
                    "module call" => format!(
                        "A module call named \"{name}\" was already defined at {}. Module calls must have unique names within a module.",
                        self.place(before)
                    ),
                    "output definition" => format!(
                        "An output named \"{name}\" was already defined at {}. Output names must be unique within a module.",
                        self.place(before)
                    ),
                    "local value definition" => format!(
                        "A local value named \"{name}\" was already defined at {}. Local value names must be unique within a module.",
                        self.place(before)
                    ),
                    _ => format!("\"{name}\" is already taken by the {what} at {}.", self.place(before)),
                },
            )
            .at(now)
            .hint("Rename or remove one of the two."),
        );
    }

    fn place(&self, span: Span) -> String {
        let [at, end] = [span.start, span.end].map(|byte| self.sources.position(span.source, byte as usize));
        let name = self.sources.get(span.source).map_or("", |s| &s.name);
        let last = if at.line == end.line { String::new() } else { format!("{},", end.line) };
        format!("{name}:{},{}-{last}{}", at.line, at.column, end.column)
    }

    /// Reports arguments and nested blocks beyond those named.
    fn only(&mut self, body: &Body, arguments: &[&str], blocks: &[&str]) {
        for attribute in &body.attributes {
            if !arguments.contains(&&*attribute.name.name) {
                let what =
                    if blocks.contains(&&*attribute.name.name) { " Did you mean to define a block?" } else { "" };
                let found = Diagnostic::error(
                    "Unsupported argument",
                    format!("An argument named \"{}\" is not expected here.{what}", attribute.name.name),
                )
                .at(attribute.name.span);
                self.found.push(suggest(found, &attribute.name.name, arguments));
            }
        }
        for block in &body.blocks {
            if !blocks.contains(&&*block.kind.name) {
                let found = Diagnostic::error(
                    "Unsupported block type",
                    format!("Blocks of type \"{}\" are not expected here.", block.kind.name),
                )
                .at(block.kind.span);
                self.found.push(suggest(found, &block.kind.name, blocks));
            }
        }
    }

    fn required(&mut self, block: &Block, name: &str) -> Option<Expr> {
        match block.body.attribute(name) {
            Some(attribute) => Some(attribute.expr.clone()),
            None => {
                self.found.push(
                    Diagnostic::error(
                        "Missing required argument",
                        format!("The argument \"{name}\" is required, but no definition was found."),
                    )
                    .at(opening(block))
                    .within(block.header),
                );
                self.dropped = true;
                None
            }
        }
    }

    fn conditions(&mut self, body: &Body, kind: &str) -> Vec<Condition> {
        let mut out = Vec::new();
        for block in body.blocks(kind) {
            self.only(&block.body, &["condition", "error_message"], &[]);
            if let (Some(condition), Some(message)) =
                (self.required(block, "condition"), self.required(block, "error_message"))
            {
                if Reference::of(&condition).is_empty() {
                    self.found.push(
                        Diagnostic::error(
                            format!("Invalid {kind} expression"),
                            "The condition expression must refer to at least one object from elsewhere in the \
                             configuration, or else its result would not be checking anything.",
                        )
                        .at(condition.span),
                    );
                }
                out.push(Condition { condition, message, span: block.header });
            }
        }
        out
    }

    /// Takes `count` and `for_each`; both are an error.
    fn repetition(&mut self, body: &Body) -> Repetition {
        match (body.attribute("count"), body.attribute("for_each")) {
            (Some(_), Some(each)) => {
                self.found.push(
                    Diagnostic::error(
                        "Invalid combination of \"count\" and \"for_each\"",
                        "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, only one should be used to be explicit about the number of resources to be created.",
                    )
                    .at(each.name.span),
                );
                Repetition::ForEach(each.expr.clone())
            }
            (Some(count), None) => Repetition::Count(count.expr.clone()),
            (None, Some(each)) => Repetition::ForEach(each.expr.clone()),
            (None, None) => Repetition::Once,
        }
    }
}

/// The brace that opens a block: what is missing should stand behind it.
fn opening(block: &Block) -> Span {
    let start = block.body.span.start;
    Span { start, end: start + 1, ..block.body.span }
}

/// What the label of a block is called.
fn named(kind: &str, label: usize) -> &str {
    match (kind, label) {
        ("module", _) => "module instance",
        ("resource", 0) => "resource type",
        ("data", 0) => "data source",
        ("data", _) => "data resource",
        ("ephemeral", 0) => "ephemeral resource type",
        ("ephemeral", _) => "ephemeral resource",
        _ => kind,
    }
}

fn header(kind: &str, labels: &[&str]) -> String {
    let labels: String = labels.iter().map(|l| format!(" \"{}\"", l.to_uppercase())).collect();
    format!("{kind}{labels} {{ … }}")
}

fn suggest(found: Diagnostic, name: &str, candidates: &[&str]) -> Diagnostic {
    found.meant(did_you_mean(name, candidates.iter().copied()))
}
