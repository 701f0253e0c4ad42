//! A folder with a configuration and a state, and a store that outlives runs.

use std::fs;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tempfile::TempDir;

use super::clock::JumpingClock;
use crate::apply::{Cancel, Silent};
use crate::diag::{Diagnostics, Severity};
use crate::ops::{Args, Planned, Session, apply, plan};
use crate::plan::{Action, Mode, Options, Plan};
use crate::provider::mock::{MockPlugin, Store, Verb};
use crate::state::State;
use crate::state::backend::{Backend, LocalBackend};

pub struct Bench {
    pub dir: TempDir,
    pub store: Store,
}

/// How a run ended.
pub enum Ended {
    Done,
    Failed(Vec<String>),
    Crashed,
}

/// Why a run may end before its time.
#[derive(Clone, Copy)]
pub enum Crash {
    Never,
    /// After so many turns of the run.
    Turns(usize),
    /// When the store has swallowed a call.
    Hung,
}

const LONG: &str = "tfcoremock_engine_resource";

impl Bench {
    pub fn new() -> Self {
        // In memory where there is such a place: syncing a journal to a device thousands of times takes its time.
        let memory = PathBuf::from("/dev/shm");
        let dir = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        Self { dir: dir.expect("a folder"), store: Store::new() }
    }

    pub fn with(text: &str) -> Self {
        let bench = Self::new();
        bench.write("main.tf", text);
        bench
    }

    /// Writes a file of the configuration.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        let text = text.replace("\"part\"", &format!("\"{LONG}\"")).replace("part.", &format!("{LONG}."));
        fs::write(path, text).expect("written");
    }

    fn session(&self) -> Session {
        Session {
            dir: self.dir.path().to_owned(),
            original_dir: self.dir.path().to_owned(),
            environment: [("USER".to_owned(), "me".to_owned())].into(),
            plugins: vec![Arc::new(MockPlugin::new(self.store.clone()))],
            clock: Arc::new(JumpingClock::default()),
            now: || "2025-01-02T03:04:05Z".into(),
            cancel: Cancel::default(),
            tell: |_| {},
        }
    }

    /// Runs a future on a runtime of its own. What the run has handed to threads is finished on return.
    fn run<T>(&self, crash: Crash, future: impl Future<Output = T>) -> Option<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut future = pin!(future);
            let mut turns = 0;
            std::future::poll_fn(|cx| {
                if matches!(crash, Crash::Turns(most) if turns >= most) {
                    return Poll::Ready(None);
                }
                turns += 1;
                match future.as_mut().poll(cx) {
                    Poll::Ready(ended) => Poll::Ready(Some(ended)),
                    // Nothing may ever wake the run again.
                    Poll::Pending if matches!(crash, Crash::Hung) && self.store.hung() => Poll::Ready(None),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
        })
    }

    pub fn plan_with(&self, args: &Args) -> Result<Plan, Vec<String>> {
        let session = self.session();
        let planned = self.run(Crash::Never, plan(&session, args, "plan")).expect("no crash");
        planned.map(|p| p.plan).map_err(|f| messages(&f.diagnostics))
    }

    /// What helps further where a plan is refused.
    pub fn hints(&self) -> Vec<String> {
        let session = self.session();
        let refused = self.run(Crash::Never, plan(&session, &Args::default(), "plan")).expect("no crash");
        let Err(failure) = refused else { panic!("nothing was refused") };
        failure.diagnostics.iter().filter_map(|d| d.hint.clone()).collect()
    }

    /// The plan as a document.
    pub fn plan_json(&self, args: &Args) -> serde_json::Value {
        let session = self.session();
        let planned = self.run(Crash::Never, plan(&session, args, "plan")).expect("no crash");
        let Ok(planned) = planned else { panic!("it must plan") };
        let providers = planned.providers().clone();
        let schemas = |provider: &crate::addr::ProviderAddr, addr: &crate::addr::AbsInstance| {
            providers.schema(&provider.source, &addr.resource.resource)
        };
        crate::plan::json::plan(&crate::plan::json::Document {
            plan: &planned.plan,
            config: &planned.prepared.config,
            variables: &planned.prepared.shown_variables(),
            schemas: &schemas,
            errored: false,
        })
    }

    /// Takes an object into the state.
    pub fn import(&self, address: &str, id: &str) -> Result<(), Vec<String>> {
        let session = self.session();
        let address = address.replace("part.", &format!("{LONG}."));
        let addr = crate::addr::AbsInstance::parse(&address).expect("an address");
        let done = self.run(Crash::Never, crate::ops::import(&session, &Args::default(), &addr, id)).expect("no crash");
        done.map(drop).map_err(|f| messages(&f.diagnostics))
    }

    /// Warnings of a plan.
    pub fn warnings_with(&self, args: &Args) -> Result<Vec<String>, Vec<String>> {
        let session = self.session();
        let planned = self.run(Crash::Never, plan(&session, args, "plan")).expect("no crash");
        let text = |d: &crate::diag::Diagnostic| format!("{}: {}", d.summary, d.detail);
        planned.map(|p| p.warnings.iter().map(text).collect()).map_err(|f| messages(&f.diagnostics))
    }

    pub fn plan(&self) -> Result<Plan, Vec<String>> {
        self.plan_with(&Args::default())
    }

    /// Plans and applies; the plan comes along.
    pub fn apply_with(&self, args: &Args, crash: Crash) -> (Option<Plan>, Ended) {
        let session = self.session();
        let mut shown = None;
        let ended = self.run(crash, async {
            let planned: Planned = plan(&session, args, "apply").await?;
            shown = Some(planned.plan.clone());
            apply(&session, planned, &Silent).await
        });
        let ended = match ended {
            None => Ended::Crashed,
            Some(Ok(outcome)) if outcome.diagnostics.has_errors() => Ended::Failed(messages(&outcome.diagnostics)),
            Some(Ok(_)) => Ended::Done,
            Some(Err(failure)) => Ended::Failed(messages(&failure.diagnostics)),
        };
        (shown, ended)
    }

    /// Applies what stands in the folder, which must succeed and leave nothing to do. The actions come back.
    #[track_caller]
    pub fn apply(&self) -> Vec<String> {
        self.apply_args(&Args::default())
    }

    #[track_caller]
    pub fn apply_args(&self, args: &Args) -> Vec<String> {
        self.store.take_calls();
        let (plan, ended) = self.apply_with(args, Crash::Never);
        match ended {
            Ended::Done => {}
            Ended::Failed(why) => panic!("the apply failed: {why:#?}"),
            Ended::Crashed => panic!("no crash was asked for"),
        }
        assert_eq!(self.store.broken(), Vec::<String>::new());
        assert!(!self.journal().exists(), "a finished run leaves no journal");
        plan.map(|p| actions(&p)).unwrap_or_default()
    }

    /// Applies another configuration, compares the actions, and plans again: there must be nothing left to do.
    #[track_caller]
    pub fn step(&self, text: &str, expected: &[&str]) {
        self.write("main.tf", text);
        assert_eq!(self.apply(), expected);
        self.settled();
    }

    /// There is nothing left to do.
    #[track_caller]
    pub fn settled(&self) {
        let plan = self.plan().expect("plans");
        assert_eq!(actions(&plan), Vec::<String>::new());
        assert!(plan.is_empty(), "outputs change: {:#?}", plan.outputs);
        assert!(plan.drift.is_empty(), "drift: {:#?}", plan.drift);
    }

    /// Errors of a plan that must fail.
    #[track_caller]
    pub fn refused(&self, text: &str) -> Vec<String> {
        self.write("main.tf", text);
        match self.plan() {
            Ok(plan) => panic!("nothing was refused: {:?}", actions(&plan)),
            Err(why) => why,
        }
    }

    #[track_caller]
    pub fn destroy(&self) {
        self.apply_args(&destroying());
        let left = self.store.objects();
        assert!(left.is_empty(), "left behind: {left:#?}");
        let state = self.state();
        assert!(state.resources.is_empty(), "left in state: {:#?}", state.resources);
    }

    /// Writing calls since the last look, in their order.
    pub fn writes(&self) -> Vec<String> {
        let calls = self.store.take_calls().into_iter();
        calls.filter(|c| matches!(c.verb, Verb::Create | Verb::Update | Verb::Delete)).map(|c| c.to_string()).collect()
    }

    /// The writing calls hold these, in this order, whatever is in between.
    #[track_caller]
    pub fn wrote_in_order(&self, expected: &[&str]) {
        let writes = self.writes();
        let mut rest = writes.iter();
        for call in expected {
            assert!(rest.any(|c| c == call), "no {call} at its place in {writes:#?}");
        }
    }

    pub fn state_path(&self) -> PathBuf {
        self.dir.path().join("terraform.tfstate")
    }

    pub fn journal(&self) -> PathBuf {
        crate::state::journal::path_beside(&self.state_path())
    }

    pub fn state(&self) -> State {
        let backend = LocalBackend::new(self.state_path(), self.dir.path());
        let read = self.run(Crash::Never, backend.read()).expect("no crash");
        read.expect("the state can be read").unwrap_or_default()
    }

    /// Output of the state as JSON text.
    pub fn output(&self, name: &str) -> Option<String> {
        let state = self.state();
        state.outputs.get(name).map(|o| crate::value::json::to_json(&o.value).to_string())
    }

    /// Attribute of an object in state, as JSON text.
    pub fn attribute(&self, address: &str, name: &str) -> Option<String> {
        let address = address.replace("part.", &format!("{LONG}."));
        let addr = crate::addr::AbsInstance::parse(&address).expect("an address");
        self.state().current(&addr)?.attributes.get(name).map(ToString::to_string)
    }
}

pub fn destroying() -> Args {
    Args { options: Options { mode: Mode::Destroy, ..Options::default() }, ..Args::default() }
}

pub fn targeting(targets: &[&str]) -> Args {
    let texts: Vec<String> = targets.iter().map(|t| t.replace("part.", &format!("{LONG}."))).collect();
    let targets = crate::ops::parse_targets(&texts).expect("targets");
    Args { options: Options { targets, ..Options::default() }, ..Args::default() }
}

pub fn excluding(excludes: &[&str]) -> Args {
    let mut args = targeting(excludes);
    args.options.excludes = std::mem::take(&mut args.options.targets);
    args
}

pub fn replacing(address: &str) -> Args {
    let address = address.replace("part.", &format!("{LONG}."));
    let replace = vec![crate::addr::AbsInstance::parse(&address).expect("an address")];
    Args { options: Options { replace, ..Options::default() }, ..Args::default() }
}

pub fn messages(found: &Diagnostics) -> Vec<String> {
    found.iter().filter(|d| d.severity == Severity::Error).map(|d| format!("{}: {}", d.summary, d.detail)).collect()
}

/// What a plan does, short: `part.a create`.
pub fn actions(plan: &Plan) -> Vec<String> {
    let mut out = Vec::new();
    for change in &plan.changes {
        let addr = change.key.addr.to_string().replace(LONG, "part");
        if let Some(from) = &change.moved_from {
            out.push(format!("{} moved to {addr}", from.to_string().replace(LONG, "part")));
        }
        let deposed = if change.key.deposed.is_some() { " (deposed)" } else { "" };
        match change.action {
            Action::NoOp => {}
            Action::DeleteThenCreate => out.push(format!("{addr}{deposed} replace")),
            Action::CreateThenDelete => out.push(format!("{addr}{deposed} create first")),
            action => out.push(format!("{addr}{deposed} {}", format!("{action:?}").to_lowercase())),
        }
    }
    out
}
