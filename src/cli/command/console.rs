//! `kiban console`

use crate::cli::args::ConsoleCommand;
use crate::cli::prompt::{Prompt, Typed};
use crate::cli::render::value;
use crate::cli::{Failure, Operations, Screen};
use crate::hcl::is_open;
use crate::ops::{Answer, Console};

const HELP: &str = "\
The console answers expressions of the language: type one and press Enter.
Variables, local values, outputs of modules and the objects in the state have the values that they have in the
configuration, for example `aws_vpc.main.id`. `type(…)` tells the type of an expression.
An expression goes on over several lines as long as a bracket is open; Control-C drops it. Tab completes names.
To leave, type `exit` or Control-D.";

pub async fn run(operations: &dyn Operations, screen: &Screen, args: ConsoleCommand) -> u8 {
    let console = match operations.console(args.variables.ordered, args.plan).await {
        Ok(console) => console,
        Err(failure) => return screen.fail(&failure),
    };
    screen.report(&console.found, console.sources());
    // A prompt is drawn on the output, so both ends have to be a terminal.
    if screen.interactive && screen.live { typed(&console, screen) } else { piped(&console, screen) }
}

/// Answers what somebody types, errors too, until they leave.
fn typed(console: &Console, screen: &Screen) -> u8 {
    let mut prompt = match Prompt::new(console.words()) {
        Ok(prompt) => prompt,
        Err(failure) => return screen.fail(&failure),
    };
    let mut text = String::new();
    loop {
        let lines = match prompt.read(if text.is_empty() { "> " } else { ": " }) {
            Ok(Typed::Line(lines)) => lines,
            Ok(Typed::Dropped) => {
                text.clear();
                continue;
            }
            Ok(Typed::End) => return 0,
            Err(failure) => return screen.fail(&failure),
        };
        // What is pasted, or comes from the history, may have several.
        for line in lines.lines() {
            extend(&mut text, line);
            if is_open(&text) {
                continue;
            }
            prompt.remember(text.trim());
            match reply(console, text.trim()) {
                Reply::Nothing => {}
                Reply::Text(answer) => screen.line(&answer),
                Reply::Wrong(failure) => {
                    screen.fail(&failure);
                }
                Reply::Leave => return 0,
            }
            text.clear();
        }
    }
}

/// Answers what the input holds; ends at the first error.
fn piped(console: &Console, screen: &Screen) -> u8 {
    let mut text = String::new();
    loop {
        let line = screen.read_line();
        if let Some(line) = &line {
            extend(&mut text, line);
            if is_open(&text) {
                continue;
            }
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

/// Adds a line to an expression that has begun, or begins one with it.
fn extend(text: &mut String, line: &str) {
    if text.is_empty() {
        text.push_str(line.trim());
    } else {
        text.extend(["\n", line]);
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
