//! Names across the tree: references, module arguments, provider configurations.

use crate::addr::{AbsInstance, AbsResource, ModuleInstance, Name, ResourceAddr, Target as Address};
use crate::diag::{Diagnostic, Diagnostics, Involved, Span, did_you_mean};
use crate::hcl::ast::Expr;

use super::{Condition, Config, Module, Reference, Repetition, Resource, Target};

/// Everything that the source alone shows to be wrong.
pub fn check(config: &Config) -> Diagnostics {
    let mut found = Diagnostics::new();
    for module in config.modules() {
        let mut check = Check { module, found: &mut found };
        check.module();
    }
    found
}

struct Check<'a> {
    module: &'a Module,
    found: &'a mut Diagnostics,
}

/// Which contextual objects a place has.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    each: bool,
    count: bool,
    own: bool,
    /// The check block, for its scoped data source.
    check: Option<&'a Name>,
}

impl Place<'_> {
    fn of(repetition: &Repetition) -> Self {
        Self {
            each: matches!(repetition, Repetition::ForEach(_)),
            count: matches!(repetition, Repetition::Count(_)),
            own: false,
            check: None,
        }
    }
}

impl Check<'_> {
    fn module(&mut self) {
        let module = self.module;
        let nowhere = Place::default();
        for local in module.locals.values() {
            self.expr(&local.expr, nowhere);
        }
        for variable in module.variables.values() {
            self.conditions(&variable.validations, nowhere);
        }
        for output in module.outputs.values() {
            if output.ephemeral && module.path.is_root() {
                self.found.push(
                    Diagnostic::error(
                        "Ephemeral output not allowed",
                        "Ephemeral outputs are not allowed in context of a root module",
                    )
                    .at(output.span)
                    .hint("A root module's outputs are stored. Wrap the value in ephemeralasnull(), or leave the output away."),
                );
            }
            self.expr(&output.value, nowhere);
            self.references(&output.depends_on, nowhere);
            self.conditions(&output.preconditions, nowhere);
        }
        for provider in module.providers.values() {
            self.references(&Reference::of_body(&provider.body), nowhere);
        }
        for resource in module.resources.values() {
            self.provider(resource);
            let place = Place::of(&resource.repetition);
            if let Some(expr) = resource.repetition.expr() {
                self.expr(expr, nowhere);
            }
            self.references(&Reference::of_body(&resource.body), place);
            self.references(&resource.depends_on, nowhere);
            self.conditions(&resource.preconditions, place);
            self.conditions(&resource.postconditions, Place { own: true, ..place });
            for provisioner in &resource.provisioners {
                self.references(&Reference::of_body(&provisioner.body), Place { own: true, ..place });
            }
            for trigger in &resource.lifecycle.replace_triggered_by {
                self.expr(trigger, place);
                let references = Reference::of(trigger);
                let named = references.first().is_some_and(|r| matches!(r.target, Target::Resource(_)));
                if !named && !references.is_empty() {
                    self.found.push(
                        Diagnostic::error(
                            "Invalid reference in replace_triggered_by expression",
                            "Only resources, count.index, and each.key may be used in replace_triggered_by.",
                        )
                        .at(trigger.span)
                        .hint("For example: replace_triggered_by = [aws_launch_template.node.latest_version]"),
                    );
                }
            }
        }
        self.history();
        self.checks();
        for call in module.calls.values() {
            self.handed_over(call);
            let place = Place::of(&call.repetition);
            if let Some(expr) = call.repetition.expr() {
                self.expr(expr, nowhere);
            }
            self.references(&call.depends_on, nowhere);
            for arg in &call.args {
                self.expr(&arg.expr, place);
                if !call.module.variables.contains_key(&arg.name.name) {
                    let names = call.module.variables.keys().map(|n| &**n);
                    let diagnostic = Diagnostic::error(
                        "Unsupported argument",
                        format!("An argument named \"{}\" is not expected here.", arg.name.name),
                    )
                    .at(arg.name.span)
                    .within(call.header)
                    .hint(format!("The module \"{}\" declares no such variable.", call.name.name));
                    self.found.push(diagnostic.meant(did_you_mean(&arg.name.name, names)));
                }
            }
            for block in &call.blocks {
                let name = &block.kind.name;
                let mut detail = format!("Blocks of type \"{name}\" are not expected here.");
                if call.module.variables.contains_key(name) {
                    detail.push_str(&format!(
                        " Did you mean to define argument \"{name}\"? If so, use the equals sign to assign it a value."
                    ));
                }
                self.found
                    .push(Diagnostic::error("Unsupported block type", detail).at(block.kind.span).within(call.header));
            }
            for arg in &call.args {
                let variable = call.module.variables.get(&arg.name.name);
                if let Some(why) = variable.and_then(|v| v.deprecated.as_ref()) {
                    self.found.push(Diagnostic::warning("Deprecated variable got a value", why).at(arg.expr.span));
                }
            }
            let given = |name: &Name| call.args.iter().any(|a| a.name.name == *name);
            let missing: Vec<&Name> = call
                .module
                .variables
                .values()
                .filter(|v| v.default.is_none() && !given(&v.name.name))
                .map(|v| &v.name.name)
                .collect();
            for name in missing {
                self.found.push(
                    Diagnostic::error(
                        "Missing required argument",
                        format!("The argument \"{name}\" is required, but no definition was found."),
                    )
                    .at(call.opening)
                    .within(call.header)
                    .hint(format!("The module \"{}\" needs a value for its variable \"{name}\".", call.name.name)),
                );
            }
            self.found.extend(super::handover::check(module, call));
        }
    }

    /// Blocks that `removed` says are gone, and blocks that `import` names.
    fn history(&mut self) {
        for block in &self.module.removed {
            let (what, declared) = match &block.from {
                Address::Module(m) => ("module", called(self.module, m)),
                Address::Resource(AbsResource { module, resource })
                | Address::Instance(AbsInstance { resource: AbsResource { module, resource }, .. }) => {
                    let block = below(self.module, module).and_then(|m| m.resources.get(resource));
                    ("resource", block.map(|r| r.header))
                }
            };
            if let Some(declared) = declared {
                let name = &block.from;
                self.found.push(
                    Diagnostic::error(
                        format!("Removed {what} still exists"),
                        format!(
                            "This statement declares that {name} was removed, but it is still declared in configuration."
                        ),
                    )
                    .at(declared)
                    .hint(format!("Remove this block of {name}, or the one that says it was removed.")),
                );
            }
        }
        for import in &self.module.imports {
            let place = Place { each: import.for_each.is_some(), ..Place::default() };
            for expr in import.exprs() {
                self.expr(expr, place);
            }
            let modules =
                import.to.modules.iter().try_fold(self.module, |m, (name, _)| Some(&m.calls.get(name)?.module));
            let declared = modules.zip(import.to.resource.as_ref()).map(|(m, (addr, _))| m.resources.get(addr));
            match declared {
                None => self.found.push(
                    Diagnostic::error(
                        "Configuration for import target does not exist",
                        format!(
                            "The configuration for the given import target {} does not exist. All target instances must \
                             have an associated configuration to be imported.",
                            import.to
                        ),
                    )
                    .at(import.to.span)
                    .within(import.span),
                ),
                Some(Some(resource)) if import.provider.is_some() => self.found.push(
                    Diagnostic::error(
                        "Invalid import provider argument",
                        "The provider argument can only be specified in import blocks that will generate \
                         configuration.\n\nUse the provider argument in the target resource block to configure the \
                         provider for a resource with explicit provider configuration.",
                    )
                    .at(import.span)
                    .within(resource.header),
                ),
                _ => {}
            }
        }
    }

    fn checks(&mut self) {
        for check in self.module.checks.values() {
            let place = Place { check: Some(&check.name.name), ..Place::default() };
            self.conditions(&check.assertions, place);
        }
    }

    /// Providers that a call hands over must be the caller's.
    fn handed_over(&mut self, call: &crate::config::ModuleCall) {
        let module = self.module;
        for (name, alias) in call.providers.values() {
            let Some(alias) = alias else { continue };
            let taken = module.required_providers.get(name).is_some_and(|r| r.aliases.contains(alias));
            if taken || module.providers.contains_key(&(name.clone(), Some(alias.clone()))) {
                continue;
            }
            let known: Vec<String> =
                module.providers.keys().filter_map(|(n, a)| Some(format!("{n}.{}", a.as_ref()?))).collect();
            let wanted = format!("{name}.{alias}");
            let diagnostic = Diagnostic::error(
                "Provider configuration not present",
                format!(
                    "{} has no configuration of the provider {wanted}, which it hands to module.{}.",
                    capitalised(&describe(module)),
                    call.name.name
                ),
            )
            .at(call.header)
            .hint(format!("Add a block provider \"{name}\" {{ alias = \"{alias}\" … }}, or name another provider."));
            self.suggest(diagnostic, did_you_mean(&wanted, known.iter().map(String::as_str)));
        }
    }

    /// A provider that is named must be configured, or be handed over by the caller.
    fn provider(&mut self, resource: &Resource) {
        let module = self.module;
        let (Some(span), (name, alias)) = (resource.provider_span, &resource.provider) else { return };
        let declared = module.providers.contains_key(&resource.provider)
            || module
                .required_providers
                .get(name)
                .is_some_and(|r| alias.as_ref().is_none_or(|a| r.aliases.contains(a)))
            || alias.is_none() && resource.addr.kind.split('_').next() == Some(name);
        if declared {
            return;
        }
        let shown = |(n, a): (&Name, Option<&Name>)| a.map_or_else(|| n.to_string(), |a| format!("{n}.{a}"));
        let wanted = shown((name, alias.as_ref()));
        let mut known: Vec<String> = module.providers.keys().map(|(n, a)| shown((n, a.as_ref()))).collect();
        known.extend(module.required_providers.keys().map(ToString::to_string));
        let diagnostic = Diagnostic::error(
            "Provider configuration not present",
            format!("{} has no configuration of the provider {wanted}.", capitalised(&describe(module))),
        )
        .at(span)
        .within(resource.header)
        .address(&resource.addr);
        let block = match alias {
            Some(alias) => format!("provider \"{name}\" {{ alias = \"{alias}\" … }}"),
            None => format!("provider \"{name}\" {{ … }}"),
        };
        let diagnostic = diagnostic.hint(format!("Add a block {block}, or name another provider."));
        self.suggest(diagnostic, did_you_mean(&wanted, known.iter().map(String::as_str)));
    }

    fn suggest(&mut self, diagnostic: Diagnostic, near: Option<&str>) {
        self.found.push(diagnostic.meant(near));
    }

    fn conditions(&mut self, conditions: &[Condition], place: Place<'_>) {
        for condition in conditions {
            self.expr(&condition.condition, place);
            self.expr(&condition.message, place);
        }
    }

    fn expr(&mut self, expr: &Expr, place: Place<'_>) {
        let mut wrong = Vec::new();
        let mut references = Vec::new();
        expr.references(&mut |root, steps| match Reference::parse(root, steps) {
            Ok(reference) => references.push(reference),
            Err(diagnostic) => wrong.push(diagnostic),
        });
        self.found.extend(wrong);
        self.references(&references, place);
    }

    fn references(&mut self, references: &[Reference], place: Place<'_>) {
        for reference in references {
            self.reference(reference, place);
        }
    }

    /// A reference must say which instance it means, where there may be several, and only there.
    fn instance(&mut self, addr: &ResourceAddr, repetition: &Repetition, reference: &Reference) {
        let (argument, key) = match repetition {
            Repetition::Once if reference.keyed => {
                let detail = format!(
                    "Because {addr} does not have \"count\" or \"for_each\" set, references to it must not include an index \
                     key. Remove the bracketed index to refer to the single instance of this resource."
                );
                self.found.push(Diagnostic::error("Unexpected resource instance key", detail).at(reference.span));
                return;
            }
            Repetition::Once => return,
            Repetition::Count(_) => ("count", "count.index"),
            Repetition::ForEach(_) => ("for_each", "each.key"),
        };
        if !reference.keyed && reference.attribute.is_some() {
            let detail = format!(
                "Because {addr} has \"{argument}\" set, its attributes must be accessed on specific instances.\n\nFor \
                 example, to correlate with indices of a referring resource, use:\n    {addr}[{key}]"
            );
            self.found.push(Diagnostic::error("Missing resource instance key", detail).at(reference.span));
        }
    }

    fn reference(&mut self, reference: &Reference, place: Place<'_>) {
        let module = self.module;
        let undeclared = |what: &str, named: &str| {
            Diagnostic::error(
                format!("Reference to undeclared {what}"),
                format!("{named} has not been declared in {}.", describe(module)),
            )
            .at(reference.span)
        };
        match &reference.target {
            Target::Variable(name) if !module.variables.contains_key(name) => {
                let diagnostic = Diagnostic::error(
                    "Reference to undeclared input variable",
                    format!("An input variable with the name \"{name}\" has not been declared."),
                )
                .at(reference.span)
                .hint(format!("This variable can be declared with a variable \"{name}\" {{}} block."));
                self.suggest(diagnostic, did_you_mean(name, module.variables.keys().map(|n| &**n)));
            }
            Target::Local(name) if !module.locals.contains_key(name) => {
                let diagnostic = Diagnostic::error(
                    "Reference to undeclared local value",
                    format!("A local value with the name \"{name}\" has not been declared."),
                )
                .at(reference.span);
                self.suggest(diagnostic, did_you_mean(name, module.locals.keys().map(|n| &**n)));
            }
            Target::Resource(addr) if !module.resources.contains_key(addr) => {
                let what = if addr.mode == crate::addr::Mode::Data { "data resource" } else { "managed resource" };
                let diagnostic = undeclared("resource", &format!("A {what} \"{}\" \"{}\"", addr.kind, addr.name));
                let names: Vec<String> =
                    module.resources.keys().filter(|r| r.mode == addr.mode).map(ToString::to_string).collect();
                let near = did_you_mean(&addr.to_string(), names.iter().map(String::as_str)).map(str::to_owned);
                // `vars.region` and `locals.tags` are read as resources, too.
                let near = near.or_else(|| {
                    let object = did_you_mean(&addr.kind, ["var", "local", "module", "data", "each", "count", "path"]);
                    object.filter(|_| addr.mode == crate::addr::Mode::Managed).map(|o| format!("{o}.{}", addr.name))
                });
                self.suggest(diagnostic, near.as_deref());
            }
            Target::Resource(addr)
                if module.resources[addr].check.as_ref().is_some_and(|scope| Some(scope) != place.check) =>
            {
                self.found.push(
                    Diagnostic::error(
                        "Reference to scoped resource",
                        format!(
                            "The referenced data resource \"{}\" \"{}\" is not available from this context.",
                            addr.kind, addr.name
                        ),
                    )
                    .at(reference.span)
                    .hint("A data source inside of a check block belongs to that block alone: move it out of it."),
                );
            }
            Target::Resource(addr) => self.instance(addr, &module.resources[addr].repetition, reference),
            Target::Module(name) | Target::ModuleOutput(name, _) if !module.calls.contains_key(name) => {
                let diagnostic = Diagnostic::error(
                    "Reference to undeclared module",
                    format!("No module call named \"{name}\" is declared in {}.", describe(module)),
                )
                .at(reference.span);
                self.suggest(diagnostic, did_you_mean(name, module.calls.keys().map(|n| &**n)));
            }
            // Which outputs the instances have is found when they are evaluated.
            Target::ModuleOutput(name, _) if !matches!(module.calls[name].repetition, Repetition::Once) => {}
            Target::ModuleOutput(name, output) => {
                let outputs = &module.calls[name].module.outputs;
                if let Some(why) = outputs.get(output).and_then(|o| o.deprecated.as_ref()) {
                    self.found.push(Diagnostic::warning("Deprecated value used", why).at(reference.span));
                }
                if !outputs.contains_key(output) {
                    let length = u32::try_from(output.len() + 1).unwrap_or(0);
                    let step = Span { start: reference.span.end.saturating_sub(length), ..reference.span };
                    let diagnostic = Diagnostic::error(
                        "Unsupported attribute",
                        format!("This object does not have an attribute named \"{output}\"."),
                    )
                    .at(step)
                    .hint(format!("The module has no such output: see {}.", module.calls[name].module.dir.display()))
                    .values(vec![Involved { reference: format!("module.{name}"), is: "is a object".into() }]);
                    self.found.push(diagnostic.meant(did_you_mean(output, outputs.keys().map(|n| &**n))));
                }
            }
            Target::Context(name) => {
                let (allowed, summary, detail) = match &**name {
                    "each" => (
                        place.each,
                        "Reference to \"each\" in context without for_each",
                        "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \"for_each\" argument is set.",
                    ),
                    "count" => (
                        place.count,
                        "Reference to \"count\" in non-counted context",
                        "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when the \"count\" argument is set.",
                    ),
                    "self" => (
                        place.own,
                        "Invalid \"self\" reference",
                        "The \"self\" object is not available in this context. This object can be used only in resource provisioner, connection, and postcondition blocks.",
                    ),
                    _ => return,
                };
                if !allowed {
                    self.found.push(Diagnostic::error(summary, detail).at(reference.span));
                }
            }
            _ => {}
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

fn describe(module: &Module) -> String {
    // Not by its address: a module that is called twice has its mistakes once.
    if module.path.is_root() { "the root module".into() } else { format!("the module in {}", module.dir.display()) }
}

/// The header of the call that an address names, from a module on.
fn called(module: &Module, address: &ModuleInstance) -> Option<Span> {
    let (parent, name) = address.parent().map(|(parent, (name, _))| (parent, name))?;
    Some(below(module, &parent)?.calls.get(name)?.header)
}

/// The module that an address names, from another one on.
fn below<'a>(module: &'a Module, address: &ModuleInstance) -> Option<&'a Module> {
    address.0.iter().try_fold(module, |m, (name, _)| Some(&m.calls.get(name)?.module))
}
