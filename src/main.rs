//! The composition root: the only place that knows both the clouds and the command line.

use std::collections::BTreeMap;
use std::io::stderr;
use std::process::ExitCode;
use std::sync::Arc;

use kiban::apply::Cancel;
#[cfg(feature = "aws")]
use kiban::aws::AwsPlugin;
use kiban::builtin::{self, Machine, Randomness};
use kiban::cli::operations::Failure;
use kiban::cli::{Operations, Screen, Start, Work, run};
use kiban::diag::{Diagnostic, reason, sentence};
use kiban::ops::{Session, clock};
use kiban::provider::Plugin;
use kiban::provider::mock::FilePlugin;

/// Bytes. Parsing and evaluation recurse: with room for what their own bounds allow, these tell what is too much.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let run = || tokio::runtime::Runtime::new().map_or(ExitCode::FAILURE, |runtime| runtime.block_on(work()));
    match std::thread::Builder::new().name("kiban".into()).stack_size(STACK).spawn(run) {
        Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        Err(_) => run(),
    }
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here, once, and passed on")]
async fn work() -> ExitCode {
    let environment: BTreeMap<String, String> = std::env::vars().collect();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    logging(&environment);
    let cancel = Cancel::default();
    interrupts(cancel.clone());
    let screen = Screen::terminal(&environment, clock::now);
    let start = async |start: Start| begin(start, environment.clone(), cancel);
    ExitCode::from(run(&arguments, &environment, screen, start).await)
}

/// A session in the folder that the command line names.
fn begin(start: Start, environment: BTreeMap<String, String>, cancel: Cancel) -> Result<Box<dyn Operations>, Failure> {
    let unusable = |what: &str, e: std::io::Error| Failure::from(Diagnostic::error(what, sentence(&reason(&e))));
    let original_dir = std::env::current_dir().map_err(|e| unusable("No working directory", e))?;
    if let Some(folder) = &start.chdir {
        std::env::set_current_dir(folder).map_err(|e| {
            let detail = format!("The folder {} given by -chdir cannot be used: {}.", folder.display(), reason(&e));
            let hint = "The path is relative to the folder in which kiban was started.";
            Failure::from(Diagnostic::error("Error handling -chdir option", detail).hint(hint))
        })?;
    }
    let clock = Arc::new(clock::RealClock::default());
    let machine = Machine {
        dir: ".".into(),
        clock: clock.clone(),
        now: clock::now,
        cancel: cancel.clone(),
        randomness: Randomness::System,
    };
    let session = Session {
        dir: ".".into(),
        original_dir,
        plugins: plugins(machine, &environment),
        environment,
        clock,
        now: clock::now,
        cancel,
        tell: kiban::cli::tell,
    };
    Ok(Box::new(Work::new(session, start.state)))
}

/// The providers that this build has.
fn plugins(machine: Machine, environment: &BTreeMap<String, String>) -> Vec<Arc<dyn Plugin>> {
    let others: Vec<Arc<dyn Plugin>> = vec![
        #[cfg(feature = "aws")]
        Arc::new(AwsPlugin::default()),
        Arc::new(FilePlugin::new(".".into(), environment)),
    ];
    builtin::plugins(machine).into_iter().chain(others).collect()
}

/// The first interrupt stops, the second abandons; so do SIGTERMs of a scheduler.
fn interrupts(cancel: Cancel) {
    tokio::spawn(async move {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        let Ok(mut terminate) = terminate else { return };
        loop {
            tokio::select! {
                found = tokio::signal::ctrl_c() => if found.is_err() { return },
                found = terminate.recv() => if found.is_none() { return },
            }
            cancel.interrupt();
        }
    });
}

/// `KIBAN_LOG` filters what is logged to the error stream, for example `debug`.
fn logging(environment: &BTreeMap<String, String>) {
    if let Some(filter) = environment.get("KIBAN_LOG") {
        let filter = tracing_subscriber::EnvFilter::new(filter);
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).init();
    }
}
