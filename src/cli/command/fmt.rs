//! `kiban fmt`

use std::path::Path;

use similar::TextDiff;

use crate::cli::args::FmtCommand;
use crate::cli::operations::{FormatRequest, Formatted, FormattedFile};
use crate::cli::{Operations, Screen};

/// Exit code where `-check` finds something to do.
const DIFFERS: u8 = 3;

pub async fn run(operations: &dyn Operations, screen: &Screen, args: FmtCommand) -> u8 {
    let piped = args.targets.first().is_some_and(|t| t == Path::new("-"));
    let done = if piped {
        operations.format_text("<stdin>", screen.read_input()).await
    } else {
        let targets = if args.targets.is_empty() { vec![".".into()] } else { args.targets.clone() };
        operations.format(FormatRequest { targets, recursive: args.recursive, write: args.write && !args.check }).await
    };
    show(screen, &args, &done, piped);
    screen.report(&done.diagnostics, &done.sources);
    match () {
        () if done.diagnostics.has_errors() => 2,
        () if args.check && done.files.iter().any(FormattedFile::differs) => DIFFERS,
        () => 0,
    }
}

/// Names and differences of what differs; the text itself where neither is wanted nor written.
fn show(screen: &Screen, args: &FmtCommand, done: &Formatted, piped: bool) {
    let list = args.list && !piped;
    // The result of a check is told as a whole or not at all.
    if args.check && (!list || done.diagnostics.has_errors()) {
        return;
    }
    for file in done.files.iter().filter(|f| f.differs()) {
        if list {
            screen.line(&file.name);
        }
        if args.diff {
            screen.write(&difference(file));
        }
    }
    if !list && !args.diff && (!args.write || piped) {
        for file in &done.files {
            screen.line(file.after.strip_suffix('\n').unwrap_or(&file.after));
        }
    }
}

/// Both texts in the unified form, as `diff -u` prints it.
fn difference(file: &FormattedFile) -> String {
    let (old, new) = (format!("old/{}", file.name), format!("new/{}", file.name));
    let diff = TextDiff::from_lines(&file.before, &file.after);
    diff.unified_diff().header(&old, &new).to_string()
}
