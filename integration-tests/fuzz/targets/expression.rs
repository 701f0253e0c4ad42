//! Expressions and templates: parsed, evaluated against values of every kind, and shown; so are the errors.
#![no_main]

use kiban::addr::Name;
use kiban::cli::render::{Palette, diagnostics, value};
use kiban::diag::{Diagnostic, Sources};
use kiban::eval::{Bindings, Scope, Surroundings, evaluate};
use kiban::hcl::ast::{Access, Ident};
use kiban::hcl::{parse_expr, parse_template};
use kiban::value::{Kind, Marks, Refinement, Type, Value, convert};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // The first byte chooses the syntax.
    let (template, text) = text.strip_prefix('~').map_or((false, text), |rest| (true, rest));
    let mut sources = Sources::default();
    let id = sources.add("input", text);
    let scope = Outer::default();
    let parsed = if template { parse_template(id, text) } else { parse_expr(id, text) };
    match parsed.and_then(|expr| evaluate(&expr, &Bindings::new(&scope, names()))) {
        Ok(result) => {
            assert_eq!(convert(&result, &result.ty()).as_ref().map(Value::ty), Ok(result.ty()));
            value::hcl(&result);
        }
        Err(found) => {
            assert!(found.has_errors());
            diagnostics::render(&found, &sources, Palette::PLAIN);
        }
    }
});

struct Outer(Surroundings);

impl Default for Outer {
    fn default() -> Self {
        Self(Surroundings {
            working_dir: "/nonexistent".into(),
            home_dir: None,
            plan_timestamp: "2025-01-02T03:04:05Z".into(),
            applying: false,
            in_template: false,
            now: || "2025-01-02T03:04:06Z".into(),
            provider_functions: Default::default(),
        })
    }
}

impl Scope for Outer {
    fn resolve(&self, root: &Ident, _: &[Access], _: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
        Err(Diagnostic::error("Invalid reference", format!("Nothing is named \"{}\".", root.name)).at(root.span))
    }

    fn surroundings(&self) -> &Surroundings {
        &self.0
    }
}

fn names() -> Vec<(Name, Value)> {
    let prefix = Refinement { not_null: true, prefix: Some("arn:".into()), ..Refinement::default() };
    let length = Refinement { not_null: true, length: Some((1, 3)), ..Refinement::default() };
    let list = Value::list(Type::String, vec!["x".into(), "y".into()]);
    let object = Value::object([("a".into(), 1.into()), ("b".into(), list.clone())].into());
    vec![
        ("s".into(), "text".into()),
        ("n".into(), 7.into()),
        ("t".into(), true.into()),
        ("l".into(), list.clone()),
        ("set".into(), Value::set(Type::String, vec!["x".into(), "z".into()])),
        ("m".into(), Value::map(Type::String, [("k".into(), "v".into())].into())),
        ("o".into(), object.clone()),
        ("lo".into(), Value::tuple(vec![object, Value::null(Type::Dynamic)])),
        ("nothing".into(), Kind::Null(Type::list(Type::String)).into()),
        ("us".into(), Value::unknown_refined(Type::String, prefix)),
        ("ul".into(), Value::unknown_refined(Type::list(Type::Number), length)),
        ("uo".into(), Value::unknown(Type::object([("a", Type::String)]))),
        ("ua".into(), Value::unknown(Type::Dynamic)),
        ("secret".into(), list.sensitive()),
        ("token".into(), Value::from("t0ken").mark(Marks::EPHEMERAL)),
    ]
}
