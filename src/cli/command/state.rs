//! `kiban state list`, `state show` and `state pull`

use crate::addr::{AbsInstance, Target};
use crate::cli::args::StateCommand;
use crate::cli::render::value;
use crate::cli::{Failure, Operations, Screen, Stored};
use crate::diag::{Diagnostic, did_you_mean};
use crate::state::{ObjectState, Status};

pub async fn run(operations: &dyn Operations, screen: &Screen, args: StateCommand) -> u8 {
    let stored = match operations.state().await {
        Ok(stored) => stored,
        Err(failure) => return screen.fail(&failure),
    };
    let text = match args {
        StateCommand::List { addrs, id, .. } => list(&stored, &addrs, id.as_deref()),
        StateCommand::Show { addr, .. } => show(&stored, &addr, screen),
        StateCommand::Pull => Ok(stored.text.clone().unwrap_or_default()),
    };
    match text {
        Ok(text) => {
            screen.write(&text);
            0
        }
        Err(problem) => screen.fail(&Failure::from(problem)),
    }
}

fn list(stored: &Stored, targets: &[Target], id: Option<&str>) -> Result<String, Diagnostic> {
    let found: Vec<(AbsInstance, Option<&str>)> = stored
        .state
        .instances()
        .map(|(addr, _, instance)| (addr, instance.current.as_ref().and_then(ObjectState::id)))
        .collect();
    if let Some(target) = targets.iter().find(|t| !found.iter().any(|(addr, _)| t.covers(addr))) {
        return Err(missing(&target.to_string(), stored));
    }
    let wanted = |addr: &AbsInstance| targets.is_empty() || targets.iter().any(|t| t.covers(addr));
    let lines = found.iter().filter(|(addr, own)| wanted(addr) && (id.is_none() || *own == id));
    Ok(lines.map(|(addr, _)| format!("{addr}\n")).collect())
}

fn show(stored: &Stored, addr: &AbsInstance, screen: &Screen) -> Result<String, Diagnostic> {
    object(stored, addr, screen).ok_or_else(|| missing(&addr.to_string(), stored))
}

/// The current object of an instance as a block.
pub fn object(stored: &Stored, addr: &AbsInstance, screen: &Screen) -> Option<String> {
    let object = stored.state.current(addr)?;
    let provider = &stored.state.resources.get(&addr.resource)?.provider;
    let schema = (stored.schemas)(provider, addr);
    let block = schema.as_ref().map(|s| &s.block);
    // Without a schema that fits, the attributes show as they are stored, and what the state marks is hidden.
    let value = block.and_then(|b| object.decode(b).ok()).unwrap_or_else(|| object.untyped());
    Some(value::object(addr, object.status == Status::Tainted, &value, block, screen.palette))
}

fn missing(addr: &str, stored: &Stored) -> Diagnostic {
    let known: Vec<String> = stored.state.instances().map(|(a, ..)| a.to_string()).collect();
    let problem = Diagnostic::error("Not in the state", format!("The state holds nothing at {addr}."));
    match did_you_mean(addr, known.iter().map(String::as_str)) {
        Some(near) => problem.hint(format!("Did you mean {near}?")),
        None => problem.hint("`kiban state list` shows what there is."),
    }
}
