//! `kiban output`

use std::collections::BTreeMap;

use serde_json::{Map, json};

use crate::cli::args::OutputCommand;
use crate::cli::render::{outputs, value};
use crate::cli::{Failure, Operations, Screen};
use crate::diag::{Diagnostic, Severity, did_you_mean};
use crate::state::State;
use crate::value::json::{to_json, type_to_json};

pub async fn run(operations: &dyn Operations, screen: &Screen, args: OutputCommand) -> u8 {
    let stored = match operations.state().await {
        Ok(stored) => stored,
        Err(failure) => return screen.fail(&failure),
    };
    let text = match &args.name {
        Some(name) => one(&stored.state, name, &args),
        None => all(&stored.state, args.json),
    };
    match text {
        Ok(text) => {
            screen.write(&text);
            0
        }
        Err(problem) => {
            let failed = problem.severity == Severity::Error;
            screen.fail(&Failure::from(problem));
            u8::from(failed)
        }
    }
}

/// One output, sensitive or not: its name was asked for.
fn one(state: &State, name: &str, args: &OutputCommand) -> Result<String, Diagnostic> {
    let Some(output) = state.outputs.get(name) else {
        let detail = format!("The state has no output named \"{name}\".");
        let problem = Diagnostic::error("Output not found", detail);
        return Err(match did_you_mean(name, state.outputs.keys().map(|n| &**n)) {
            Some(near) => problem.hint(format!("Did you mean \"{near}\"?")),
            None => problem.hint("New outputs are in the state after the next apply."),
        });
    };
    let value = output.value.clone().unmark_deep().0;
    if args.raw {
        return value::raw(&value).map_err(|why| Diagnostic::error("Unsupported value for raw output", why));
    }
    Ok(if args.json { format!("{}\n", to_json(&value)) } else { format!("{}\n", value::hcl(&value)) })
}

fn all(state: &State, as_json: bool) -> Result<String, Diagnostic> {
    if as_json {
        let entry = |o: &crate::state::OutputState| json!({ "sensitive": o.sensitive, "type": type_to_json(&o.value.ty()), "value": to_json(&o.value) });
        let map: Map<_, _> = state.outputs.iter().map(|(name, o)| (name.to_string(), entry(o))).collect();
        return Ok(format!("{:#}\n", serde_json::Value::Object(map)));
    }
    if state.outputs.is_empty() {
        return Err(Diagnostic::warning("No outputs found", "The state holds no outputs.")
            .hint("Declare outputs in the configuration, and apply it."));
    }
    let values: BTreeMap<_, _> =
        state.outputs.iter().map(|(name, o)| (name.clone(), (o.value.clone(), o.sensitive))).collect();
    Ok(outputs::values(&values))
}
