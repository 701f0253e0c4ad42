//! `kiban validate`

use crate::cli::args::ValidateCommand;
use crate::cli::render::{Colour, diagnostics};
use crate::cli::{Operations, Screen};

pub async fn run(operations: &dyn Operations, screen: &Screen, args: &ValidateCommand) -> u8 {
    let (found, sources) = match operations.validate().await {
        Ok(validated) => (validated.diagnostics, validated.sources),
        Err(failure) => (failure.diagnostics, failure.sources),
    };
    if args.json {
        screen.line(&format!("{:#}", diagnostics::validation(&found, &sources)));
    } else {
        screen.report(&found, &sources);
        if !found.has_errors() {
            let word = screen.palette.paint(Colour::Add, "Success!");
            let but = if found.is_empty() { "" } else { ", but there were some validation warnings as shown above" };
            screen.line(&format!("{word} The configuration is valid{but}."));
        }
    }
    u8::from(found.has_errors())
}
