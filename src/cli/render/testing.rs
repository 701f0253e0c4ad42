//! Tests while they run, as text and as the stream of `-json`.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::events::line;
use super::{Colour, Palette, diagnostics, outputs, plan, value};
use crate::addr::{AbsInstance, ProviderAddr};
use crate::cli::Screen;
use crate::cli::operations::{
    PlanOrState, Status, Suite, TestEvent, TestObserver, TestShown as Shown, TestedFile, TestedRun,
};
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};
use crate::plan::json as machine;
use crate::schema::SharedSchema;
use crate::state::{State, Status as ObjectStatus};

/// The word for people: an error is a failure.
fn word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Skip => "skip",
        Status::Pass => "pass",
        Status::Fail | Status::Error => "fail",
    }
}

/// The word for machines.
fn exact(status: Status) -> &'static str {
    if status == Status::Error { "error" } else { word(status) }
}

fn painted(status: Status, palette: Palette) -> String {
    let colour = match status {
        Status::Pass => Colour::Add,
        Status::Fail | Status::Error => Colour::Remove,
        Status::Pending | Status::Skip => Colour::Dim,
    };
    palette.paint(colour, word(status))
}

/// How many runs ended how.
pub fn conclusion(suite: &Suite, palette: Palette) -> String {
    let skipped = suite.count(Status::Skip);
    let and_skipped = if skipped > 0 { format!(", {skipped} skipped.") } else { ".".into() };
    if suite.status <= Status::Skip {
        return format!("Executed 0 tests{and_skipped}");
    }
    let first = if suite.status == Status::Pass {
        palette.paint(Colour::Add, "Success!")
    } else {
        palette.paint(Colour::Remove, "Failure!")
    };
    let failed = suite.count(Status::Fail) + suite.count(Status::Error);
    format!("{first} {} passed, {failed} failed{and_skipped}", suite.count(Status::Pass))
}

const INTERRUPTED: &str =
    "Interrupt received.\nPlease wait for kiban to exit or data loss may occur.\nGracefully shutting down...";
const ABANDONED: &str = "Two interrupts received. Exiting immediately. Note that data loss may have occurred.";

fn named((addr, deposed): &(AbsInstance, Option<String>)) -> String {
    deposed.as_ref().map_or_else(|| addr.to_string(), |key| format!("{addr} ({key})"))
}

fn listed(instances: &[(AbsInstance, Option<String>)]) -> String {
    instances.iter().map(|i| format!("  - {}\n", named(i))).collect()
}

/// Tells a person.
pub struct Text<'a>(pub &'a Screen);

impl Text<'_> {
    /// Warnings go to the output, errors to the error stream.
    fn report(&self, found: &Diagnostics, sources: &Sources) {
        let (errors, warnings): (Vec<Diagnostic>, Vec<Diagnostic>) =
            found.iter().cloned().partition(|d| d.severity == Severity::Error);
        self.0.report(&warnings.into_iter().collect(), sources);
        self.0.report(&errors.into_iter().collect(), sources);
    }

    fn left(&self, place: &str, found: &Diagnostics, instances: &[(AbsInstance, Option<String>)], sources: &Sources) {
        let prose = |text: &str| self.0.error_text(&format!("{}\n", self.0.palette.prose(text)));
        if found.has_errors() {
            prose(&format!("kiban encountered an error destroying resources created while executing {place}."));
        }
        self.report(found, sources);
        if !instances.is_empty() {
            prose(&format!(
                "\nkiban left the following resources in state after executing {place}, and they need to be cleaned up manually:"
            ));
            self.0.error_text(&listed(instances));
        }
    }
}

impl TestObserver for Text<'_> {
    fn event(&self, event: TestEvent<'_>, sources: &Sources) {
        let palette = self.0.palette;
        match event {
            TestEvent::Found(_) | TestEvent::RunStarted(..) | TestEvent::RunTearDown(..) => {}
            TestEvent::FileStarted(file) => {
                self.0.line(&format!("{}... {}", file.name, palette.paint(Colour::Dim, "in progress")));
            }
            TestEvent::FileTearDown(file) => {
                self.0.line(&format!("{}... {}", file.name, palette.paint(Colour::Dim, "tearing down")));
            }
            TestEvent::FileDone(file) => {
                self.0.line(&format!("{}... {}", file.name, painted(file.status, palette)));
                self.report(&file.diagnostics, sources);
            }
            TestEvent::RunDone(_, run) => {
                self.0.line(&format!("  run {:?}... {}", run.name, painted(run.status, palette)));
                if let Some(shown) = &run.shown {
                    self.0.write(&format!("\n{}\n", text(shown, palette)));
                }
                self.report(&run.diagnostics, sources);
            }
            TestEvent::Left { file, run, found, instances } => {
                self.left(&format!("{}/{run}", file.name), found, &instances, sources);
            }
            TestEvent::Interrupted => self.0.line(&format!("\n{INTERRUPTED}\n")),
            TestEvent::Abandoned { file, run, instances } => {
                self.0.error_text(&format!("\n{ABANDONED}\n"));
                let place = run.map_or_else(|| file.name.clone(), |run| format!("{}/{run}", file.name));
                self.0.error_text(&format!(
                    "\n{}\n",
                    palette.prose(&format!(
                        "kiban was interrupted while executing {place}, and may not have performed the expected cleanup operations."
                    ))
                ));
                if !instances.is_empty() {
                    self.0.error_text(&format!(
                        "\nkiban has already created the following resources from the module under test:\n{}",
                        listed(&instances)
                    ));
                }
            }
        }
    }
}

fn schemas(shown: &Shown) -> impl Fn(&ProviderAddr, &AbsInstance) -> Option<SharedSchema> + '_ {
    |provider, addr| shown.providers.schema(&provider.source, &addr.resource.resource)
}

/// What a run has planned or left.
fn text(shown: &Shown, palette: Palette) -> String {
    let schemas = schemas(shown);
    match &shown.what {
        PlanOrState::Plan(made) => plan::render(made, &schemas, palette),
        PlanOrState::NoPlan => "Planning failed. kiban encountered an error while generating this plan.\n".into(),
        PlanOrState::State(state) => state_text(state, &schemas, palette),
    }
}

fn state_text(
    state: &State,
    schemas: &dyn Fn(&ProviderAddr, &AbsInstance) -> Option<SharedSchema>,
    palette: Palette,
) -> String {
    let mut objects = Vec::new();
    for (addr, resource, instance) in state.instances() {
        let (Some(object), Some(schema)) = (&instance.current, schemas(&resource.provider, &addr)) else { continue };
        if let Ok(content) = object.decode(&schema.block) {
            let tainted = object.status == ObjectStatus::Tainted;
            objects.push(value::object(&addr, tainted, &content, Some(&schema.block), palette));
        }
    }
    let mut out = objects.join("\n");
    if objects.is_empty() && state.outputs.is_empty() {
        out.push_str("The state file is empty. No resources are represented.\n");
    }
    if !state.outputs.is_empty() {
        let values = state.outputs.iter().map(|(name, o)| (name.clone(), (o.value.clone(), o.sensitive))).collect();
        let _ = write!(out, "\n\nOutputs:\n\n{}", outputs::values(&values));
    }
    out
}

/// Tells a machine: one object a line.
pub struct Lines<'a>(pub &'a Screen);

impl Lines<'_> {
    fn line(&self, level: &str, message: &str, kind: &str, fields: Json) {
        self.0.line(&line(level, message, kind, &|| self.0.now(), fields));
    }

    fn file(&self, file: &TestedFile, progress: &str, message: &str) {
        let mut about = json!({ "path": file.name, "progress": progress });
        if progress == "complete" {
            about["status"] = exact(file.status).into();
        }
        let fields = json!({ "test_file": about, "@testfile": file.name });
        self.line("info", &format!("{}... {message}", file.name), "test_file", fields);
    }

    fn run(&self, file: &TestedFile, run: &str, progress: &str, status: Option<Status>) {
        let mut about = json!({ "path": file.name, "run": run, "progress": progress });
        let message = match (progress, status) {
            (_, Some(status)) => {
                about["status"] = exact(status).into();
                word(status)
            }
            ("teardown", None) => "tearing down",
            _ => "in progress",
        };
        if status.is_none() {
            about["elapsed"] = 0.into();
        }
        let fields = json!({ "test_run": about, "@testfile": file.name, "@testrun": run });
        self.line("info", &format!("  {run:?}... {message}"), "test_run", fields);
    }

    fn diagnostics(&self, found: &Diagnostics, file: &TestedFile, run: Option<&str>, sources: &Sources) {
        for diagnostic in found {
            let (level, word) = match diagnostic.severity {
                Severity::Error => ("error", "Error"),
                Severity::Warning => ("warn", "Warning"),
            };
            let mut fields = json!({ "diagnostic": diagnostics::to_json(diagnostic, sources), "@testfile": file.name });
            if let Some(run) = run {
                fields["@testrun"] = run.into();
            }
            self.line(level, &format!("{word}: {}", diagnostic.summary), "diagnostic", fields);
        }
    }

    fn shown(&self, file: &TestedFile, run: &TestedRun) {
        let Some(shown) = &run.shown else { return };
        let schemas = schemas(shown);
        let (kind, content) = match &shown.what {
            PlanOrState::Plan(plan) => {
                let document = machine::Document {
                    plan,
                    config: &shown.config,
                    variables: &shown.variables,
                    schemas: &schemas,
                    errored: false,
                };
                ("test_plan", machine::plan(&document))
            }
            PlanOrState::NoPlan => return,
            PlanOrState::State(state) => ("test_state", machine::state(state, &schemas)),
        };
        let what = kind.trim_start_matches("test_");
        let fields = json!({ kind: content, "@testfile": file.name, "@testrun": run.name });
        self.line("info", &format!("-verbose flag enabled, printing {what}"), kind, fields);
    }

    /// The last line.
    pub fn conclude(&self, suite: &Suite) {
        let summary = json!({
            "status": exact(suite.status),
            "passed": suite.count(Status::Pass),
            "failed": suite.count(Status::Fail),
            "errored": suite.count(Status::Error),
            "skipped": suite.count(Status::Skip),
        });
        let message = conclusion(suite, Palette::PLAIN);
        self.line("info", &message, "test_summary", json!({ "test_summary": summary }));
    }
}

fn failed_resources(instances: &[(AbsInstance, Option<String>)]) -> Json {
    let one = |(addr, deposed): &(AbsInstance, Option<String>)| {
        let mut entry = json!({ "instance": addr.to_string() });
        if let Some(key) = deposed {
            entry["deposed_key"] = key.clone().into();
        }
        entry
    };
    instances.iter().map(one).collect()
}

impl TestObserver for Lines<'_> {
    fn event(&self, event: TestEvent<'_>, sources: &Sources) {
        match event {
            TestEvent::Found(suite) => {
                let runs: usize = suite.files.iter().map(|f| f.runs.len()).sum();
                let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
                let message = format!("Found {} and {}", plural(suite.files.len(), "file"), plural(runs, "run block"));
                let names = |f: &TestedFile| match &*f.runs {
                    [] => Json::Null,
                    runs => runs.iter().map(|r| Json::from(r.name.clone())).collect(),
                };
                let files: Map<String, Json> = suite.files.iter().map(|f| (f.name.clone(), names(f))).collect();
                self.line("info", &message, "test_abstract", json!({ "test_abstract": files }));
            }
            TestEvent::FileStarted(file) => self.file(file, "starting", "in progress"),
            TestEvent::FileTearDown(file) => self.file(file, "teardown", "tearing down"),
            TestEvent::FileDone(file) => {
                self.file(file, "complete", word(file.status));
                self.diagnostics(&file.diagnostics, file, None, sources);
            }
            TestEvent::RunStarted(file, run) => self.run(file, run, "starting", None),
            TestEvent::RunTearDown(file, run) => self.run(file, run, "teardown", None),
            TestEvent::RunDone(file, run) => {
                self.run(file, &run.name, "complete", Some(run.status));
                self.shown(file, run);
                self.diagnostics(&run.diagnostics, file, Some(&run.name), sources);
            }
            TestEvent::Left { file, run, found, instances } => {
                if !instances.is_empty() {
                    let message = format!(
                        "kiban left some resources in state after executing {}/{run}, they need to be cleaned up manually.",
                        file.name
                    );
                    let fields = json!({
                        "test_cleanup": { "failed_resources": failed_resources(&instances) },
                        "@testfile": file.name,
                        "@testrun": run,
                    });
                    self.line("error", &message, "test_cleanup", fields);
                }
                self.diagnostics(found, file, Some(run), sources);
            }
            TestEvent::Interrupted => self.line("info", INTERRUPTED, "log", json!({})),
            TestEvent::Abandoned { file, run, instances } => {
                self.line("info", ABANDONED, "log", json!({}));
                let message = "kiban was interrupted during test execution, and may not have performed the expected cleanup operations.";
                let fields = json!({
                    "test_interrupt": { "state": failed_resources(&instances) },
                    "@testfile": file.name,
                    "@testrun": run,
                });
                self.line("error", message, "test_interrupt", fields);
            }
        }
    }
}
