//! The configuration as written: expressions as constants or as the names they refer to.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Schemas, mode};
use crate::addr::{AbsInstance, AbsResource, InstanceKey, ModuleInstance, ModulePath, Name, ProviderAddr};
use crate::config::{Config, Module, ModuleCall, Reference, Repetition, Resource, Target};
use crate::eval::apply_type;
use crate::graph::configured_provider;
use crate::hcl::ast::{Access, Body, Expr, ExprKind, Ident, ObjectKey, UnaryOp};
use crate::schema::{Block, Nesting};
use crate::value::Value;
use crate::value::json::to_json;

pub(super) fn configuration(config: &Config, schemas: Schemas<'_>) -> Json {
    let mut providers = Map::new();
    for module in config.modules() {
        provider_configs(config, module, &mut providers);
    }
    let mut out = Map::new();
    if !providers.is_empty() {
        out.insert("provider_config".into(), providers.into());
    }
    out.insert("root_module".into(), module(config, &config.root, schemas));
    Json::Object(out)
}

/// Key of a provider configuration: `module.a:aws.alias`, without the module for the root.
fn provider_key(module: &Module, name: &str, alias: Option<&Name>) -> String {
    let alias = alias.map(|a| format!(".{a}")).unwrap_or_default();
    if module.path.is_root() { format!("{name}{alias}") } else { format!("{}:{name}{alias}", module.path) }
}

/// Key of the configuration that a resource uses: mostly that of the root module, which modules are handed. A provider
/// that the root module says nothing of is that of the first module on the way that does.
fn used_provider(config: &Config, module: &Module, provider: &(Name, Option<Name>)) -> String {
    let found = configured_provider(config, &module.path, provider);
    let (path, (name, alias)) = found.unwrap_or_else(|| (ModulePath::root(), provider.clone()));
    let way = (0..=module.path.0.len()).filter_map(|n| config.module(&ModulePath(module.path.0.get(..n)?.into())));
    let implied = path.is_root() && alias.is_none();
    let home = if implied { way.into_iter().find(|m| speaks_of(m, &name)) } else { config.module(&path) };
    provider_key(home.unwrap_or(&config.root), &name, alias.as_ref())
}

/// Whether a module configures, requires or uses a provider.
fn speaks_of(module: &Module, provider: &Name) -> bool {
    module.providers.contains_key(&(provider.clone(), None))
        || module.required_providers.contains_key(provider)
        || module.resources.values().any(|r| r.provider.0 == *provider)
}

fn provider_configs(config: &Config, module: &Module, out: &mut Map<String, Json>) {
    let describe = |name: &Name, alias: Option<&Name>| {
        let mut entry = json!({ "name": &**name, "full_name": module.provider_source(name) });
        if let Some(alias) = alias {
            entry["alias"] = Json::from(&**alias);
        }
        if let Some(version) = module.required_providers.get(name).and_then(|r| r.version.as_ref()) {
            entry["version_constraint"] = version.clone().into();
        }
        if !module.path.is_root() {
            entry["module_address"] = module.path.to_string().into();
        }
        entry
    };
    for ((name, alias), provider) in &module.providers {
        let mut entry = describe(name, alias.as_ref());
        let expressions = body(&provider.body, None);
        if !expressions.is_empty() {
            entry["expressions"] = expressions.into();
        }
        out.insert(provider_key(module, name, alias.as_ref()), entry);
    }
    // A provider that a module only requires or uses counts as configured where resources refer to it.
    let required = module.required_providers.keys();
    for name in required.chain(module.resources.values().map(|r| &r.provider.0)) {
        let key = provider_key(module, name, None);
        let own = module.path.is_root() || used_provider(config, module, &(name.clone(), None)) == key;
        if own && !out.contains_key(&key) {
            out.insert(key, describe(name, None));
        }
    }
}

fn module(config: &Config, module: &Module, schemas: Schemas<'_>) -> Json {
    let mut out = Map::new();
    let mut put = |key: &str, entries: Map<String, Json>| {
        if !entries.is_empty() {
            out.insert(key.into(), entries.into());
        }
    };
    put("outputs", module.outputs.iter().map(|(name, o)| (name.to_string(), output(o))).collect());
    put("module_calls", module.calls.iter().map(|(name, c)| (name.to_string(), call(config, c, schemas))).collect());
    put("variables", module.variables.iter().map(|(name, v)| (name.to_string(), variable(v))).collect());
    let resources: Vec<Json> = module.resources.values().map(|r| resource(config, module, r, schemas)).collect();
    if !resources.is_empty() {
        out.insert("resources".into(), resources.into());
    }
    Json::Object(out)
}

fn output(output: &crate::config::Output) -> Json {
    let mut out = json!({ "expression": expression(&output.value, output.sensitive) });
    if output.sensitive {
        out["sensitive"] = true.into();
    }
    if let Some(text) = &output.description {
        out["description"] = text.clone().into();
    }
    depends_on(&mut out, &output.depends_on);
    out
}

fn variable(variable: &crate::config::Variable) -> Json {
    let mut out = json!({});
    let default = variable.default.as_ref().and_then(constant);
    let default = default.map(|v| apply_type(&v, &variable.ty, variable.defaults.as_ref()).unwrap_or(v));
    match default {
        Some(default) if !variable.sensitive && !default.is_null() => out["default"] = to_json(&default),
        _ => {}
    }
    if variable.sensitive {
        out["sensitive"] = true.into();
    }
    if let Some(text) = &variable.description {
        out["description"] = text.clone().into();
    }
    out
}

fn resource(config: &Config, module: &Module, resource: &Resource, schemas: Schemas<'_>) -> Json {
    let (name, alias) = &resource.provider;
    let provider = ProviderAddr { alias: alias.clone(), ..ProviderAddr::root(module.provider_source(name)) };
    let any = AbsResource { module: ModuleInstance::root(), resource: resource.addr.clone() };
    let schema = schemas(&provider, &AbsInstance { resource: any, key: InstanceKey::None });
    let mut out = json!({
        "address": resource.addr.to_string(),
        "mode": mode(resource.addr.mode),
        "type": &*resource.addr.kind,
        "name": &*resource.addr.name,
        "provider_config_key": used_provider(config, module, &resource.provider),
        "schema_version": schema.as_ref().map_or(0, |s| s.version),
    });
    let expressions = body(&resource.body, schema.as_ref().map(|s| &s.block));
    if !expressions.is_empty() {
        out["expressions"] = expressions.into();
    }
    repetition(&mut out, &resource.repetition);
    depends_on(&mut out, &resource.depends_on);
    out
}

fn call(config: &Config, call: &ModuleCall, schemas: Schemas<'_>) -> Json {
    let mut out = json!({ "source": call.source, "module": module(config, &call.module, schemas) });
    let sensitive = |name: &Name| call.module.variables.get(name).is_some_and(|v| v.sensitive);
    let args = call.args.iter().map(|a| (a.name.name.to_string(), expression(&a.expr, sensitive(&a.name.name))));
    let args: Map<String, Json> = args.collect();
    if !args.is_empty() {
        out["expressions"] = args.into();
    }
    repetition(&mut out, &call.repetition);
    depends_on(&mut out, &call.depends_on);
    out
}

fn repetition(out: &mut Json, repetition: &Repetition) {
    match repetition {
        Repetition::Once => {}
        Repetition::Count(e) => said(out, "count_expression", e),
        Repetition::ForEach(e) => said(out, "for_each_expression", e),
    }
}

/// An expression that is left away where nothing can be said of it.
fn said(out: &mut Json, key: &str, expr: &Expr) {
    let json = expression(expr, false);
    if json != json!({}) {
        out[key] = json;
    }
}

fn depends_on(out: &mut Json, references: &[Reference]) {
    if references.is_empty() {
        return;
    }
    let names = references.iter().filter_map(|r| match &r.target {
        Target::Variable(n) => Some(format!("var.{n}")),
        Target::Local(n) => Some(format!("local.{n}")),
        Target::Resource(addr) => Some(addr.to_string()),
        Target::Module(call) => Some(format!("module.{call}")),
        Target::ModuleOutput(call, output) => Some(format!("module.{call}.{output}")),
        Target::Context(_) => None,
    });
    out["depends_on"] = names.collect();
}

/// Expressions of a body by name; nested blocks stand as lists, or as one object where only one may stand.
fn body(content: &Body, schema: Option<&Block>) -> Map<String, Json> {
    let mut out = Map::new();
    for attribute in &content.attributes {
        let sensitive = schema.and_then(|s| s.attributes.get(&attribute.name.name)).is_some_and(|a| a.sensitive);
        out.insert(attribute.name.name.to_string(), expression(&attribute.expr, sensitive));
    }
    let mut blocks: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for block in &content.blocks {
        // A dynamic block stands for the blocks it makes.
        let dynamic = &*block.kind.name == "dynamic";
        let name = if dynamic { block.labels.first().map(|l| &l.name) } else { Some(&block.kind.name) };
        let inner = if dynamic { block.body.blocks("content").next().map(|c| &c.body) } else { Some(&block.body) };
        let (Some(name), Some(inner)) = (name, inner) else { continue };
        let nested = schema.and_then(|s| s.blocks.get(name)).map(|n| &n.block);
        blocks.entry(name.to_string()).or_default().push(body(inner, nested).into());
    }
    for (name, mut list) in blocks {
        let single = schema.and_then(|s| s.blocks.get(&*name)).is_some_and(|n| n.nesting == Nesting::Single);
        let json = if single && list.len() == 1 { list.remove(0) } else { list.into() };
        out.insert(name, json);
    }
    out
}

/// `constant_value` or `references`; a secret constant is neither.
fn expression(expr: &Expr, sensitive: bool) -> Json {
    if let Some(value) = constant(expr) {
        return if sensitive { json!({}) } else { json!({ "constant_value": to_json(&value) }) };
    }
    let mut names: Vec<String> = Vec::new();
    expr.references(&mut |root, steps| {
        for name in referred(root, steps) {
            names.push(name);
        }
    });
    if names.is_empty() { json!({}) } else { json!({ "references": names }) }
}

/// The value of an expression that needs neither names nor functions.
fn constant(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Literal(value) => Some(value.clone()),
        ExprKind::Parens(inner) => constant(inner),
        ExprKind::Unary(UnaryOp::Neg, inner) => Some(constant(inner)?.as_number()?.neg().into()),
        ExprKind::Tuple(items) => Some(Value::tuple(items.iter().map(constant).collect::<Option<_>>()?)),
        ExprKind::Object(items) => {
            let entries = items.iter().map(|(key, value)| {
                let key = match key {
                    ObjectKey::Name(ident) => ident.name.clone(),
                    ObjectKey::Expr(e) => constant(e)?.as_str()?.into(),
                };
                Some((key, constant(value)?))
            });
            Some(Value::object(entries.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

/// What a traversal refers to: the whole of it, then ever less, down to the object that it starts at.
fn referred(root: &Ident, steps: &[Access]) -> Vec<String> {
    let least = match &*root.name {
        "data" | "ephemeral" | "resource" => 2,
        "each" | "count" | "path" | "terraform" | "self" => steps.len().min(1),
        _ => 1,
    };
    let mut forms = vec![root.name.to_string()];
    for step in steps {
        let text = match step {
            Access::Attr(ident) => format!(".{}", ident.name),
            Access::LegacyIndex(n, _) => format!("[{n}]"),
            Access::Index(e) => match &e.kind {
                ExprKind::Literal(value) => match (value.as_str(), value.as_i64()) {
                    (Some(key), _) => format!("[\"{}\"]", crate::addr::escape(key)),
                    (None, Some(n)) => format!("[{n}]"),
                    (None, None) => break,
                },
                _ => break,
            },
            Access::AttrSplat(_) | Access::FullSplat(_) => break,
        };
        forms.push(format!("{}{text}", forms.last().map_or("", String::as_str)));
    }
    let skip = least.min(forms.len().saturating_sub(1));
    forms.drain(..skip);
    forms.reverse();
    forms
}
