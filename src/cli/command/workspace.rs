//! `kiban workspace`: there is one, which tools that ask for its name want to hear.

use crate::cli::args::WorkspaceCommand;
use crate::cli::{Failure, Screen};
use crate::diag::Diagnostic;

const DEFAULT: &str = "default";

pub fn run(screen: &Screen, args: &WorkspaceCommand) -> u8 {
    match args {
        WorkspaceCommand::Show => screen.line(DEFAULT),
        WorkspaceCommand::List => screen.line(&format!("* {DEFAULT}")),
        WorkspaceCommand::Select { name } if name == DEFAULT => {}
        WorkspaceCommand::Select { name } => {
            let problem = Diagnostic::error(
                "No such workspace",
                format!("There is no workspace \"{name}\": kiban has one, \"{DEFAULT}\"."),
            );
            return screen.fail(&Failure::from(problem.hint("Use a folder for each environment.")));
        }
    }
    0
}
