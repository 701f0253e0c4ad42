//! Checks a configuration without state and network.

use std::collections::BTreeMap;

use crate::addr::{AbsResource, ConfigResource, Mode, ModuleInstance, Name, Path, Step};
use crate::apply::local_exec_schema;
use crate::config::{Config, IgnoreChanges, Module, Reference, Repetition, Resource, Target, allows, load};
use crate::diag::{Diagnostic, Diagnostics, Sources, Span, did_you_mean};
use crate::eval::world::{Facts, Instances, Repeated, World};
use crate::eval::{StackScope, decode_body, decode_stored};
use crate::graph::{Graph, Node};
use crate::handoff::Settings;
use crate::plan::{Lacking, find_schema, lacking, provider_of};
use crate::provider::Providers;
use crate::value::{Marks, Type, Value};

use super::{Failure, OpResult, Session, prepare};

/// A configuration that was looked through.
pub struct Validated {
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

/// Everything that is wrong whatever the variables are.
pub fn validate(session: &Session) -> OpResult<Validated> {
    let loaded = load(&session.dir, Sources::default());
    let (config, mut found) = (loaded.config, loaded.diagnostics);
    if !loaded.broken {
        match Graph::build(&config) {
            Ok(graph) => {
                let facts = prepare::facts(session);
                let (_, errors) = check(&config, &graph, &session.providers(), &facts, &BTreeMap::new());
                add_independent(&mut found, errors);
                found.extend(without_type(&config, &session.providers()));
            }
            Err(cycles) => found.extend(cycles),
        }
    }
    if found.has_errors() {
        return Err(Failure::new(found, &config.sources));
    }
    Ok(Validated { diagnostics: found, sources: config.sources })
}

/// Objects of types that kiban does not have, as far as nothing repeats them: the others may have no instance.
fn without_type(config: &Config, providers: &Providers) -> Option<Diagnostic> {
    let mut found = Vec::new();
    for module in config.modules().into_iter().filter(|m| m.path.is_root()) {
        for block in module.resources.values().filter(|b| matches!(b.repetition, Repetition::Once)) {
            let addr = ConfigResource { module: module.path.clone(), resource: block.addr.clone() };
            let Some(provider) = provider_of(config, &addr, block) else { continue };
            if matches!(find_schema(providers, &provider, block), Ok(None)) {
                let (address, provider) = (addr.to_string(), provider.source.to_string());
                found.push(Lacking { address, provider, span: block.kind_span });
            }
        }
    }
    lacking(&found, providers)
}

/// Adds findings but for those about a place that something is said of already, or what follows it directly.
pub(super) fn add_independent(found: &mut Diagnostics, more: Diagnostics) {
    let places: Vec<Span> = found.iter().filter_map(|d| d.span).collect();
    let told = |span: Span| {
        let (a, same) = (span.range(), places.iter().filter(move |p| p.source == span.source));
        same.map(|p| p.range()).any(|b| a.start <= b.end && b.start <= a.end)
    };
    found.extend(more.into_iter().filter(|d| !d.span.is_some_and(&told)));
}

/// Evaluates every block with what is known before anything is read. `variables` may be incomplete.
pub(super) fn check(
    config: &Config,
    graph: &Graph,
    providers: &Providers,
    facts: &Facts,
    variables: &BTreeMap<Name, Value>,
) -> (usize, Diagnostics) {
    let facts = Facts { validating: true, ..facts.clone() };
    let mut known = variables.clone();
    for (name, variable) in &config.root.variables {
        known.entry(name.clone()).or_insert_with(|| Value::unknown(variable.ty.clone()));
    }
    let world = World::new(config, facts, known);
    let mut found = Diagnostics::new();
    for module in config.modules() {
        for reference in module.references() {
            found.extend(attribute_of_type(config, module, &reference, providers));
        }
        for (call, instance) in module
            .calls
            .values()
            .flat_map(|call| world.module_instances(&module.path).into_iter().map(move |instance| (call, instance)))
        {
            found.extend(world.check_repetition(&instance, &call.repetition));
        }
    }
    let mut checked = 0;
    for node in graph.order() {
        match node {
            Node::Resource(addr) => {
                let Some(block) = config.module(&addr.module).and_then(|m| m.resources.get(&addr.resource)) else {
                    continue;
                };
                add_independent(&mut found, resource(&world, providers, addr, block));
                checked += 1;
            }
            Node::Output(module, name) => {
                for instance in world.module_instances(module) {
                    world.output(&instance, name);
                }
            }
            _ => {}
        }
    }
    for (module, key, block) in
        config.modules().into_iter().flat_map(|m| m.providers.iter().map(move |(k, b)| (m, k, b)))
    {
        let source = module.provider_source(&key.0);
        if let Some(plugin) = providers.plugin(&source) {
            let scope = world.scope(&ModuleInstance::of(&module.path));
            found.extend(decode_body(&block.body, plugin.config_schema(), &scope).1);
        }
    }
    for block in &config.bootstrap {
        found.extend(Settings::read(block, &StackScope::new(&world)).err().unwrap_or_default());
    }
    found.extend(config.modules().into_iter().flat_map(|m| versions(m, providers)));
    // Also those that nothing asks for.
    for module in config.modules() {
        for instance in world.module_instances(&module.path) {
            module.variables.keys().for_each(|name| drop(world.variable(&instance, name)));
            module.locals.keys().for_each(|name| drop(world.local(&instance, name)));
        }
    }
    add_independent(&mut found, world.validate_variables());
    add_independent(&mut found, world.take_errors());
    (checked, found)
}

/// Version constraints that exclude the types of this program. That is no error: much of a configuration for another
/// version works as it is, and what does not is told where it stands.
fn versions(module: &Module, providers: &Providers) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (name, required) in &module.required_providers {
        let source = module.provider_source(name);
        let version = providers.plugin(&source).and_then(|p| p.version());
        let (Some(version), Some(constraint)) = (version, &required.version) else { continue };
        if allows(constraint, version) == Some(false) {
            let provider = source.strip_prefix("registry.terraform.io/").unwrap_or(&source);
            found.push(
                Diagnostic::warning(
                    "Provider version constraint not met",
                    format!("kiban has the types of {provider} {version}, and \"{constraint}\" excludes that version."),
                )
                .at(required.span)
                .hint("Look at the plan with care: arguments may be missing, or mean something else."),
            );
        }
    }
    found
}

fn resource(world: &World<'_>, providers: &Providers, addr: &ConfigResource, block: &Resource) -> Diagnostics {
    let mut found = Diagnostics::new();
    let Some(provider) = provider_of(world.config, addr, block) else { return found };
    let schema = match find_schema(providers, &provider, block) {
        Ok(schema) => schema,
        Err(diagnostic) => {
            found.push(diagnostic);
            None
        }
    };
    let unknown = || Value::unknown(Type::Dynamic);
    if let (Some(schema), IgnoreChanges::Paths(paths)) = (&schema, &block.lifecycle.ignore_changes) {
        found.extend(paths.iter().filter_map(|(path, span)| unknown_attribute(&schema.block, path, *span)));
    }
    for module in world.module_instances(&addr.module) {
        let resource = AbsResource { module: module.clone(), resource: addr.resource.clone() };
        let Some(schema) = &schema else {
            world.set_instances(resource, Instances::Unknown(unknown()));
            continue;
        };
        found.extend(world.check_repetition(&module, &block.repetition));
        let object = schema.block.ty();
        let ephemeral = block.addr.mode == Mode::Ephemeral;
        let (repeated, value) = match &block.repetition {
            Repetition::Once => (Repeated::default(), Value::unknown(object)),
            Repetition::Count(_) => {
                let index = Some(Value::unknown(Type::Number));
                (Repeated { index, each: None }, Value::unknown(Type::list(object)))
            }
            Repetition::ForEach(expr) => {
                let each = crate::eval::evaluate(expr, &world.scope(&module));
                let element = each.ok().and_then(|v| v.ty().element().cloned()).unwrap_or(Type::Dynamic);
                let pair = (Value::unknown(Type::String), Value::unknown(element));
                (Repeated { index: None, each: Some(pair) }, Value::unknown(Type::map(object)))
            }
        };
        for provisioner in &block.provisioners {
            let scope = world.scope_of(&module, repeated.clone()).with_self(Value::unknown(schema.block.ty()));
            let (_, errors) = decode_body(&provisioner.body, &local_exec_schema(), &scope);
            let at = |d: Diagnostic| Diagnostic { span: d.span.or(Some(provisioner.opening)), ..d };
            found.extend(errors.into_iter().map(|d| at_block(at(d), addr, block)));
        }
        let scope = world.scope_of(&module, repeated);
        let decode = if ephemeral { decode_body } else { decode_stored };
        let (_, errors) = decode(&block.body, &schema.block, &scope);
        found.extend(errors.into_iter().map(|d| at_block(d, addr, block)));
        let value = if ephemeral { value.mark(Marks::EPHEMERAL) } else { value };
        world.set_instances(resource, Instances::Unknown(value));
    }
    found
}

/// An attribute that the type of an object does not have.
fn attribute_of_type(
    config: &Config,
    module: &Module,
    reference: &Reference,
    providers: &Providers,
) -> Option<Diagnostic> {
    let (Target::Resource(addr), Some(attribute)) = (&reference.target, &reference.attribute) else { return None };
    let block = module.resources.get(addr)?;
    if reference.keyed == matches!(block.repetition, Repetition::Once) {
        return None;
    }
    let at = ConfigResource { module: module.path.clone(), resource: addr.clone() };
    let schema = find_schema(providers, &provider_of(config, &at, block)?, block).ok()??;
    let dot = Span { start: attribute.span.start.saturating_sub(1), ..attribute.span };
    unknown_attribute(&schema.block, &Path::attr(&*attribute.name), dot)
}

/// A path of `ignore_changes` that begins with no attribute of the type.
fn unknown_attribute(block: &crate::schema::Block, path: &Path, span: Span) -> Option<Diagnostic> {
    let Some(Step::Attr(name) | Step::Key(name)) = path.0.first() else { return None };
    if block.names().any(|n| n == &**name) {
        return None;
    }
    let found = Diagnostic::error(
        "Unsupported attribute",
        format!("This object has no argument, nested block, or exported attribute named \"{name}\"."),
    );
    Some(found.at(span).meant(did_you_mean(name, block.names())))
}

/// What is missing as a whole has no place of its own: the opening of the block stands for it.
fn at_block(mut diagnostic: Diagnostic, addr: &ConfigResource, block: &Resource) -> Diagnostic {
    diagnostic.span.get_or_insert(block.opening);
    diagnostic.address.get_or_insert_with(|| addr.to_string());
    diagnostic
}
