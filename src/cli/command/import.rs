//! `kiban import`

use super::ask::complete;
use crate::cli::args::ImportCommand;
use crate::cli::render::{Colour, printable};
use crate::cli::{Operations, Screen};

pub async fn run(operations: &dyn Operations, screen: &Screen, args: ImportCommand) -> u8 {
    screen.line(&format!("{}: Importing from ID \"{}\"...", args.addr, printable(&args.id)));
    let request = complete(operations, screen, args.request());
    match operations.import(&args.addr, &args.id, request).await {
        Ok(imported) => {
            screen.report(&imported.diagnostics, &imported.sources);
            let text = "Import successful!";
            screen.line(&format!("{}: Import complete [id={}]", args.addr, printable(&args.id)));
            screen.line(&format!("\n{}\n", screen.palette.paint(Colour::Add, text)));
            let what = "The resources that were imported are shown above. These resources are now in your state and will henceforth be managed by kiban.";
            screen.line(&screen.palette.prose(what));
            0
        }
        Err(failure) => screen.fail(&failure),
    }
}
