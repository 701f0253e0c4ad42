//! What names mean in test files: outside of a module in variables and provider blocks, and in assertions about it.

use std::collections::BTreeMap;

use crate::addr::{Mode, ModuleInstance, Name};
use crate::config::testing::TestFile;
use crate::config::{Given, Module, Reference, Target, span_of};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::functions::Function;
use crate::eval::world::{World, variable_value};
use crate::eval::{Scope, Surroundings, evaluate};
use crate::hcl::ast::{Access, Ident};
use crate::value::{Type, Value};

use super::assertions::UNEVALUATED;

/// Names of one test file.
pub(super) struct Names<'a> {
    pub file: &'a TestFile,
    /// Given by the environment, files and the command line.
    pub globals: &'a BTreeMap<Name, Given>,
    /// Declarations of globals, for their types.
    pub declared: &'a Module,
    /// Outputs of runs by name; `None` for those that have not run.
    pub runs: &'a BTreeMap<Name, Option<Value>>,
    pub surroundings: &'a Surroundings,
}

/// Where an expression stands outside of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In `variables` of the file: globals.
    File,
    /// In a run or in a provider block: variables of the file too, and earlier runs.
    Run,
}

impl<'a> Names<'a> {
    pub fn scope(&self, place: Place) -> Outside<'_, 'a> {
        Outside { names: self, place }
    }

    fn global(&self, name: &str) -> Option<Result<Value, Diagnostics>> {
        let given = self.globals.get(name)?;
        let scope = self.scope(Place::File);
        let (value, span) = match given {
            Given::Value(value, span) => (value.clone(), *span),
            Given::Expr(expr) => match evaluate(expr, &scope) {
                Ok(value) => (value, expr.span),
                Err(errors) => return Some(Err(errors)),
            },
        };
        Some(match self.declared.variables.get(name) {
            Some(variable) => {
                variable_value(variable, &format!("var.{}", variable.name.name), Some((value, span, None)), &scope)
            }
            None => Ok(value),
        })
    }

    /// A variable of the file, or else a global one.
    fn variable(&self, name: &str, place: Place) -> Option<Result<Value, Diagnostics>> {
        let own = self.file.variables.iter().find(|a| &*a.name.name == name);
        match own {
            Some(attribute) if place == Place::Run => Some(evaluate(&attribute.expr, &self.scope(Place::File))),
            _ => self.global(name),
        }
    }
}

/// The scope of expressions outside of a module.
pub(super) struct Outside<'n, 'a> {
    names: &'n Names<'a>,
    place: Place,
}

fn first(errors: Diagnostics, root: &Ident) -> Diagnostic {
    let none = || Diagnostic::error("Invalid reference", "The variable has no value.").at(root.span);
    errors.into_iter().next().unwrap_or_else(none)
}

impl Scope for Outside<'_, '_> {
    fn resolve(&self, root: &Ident, steps: &[Access], _inner: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
        let whole = span_of(root, steps.get(..steps.len().min(1)).unwrap_or_default());
        let error = |summary: &str, detail: String| Err(Diagnostic::error(summary, detail).at(whole));
        let name = match steps.first() {
            Some(Access::Attr(ident)) => Some(&ident.name),
            _ => None,
        };
        match (&*root.name, name, self.place) {
            ("var", Some(name), place) => match self.names.variable(name, place) {
                Some(Ok(value)) => Ok((value, 1)),
                Some(Err(errors)) => Err(first(errors, root)),
                None => {
                    let (here, allowed) = match place {
                        Place::File => ("current context", "global variables"),
                        Place::Run => ("current run block", "variables defined at the file or global levels"),
                    };
                    error(
                        "Reference to unavailable variable",
                        format!("The input variable \"{name}\" is not available to the {here}. You can only reference {allowed}."),
                    )
                }
            },
            ("run", _, Place::File) => error(
                "Invalid reference",
                "You can not reference run blocks from within the file variables block.".into(),
            ),
            ("run", Some(name), Place::Run) => match self.names.runs.get(name) {
                Some(Some(outputs)) => Ok((outputs.clone(), 1)),
                Some(None) => error(
                    "Reference to unavailable run block",
                    format!(
                        "The run block \"{name}\" has not executed yet. You can only reference run blocks that are in the same test file and will execute before the current run block."
                    ),
                ),
                None => error(
                    "Reference to unknown run block",
                    format!(
                        "The run block \"{name}\" does not exist within this test file. You can only reference run blocks that are in the same test file and will execute before the current run block."
                    ),
                ),
            },
            (_, _, Place::File) => error(
                "Invalid reference",
                "You can only reference global variables within the variables block of a test file.".into(),
            ),
            (_, _, Place::Run) => Err(Diagnostic::error(
                "Invalid reference",
                "You can only reference earlier run blocks, file level, and global variables while defining variables from inside a run block.",
            )
            .at(span_of(root, steps))),
        }
    }

    fn surroundings(&self) -> &Surroundings {
        self.names.surroundings
    }
}

/// The name that was most likely meant, as a sentence.
fn suggestion<'n>(name: &str, known: impl Iterator<Item = &'n Name>) -> String {
    let near = known.map(|k| (strsim::levenshtein(name, k), k)).filter(|(distance, _)| *distance < 3).min();
    near.map(|(_, near)| format!(" Did you mean \"{near}\"?")).unwrap_or_default()
}

/// How many steps behind its first word name a resource.
fn own_steps(root: &Ident) -> usize {
    if matches!(&*root.name, "data" | "resource" | "ephemeral") { 2 } else { 1 }
}

/// The scope of assertions: the module under test, its outputs, and earlier runs.
pub(super) struct Inside<'n, 'a, 'w> {
    pub names: &'n Names<'a>,
    pub world: &'w World<'w>,
}

impl Scope for Inside<'_, '_, '_> {
    fn resolve(&self, root: &Ident, steps: &[Access], inner: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
        let module = &self.world.config.root;
        let whole = span_of(root, steps.get(..steps.len().min(1)).unwrap_or_default());
        let error = |summary: &str, detail: String| Diagnostic::error(summary, detail).at(whole);
        let name = match steps.first() {
            Some(Access::Attr(ident)) => Some(&ident.name),
            _ => None,
        };
        let own = self.world.scope(&ModuleInstance::root());
        match (&*root.name, name) {
            ("var", Some(name)) if !module.variables.contains_key(name) => {
                match self.names.variable(name, Place::Run) {
                    Some(Ok(value)) => Ok((value, 1)),
                    Some(Err(errors)) => Err(first(errors, root)),
                    None => Err(error(
                        "Reference to undeclared input variable",
                        format!(
                            "An input variable with the name \"{name}\" has not been declared. This variable can be declared with a variable \"{name}\" {{}} block."
                        ),
                    )),
                }
            }
            ("output", Some(name)) => {
                if module.outputs.contains_key(name) {
                    let value = self.world.output(&ModuleInstance::root(), name);
                    // A plan keeps no types of outputs that are not known.
                    let value = if value.is_known() { value } else { Value::unknown(Type::Dynamic).mark(value.marks) };
                    return Ok((value, 1));
                }
                let near = suggestion(name, module.outputs.keys());
                Err(error(
                    "Reference to undeclared output value",
                    format!("An output value with the name \"{name}\" has not been declared.{near}"),
                ))
            }
            ("run", Some(name)) => match self.names.runs.get(name) {
                Some(Some(outputs)) => Ok((outputs.clone(), 1)),
                Some(None) => Err(error(
                    UNEVALUATED,
                    format!(
                        "The run \"{name}\" block has not yet been evaluated, so its results are not available here."
                    ),
                )),
                None => {
                    let near = suggestion(name, self.names.runs.keys());
                    Err(error(
                        "Reference to undeclared run block",
                        format!("There is no run \"{name}\" declared in this test suite.{near}"),
                    ))
                }
            },
            ("local", Some(name)) if !module.locals.contains_key(name) => {
                let near = suggestion(name, module.locals.keys());
                Err(error(
                    "Reference to undeclared local value",
                    format!("A local value with the name \"{name}\" has not been declared.{near}"),
                ))
            }
            _ => match Reference::parse(root, steps).map(|r| r.target) {
                Ok(Target::Resource(addr)) if !module.resources.contains_key(&addr) => {
                    let kind = if addr.mode == Mode::Data { "data" } else { "managed" };
                    let whole = span_of(root, steps.get(..own_steps(root)).unwrap_or(steps));
                    let detail = format!(
                        "A {kind} resource \"{}\" \"{}\" has not been declared in the root module.",
                        addr.kind, addr.name
                    );
                    Err(Diagnostic::error("Reference to undeclared resource", detail).at(whole))
                }
                _ => own.resolve(root, steps, inner),
            },
        }
    }

    fn provider_functions(&self, local: &str) -> Option<&'static [Function]> {
        self.world.scope(&ModuleInstance::root()).provider_functions(local)
    }

    fn surroundings(&self) -> &Surroundings {
        &self.world.facts.surroundings
    }
}
