//! `kiban console`

use crate::cli::args::ConsoleCommand;
use crate::cli::render::value;
use crate::cli::{Failure, Operations, Screen};
use crate::hcl::is_open;
use crate::ops::{Answer, Console};

const HELP: &str = "\
The console answers expressions of the language: type one and press Enter.
Variables, local values, outputs of modules and the objects in the state have the values that they have in the
configuration, for example `aws_vpc.main.id`. `type(…)` tells the type of an expression.
An expression goes on over several lines as long as a bracket is open. To leave, type `exit`, Control-C or Control-D.";

pub async fn run(operations: &dyn Operations, screen: &Screen, args: ConsoleCommand) -> u8 {
    let console = match operations.console(args.variables.ordered, args.plan).await {
        Ok(console) => console,
        Err(failure) => return screen.fail(&failure),
    };
    screen.report(&console.found, console.sources());
    piped(&console, screen)
}

/// Answers what the input holds; ends at the first error.
fn piped(console: &Console, screen: &Screen) -> u8 {
    let mut text = String::new();
    loop {
        let line = screen.read_line();
        match &line {
            Some(line) if text.is_empty() => text.push_str(line.trim()),
            Some(line) => text.extend(["\n", line]),
            None => {}
        }
        if line.is_some() && is_open(&text) {
            continue;
        }
        match reply(console, text.trim()) {
            Reply::Nothing => {}
            Reply::Text(answer) => screen.line(&answer),
            Reply::Wrong(failure) => return screen.fail(&failure),
            Reply::Leave => return 0,
        }
        text.clear();
        if line.is_none() {
            return 0;
        }
    }
}

enum Reply {
    Nothing,
    Text(String),
    Wrong(Failure),
    Leave,
}

fn reply(console: &Console, text: &str) -> Reply {
    match text {
        "" => Reply::Nothing,
        "exit" => Reply::Leave,
        "help" => Reply::Text(HELP.into()),
        text => match console.ask(text) {
            Ok(Answer::Value(value)) => Reply::Text(value::hcl(&value)),
            Ok(Answer::Type(ty)) => Reply::Text(value::type_name(&ty)),
            Err(failure) => Reply::Wrong(failure.into()),
        },
    }
}
