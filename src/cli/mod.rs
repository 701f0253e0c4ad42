//! Commands: arguments to operations, results to the terminal and an exit code.
//!
//! The only module that prints. Knows nothing of AWS and providers, and of how an operation is carried out.

pub mod args;
mod argv;
mod command;
pub mod operations;
mod prompt;
pub mod render;
mod screen;
mod session;

pub use argv::{Parsed, parse};
pub use operations::{
    Applied, Drifted, Failure, Operations, PlanRequest, Planned, SchemaLookup, Shown, Start, Stored, Validated,
};
pub use screen::{Output, Screen};
pub use session::Work;

use std::collections::BTreeMap;
use std::io::Write as _;

use args::{Cli, Command};

/// Version of kiban itself.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether colour is wanted: not with `NO_COLOR`, `-no-color`, a dumb terminal, or where no terminal is.
pub fn wants_colour(terminal: bool, environment: &BTreeMap<String, String>) -> bool {
    let set = |key: &str| environment.get(key).is_some_and(|v| !v.is_empty());
    terminal && !set("NO_COLOR") && environment.get("TERM").is_none_or(|t| t != "dumb")
}

/// A line on the error stream, between what a command prints.
pub fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Runs one command line (without the program's name) and gives the exit code. `start` makes the operations once it is
/// clear where they work.
pub async fn run<'s>(
    argv: &[String],
    environment: &BTreeMap<String, String>,
    mut screen: Screen,
    start: impl AsyncFnOnce(Start) -> Result<Box<dyn Operations + 's>, Failure>,
) -> u8 {
    let cli = match parse(argv, environment) {
        Parsed::Run(cli) => *cli,
        Parsed::Help(text) => {
            screen.write(&text);
            return 0;
        }
        Parsed::Wrong(text) => {
            screen.error_text(&text);
            return 1;
        }
    };
    configure(&mut screen, &cli, environment);
    let Cli { chdir, version, command, .. } = cli;
    let command = match command {
        Some(Command::Version(version)) => return command::version::run(&screen, &version),
        Some(Command::Workspace(workspace)) => return command::workspace::run(&screen, &workspace),
        None if version => return command::version::run(&screen, &args::VersionCommand { json: false }),
        Some(command) => command,
        None => return 1,
    };
    let backend = if let Command::Init(init) = &command { init.backend_config.clone() } else { Vec::new() };
    let state = command.state().cloned();
    match start(Start { chdir, state, backend }).await {
        Ok(operations) => dispatch(&*operations, &screen, command).await,
        Err(failure) => screen.fail(&failure),
    }
}

async fn dispatch(operations: &dyn Operations, screen: &Screen, command: Command) -> u8 {
    match command {
        Command::Plan(args) => command::plan::run(operations, screen, args).await,
        Command::Apply(args) => command::apply::run(operations, screen, args).await,
        Command::Destroy(args) => command::destroy::run(operations, screen, args).await,
        Command::Refresh(args) => command::refresh::run(operations, screen, args).await,
        Command::Import(args) => command::import::run(operations, screen, args).await,
        Command::Drift(args) => command::drift::run(operations, screen, args).await,
        Command::Show(args) => command::show::run(operations, screen, args).await,
        Command::Output(args) => command::output::run(operations, screen, args).await,
        Command::State(args) => command::state::run(operations, screen, args).await,
        Command::Test(args) => command::test::run(operations, screen, args).await,
        Command::Console(args) => command::console::run(operations, screen, args).await,
        Command::Providers(args) => command::providers::run(operations, screen, &args).await,
        Command::IamPolicy(args) => command::iam_policy::run(operations, screen, args).await,
        Command::Bootstrap(args) => command::bootstrap::run(operations, screen, args).await,
        Command::EksToken(args) => command::eks_token::run(operations, screen, args).await,
        Command::Tenant(args) => command::tenant::run(operations, screen, args).await,
        Command::Graph(_) => command::graph::run(operations, screen).await,
        Command::Validate(args) => command::validate::run(operations, screen, &args).await,
        Command::Fmt(args) => command::fmt::run(operations, screen, args).await,
        Command::Init(args) => command::init::run(operations, screen, &args).await,
        Command::Workspace(args) => command::workspace::run(screen, &args),
        Command::Version(args) => command::version::run(screen, &args),
    }
}

fn configure(screen: &mut Screen, cli: &Cli, environment: &BTreeMap<String, String>) {
    screen.palette.colour &= !cli.no_color;
    let planning = match &cli.command {
        Some(Command::Plan(c)) => Some(&c.planning),
        Some(Command::Apply(c)) => Some(&c.planning),
        Some(Command::Destroy(c)) => Some(&c.planning),
        Some(Command::Refresh(c)) => Some(&c.planning),
        _ => None,
    };
    let refused = |v: &String| matches!(v.as_str(), "0" | "false");
    let input = planning.is_none_or(|p| p.input) && !environment.get("TF_INPUT").is_some_and(refused);
    screen.interactive &= input;
    if let Some(Command::Test(test)) = &cli.command {
        screen.json = test.json;
    }
    if let Some(planning) = planning {
        screen.json = planning.json;
        screen.compact = planning.compact_warnings;
    }
}

#[cfg(test)]
mod tests;
