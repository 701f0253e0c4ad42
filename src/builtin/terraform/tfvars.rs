//! Functions that read and write the text of variable files.

use crate::config::only_constants;
use crate::diag::{Diagnostics, Sources};
use crate::eval::functions::{Accepts, Args, Function, FunctionError, Outcome, param};
use crate::hcl::{is_identifier, parse_body, write_arguments, write_expr};
use crate::value::{Refinement, Type, Value};

pub const FUNCTIONS: &[Function] = &[
    Function::new("decode_tfvars", &[param("src", Accepts::String)], Outcome::Any, decode),
    Function::new("encode_expr", &[param("value", Accepts::Any)], Outcome::Of(Accepts::String), |a| {
        let value = a.value(0)?;
        Ok(if value.is_wholly_known() { write_expr(value).into() } else { unknown_text() })
    }),
    Function::new("encode_tfvars", &[param("value", Accepts::Any)], Outcome::Of(Accepts::String), encode),
];

/// The values of a variable file, as one object.
fn decode(a: &Args<'_>) -> Result<Value, FunctionError> {
    let text = a.str(0)?;
    let mut sources = Sources::default();
    let id = sources.add("<decode_tfvars argument>", text);
    let told = |what: String, found: &Diagnostics| {
        FunctionError::new(format!("{what}: {}", in_words(found, &sources))).revealing()
    };
    let (body, found) = parse_body(id, text);
    if found.has_errors() {
        return Err(told("invalid tfvars syntax".into(), &found));
    }
    if let Some(block) = body.blocks.first() {
        let place = sources.place(block.kind.span);
        let detail = format!("Unexpected \"{}\" block; Blocks are not allowed here.", block.kind.name);
        return Err(FunctionError::new(format!("invalid tfvars content: {place}: {detail}")).revealing());
    }
    let values = body.attributes.iter().map(|attribute| {
        let value = only_constants(&attribute.expr).or(()).and_then(|()| a.evaluate(&attribute.expr));
        let told =
            |found: Diagnostics| told(format!("invalid expression for variable \"{}\"", attribute.name.name), &found);
        Ok((attribute.name.name.clone(), value.map_err(told)?))
    });
    Ok(Value::object(values.collect::<Result<_, _>>()?))
}

/// The text of a variable file that gives an object's attributes as values.
fn encode(a: &Args<'_>) -> Result<Value, FunctionError> {
    let value = a.value(0)?;
    if !value.is_wholly_known() {
        return Ok(unknown_text());
    }
    let Some(entries) = value.as_map() else {
        let text =
            "invalid value to encode: must be an object whose attribute names will become the encoded variable names";
        return Err(FunctionError::new(text));
    };
    if let Some(name) = entries.keys().find(|name| !is_identifier(name)) {
        let text = format!(
            "invalid variable name \"{name}\": must be a valid identifier, per Terraform's rules for input variable declarations"
        );
        return Err(FunctionError::new(text).revealing());
    }
    Ok(write_arguments(entries).into())
}

fn unknown_text() -> Value {
    Value::unknown_refined(Type::String, Refinement::not_null())
}

/// The first problem with its place, and how many more there are.
fn in_words(found: &Diagnostics, sources: &Sources) -> String {
    let errors: Vec<_> = found.iter().collect();
    let Some(first) = errors.first() else { return String::new() };
    let place = first.span.map(|span| format!("{}: ", sources.place(span))).unwrap_or_default();
    let more = errors.len() - 1;
    let others = if more == 0 { String::new() } else { format!(", and {more} other diagnostic(s)") };
    format!("{place}{}; {}{others}", first.summary, first.detail)
}
