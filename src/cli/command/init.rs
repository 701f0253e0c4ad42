//! `kiban init`: there is nothing to download, so it only checks the folder.

use crate::cli::render::Colour;
use crate::cli::{Operations, Screen};

pub async fn run(operations: &dyn Operations, screen: &Screen) -> u8 {
    let checked = match operations.validate().await {
        Ok(checked) => checked,
        Err(failure) => return screen.fail(&failure),
    };
    screen.report(&checked.diagnostics, &checked.sources);
    if checked.diagnostics.has_errors() {
        return 1;
    }
    let ready = screen.palette.paint(Colour::Add, "This folder is ready.");
    screen.line(&format!(
        "{ready} Providers are built into kiban: there is nothing to download.\n\nTry \"kiban plan\" next."
    ));
    0
}
