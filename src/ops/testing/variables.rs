//! The variables of a run: of the run itself, of its file, or global.

use std::collections::BTreeMap;
use std::path::Path;

use crate::addr::Name;
use crate::config::testing::{LoadedTests, Run};
use crate::config::{Argument, Config, Given, GivenValues, Module, given_for_tests};
use crate::diag::{Diagnostic, Diagnostics, Sources, Span};
use crate::eval::evaluate;
use crate::eval::world::variable_value;
use crate::hcl::ast::Expr;
use crate::value::Value;

use super::Session;
use super::names::{Names, Place};

/// Values from the environment, files and arguments.
pub(super) struct Globals {
    /// Declarations of all modules under test.
    pub declared: Module,
    /// For files beside the root module.
    pub beside: BTreeMap<Name, Given>,
    /// For files in the folder of tests, whose own files of variables count there.
    pub below: BTreeMap<Name, Given>,
}

impl Globals {
    pub fn read(
        session: &Session,
        arguments: &[Argument],
        tests: &Path,
        root: &Module,
        loaded: &LoadedTests,
        sources: &mut Sources,
    ) -> Result<Self, Diagnostics> {
        let mut declared = Module::empty(root.path.clone(), root.dir.clone());
        declared.variables.clone_from(&root.variables);
        for module in loaded.modules.values() {
            for (name, variable) in &module.config.root.variables {
                declared.variables.entry(name.clone()).or_insert_with(|| variable.clone());
            }
        }
        let dir = &session.dir;
        let GivenValues { values: beside, found, .. } =
            given_for_tests(dir, &declared, &session.environment, arguments, sources);
        let own = given_for_tests(&dir.join(tests), &declared, &BTreeMap::new(), &[], sources);
        let mut below = beside.clone();
        below.extend(own.values);
        let mut all = found;
        all.extend(own.found);
        all.or(Self { declared, beside, below })
    }

    pub fn of(&self, file: &str, tests: &Path) -> &BTreeMap<Name, Given> {
        let within = Path::new(file).parent().is_some_and(|folder| folder == tests);
        if within { &self.below } else { &self.beside }
    }
}

/// Values of the variables of the module under test, with the places where they were given.
pub(super) struct RunVariables {
    pub values: BTreeMap<Name, Value>,
    pub given_at: BTreeMap<Name, Span>,
    /// Warnings.
    pub found: Diagnostics,
}

/// Evaluates what a run gives to its module. Variables without a value are errors.
pub(super) fn of_run(
    run: &Run,
    config: &Config,
    names: &Names<'_>,
    sources: &Sources,
) -> Result<RunVariables, Diagnostics> {
    let mut out = RunVariables { values: BTreeMap::new(), given_at: BTreeMap::new(), found: Diagnostics::new() };
    let mut found = Diagnostics::new();
    for attribute in &run.variables {
        let name = &attribute.name.name;
        if !config.root.variables.contains_key(name) {
            let detail = format!(
                "The module under test does not declare a variable named \"{name}\", but it is declared in run block \"{}\".",
                run.name.name
            );
            let warning = Diagnostic::warning("Value for undeclared variable", detail);
            found.push(warning.at(attribute.span).within(run.header));
        }
    }
    for (name, variable) in &config.root.variables {
        let own = run.variables.iter().find(|a| a.name.name == *name).map(|a| (&a.expr, Place::Run));
        let of_file = || names.file.variables.iter().find(|a| a.name.name == *name).map(|a| (&a.expr, Place::File));
        let given: Option<(Value, Span, Option<&Expr>)> = match (own.or_else(of_file), names.globals.get(name)) {
            (Some((expr, place)), _) => match evaluate(expr, &names.scope(place)) {
                Ok(value) => Some((value, expr.span, Some(expr))),
                Err(errors) => {
                    found.extend(errors);
                    continue;
                }
            },
            (None, Some(Given::Value(value, span))) => Some((value.clone(), *span, None)),
            (None, Some(Given::Expr(expr))) => match evaluate(expr, &names.scope(Place::File)) {
                Ok(value) => Some((value, expr.span, Some(expr))),
                Err(errors) => {
                    found.extend(errors);
                    continue;
                }
            },
            (None, None) => None,
        };
        if given.is_none() && variable.default.is_none() {
            let detail = format!(
                "The module under test for run block \"{}\" has a required variable \"{name}\" with no set value. Use a -var or -var-file command line argument or add this variable into a \"variables\" block within the test file or run block.",
                run.name.name
            );
            found.push(Diagnostic::error("No value for required variable", detail).at(variable.span));
            continue;
        }
        out.given_at.extend(given.as_ref().map(|(_, span, _)| (name.clone(), *span)));
        match variable_value(variable, &format!("var.{}", variable.name.name), given, &names.scope(Place::File)) {
            Ok(value) => {
                out.values.insert(name.clone(), value);
            }
            Err(errors) => {
                let declared = format!("not suitable for var.{name} declared at {}", sources.place(variable.span));
                found.extend(errors.into_iter().map(|d| Diagnostic {
                    detail: d.detail.replace(&format!("not suitable for var.{name}:"), &format!("{declared}:")),
                    ..d
                }));
            }
        }
    }
    if found.has_errors() {
        return Err(found);
    }
    out.found = found;
    Ok(out)
}
