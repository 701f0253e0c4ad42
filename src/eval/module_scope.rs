//! The scope of one module instance.

use std::collections::BTreeMap;

use crate::addr::{InstanceKey, Mode, ModuleInstance, Name};
use crate::config::{ModuleCall, Reference, Repetition, Target, span_of};
use crate::diag::{Diagnostic, did_you_mean};
use crate::hcl::ast::{Access, Ident};
use crate::value::{Kind, Marks, Type, Value};

use super::functions::Function;
use super::world::{Keys, Repeated, World};
use super::{Scope, Surroundings, evaluate};

/// Names as they mean within one instance of a module, and within one instance of a repeated block in it.
pub struct ModuleScope<'w, 'c> {
    world: &'w World<'c>,
    module: ModuleInstance,
    repeated: Repeated,
    own: Option<Value>,
}

impl<'w, 'c> ModuleScope<'w, 'c> {
    pub(super) fn new(world: &'w World<'c>, module: ModuleInstance, repeated: Repeated) -> Self {
        Self { world, module, repeated, own: None }
    }

    /// The same scope, in which `self` is this object.
    #[must_use]
    pub fn with_self(mut self, object: Value) -> Self {
        self.own = Some(object);
        self
    }

    fn context(&self, root: &Ident) -> Result<Value, Diagnostic> {
        let object = |items: Vec<(&str, Value)>| Value::object(items.into_iter().map(|(k, v)| (k.into(), v)).collect());
        let problem = |summary: &str, detail: &str| Diagnostic::error(summary, detail).at(root.span);
        match &*root.name {
            "each" => match &self.repeated.each {
                Some((key, value)) => Ok(object(vec![("key", key.clone()), ("value", value.clone())])),
                None => Err(problem(
                    "Reference to \"each\" in context without for_each",
                    "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \"for_each\" \
                     argument is set.",
                )),
            },
            "count" => match &self.repeated.index {
                Some(n) => Ok(object(vec![("index", n.clone())])),
                None => Err(problem(
                    "Reference to \"count\" in non-counted context",
                    "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when the \
                     \"count\" argument is set.",
                )),
            },
            "self" => self.own.clone().ok_or_else(|| {
                problem(
                    "Invalid \"self\" reference",
                    "The \"self\" object is not available in this context. This object can be used only in resource \
                     provisioner, connection, and postcondition blocks.",
                )
            }),
            "path" => {
                let dir = self.world.module(&self.module).map(|m| m.dir.display().to_string()).unwrap_or_default();
                let root_dir = self.world.config.root.dir.display().to_string();
                let cwd = self.world.facts.original_dir.clone();
                Ok(object(vec![("module", dir.into()), ("root", root_dir.into()), ("cwd", cwd.into())]))
            }
            "terraform" => Ok(object(vec![
                ("workspace", self.world.facts.workspace.as_str().into()),
                ("applying", Value::from(self.world.facts.surroundings.applying).mark(Marks::EPHEMERAL)),
            ])),
            _ => {
                Err(Diagnostic::error("Invalid reference", format!("\"{}\" means nothing here.", root.name))
                    .at(root.span))
            }
        }
    }

    fn call(
        &self,
        name: &Name,
        call: &'c ModuleCall,
        steps: &[Access],
        inner: &dyn Scope,
    ) -> Result<(Value, usize), Diagnostic> {
        let Some(keys) = self.world.call_keys(&self.module, call) else {
            return Ok((Value::unknown(Type::Dynamic), steps.len()));
        };
        if self.world.facts.validating && *keys != Keys::Once {
            let outputs = call.module.outputs.keys().map(|name| (&**name, Type::Dynamic));
            let object = Type::object(outputs.collect::<Vec<_>>());
            let all = if matches!(*keys, Keys::Count(_)) { Type::list(object) } else { Type::map(object) };
            return Ok((Value::unknown(all), 1));
        }
        let outputs = |key: &InstanceKey| {
            let child = self.module.child(name, key.clone());
            let all = call.module.outputs.keys().map(|o| (o.clone(), self.world.output(&child, o)));
            Value::object(all.collect::<BTreeMap<_, _>>())
        };
        let one = |key: InstanceKey, at: usize| -> Result<(Value, usize), Diagnostic> {
            match steps.get(at) {
                // Only the output that is asked for: the others may depend on this very expression.
                Some(Access::Attr(output)) => {
                    if !call.module.outputs.contains_key(&output.name) {
                        return Err(no_output(name, output, call));
                    }
                    Ok((self.world.output(&self.module.child(name, key), &output.name), at + 1))
                }
                _ => Ok((outputs(&key), at)),
            }
        };
        if *keys == Keys::Once {
            return one(InstanceKey::None, 1);
        }
        let index = match steps.get(1) {
            Some(Access::Index(expr)) => evaluate(expr, inner)
                .map_err(|e| e.into_iter().next().unwrap_or_else(|| no_instance(name, expr.span)))?,
            Some(Access::LegacyIndex(n, _)) => Value::from(*n as i64),
            _ => {
                let value = match &*keys {
                    Keys::ForEach(map) => {
                        let all = map.keys().map(|k| (k.clone(), outputs(&InstanceKey::Str(k.clone()))));
                        Value::object(all.collect())
                    }
                    keys => Value::tuple(keys.iter().iter().map(outputs).collect()),
                };
                return Ok((value, 1));
            }
        };
        let (index, marks) = index.unmark();
        if !index.is_known() {
            return Ok((Value::unknown(Type::Dynamic).mark(marks), steps.len()));
        }
        let key = match (&*keys, &index.kind) {
            (Keys::Count(_), _) => index.as_i64().and_then(|n| u64::try_from(n).ok()).map(InstanceKey::Int),
            (_, Kind::String(s)) => Some(InstanceKey::Str(s.clone())),
            _ => None,
        };
        let span = steps.get(1).map_or(call.header, Access::span);
        match key.filter(|k| keys.has(k)) {
            Some(key) => one(key, 2).map(|(v, n)| (v.mark(marks), n)),
            None => Err(no_instance(name, span)),
        }
    }
}

/// An attribute that `path`, `terraform`, `each` or `count` does not have.
fn no_such_fact<'a>(root: &Ident, name: &Ident, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let mut detail = format!("The \"{}\" object does not have an attribute named \"{}\".", root.name, name.name);
    detail.push_str(match &*root.name {
        "terraform" => {
            " The only supported attributes are terraform.workspace, the name of the currently-selected workspace, and \
             terraform.applying, a boolean which is true only during apply."
        }
        "each" => {
            " The supported attributes are each.key and each.value, the current key and value pair of the \"for_each\" \
             attribute set."
        }
        "count" => {
            " The only supported attribute is count.index, which is the index of each instance of a resource block that \
             has the \"count\" argument set."
        }
        _ => "",
    });
    let whole = root.span.to(name.span);
    let found = Diagnostic::error(format!("Invalid \"{}\" attribute", root.name), detail).at(whole);
    let mut found = found.meant(did_you_mean(&name.name, known));
    found.told = true;
    found
}

fn no_instance(call: &Name, span: crate::diag::Span) -> Diagnostic {
    Diagnostic::error("Invalid index", format!("module.{call} has no instance with the given key.")).at(span)
}

fn no_output(call: &Name, output: &Ident, block: &ModuleCall) -> Diagnostic {
    let names = block.module.outputs.keys().map(|n| &**n);
    let found = Diagnostic::error("Unsupported attribute", format!("module.{call} has no output \"{}\".", output.name))
        .at(output.span);
    match did_you_mean(&output.name, names) {
        Some(near) => found.hint(format!("Did you mean \"{near}\"?")),
        None => found,
    }
}

impl Scope for ModuleScope<'_, '_> {
    fn resolve(&self, root: &Ident, steps: &[Access], inner: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
        let reference = Reference::parse(root, steps)?;
        let undeclared = |what: &str, detail: String, near: Option<&str>| {
            let found = Diagnostic::error(format!("Reference to undeclared {what}"), detail).at(span_of(root, steps));
            near.map_or(found.clone(), |n| found.hint(format!("Did you mean \"{n}\"?")))
        };
        let here = || match self.module.is_root() {
            true => "the root module".to_owned(),
            false => self.module.path().to_string(),
        };
        let Some(module) = self.world.module(&self.module) else {
            return Err(Diagnostic::error("Invalid reference", "The module does not exist.").at(root.span));
        };
        match reference.target {
            Target::Variable(name) if module.variables.contains_key(&name) => {
                Ok((self.world.variable(&self.module, &name), 1))
            }
            Target::Variable(name) => {
                let near = did_you_mean(&name, module.variables.keys().map(|n| &**n));
                let mut detail = format!("An input variable with the name \"{name}\" has not been declared.");
                if near.is_none() {
                    detail.push_str(&format!(" This variable can be declared with a variable \"{name}\" {{}} block."));
                }
                Err(undeclared("input variable", detail, near))
            }
            Target::Local(name) if module.locals.contains_key(&name) => Ok((self.world.local(&self.module, &name), 1)),
            Target::Local(name) => {
                let near = did_you_mean(&name, module.locals.keys().map(|n| &**n));
                let detail = format!("A local value with the name \"{name}\" has not been declared.");
                Err(undeclared("local value", detail, near))
            }
            Target::Module(name) | Target::ModuleOutput(name, _) => match module.calls.get(&name) {
                Some(call) => self.call(&name, call, steps, inner),
                None => {
                    let near = did_you_mean(&name, module.calls.keys().map(|n| &**n));
                    let detail = format!("No module call named \"{name}\" is declared in {}.", here());
                    Err(undeclared("module", detail, near))
                }
            },
            Target::Resource(addr) => {
                if !module.resources.contains_key(&addr) {
                    let names: Vec<String> = module.resources.keys().map(ToString::to_string).collect();
                    let near = did_you_mean(&addr.to_string(), names.iter().map(String::as_str)).map(str::to_owned);
                    let mode = match addr.mode {
                        Mode::Managed => "A managed",
                        Mode::Data => "A data",
                        Mode::Ephemeral => "An ephemeral",
                    };
                    let (kind, name) = (&addr.kind, &addr.name);
                    let detail = format!("{mode} resource \"{kind}\" \"{name}\" has not been declared in {}.", here());
                    return Err(undeclared("resource", detail, near.as_deref()));
                }
                let taken = match &*root.name {
                    "data" | "ephemeral" | "resource" => 2,
                    _ => 1,
                };
                let once = module.resources.get(&addr).is_some_and(|r| matches!(r.repetition, Repetition::Once));
                if let Some(Access::Index(key)) = steps.get(taken).filter(|_| once) {
                    let detail = format!(
                        "Because {addr} does not have \"count\" or \"for_each\" set, references to it must not include an \
                         index key. Remove the bracketed index to refer to the single instance of this resource."
                    );
                    return Err(Diagnostic::error("Unexpected resource instance key", detail).at(key.span));
                }
                Ok((self.world.resource(&self.world.abs(&self.module, &addr)), taken))
            }
            Target::Context(_) => {
                let object = self.context(root)?;
                if let (Some(Access::Attr(name)), Some(known)) = (steps.first(), object.as_map())
                    && matches!(&*root.name, "path" | "terraform" | "each" | "count")
                    && !known.contains_key(&name.name)
                {
                    return Err(no_such_fact(root, name, known.keys().map(|n| &**n)));
                }
                Ok((object, 0))
            }
        }
    }

    fn surroundings(&self) -> &Surroundings {
        &self.world.facts.surroundings
    }

    fn provider_functions(&self, local: &str) -> Option<&'static [Function]> {
        let module = self.world.module(&self.module)?;
        module.required_providers.get(local)?;
        let offered = self.surroundings().provider_functions.get(&module.provider_source(local));
        Some(offered.copied().unwrap_or_default())
    }
}
