//! `kiban version`

use serde_json::json;

use crate::cli::args::VersionCommand;
use crate::cli::{Screen, VERSION};
use crate::state::LANGUAGE_VERSION;

pub fn run(screen: &Screen, args: &VersionCommand) -> u8 {
    let platform = format!("{}_{}", std::env::consts::OS, std::env::consts::ARCH);
    if args.json {
        let version = json!({
            "terraform_version": LANGUAGE_VERSION,
            "kiban_version": VERSION,
            "platform": platform,
            "provider_selections": {},
            "terraform_outdated": false,
        });
        screen.line(&format!("{version:#}"));
    } else {
        screen.line(&format!("kiban v{VERSION}\non {platform}\nspeaks the language of Terraform v{LANGUAGE_VERSION}"));
    }
    0
}
