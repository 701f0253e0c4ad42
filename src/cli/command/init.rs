//! `kiban init`: fetches the modules that the configuration calls, and checks it. Providers are part of kiban.

use crate::cli::args::InitCommand;
use crate::cli::render::Colour;
use crate::cli::{Operations, Screen};
use crate::ops::Progress;

pub async fn run(operations: &dyn Operations, screen: &Screen, args: &InitCommand) -> u8 {
    if args.get {
        let mut begun = false;
        let mut told = |progress: Progress| {
            if !begun {
                let word = if args.upgrade { "Upgrading modules..." } else { "Initializing modules..." };
                screen.line(word);
                begun = true;
            }
            screen.line(&line(&progress));
        };
        match operations.install(args.upgrade, &mut told).await {
            Ok(installed) => screen.report(&installed.diagnostics, &installed.sources),
            Err(failure) => return screen.fail(&failure),
        }
        if begun {
            screen.line("");
        }
    }
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
        "{ready} Providers are built into kiban: there is nothing to download for them.\n\nTry \"kiban plan\" next."
    ));
    0
}

fn line(progress: &Progress) -> String {
    match progress {
        Progress::Fetching { key, source, version: Some(version) } => {
            format!("Downloading {source} {version} for {key}...")
        }
        Progress::Fetching { key, source, version: None } => format!("Downloading {source} for {key}..."),
        Progress::Placed { key, folder } => format!("- {key} in {}", folder.display()),
    }
}
