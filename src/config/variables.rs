//! Values for the root module's variables: environment, files, arguments.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::addr::Name;
use crate::diag::{Diagnostic, Diagnostics, Sources, Span, did_you_mean, reason};
use crate::hcl::ast::Expr;
use crate::hcl::{parse_body, parse_expr, parse_json_values};
use crate::value::{Type, Value};

use super::{Module, Variable};

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum Given {
    /// From a file of native syntax.
    Expr(Expr),
    /// From a file of JSON.
    Value(Value, Span),
}

/// What was given, and whether all of it could be read.
#[derive(Debug)]
pub struct GivenValues {
    pub values: BTreeMap<Name, Given>,
    pub found: Diagnostics,
    /// False if a file or an argument could not be read: then nobody can say that a variable has no value.
    pub complete: bool,
}

/// `-var` and `-var-file`, in their order.
#[derive(Clone, Debug)]
pub enum Argument {
    Var(String),
    File(String),
    /// A variable, and what somebody has typed who was asked for it.
    Answer(Name, String),
}

/// Collects values by rising precedence: `TF_VAR_x`, `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` in
/// name order, arguments in theirs.
pub fn given(
    dir: &Path,
    root: &Module,
    environment: &BTreeMap<String, String>,
    arguments: &[Argument],
    sources: &mut Sources,
) -> GivenValues {
    collect(Undeclared::Told, dir, root, environment, arguments, sources)
}

/// As [`given`], where test files may use values that no module declares.
pub fn given_for_tests(
    dir: &Path,
    root: &Module,
    environment: &BTreeMap<String, String>,
    arguments: &[Argument],
    sources: &mut Sources,
) -> GivenValues {
    collect(Undeclared::Kept, dir, root, environment, arguments, sources)
}

/// What happens to values of variables that are not declared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Undeclared {
    Told,
    Kept,
}

fn collect(
    undeclared: Undeclared,
    dir: &Path,
    root: &Module,
    environment: &BTreeMap<String, String>,
    arguments: &[Argument],
    sources: &mut Sources,
) -> GivenValues {
    let mut all = Collector { undeclared, root, sources, values: BTreeMap::new(), found: Diagnostics::new() };
    for (key, text) in environment {
        if let Some(name) = key.strip_prefix("TF_VAR_")
            && (root.variables.contains_key(name) || undeclared == Undeclared::Kept)
        {
            all.text(name, text, &format!("the environment variable {key}"));
        }
    }
    for file in automatic(dir) {
        all.file(dir, &file);
    }
    for argument in arguments {
        match argument {
            Argument::Var(text) => match text.split_once('=') {
                Some((name, value)) => all.argument(name.trim(), value),
                None => all.found.push(
                    Diagnostic::error("Invalid -var option", format!("\"{text}\" has no equals sign."))
                        .hint("Write -var 'NAME=VALUE'."),
                ),
            },
            Argument::File(path) => all.file(dir, path),
            Argument::Answer(name, text) => all.text(name, text, &format!("what was typed for var.{name}")),
        }
    }
    GivenValues { complete: !all.found.has_errors(), values: all.values, found: all.found }
}

/// Variable files that are read without being named.
pub fn automatic(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|n| n.ends_with(".auto.tfvars") || n.ends_with(".auto.tfvars.json"))
        .collect();
    names.sort();
    let first = ["terraform.tfvars", "terraform.tfvars.json"].into_iter().filter(|n| dir.join(n).exists());
    first.map(str::to_owned).chain(names).collect()
}

struct Collector<'a> {
    undeclared: Undeclared,
    root: &'a Module,
    sources: &'a mut Sources,
    values: BTreeMap<Name, Given>,
    found: Diagnostics,
}

impl Collector<'_> {
    fn argument(&mut self, name: &str, text: &str) {
        if !self.root.variables.contains_key(name) && self.undeclared == Undeclared::Told {
            let found = Diagnostic::error(
                "Value for undeclared variable",
                format!(
                    "A variable named \"{name}\" was assigned on the command line, but the root module does not declare it."
                ),
            );
            let near = did_you_mean(name, self.root.variables.keys().map(|n| &**n));
            self.found.push(match near {
                Some(near) => found.hint(format!("Did you mean \"{near}\"?")),
                None => found.hint(format!("Add a variable \"{name}\" {{}} block, or take the argument away.")),
            });
            return;
        }
        self.text(name, text, &format!("-var '{name}'"));
    }

    /// A text from outside: itself for a variable of type string, an expression for others.
    fn text(&mut self, name: &str, text: &str, origin: &str) {
        let Some(variable) = self.root.variables.get(name) else {
            let id = self.sources.add(format!("<value for var.{name}>"), text);
            // Nothing tells its type: it is an expression, or else the text itself.
            let given = parse_expr(id, text).map(Given::Expr);
            let given = given.unwrap_or_else(|_| Given::Value(text.into(), Span::new(id, 0..text.len())));
            self.values.insert(name.into(), given);
            return;
        };
        let id = self.sources.add(format!("<value for var.{name}>"), shown(variable, text));
        let span = Span::new(id, 0..text.len());
        if matches!(variable.ty, Type::String | Type::Number | Type::Bool | Type::Dynamic) {
            self.values.insert(name.into(), Given::Value(text.into(), span));
            return;
        }
        match parse_expr(id, text) {
            Ok(expr) => {
                self.values.insert(name.into(), Given::Expr(expr));
            }
            Err(_) if variable.sensitive => {
                self.found.push(Diagnostic::error(
                    "Invalid value for input variable",
                    format!("{origin} is not a valid expression."),
                ));
            }
            Err(errors) => self.found.extend(errors.into_iter().map(|d| {
                let detail = format!("{origin}: {}", d.detail);
                Diagnostic { detail, ..d }
            })),
        }
    }

    fn file(&mut self, dir: &Path, name: &str) {
        let bytes = match fs::read(dir.join(name)) {
            Ok(bytes) => bytes,
            Err(e) => {
                self.found.push(
                    Diagnostic::error("Failed to read variables file", format!("{name}: {}.", reason(&e)))
                        .hint("Check the path: it is relative to the folder of the root module."),
                );
                return;
            }
        };
        let Ok(text) = String::from_utf8(bytes) else {
            self.found.push(Diagnostic::error("Invalid character encoding", format!("{name} is not valid UTF-8.")));
            return;
        };
        let id = self.sources.add(name, text.as_str());
        let json = name.ends_with(".json");
        let (body, errors) = if json { parse_json_values(id, &text) } else { parse_body(id, &text) };
        self.found.extend(errors);
        for block in &body.blocks {
            self.found.push(
                Diagnostic::error(
                    "Unexpected block",
                    format!("Blocks are not allowed in variable files; {name} assigns values only."),
                )
                .at(block.header),
            );
        }
        for attribute in body.attributes {
            let constant = super::settings::only_constants(&attribute.expr);
            if !constant.is_empty() {
                self.found.extend(constant);
            } else if self.declared(&attribute.name.name, Some(attribute.name.span), name) {
                self.values.insert(attribute.name.name, Given::Expr(attribute.expr));
            }
        }
    }

    fn declared(&mut self, name: &str, span: Option<Span>, file: &str) -> bool {
        if self.root.variables.contains_key(name) || self.undeclared == Undeclared::Kept {
            return true;
        }
        let mut found = Diagnostic::warning(
            "Value for undeclared variable",
            format!(
                "The root module does not declare a variable named \"{name}\" but a value was found in file \"{file}\"."
            ),
        );
        found.span = span;
        let near = did_you_mean(name, self.root.variables.keys().map(|n| &**n));
        found.hint = near.map(|n| format!("Did you mean \"{n}\"?"));
        self.found.push(found);
        false
    }
}

/// Values of sensitive variables never become a source that a diagnostic could quote.
fn shown(variable: &Variable, text: &str) -> String {
    if variable.sensitive { "*".repeat(text.len()) } else { text.to_owned() }
}
