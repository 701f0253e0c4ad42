//! `kiban providers schema -json`

use crate::cli::args::ProvidersCommand;
use crate::cli::{Operations, Screen};
use crate::diag::Diagnostic;

pub async fn run(operations: &dyn Operations, screen: &Screen, args: &ProvidersCommand) -> u8 {
    let ProvidersCommand::Schema { json } = args;
    if !json {
        let found = Diagnostic::error("The -json option is required", "Schemas are printed as JSON only.");
        return screen.fail(&found.hint("Run `kiban providers schema -json`.").into());
    }
    match operations.schemas().await {
        Ok(schemas) => {
            screen.line(&schemas.to_string());
            0
        }
        Err(failure) => screen.fail(&failure),
    }
}
