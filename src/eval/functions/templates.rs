//! Templates from files and strings: `templatefile`, `templatestring`.

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, filesystem, param};
use crate::addr::Name;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::eval::expr::eval;
use crate::eval::{Bindings, Scope, Surroundings};
use crate::hcl::ast::{Access, Ident};
use crate::hcl::parse_template;
use crate::value::{Type, Value, convert};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("templatefile", &[param("path", Accepts::String), param("vars", Accepts::Any)], Outcome::Any, |a| {
        render(a, a.str(0)?, &filesystem::utf8_content(a, 0)?)
    }),
    Function::new(
        "templatestring",
        &[param("template", Accepts::String), param("vars", Accepts::Any)],
        Outcome::Any,
        |a| render(a, "<templatestring argument>", a.str(0)?),
    ),
];

/// Only the variables of the template have a meaning in it.
struct Nothing<'a> {
    surroundings: &'a Surroundings,
}

impl Scope for Nothing<'_> {
    fn resolve(&self, root: &Ident, _: &[Access], _: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
        let why = format!("vars map does not contain key \"{}\"", root.name);
        Err(Diagnostic::error(MISSING, why).at(root.span))
    }

    fn surroundings(&self) -> &Surroundings {
        self.surroundings
    }
}

const MISSING: &str = "Missing template variable";

fn render(a: &Args<'_>, name: &str, source: &str) -> Answer {
    let vars = a.value(1)?;
    let Some(entries) = vars.as_map() else {
        return Err(FunctionError::argument(1, "invalid vars value: must be a map"));
    };
    for key in entries.keys() {
        let mut chars = key.chars();
        let valid = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !valid {
            let why = format!(
                "invalid template variable name \"{key}\": must start with a letter, followed by zero or more letters, \
                 digits, and underscores"
            );
            return Err(FunctionError::argument(1, why));
        }
    }
    // The text lives only here: places in it are told in words, not as spans.
    let mut sources = Sources::default();
    let id = sources.add(name, source);
    let blame = |found: Diagnostics| explain(&sources, name, &found);
    let template = parse_template(id, source).map_err(blame)?;
    let nothing = Nothing { surroundings: a.cx.scope.surroundings() };
    let names: Vec<(Name, Value)> = entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    let scope = Bindings::new(&nothing, names);
    let value = eval(&template, a.cx.with(&scope)).map_err(blame)?;
    // A template of one interpolation may give any type.
    Ok(if value.ty().is_primitive() { convert(&value, &Type::String).unwrap_or(value) } else { value })
}

fn explain(sources: &Sources, name: &str, found: &Diagnostics) -> FunctionError {
    let Some(first) = found.iter().next() else { return FunctionError::new("the template is invalid") };
    let place = first.span.map_or_else(String::new, |span| {
        let at = sources.position(span.source, span.start as usize);
        format!("{name}:{},{}", at.line, at.column)
    });
    if first.summary == MISSING {
        return FunctionError::argument(1, format!("{}, referenced at {place}", first.detail));
    }
    let detail = first.detail.trim_end_matches('.');
    FunctionError::new(format!("{place}: {}; {detail}", first.summary)).revealing()
}
