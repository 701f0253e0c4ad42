//! Everything that names can mean in one run: variables, locals, module outputs and the objects known so far.
//!
//! Values are evaluated when something asks for them and kept. What is still unknown is kept only as long as nothing
//! new becomes known: [`World::set_instances`] forgets it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::addr::{AbsResource, InstanceKey, ModuleInstance, ModulePath, Name, ResourceAddr};
use crate::config::{Config, Module, ModuleCall, Output, Repetition, Variable};
use crate::diag::{Because, Diagnostic, Diagnostics, Span};
use crate::value::{Marks, Type, Value, convert};

use super::checks::Checks;
use super::module_scope::ModuleScope;
use super::repetition::{count, for_each};
use super::variable::marks;
pub use super::variable::variable_value;
use super::{Surroundings, evaluate, involved_because};

/// References that may lead on, each to the next: as many as the stack of the program holds.
const MAX_REFERENCES: usize = 2000;

/// Instances that a block has, once its `count` or `for_each` is evaluated.
#[derive(Clone, Debug, PartialEq)]
pub enum Keys {
    Once,
    Count(u64),
    ForEach(BTreeMap<Name, Value>),
}

impl Keys {
    /// The instance keys, in order.
    pub fn iter(&self) -> Vec<InstanceKey> {
        match self {
            Self::Once => vec![InstanceKey::None],
            Self::Count(n) => (0..*n).map(InstanceKey::Int).collect(),
            Self::ForEach(map) => map.keys().map(|k| InstanceKey::Str(k.clone())).collect(),
        }
    }

    /// Whether there is an instance of a key.
    pub fn has(&self, key: &InstanceKey) -> bool {
        match (self, key) {
            (Self::Once, InstanceKey::None) => true,
            (Self::Count(n), InstanceKey::Int(i)) => i < n,
            (Self::ForEach(map), InstanceKey::Str(k)) => map.contains_key(k),
            _ => false,
        }
    }

    /// What `each` and `count` mean in one of the instances.
    pub fn repeated(&self, key: &InstanceKey) -> Repeated {
        match (self, key) {
            (Self::Count(_), InstanceKey::Int(n)) => Repeated { index: Some(Value::from(*n as i64)), each: None },
            (Self::ForEach(map), InstanceKey::Str(k)) => {
                Repeated { index: None, each: map.get(k).map(|v| (Value::string(k.clone()), v.clone())) }
            }
            _ => Repeated::default(),
        }
    }
}

/// `count.index`, or `each.key` and `each.value`.
#[derive(Clone, Debug, Default)]
pub struct Repeated {
    pub index: Option<Value>,
    pub each: Option<(Value, Value)>,
}

impl Repeated {
    /// Of an instance whose key is not known.
    pub fn unknown(repetition: &Repetition) -> Self {
        match repetition {
            Repetition::Once => Self::default(),
            Repetition::Count(_) => Self { index: Some(Value::unknown(Type::Number)), each: None },
            Repetition::ForEach(_) => {
                Self { index: None, each: Some((Value::unknown(Type::String), Value::unknown(Type::Dynamic))) }
            }
        }
    }
}

/// The objects of a resource block in one instance of its module.
#[derive(Clone, Debug)]
pub enum Instances {
    Known {
        keys: Keys,
        values: BTreeMap<InstanceKey, Value>,
    },
    /// How many there are cannot be said: in validation, or after an error that is reported already.
    Unknown(Value),
}

impl Instances {
    fn value(&self) -> Value {
        let (keys, values) = match self {
            Self::Known { keys, values } => (keys, values),
            Self::Unknown(value) => return value.clone(),
        };
        let get = |k: &InstanceKey| values.get(k).cloned().unwrap_or_else(|| Value::unknown(Type::Dynamic));
        match keys {
            Keys::Once => get(&InstanceKey::None),
            Keys::Count(n) => Value::tuple((0..*n).map(|i| get(&InstanceKey::Int(i))).collect()),
            Keys::ForEach(map) => {
                Value::object(map.keys().map(|k| (k.clone(), get(&InstanceKey::Str(k.clone())))).collect())
            }
        }
    }
}

/// Facts of the run that expressions may ask for.
#[derive(Clone, Debug)]
pub struct Facts {
    pub surroundings: Surroundings,
    pub workspace: String,
    /// `path.cwd`
    pub original_dir: String,
    /// Nothing is known yet but the configuration itself: repeated blocks stand for one instance of theirs.
    pub validating: bool,
}

pub struct World<'c> {
    pub config: &'c Config,
    pub facts: Facts,
    variables: BTreeMap<Name, Value>,
    instances: RwLock<BTreeMap<AbsResource, Instances>>,
    /// Resources that were asked for since they last changed: what is unknown may hang on them.
    asked: Mutex<HashSet<AbsResource>>,
    memo: Mutex<Memo<(ModuleInstance, Slot), Value>>,
    /// Keys of module calls.
    calls: Mutex<Memo<(ModuleInstance, Name), Arc<Keys>>>,
    errors: Mutex<Diagnostics>,
    checks: Mutex<Checks>,
    /// References that are being followed, each for the sake of the one before.
    depth: AtomicUsize,
}

/// What was evaluated before. What is unknown in part is kept apart: it goes as soon as anything becomes known.
struct Memo<K, V> {
    known: HashMap<K, V>,
    unknown: HashMap<K, V>,
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        self.known.get(key).or_else(|| self.unknown.get(key)).cloned()
    }

    fn insert(&mut self, key: K, value: V, known: bool) {
        let half = if known { &mut self.known } else { &mut self.unknown };
        half.insert(key, value);
    }
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self { known: HashMap::new(), unknown: HashMap::new() }
    }
}

/// What is evaluated once in each module instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Slot {
    Variable(Name),
    Local(Name),
    Output(Name),
}

impl<'c> World<'c> {
    /// A world in which the root module's variables have these values (already of their types).
    pub fn new(config: &'c Config, facts: Facts, variables: BTreeMap<Name, Value>) -> Self {
        Self {
            config,
            facts,
            variables,
            instances: RwLock::default(),
            asked: Mutex::default(),
            memo: Mutex::default(),
            calls: Mutex::default(),
            errors: Mutex::default(),
            checks: Mutex::new(Checks::declared(config)),
            depth: AtomicUsize::new(0),
        }
    }

    /// Errors of variables, locals and outputs met on the way; what failed counted as unknown.
    pub fn take_errors(&self) -> Diagnostics {
        std::mem::take(&mut *self.errors.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Works on what came of the conditions so far.
    pub fn checks<T>(&self, work: impl FnOnce(&mut Checks) -> T) -> T {
        work(&mut self.checks.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn report(&self, errors: impl IntoIterator<Item = Diagnostic>) {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).extend(errors);
    }

    /// The value, or unknown with the errors kept for [`World::take_errors`].
    fn or_unknown(&self, result: Result<Value, Diagnostics>) -> Value {
        result.unwrap_or_else(|errors| {
            self.report(errors);
            Value::unknown(Type::Dynamic)
        })
    }

    pub fn set_instances(&self, addr: AbsResource, instances: Instances) {
        self.forget_unknown(&addr);
        self.instances.write().unwrap_or_else(PoisonError::into_inner).insert(addr, instances);
    }

    /// All objects that are known of.
    pub fn all_instances(&self) -> Vec<(AbsResource, Instances)> {
        let instances = self.instances.read().unwrap_or_else(PoisonError::into_inner);
        instances.iter().map(|(addr, found)| (addr.clone(), found.clone())).collect()
    }

    /// Puts the new value of one instance in the place of what was planned.
    pub fn set_instance(&self, addr: &AbsResource, key: InstanceKey, value: Value) {
        if let Some(Instances::Known { values, .. }) =
            self.instances.write().unwrap_or_else(PoisonError::into_inner).get_mut(addr)
        {
            values.insert(key, value);
        }
        self.forget_unknown(addr);
    }

    /// Drops what may hang on a resource that changes; nothing does where nobody has asked for it.
    fn forget_unknown(&self, addr: &AbsResource) {
        if !self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(addr) {
            return;
        }
        self.memo.lock().unwrap_or_else(PoisonError::into_inner).unknown.clear();
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).unknown.clear();
    }

    /// The value of a resource in one module instance: an object, or a tuple or object of them.
    pub fn resource(&self, addr: &AbsResource) -> Value {
        self.ask(addr);
        let instances = self.instances.read().unwrap_or_else(PoisonError::into_inner);
        instances.get(addr).map_or_else(|| Value::unknown(Type::Dynamic), Instances::value)
    }

    fn ask(&self, addr: &AbsResource) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.contains(addr) {
            asked.insert(addr.clone());
        }
    }

    /// One object.
    pub fn instance(&self, addr: &AbsResource, key: &InstanceKey) -> Option<Value> {
        self.ask(addr);
        match self.instances.read().unwrap_or_else(PoisonError::into_inner).get(addr)? {
            Instances::Known { values, .. } => values.get(key).cloned(),
            Instances::Unknown(_) => None,
        }
    }

    /// The scope of a place in a module that belongs to no repeated block.
    pub fn scope<'w>(&'w self, module: &ModuleInstance) -> ModuleScope<'w, 'c> {
        self.scope_of(module, Repeated::default())
    }

    /// The scope within one instance of a block.
    pub fn scope_of<'w>(&'w self, module: &ModuleInstance, repeated: Repeated) -> ModuleScope<'w, 'c> {
        ModuleScope::new(self, module.clone(), repeated)
    }

    pub fn module(&self, instance: &ModuleInstance) -> Option<&'c Module> {
        self.config.module(&instance.path())
    }

    /// All instances of a module; empty where a caller has none.
    pub fn module_instances(&self, path: &ModulePath) -> Vec<ModuleInstance> {
        let Some((parent, name)) = path.parent() else { return vec![ModuleInstance::root()] };
        let Some(call) = self.config.module(&parent).and_then(|m| m.calls.get(name)) else { return Vec::new() };
        let mut out = Vec::new();
        for instance in self.module_instances(&parent) {
            if let Some(keys) = self.call_keys(&instance, call) {
                out.extend(keys.iter().into_iter().map(|key| instance.child(name, key)));
            }
        }
        out
    }

    /// Keys of a module call; `None` where they cannot be told, which is reported.
    pub fn call_keys(&self, parent: &ModuleInstance, call: &ModuleCall) -> Option<Arc<Keys>> {
        if self.facts.validating {
            return Some(Arc::new(match &call.repetition {
                Repetition::Once => Keys::Once,
                Repetition::Count(_) => Keys::Count(1),
                Repetition::ForEach(_) => Keys::ForEach([("".into(), Value::unknown(Type::Dynamic))].into()),
            }));
        }
        let place = (parent.clone(), call.name.name.clone());
        if let Some(keys) = self.calls.lock().unwrap_or_else(PoisonError::into_inner).get(&place) {
            return Some(keys);
        }
        match self.keys(parent, &call.repetition) {
            Ok(keys) => {
                let known = !matches!(&keys, Keys::ForEach(map) if map.values().any(|v| !v.is_wholly_known()));
                let keys = Arc::new(keys);
                self.calls.lock().unwrap_or_else(PoisonError::into_inner).insert(place, keys.clone(), known);
                Some(keys)
            }
            Err(errors) => {
                self.report(errors);
                None
            }
        }
    }

    /// What `each` and `count` mean in the arguments of one instance of a call.
    fn repeated_call(&self, parent: &ModuleInstance, call: &ModuleCall, key: &InstanceKey) -> Repeated {
        if self.facts.validating {
            return Repeated::unknown(&call.repetition);
        }
        self.call_keys(parent, call).map(|keys| keys.repeated(key)).unwrap_or_default()
    }

    /// Evaluates `count` or `for_each`.
    pub fn keys(&self, module: &ModuleInstance, repetition: &Repetition) -> Result<Keys, Diagnostics> {
        let scope = self.scope(module);
        match repetition {
            Repetition::Once => Ok(Keys::Once),
            Repetition::Count(expr) => count(expr, evaluate(expr, &scope)?).map_err(Into::into),
            Repetition::ForEach(expr) => for_each(expr, evaluate(expr, &scope)?).map_err(|found| {
                let values = involved_because(expr, None, found.because, &scope);
                found.values(values).into()
            }),
        }
    }

    /// What is wrong with `count` or `for_each`, whatever comes of what is not known yet.
    pub fn check_repetition(&self, module: &ModuleInstance, repetition: &Repetition) -> Diagnostics {
        let errors = self.keys(module, repetition).err().into_iter().flatten();
        errors.filter(|d| d.because != Some(Because::Unknown)).collect()
    }

    pub fn variable(&self, module: &ModuleInstance, name: &Name) -> Value {
        self.memoized(module, Slot::Variable(name.clone()), || {
            let declared = self.module(module).and_then(|m| m.variables.get(name));
            let Some(declared) = declared else { return Value::unknown(Type::Dynamic) };
            let Some((parent, (call_name, key))) = module.parent() else {
                let value = self.variables.get(name).cloned();
                return value.unwrap_or_else(|| Value::unknown(declared.ty.clone())).mark(marks(declared));
            };
            let call = self.module(&parent).and_then(|m| m.calls.get(call_name));
            let arg = call.and_then(|c| c.args.iter().find(|a| a.name.name == *name));
            let given = match (call, arg) {
                (Some(call), Some(arg)) => {
                    let scope = self.scope_of(&parent, self.repeated_call(&parent, call, key));
                    let value = self.or_unknown(evaluate(&arg.expr, &scope));
                    self.report(not_for_variable(declared, &value, arg.expr.span));
                    Some((value, arg.expr.span, Some(&arg.expr)))
                }
                _ => None,
            };
            self.or_unknown(variable_value(declared, &self.told(module, declared), given, &self.scope(module)))
        })
    }

    /// How messages name a variable.
    fn told(&self, module: &ModuleInstance, variable: &Variable) -> String {
        let within = if module.is_root() { String::new() } else { format!("{module}.") };
        format!("{within}var.{} declared at {}", variable.name.name, self.config.sources.place(variable.span))
    }

    pub fn local(&self, module: &ModuleInstance, name: &Name) -> Value {
        self.memoized(module, Slot::Local(name.clone()), || {
            let local = self.module(module).and_then(|m| m.locals.get(name));
            local.map_or_else(
                || Value::unknown(Type::Dynamic),
                |l| self.or_unknown(evaluate(&l.expr, &self.scope(module))),
            )
        })
    }

    /// Value of an output, marked as its block says.
    pub fn output(&self, module: &ModuleInstance, name: &Name) -> Value {
        self.memoized(module, Slot::Output(name.clone()), || {
            let output = self.module(module).and_then(|m| m.outputs.get(name));
            let Some(output) = output else { return Value::unknown(Type::Dynamic) };
            if let Some(given) = self.config.override_of(module) {
                let value = given.get(name).cloned().unwrap_or_else(|| Value::null(Type::Dynamic));
                return if output.sensitive { value.sensitive() } else { value };
            }
            let value = match evaluate(&output.value, &self.scope(module)) {
                Ok(value) => value,
                Err(errors) => {
                    self.report(errors);
                    return Value::unknown(Type::Dynamic).mark(output.marks());
                }
            };
            let value = match output.ty.as_ref().map_or(Ok(value.clone()), |ty| convert(&value, ty)) {
                Ok(value) => value,
                Err(why) => {
                    let detail = format!("The value is not suitable for output.{name}: {why}.");
                    self.report([Diagnostic::error("Invalid output value", detail).at(output.value.span)]);
                    return Value::unknown(Type::Dynamic).mark(output.marks());
                }
            };
            self.report(not_for_output(output, &value, module.is_root()));
            value.mark(output.marks())
        })
    }

    fn memoized(&self, module: &ModuleInstance, slot: Slot, make: impl FnOnce() -> Value) -> Value {
        let key = (module.clone(), slot);
        if let Some(value) = self.memo.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return value;
        }
        let depth = self.depth.fetch_add(1, Ordering::Relaxed);
        let value = if depth < MAX_REFERENCES { make() } else { self.too_deep(&key.1) };
        self.depth.fetch_sub(1, Ordering::Relaxed);
        let known = value.is_wholly_known();
        self.memo.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value.clone(), known);
        value
    }

    fn too_deep(&self, slot: &Slot) -> Value {
        let (Slot::Variable(name) | Slot::Local(name) | Slot::Output(name)) = slot;
        let detail = format!("\"{name}\" is reached over more than {MAX_REFERENCES} references, each to the next.");
        let found = Diagnostic::error("Too long a chain of references", detail);
        self.report([found.hint("Let values further along refer to an earlier one directly.")]);
        Value::unknown(Type::Dynamic)
    }

    /// Address of a resource block in a module instance, where the module has it.
    pub(super) fn abs(&self, module: &ModuleInstance, resource: &ResourceAddr) -> AbsResource {
        AbsResource { module: module.clone(), resource: resource.clone() }
    }
}

/// An ephemeral value given to a variable that does not accept one.
fn not_for_variable(variable: &Variable, value: &Value, at: Span) -> Option<Diagnostic> {
    let refused = value.marks_deep().contains(Marks::EPHEMERAL) && !variable.ephemeral;
    refused.then(|| {
        Diagnostic::error(
            "Ephemeral value not allowed",
            "This input variable is not declared as accepting a ephemeral values, so it cannot be set to a result derived \
             from an ephemeral value.",
        )
        .at(at)
        .hint(format!("Add `ephemeral = true` to the variable \"{}\".", variable.name.name))
    })
}

/// A value that its output may not carry.
fn not_for_output(output: &Output, value: &Value, root: bool) -> Option<Diagnostic> {
    let marks = value.marks_deep();
    if marks.contains(Marks::EPHEMERAL) && !output.ephemeral {
        return Some(
            Diagnostic::error(
                "Ephemeral value not allowed",
                "This output value is not declared as returning an ephemeral value, so it cannot be set to a result derived \
                 from an ephemeral value.",
            )
            .at(output.value.span),
        );
    }
    if output.ephemeral && !root && !marks.contains(Marks::EPHEMERAL) {
        return Some(
            Diagnostic::error(
                "Value not allowed in ephemeral output",
                "This output value is declared as returning an ephemeral value, so it can only be set to an ephemeral value.",
            )
            .at(output.value.span),
        );
    }
    (root && marks.contains(Marks::SENSITIVE) && !output.sensitive).then(|| {
        Diagnostic::error(
            "Output refers to sensitive values",
            "To reduce the risk of accidentally exporting sensitive data that was intended to be only internal, Terraform \
             requires that any root module output containing sensitive data be explicitly marked as sensitive, to confirm \
             your intent.\n\nIf you do intend to export this data, annotate the output value as sensitive by adding the \
             following argument:\n    sensitive = true",
        )
        .at(output.span)
        .hint("Wrap the value in nonsensitive() if it may be shown.")
    })
}
