//! Carries out the runs of test files against states that live in memory, and destroys what they made.
//!
//! Knows nothing of terminals.

mod assertions;
mod expected;
mod names;
mod report;
mod run;
mod subject;
mod variables;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::addr::Name;
use crate::apply::{Cancel, Urgency};
use crate::config::testing::{Run, TestFile, load_tests};
use crate::config::{Argument, Config, Loaded, clean, load};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::state::State;
use crate::value::Value;

use super::prepare::{Prepared, facts};
use super::{Failure, OpResult, Session};
use names::Names;
use report::objects;
use run::Bench;
use variables::Globals;

pub use report::{PlanOrState, Shown, Status, Suite, TestEvent, TestObserver, TestedFile, TestedRun};

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct TestArgs {
    /// `-test-directory`
    pub directory: PathBuf,
    /// Only these files, by their paths below the root module's folder.
    pub filter: Vec<String>,
    pub variables: Vec<Argument>,
    /// Keep what runs have planned and left, to be shown.
    pub verbose: bool,
    pub parallelism: Option<usize>,
    /// Provisioners may run commands of this machine.
    pub local_exec: bool,
}

/// Runs the tests of a root module. Tests that fail are no error of this operation.
pub async fn test(
    session: &Session,
    args: &TestArgs,
    observer: &dyn TestObserver,
) -> OpResult<(Suite, Diagnostics, Sources)> {
    let inward = |c: Component<'_>| matches!(c, Component::Normal(_) | Component::CurDir);
    if !clean(&args.directory).components().all(inward) {
        return Err(Diagnostic::error(
            "Invalid testing directory",
            "The testing directory must be a relative path pointing to a directory local to the configuration directory.",
        )
        .into());
    }
    let mut root = load(&session.dir, Sources::default());
    let tests = load_tests(&session.dir, &args.directory, std::mem::take(&mut root.config.sources));
    let mut sources = tests.sources.clone();
    // A folder may hold tests alone, of modules below it.
    let empty = root.broken && root.diagnostics.iter().all(|d| d.summary == "No configuration files");
    let mut found = Diagnostics::new();
    if root.broken && !empty {
        found.extend(root.diagnostics.clone());
    }
    if empty {
        root.diagnostics = Diagnostics::new();
    }
    found.extend(tests.found.clone());
    let directory = clean(&args.directory);
    let globals = Globals::read(session, &args.variables, &directory, &root.config.root, &tests, &mut sources);
    let globals = found.take(globals);
    let Some(globals) = globals.filter(|_| !found.has_errors()) else { return Err(Failure::new(found, &sources)) };
    for wanted in &args.filter {
        if !tests.files.iter().any(|f| f.name == *wanted) {
            let detail = format!("The specified test file, {wanted}, could not be found.");
            found.push(Diagnostic::warning("Unknown test file", detail));
        }
    }
    let files: Vec<&TestFile> =
        tests.files.iter().filter(|f| args.filter.is_empty() || args.filter.contains(&f.name)).collect();
    let mut suite = Suite { status: Status::Pass, files: files.iter().map(|f| pending(f)).collect() };
    observer.event(TestEvent::Found(&suite), &sources);
    let bench = Bench { session, args, sources: &sources };
    let modules = Modules { root: &root, others: &tests.modules };
    let interrupt = Interrupt::default();
    let watch = async {
        session.cancel.at_least(Urgency::Stop).await;
        interrupt.tell(session, observer, &sources);
        std::future::pending::<()>().await;
    };
    let mut reports = std::mem::take(&mut suite.files);
    let work = async {
        for (file, report) in files.iter().zip(&mut reports) {
            if session.cancel.urgency() != Urgency::None {
                break;
            }
            let runner = FileRunner {
                bench: &bench,
                modules: &modules,
                observer,
                interrupt: &interrupt,
                file,
                globals: &globals,
                directory: &directory,
            };
            *report = Box::pin(runner.run(std::mem::take(report))).await;
        }
    };
    tokio::select! {
        biased;
        () = watch => {}
        () = work => {}
    }
    suite.files = reports;
    suite.status = suite.files.iter().map(|f| f.status).fold(Status::Pass, Ord::max);
    if session.cancel.urgency() != Urgency::None {
        suite.status = Status::Error;
    }
    Ok((suite, found, sources))
}

/// An interrupt is told once, before anything that follows from it.
#[derive(Default)]
struct Interrupt(AtomicBool);

impl Interrupt {
    fn tell(&self, session: &Session, observer: &dyn TestObserver, sources: &Sources) {
        if session.cancel.urgency() != Urgency::None && !self.0.swap(true, Ordering::SeqCst) {
            observer.event(TestEvent::Interrupted, sources);
        }
    }
}

fn pending(file: &TestFile) -> TestedFile {
    TestedFile { name: file.name.clone(), runs: file.runs.iter().map(started).collect(), ..TestedFile::default() }
}

/// The root module and those that runs name.
struct Modules<'a> {
    root: &'a Loaded,
    others: &'a BTreeMap<String, Loaded>,
}

impl Modules<'_> {
    fn of(&self, run: &Run) -> &Loaded {
        run.module.as_ref().and_then(|m| self.others.get(&m.folder)).unwrap_or(self.root)
    }

    fn configs(&self) -> Vec<&Config> {
        std::iter::once(self.root).chain(self.others.values()).map(|l| &l.config).collect()
    }
}

/// A state that runs share, with what it takes to destroy what is in it.
struct Kept {
    state: State,
    /// The run that applied last, by its place in the file.
    run: usize,
    prepared: Prepared,
}

struct FileRunner<'a> {
    bench: &'a Bench<'a>,
    modules: &'a Modules<'a>,
    observer: &'a dyn TestObserver,
    interrupt: &'a Interrupt,
    file: &'a TestFile,
    globals: &'a Globals,
    directory: &'a Path,
}

impl FileRunner<'_> {
    async fn run(&self, mut report: TestedFile) -> TestedFile {
        self.tell(TestEvent::FileStarted(&report));
        report.status = Status::Pass;
        report.diagnostics = subject::aimless(self.file, &self.modules.configs());
        let mut outputs: BTreeMap<Name, Option<Value>> =
            self.file.runs.iter().map(|r| (r.name.name.clone(), None)).collect();
        let mut states: BTreeMap<String, Kept> = BTreeMap::new();
        let cancel = &self.bench.session.cancel;
        let mut abandoned = None;
        for (at, run) in self.file.runs.iter().enumerate() {
            let skipped = report.status == Status::Error || cancel.urgency() != Urgency::None;
            let done = if skipped {
                TestedRun { status: Status::Skip, ..started(run) }
            } else {
                self.tell(TestEvent::RunStarted(&report, &run.name.name));
                tokio::select! {
                    biased;
                    done = self.one(at, run, &mut outputs, &mut states) => done,
                    () = cancel.at_least(Urgency::Abandon) => {
                        abandoned = Some(run);
                        break;
                    }
                }
            };
            report.status = report.status.max(done.status);
            self.tell(TestEvent::RunDone(&report, &done));
            if let Some(slot) = report.runs.get_mut(at) {
                *slot = done;
            }
        }
        if abandoned.is_none() {
            self.tell(TestEvent::FileTearDown(&report));
            tokio::select! {
                biased;
                () = self.clean_up(&mut report, &mut states) => {
                    self.tell(TestEvent::FileDone(&report));
                    return report;
                }
                () = cancel.at_least(Urgency::Abandon) => {}
            }
        }
        let instances = states.values().flat_map(|kept| objects(&kept.state)).collect();
        report.status = Status::Error;
        self.tell(TestEvent::Abandoned { file: &report, run: abandoned.map(|r| &*r.name.name), instances });
        report
    }

    async fn one(
        &self,
        at: usize,
        run: &Run,
        outputs: &mut BTreeMap<Name, Option<Value>>,
        states: &mut BTreeMap<String, Kept>,
    ) -> TestedRun {
        let session = self.bench.session;
        let key = run.state_key.clone().map(|key| format!("key {key}"));
        let key = key.unwrap_or_else(|| format!("module {}", run.module.as_ref().map_or("", |m| &m.source)));
        let before = states.get(&key).map(|kept| kept.state.clone()).unwrap_or_default();
        let mut done = TestedRun { began: Some((session.now)()), ..started(run) };
        let start = session.clock.elapsed();
        let facts = facts(session);
        let names = Names {
            file: self.file,
            globals: self.globals.of(&self.file.name, self.directory),
            declared: &self.globals.declared,
            runs: outputs,
            surroundings: &facts.surroundings,
        };
        let outcome = Box::pin(self.bench.run(run, self.modules.of(run), &names, &before)).await;
        done.elapsed = session.clock.elapsed().saturating_sub(start);
        done.status = outcome.status;
        done.diagnostics = outcome.diagnostics;
        done.shown = outcome.shown;
        if let Some(value) = outcome.outputs {
            outputs.insert(run.name.name.clone(), Some(value));
        }
        if let Some((state, prepared)) = outcome.left {
            states.insert(key, Kept { state, run: at, prepared });
        }
        done
    }

    /// Destroys what is left, what was made last first.
    async fn clean_up(&self, report: &mut TestedFile, states: &mut BTreeMap<String, Kept>) {
        let mut order: Vec<(usize, String)> = states.iter().map(|(key, kept)| (kept.run, key.clone())).collect();
        order.sort_by(|a, b| b.cmp(a));
        for (at, key) in order {
            let Some(kept) = states.get_mut(&key).filter(|kept| !objects(&kept.state).is_empty()) else { continue };
            let run = self.file.runs.get(at).map_or("", |r| &r.name.name);
            self.tell(TestEvent::RunTearDown(report, run));
            // An interrupt ends the tests, not the destruction of what they made.
            let (left, found) = self.bench.destroy(&kept.prepared, &kept.state, &Cancel::default()).await;
            kept.state = left;
            let instances = objects(&kept.state);
            if found.has_errors() || !instances.is_empty() {
                report.status = Status::Error;
            }
            if !found.is_empty() || !instances.is_empty() {
                self.tell(TestEvent::Left { file: report, run, found: &found, instances });
            }
        }
    }

    fn tell(&self, event: TestEvent<'_>) {
        self.interrupt.tell(self.bench.session, self.observer, self.bench.sources);
        self.observer.event(event, self.bench.sources);
    }
}

fn started(run: &Run) -> TestedRun {
    let (name, assertions) = (run.name.name.to_string(), run.assertions.len());
    TestedRun { name, assertions, command: run.command, ..TestedRun::default() }
}
