//! Templates from files and strings: `templatefile`, `templatestring`.

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, filesystem, param};
use crate::addr::Name;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::eval::expr::eval;
use crate::eval::{Bindings, Scope, Surroundings};
use crate::hcl::ast::{Access, Expr, ExprKind, Ident, Part};
use crate::hcl::parse_template;
use crate::value::{Kind, Type, Value, fit};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("templatefile", &[param("path", Accepts::String), param("vars", Accepts::Any)], Outcome::Any, |a| {
        outermost(a, "templatefile")?;
        render(a, a.str(0)?, &filesystem::utf8_content(a, 0)?, false)
    }),
    Function::new(
        "templatestring",
        &[param("template", Accepts::Any).null(), param("vars", Accepts::Any)],
        Outcome::Of(Accepts::String),
        |a| {
            outermost(a, "templatestring")?;
            let Kind::String(template) = &a.value(0)?.kind else {
                return Err(FunctionError::argument(0, "invalid template value: a string is required"));
            };
            let rendered = render(a, "<templatestring argument>", template, true)?;
            let converted = fit(&rendered, &Type::String);
            converted.map_err(|why| FunctionError::new(format!("invalid template result: {}", why.reason())))
        },
    )
    .written(reference),
];

/// Templates may not render templates.
fn outermost(a: &Args<'_>, name: &str) -> Result<(), FunctionError> {
    if a.cx.scope.surroundings().in_template {
        let why = format!("cannot recursively call {name} from inside another template function");
        return Err(FunctionError::new(why));
    }
    Ok(())
}

/// A template that stands in the expression itself is a mistake: it needs no function.
fn reference(args: &[Expr]) -> Result<(), FunctionError> {
    let Some(template) = args.first() else { return Ok(()) };
    let why = match &template.kind {
        ExprKind::Traversal(..) | ExprKind::Access(..) => return Ok(()),
        ExprKind::Literal(Value { kind: Kind::String(_), .. }) => {
            "templatestring is only for rendering templates retrieved dynamically from elsewhere, and so does not \
             support providing a literal template; consider using a template string expression instead"
        }
        ExprKind::Template(parts) if matches!(parts.as_slice(), [Part::Interpolation(_)]) => {
            "templatestring is only for rendering templates retrieved dynamically from elsewhere; to treat the inner \
             expression as template syntax, write the reference expression directly without any template interpolation \
             syntax"
        }
        ExprKind::Template(_) => {
            "templatestring is only for rendering templates retrieved dynamically from elsewhere; to render an inline \
             template, consider using a plain template string expression"
        }
        _ => "must be a direct reference to a single string from elsewhere, containing valid Terraform template syntax",
    };
    Err(FunctionError::argument(0, format!("invalid template expression: {why}")))
}

/// Only the variables of the template have a meaning in it.
struct Nothing<'a> {
    outer: &'a dyn Scope,
    surroundings: Surroundings,
}

impl Scope for Nothing<'_> {
    fn resolve(&self, root: &Ident, _: &[Access], _: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
        let why = format!("vars map does not contain key \"{}\"", root.name);
        Err(Diagnostic::error(MISSING, why).at(root.span))
    }

    fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    fn provider_functions(&self, local: &str) -> Option<&'static [Function]> {
        self.outer.provider_functions(local)
    }
}

const MISSING: &str = "Missing template variable";

/// Renders a template; `given` where its text is an argument, and so to blame for what is wrong in it.
fn render(a: &Args<'_>, name: &str, source: &str, given: bool) -> Answer {
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
    let template = parse_template(id, source).map_err(|found| match given {
        true => FunctionError::argument(0, format!("invalid template: {}", blame(found).text)).revealing(),
        false => blame(found),
    })?;
    let surroundings = Surroundings { in_template: true, ..a.cx.scope.surroundings().clone() };
    let nothing = Nothing { outer: a.cx.scope, surroundings };
    let names: Vec<(Name, Value)> = entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    let scope = Bindings::new(&nothing, names);
    let value = eval(&template, a.cx.with(&scope)).map_err(blame)?;
    if value.is_null() {
        let detail = "The result of the template is null, which is not a valid result for a templatestring call.";
        return Err(blame(Diagnostic::error("Template result is null", detail).at(template.span).into()));
    }
    Ok(value)
}

fn explain(sources: &Sources, name: &str, found: &Diagnostics) -> FunctionError {
    let Some(first) = found.iter().next() else { return FunctionError::new("the template is invalid") };
    let place = first.span.map_or_else(String::new, |span| {
        let position = |at: u32| sources.position(span.source, at as usize);
        let (start, end) = (position(span.start), position(span.end));
        match start.line == end.line {
            true => format!("{name}:{},{}-{}", start.line, start.column, end.column),
            false => format!("{name}:{},{}-{},{}", start.line, start.column, end.line, end.column),
        }
    });
    if first.summary == MISSING {
        return FunctionError::argument(1, format!("{}, referenced at {place}", first.detail));
    }
    let others = match found.iter().count() {
        1 => String::new(),
        n => format!(", and {} other diagnostic(s)", n - 1),
    };
    FunctionError::new(format!("{place}: {}; {}{others}", first.summary, first.detail)).revealing()
}
