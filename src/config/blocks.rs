//! Blocks of a module, one by one.

use std::collections::BTreeMap;

use crate::addr::{Mode, Name, Path, ResourceAddr, Step};
use crate::diag::{Diagnostic, Diagnostics, Sources, Span, did_you_mean};
use crate::hcl::ast::{Access, Attribute, Block, Body, Expr, ExprKind, Ident, ObjectKey};
use crate::value::Type;

use super::load::literal;
use super::settings;
use super::{
    Backend, Check, Condition, IgnoreChanges, Import, Lifecycle, Module, ModuleCall, Moved, Output, ProviderConfig,
    Reference, Removed, Repetition, RequiredProvider, Resource, TypeDefaults, Variable, types,
};

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

/// Names that a variable cannot have: a module call needs them itself.
const RESERVED: &[&str] = &["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

/// Reads blocks into a module.
pub(super) struct Reader<'a> {
    module: &'a mut Module,
    found: &'a mut Diagnostics,
    sources: &'a Sources,
    dropped: bool,
}

impl<'a> Reader<'a> {
    pub fn new(module: &'a mut Module, found: &'a mut Diagnostics, sources: &'a Sources) -> Self {
        Self { module, found, sources, dropped: false }
    }

    /// Whether a block was wrong beyond use, so that names may be missing from the module.
    pub fn dropped(&self) -> bool {
        self.dropped
    }

    pub fn block(&mut self, block: Block) {
        let Some((_, labels)) = KINDS.iter().find(|(kind, _)| *kind == &*block.kind.name) else {
            self.dropped = true;
            let near = did_you_mean(&block.kind.name, KINDS.iter().map(|(k, _)| *k));
            let found = Diagnostic::error(
                "Unsupported block type",
                format!("Blocks of type \"{}\" are not expected here.", block.kind.name),
            )
            .at(block.kind.span);
            self.found.push(match near {
                Some(near) => found.hint(format!("Did you mean \"{near}\"?")),
                None => found,
            });
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
                    format!("{} {kind} block has {}.", article(kind), count(labels)),
                )
                .at(block.header)
                .hint(format!("Write {}.", header(kind, labels))),
            );
            return false;
        }
        if let Some(extra) = block.labels.get(labels.len()) {
            self.found.push(
                Diagnostic::error(
                    format!("Extraneous label for {kind}"),
                    format!("{} {kind} block has {}.", article(kind), count(labels)),
                )
                .at(extra.span)
                .within(block.header)
                .hint(format!("Write {}.", header(kind, labels))),
            );
            return false;
        }
        for label in &block.labels {
            if !is_identifier(&label.name) {
                self.found.push(
                    Diagnostic::error(
                        "Invalid name",
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
                format!("\"{name}\" is already taken by the {what} at {}.", self.place(before)),
            )
            .at(now)
            .hint("Rename or remove one of the two."),
        );
    }

    fn place(&self, span: Span) -> String {
        let at = self.sources.position(span.source, span.range().start);
        format!("{}:{}:{}", self.sources.get(span.source).map_or("", |s| &s.name), at.line, at.column)
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
                    .at(block.header),
                );
                self.dropped = true;
                None
            }
        }
    }

    /// A literal bool; anything else is an error.
    fn flag(&mut self, body: &Body, name: &str) -> Option<bool> {
        let attribute = body.attribute(name)?;
        let value = match &attribute.expr.kind {
            ExprKind::Literal(value) => value.as_bool(),
            _ => None,
        };
        if value.is_none() {
            self.found.push(
                Diagnostic::error("Unsuitable value type", format!("\"{name}\" must be true or false, written out."))
                    .at(attribute.expr.span),
            );
        }
        value
    }

    fn text(&mut self, body: &Body, name: &str) -> Option<String> {
        let attribute = body.attribute(name)?;
        match literal(&attribute.expr) {
            Some(text) => Some(text.to_owned()),
            None => {
                self.found.push(
                    Diagnostic::error("Unsuitable value type", format!("\"{name}\" must be a text, written out."))
                        .at(attribute.expr.span),
                );
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
                out.push(Condition { condition, message, span: block.header });
            }
        }
        out
    }

    fn terraform(&mut self, block: Block) {
        self.only(
            &block.body,
            &["required_version", "experiments"],
            &["required_providers", "backend", "cloud", "provider_meta"],
        );
        if let Some(attribute) = block.body.attribute("required_version") {
            self.found.extend(settings::check_version(&attribute.expr));
        }
        for inner in block.body.blocks {
            match &*inner.kind.name {
                "required_providers" => {
                    for attribute in &inner.body.attributes {
                        let (required, errors) = settings::required_provider(attribute);
                        self.found.extend(errors);
                        self.module
                            .required_providers
                            .extend(required.map(|r: RequiredProvider| (attribute.name.name.clone(), r)));
                    }
                }
                "backend" => {
                    if let Some(kind) = inner.labels.into_iter().next() {
                        self.module.backend = Some(Backend { kind, body: inner.body });
                    }
                }
                "cloud" => self.found.push(
                    Diagnostic::error(
                        "Unsupported block",
                        "kiban does not work with HCP Terraform: a state is kept by a backend.",
                    )
                    .at(inner.header)
                    .hint("Use `backend \"local\"`."),
                ),
                _ => {}
            }
        }
    }

    fn provider(&mut self, mut block: Block) {
        let alias = self.text(&block.body, "alias").map(Name::from);
        block.body.attributes.retain(|a| !matches!(&*a.name.name, "alias" | "version"));
        let Some(name) = block.labels.into_iter().next() else { return };
        let key = (name.name.clone(), alias.clone());
        if let Some(old) = self.module.providers.get(&key) {
            let before = old.header;
            self.duplicate("provider configuration", &name.name, block.header, before);
            return;
        }
        self.module.providers.insert(key, ProviderConfig { name, alias, body: block.body, header: block.header });
    }

    fn variable(&mut self, block: Block) {
        let arguments = ["type", "default", "description", "sensitive", "ephemeral", "nullable", "deprecated"];
        self.only(&block.body, &arguments, &["validation"]);
        let Some(name) = block.labels.first().cloned() else { return };
        if RESERVED.contains(&&*name.name) {
            self.found.push(
                Diagnostic::error(
                    "Invalid variable name",
                    format!("\"{}\" is reserved: module calls use it themselves.", name.name),
                )
                .at(name.span)
                .hint("Give the variable another name."),
            );
            self.dropped = true;
            return;
        }
        let (ty, defaults) = match block.body.attribute("type") {
            Some(attribute) => {
                let read = types::read(&attribute.expr, &settings::constant);
                self.found.take(read).unwrap_or((Type::Dynamic, TypeDefaults::default()))
            }
            None => (Type::Dynamic, TypeDefaults::default()),
        };
        let default = block.body.attribute("default").map(|a| a.expr.clone());
        if let Some(default) = &default {
            for reference in Reference::of(default) {
                self.found.push(
                    Diagnostic::error("Variables not allowed", "A default may not refer to anything.")
                        .at(reference.span)
                        .hint("Let the default be null, and choose in a local value what stands in for it."),
                );
            }
        }
        let variable = Variable {
            ty,
            defaults: (!defaults.is_empty()).then_some(defaults),
            default,
            description: block.body.attribute("description").and_then(|a| literal(&a.expr)).map(str::to_owned),
            sensitive: self.flag(&block.body, "sensitive").unwrap_or(false),
            ephemeral: self.flag(&block.body, "ephemeral").unwrap_or(false),
            nullable: self.flag(&block.body, "nullable").unwrap_or(true),
            validations: self.conditions(&block.body, "validation"),
            span: block.header,
            name: name.clone(),
        };
        if let Some(old) = self.module.variables.get(&name.name) {
            let before = old.span;
            self.duplicate("variable declaration", &name.name, block.header, before);
            return;
        }
        self.module.variables.insert(name.name, variable);
    }

    fn locals(&mut self, block: Block) {
        for inner in &block.body.blocks {
            self.found.push(
                Diagnostic::error("Unsupported block type", "A locals block contains no blocks.").at(inner.header),
            );
        }
        for attribute in block.body.attributes {
            if let Some(old) = self.module.locals.get(&attribute.name.name) {
                let before = old.name.span;
                self.duplicate("local value definition", &attribute.name.name, attribute.name.span, before);
                continue;
            }
            self.module.locals.insert(attribute.name.name.clone(), attribute);
        }
    }

    fn output(&mut self, block: Block) {
        let arguments = ["value", "description", "sensitive", "ephemeral", "depends_on", "deprecated", "type"];
        self.only(&block.body, &arguments, &["precondition"]);
        let Some(name) = block.labels.first().cloned() else { return };
        let Some(value) = self.required(&block, "value") else { return };
        let output = Output {
            value,
            description: block.body.attribute("description").and_then(|a| literal(&a.expr)).map(str::to_owned),
            sensitive: self.flag(&block.body, "sensitive").unwrap_or(false),
            ephemeral: self.flag(&block.body, "ephemeral").unwrap_or(false),
            depends_on: self.depends_on(&block.body),
            preconditions: self.conditions(&block.body, "precondition"),
            span: block.header,
            name: name.clone(),
        };
        if let Some(old) = self.module.outputs.get(&name.name) {
            let before = old.span;
            self.duplicate("output definition", &name.name, block.header, before);
            return;
        }
        self.module.outputs.insert(name.name, output);
    }

    fn depends_on(&mut self, body: &Body) -> Vec<Reference> {
        let Some(attribute) = body.attribute("depends_on") else { return Vec::new() };
        let ExprKind::Tuple(items) = &attribute.expr.kind else {
            self.found.push(
                Diagnostic::error("Invalid expression", "depends_on is a list of references.")
                    .at(attribute.expr.span)
                    .hint("For example: depends_on = [aws_iam_role_policy.node]"),
            );
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items {
            match item.as_traversal() {
                Some((root, steps)) => match Reference::parse(root, steps) {
                    Ok(reference) => out.push(reference),
                    Err(diagnostic) => self.found.push(diagnostic),
                },
                None => self.found.push(
                    Diagnostic::error(
                        "Invalid expression",
                        "A static reference is required, without functions and quotes.",
                    )
                    .at(item.span),
                ),
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
                        "Only one of the two may be set.",
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

    fn provider_ref(&mut self, attribute: &Attribute) -> Option<(Name, Option<Name>)> {
        let found = provider_reference(&attribute.expr);
        if found.is_none() {
            self.found.push(
                Diagnostic::error("Invalid provider reference", "A provider is named as NAME or NAME.ALIAS.")
                    .at(attribute.expr.span),
            );
        }
        found
    }

    fn call(&mut self, mut block: Block) {
        let Some(name) = block.labels.first().cloned() else { return };
        let repetition = self.repetition(&block.body);
        let depends_on = self.depends_on(&block.body);
        let Some(_) = self.required(&block, "source") else { return };
        let Some(source) = self.text(&block.body, "source") else {
            self.dropped = true;
            return;
        };
        let source_span = block.body.attribute("source").map_or(block.header, |a| a.expr.span);
        let mut providers = BTreeMap::new();
        if let Some(attribute) = block.body.attribute("providers").cloned() {
            let ExprKind::Object(items) = &attribute.expr.kind else {
                self.found.push(
                    Diagnostic::error("Invalid providers map", "providers is a map of references.")
                        .at(attribute.expr.span),
                );
                return;
            };
            for (key, value) in items {
                let key = match key {
                    ObjectKey::Name(ident) => Some((ident.name.clone(), None)),
                    ObjectKey::Expr(expr) => provider_reference(expr),
                };
                match (key, provider_reference(value)) {
                    (Some(key), Some(value)) => {
                        providers.insert(key, value);
                    }
                    _ => self.found.push(
                        Diagnostic::error("Invalid provider reference", "A provider is named as NAME or NAME.ALIAS.")
                            .at(value.span),
                    ),
                }
            }
        }
        for inner in &block.body.blocks {
            self.found.push(
                Diagnostic::error(
                    "Unsupported block type",
                    format!("Blocks of type \"{}\" are not expected here.", inner.kind.name),
                )
                .at(inner.kind.span),
            );
        }
        let meta = ["source", "version", "count", "for_each", "depends_on", "providers"];
        block.body.attributes.retain(|a| !meta.contains(&&*a.name.name));
        if let Some(old) = self.module.calls.get(&name.name) {
            let before = old.header;
            self.duplicate("module call", &name.name, block.header, before);
            return;
        }
        let module = Module::empty(self.module.path.child(&name.name), source.clone().into());
        let call = ModuleCall {
            name: name.clone(),
            source,
            source_span,
            repetition,
            depends_on,
            providers,
            args: block.body.attributes,
            module,
            header: block.header,
        };
        self.module.calls.insert(name.name, call);
    }

    fn resource(&mut self, mut block: Block, mode: Mode) {
        let [kind, name] = block.labels.as_slice() else { return };
        let addr = ResourceAddr { mode, kind: kind.name.clone(), name: name.name.clone() };
        let kind_span = kind.span;
        let repetition = self.repetition(&block.body);
        let depends_on = self.depends_on(&block.body);
        let implied = addr.kind.split('_').next().unwrap_or_default();
        let provider_span = block.body.attribute("provider").map(|a| a.expr.span);
        let provider = match block.body.attribute("provider").cloned() {
            Some(attribute) => self.provider_ref(&attribute).unwrap_or_else(|| (implied.into(), None)),
            None => (implied.into(), None),
        };
        let mut lifecycle = Lifecycle::default();
        let (mut preconditions, mut postconditions) = (Vec::new(), Vec::new());
        for inner in &block.body.blocks {
            match &*inner.kind.name {
                "lifecycle" => {
                    lifecycle = self.lifecycle(inner, mode);
                    preconditions = self.conditions(&inner.body, "precondition");
                    postconditions = self.conditions(&inner.body, "postcondition");
                }
                "provisioner" | "connection" => self.found.push(
                    Diagnostic::error(
                        "Provisioners are not run",
                        format!("kiban does not run {} blocks.", inner.kind.name),
                    )
                    .at(inner.header)
                    .hint("Let the image, user data or the cluster's own tools do it, and take the block away."),
                ),
                _ => {}
            }
        }
        block.body.attributes.retain(|a| !matches!(&*a.name.name, "count" | "for_each" | "depends_on" | "provider"));
        block.body.blocks.retain(|b| !matches!(&*b.kind.name, "lifecycle" | "provisioner" | "connection"));
        if let Some(old) = self.module.resources.get(&addr) {
            let before = old.header;
            let what = if mode == Mode::Data { "data source" } else { "resource" };
            self.found.push(
                Diagnostic::error(
                    format!("Duplicate {what} \"{}\" configuration", addr.kind),
                    format!("{addr} is already taken by the {what} at {}.", self.place(before)),
                )
                .at(block.header)
                .hint("Rename or remove one of the two."),
            );
            return;
        }
        let resource = Resource {
            addr: addr.clone(),
            repetition,
            provider,
            provider_span,
            depends_on,
            lifecycle,
            preconditions,
            postconditions,
            body: block.body,
            kind_span,
            header: block.header,
        };
        self.module.resources.insert(addr, resource);
    }

    fn lifecycle(&mut self, block: &Block, mode: Mode) -> Lifecycle {
        let arguments: &[&str] = match mode {
            Mode::Managed => &["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by"],
            _ => &[],
        };
        self.only(&block.body, arguments, &["precondition", "postcondition"]);
        let body = &block.body;
        let triggers = body.attribute("replace_triggered_by").map(|a| &a.expr.kind);
        Lifecycle {
            create_before_destroy: self.flag(body, "create_before_destroy").unwrap_or(false),
            prevent_destroy: self.flag(body, "prevent_destroy").unwrap_or(false),
            ignore_changes: self.ignore_changes(body),
            replace_triggered_by: match triggers {
                Some(ExprKind::Tuple(items)) => items.clone(),
                _ => Vec::new(),
            },
        }
    }

    fn ignore_changes(&mut self, body: &Body) -> IgnoreChanges {
        let Some(attribute) = body.attribute("ignore_changes") else { return IgnoreChanges::None };
        match &attribute.expr.kind {
            ExprKind::Traversal(root, steps) if &*root.name == "all" && steps.is_empty() => IgnoreChanges::All,
            ExprKind::Tuple(items) => {
                let mut paths = Vec::new();
                for item in items {
                    match attribute_path(item) {
                        Some(path) => paths.push((path, item.span)),
                        None => self.found.push(
                            Diagnostic::error(
                                "Invalid expression",
                                "ignore_changes lists attributes, such as tags[\"Name\"].",
                            )
                            .at(item.span),
                        ),
                    }
                }
                IgnoreChanges::Paths(paths)
            }
            _ => {
                self.found.push(
                    Diagnostic::error("Invalid expression", "ignore_changes is a list of attributes, or all.")
                        .at(attribute.expr.span),
                );
                IgnoreChanges::None
            }
        }
    }

    fn moved(&mut self, block: &Block) {
        self.only(&block.body, &["from", "to"], &[]);
        if let (Some(from), Some(to)) = (self.required(block, "from"), self.required(block, "to")) {
            self.module.moved.push(Moved { from, to, span: block.header });
        }
    }

    fn removed(&mut self, block: &Block) {
        self.only(&block.body, &["from"], &["lifecycle"]);
        let Some(from) = self.required(block, "from") else { return };
        let lifecycle = block.body.blocks("lifecycle").next();
        let destroy = lifecycle.and_then(|l| self.flag(&l.body, "destroy")).unwrap_or(true);
        self.module.removed.push(Removed { from, destroy, span: block.header });
    }

    fn import(&mut self, block: &Block) {
        self.only(&block.body, &["to", "id", "identity", "for_each", "provider"], &[]);
        let Some(to) = self.required(block, "to") else { return };
        let expr = |name| block.body.attribute(name).map(|a| a.expr.clone());
        let provider = block.body.attribute("provider").cloned().and_then(|a| self.provider_ref(&a));
        self.found.push(
            Diagnostic::error("Unsupported block", "import blocks are not carried out yet.")
                .at(block.header)
                .hint("Import the object with `terraform import` on the same state, then plan again."),
        );
        self.module.imports.push(Import {
            to,
            id: expr("id"),
            for_each: expr("for_each"),
            provider,
            span: block.header,
        });
    }

    fn check(&mut self, block: Block) {
        self.only(&block.body, &[], &["assert", "data"]);
        let assertions = self.conditions(&block.body, "assert");
        let data: Vec<Block> = block.body.blocks("data").cloned().collect();
        for scoped in &data {
            self.found.push(
                Diagnostic::error("Unsupported block", "Data sources inside of check blocks are not read yet.")
                    .at(scoped.header)
                    .hint("Move the data source out of the check block."),
            );
        }
        let Some(name) = block.labels.into_iter().next() else { return };
        self.module.checks.insert(name.name.clone(), Check { name, assertions, data });
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" }
}

fn count(labels: &[&str]) -> String {
    match labels {
        [] => "no labels".into(),
        [one] => format!("one label, its {one}"),
        many => format!("{} labels: {}", many.len(), many.join(" and ")),
    }
}

fn header(kind: &str, labels: &[&str]) -> String {
    let labels: String = labels.iter().map(|l| format!(" \"{}\"", l.to_uppercase())).collect();
    format!("{kind}{labels} {{ … }}")
}

fn suggest(found: Diagnostic, name: &str, candidates: &[&str]) -> Diagnostic {
    match did_you_mean(name, candidates.iter().copied()) {
        Some(near) => found.hint(format!("Did you mean \"{near}\"?")),
        None => found,
    }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// `aws` or `aws.west`, also quoted.
fn provider_reference(expr: &Expr) -> Option<(Name, Option<Name>)> {
    if let Some(text) = expr.as_str() {
        let (name, alias) = text.split_once('.').map_or((text, None), |(n, a)| (n, Some(a)));
        return Some((name.into(), alias.map(Name::from)));
    }
    match expr.as_traversal()? {
        (root, []) => Some((root.name.clone(), None)),
        (root, [Access::Attr(Ident { name, .. })]) => Some((root.name.clone(), Some(name.clone()))),
        _ => None,
    }
}

/// A path relative to the resource: `tags["Name"]`, `scaling_config[0].desired_size`.
fn attribute_path(expr: &Expr) -> Option<Path> {
    if let Some(text) = expr.as_str() {
        return Some(Path::attr(text));
    }
    let (root, steps) = expr.as_traversal()?;
    let mut path = vec![Step::Attr(root.name.clone())];
    for step in steps {
        path.push(match step {
            Access::Attr(ident) => Step::Attr(ident.name.clone()),
            Access::LegacyIndex(n, _) => Step::Index(*n),
            Access::Index(Expr { kind: ExprKind::Literal(value), .. }) => match (value.as_str(), value.as_i64()) {
                (Some(key), _) => Step::Key(key.into()),
                (_, Some(n)) => Step::Index(u64::try_from(n).ok()?),
                _ => return None,
            },
            _ => return None,
        });
    }
    Some(Path(path))
}
