//! `kiban test`

use super::plan::begin;
use crate::cli::args::TestCommand;
use crate::cli::operations::{Status, TestRequest};
use crate::cli::render::{junit, testing};
use crate::cli::{Failure, Operations, Screen};
use crate::diag::{Diagnostic, reason};

pub async fn run(operations: &dyn Operations, screen: &Screen, args: TestCommand) -> u8 {
    begin(screen);
    let request = TestRequest {
        directory: args.test_directory.clone(),
        filter: args.filter.clone(),
        variables: args.variables.ordered.clone(),
        verbose: args.verbose,
        parallelism: args.parallelism.map(usize::from),
        local_exec: args.allow_local_exec,
    };
    let (text, lines) = (testing::Text(screen), testing::Lines(screen));
    let tested =
        if screen.json { operations.test(request, &lines).await } else { operations.test(request, &text).await };
    let tested = match tested {
        Ok(tested) => tested,
        Err(failure) => return screen.fail(&failure),
    };
    if screen.json {
        lines.conclude(&tested.suite);
    } else {
        screen.line(&format!("\n{}", testing::conclusion(&tested.suite, screen.palette)));
    }
    screen.report(&tested.diagnostics, &tested.sources);
    if let Some(path) = &args.junit_xml {
        let report = junit::render(&tested.suite, &tested.sources, tested.interrupted);
        if let Err(e) = std::fs::write(path, report) {
            let detail = format!("{} cannot be written: {}.", path.display(), reason(&e));
            return screen.fail(&Failure::from(Diagnostic::error("Failed to save JUnit XML", detail)));
        }
    }
    u8::from(tested.suite.status > Status::Pass)
}
