//! What happens while an apply runs: live lines on a terminal, plain lines elsewhere, or a JSON stream.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Palette, events, printable};
use crate::addr::AbsInstance;
use crate::apply::{Event, Observer, Provisioning};
use crate::diag::{Diagnostic, Sources};
use crate::plan::StepKind;

/// The event as a sentence, without colour.
pub fn message(event: &Event) -> Option<String> {
    let identified = |id: &Option<String>| id.as_ref().map(|id| format!(" [id={id}]")).unwrap_or_default();
    Some(match event {
        Event::Started { addr, kind, id } => format!("{addr}: {}...{}", verb(*kind), identified(id)),
        Event::Progress { addr, kind, elapsed, why } => {
            let why = why.as_ref().map(|w| format!(" {w}")).unwrap_or_default();
            format!("{addr}: Still {}... [{} elapsed]{why}", verb(*kind).to_lowercase(), time(*elapsed))
        }
        Event::Finished { addr, kind, elapsed, id } => {
            format!("{addr}: {} complete after {}{}", noun(*kind), time(*elapsed), identified(id))
        }
        Event::Failed { addr, kind, elapsed } => format!("{addr}: {} failed after {}", noun(*kind), time(*elapsed)),
        Event::Stopping { running } => {
            let what = if *running == 1 { "one step that runs" } else { "the steps that run" };
            format!(
                "Interrupted: nothing new starts, and kiban waits for {what} ({running}). Interrupt again to leave at once; the journal then tells the next run what was begun."
            )
        }
        Event::Delivery { object, what } => format!("{object}: {}", printable(what)),
        Event::Imported { addr, id } => format!("{addr}: Import complete [id={}]", printable(id)),
        Event::Provisioning { addr, what: Provisioning::Started } => {
            format!("{addr}: Provisioning with 'local-exec'...")
        }
        Event::Provisioning { addr, what: Provisioning::Output(line) } => {
            format!("{addr} (local-exec): {}", printable(line))
        }
        Event::Provisioning { .. } | Event::Diagnostic(_) => return None,
    })
}

fn verb(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Create | StepKind::CreateBeforeDestroy => "Creating",
        StepKind::Update => "Modifying",
        StepKind::Delete | StepKind::DeleteDeposed => "Destroying",
        StepKind::Read => "Reading",
        StepKind::Forget => "Forgetting",
    }
}

fn noun(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Create | StepKind::CreateBeforeDestroy => "Creation",
        StepKind::Update => "Modifications",
        StepKind::Delete | StepKind::DeleteDeposed => "Destruction",
        StepKind::Read => "Read",
        StepKind::Forget => "Forgetting",
    }
}

/// Why a step failed, in a line: the end of the run shows it in full.
fn reason(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.address.as_ref().map(|a| format!("{a}: ")).unwrap_or_default();
    printable(&format!("{place}{}", diagnostic.detail.lines().next().unwrap_or(&diagnostic.summary))).into_owned()
}

/// `8s`, `2m10s`, `1h0m5s`
pub fn time(elapsed: Duration) -> String {
    let s = elapsed.as_secs();
    match (s / 3600, s / 60 % 60, s % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m{s}s"),
        (h, m, s) => format!("{h}h{m}m{s}s"),
    }
}

/// Plain lines, for logs.
pub struct Lines<W: Write + Send> {
    out: Mutex<W>,
    palette: Palette,
}

impl<W: Write + Send> Lines<W> {
    pub fn new(out: W, palette: Palette) -> Self {
        Self { out: Mutex::new(out), palette }
    }
}

impl<W: Write + Send> Observer for Lines<W> {
    fn event(&self, event: Event) {
        let text = match (&event, message(&event)) {
            (Event::Diagnostic(d), _) => reason(d),
            (_, Some(text)) => self.palette.bold(&text),
            (_, None) => return,
        };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader that went away is no reason to stop an apply half way.
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    }
}

/// One JSON object a line.
pub struct JsonLines<W: Write + Send, N: Fn() -> String + Send + Sync> {
    out: Mutex<W>,
    now: N,
    sources: Sources,
}

impl<W: Write + Send, N: Fn() -> String + Send + Sync> JsonLines<W, N> {
    pub fn new(out: W, now: N, sources: Sources) -> Self {
        Self { out: Mutex::new(out), now, sources }
    }
}

impl<W: Write + Send, N: Fn() -> String + Send + Sync> Observer for JsonLines<W, N> {
    fn event(&self, event: Event) {
        // The end of the run reports all findings.
        if matches!(event, Event::Diagnostic(_)) {
            return;
        }
        let message = message(&event).unwrap_or_default();
        let Some(line) = events::event(&event, &message, &self.sources, &self.now) else { return };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

/// A line for each step that runs, with its time; finished ones scroll away above.
pub struct Live {
    lines: MultiProgress,
    running: Mutex<BTreeMap<AbsInstance, ProgressBar>>,
    palette: Palette,
}

impl Live {
    pub fn new(palette: Palette) -> Self {
        let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stdout());
        Self { lines, running: Mutex::default(), palette }
    }

    fn end(&self, addr: &AbsInstance) {
        if let Some(bar) = self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(addr) {
            bar.finish_and_clear();
            self.lines.remove(&bar);
        }
    }

    fn say(&self, text: &str) {
        let _ = self.lines.println(text);
    }
}

impl Observer for Live {
    fn event(&self, event: Event) {
        let text = message(&event).unwrap_or_default();
        match &event {
            Event::Started { addr, kind, .. } => {
                let bar = self.lines.add(ProgressBar::new_spinner());
                if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]") {
                    bar.set_style(style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
                }
                bar.set_message(format!("{addr}: {}...", verb(*kind)));
                bar.enable_steady_tick(Duration::from_millis(200));
                self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(addr.clone(), bar);
            }
            Event::Progress { addr, kind, why, .. } => {
                if let (Some(bar), Some(why)) =
                    (self.running.lock().unwrap_or_else(PoisonError::into_inner).get(addr), why)
                {
                    bar.set_message(format!("{addr}: {}... {why}", verb(*kind)));
                }
            }
            Event::Finished { addr, .. } | Event::Failed { addr, .. } => {
                self.end(addr);
                self.say(&self.palette.bold(&text));
            }
            Event::Stopping { .. } => self.say(&text),
            Event::Imported { .. } | Event::Delivery { .. } => self.say(&self.palette.bold(&text)),
            Event::Provisioning { what: Provisioning::Complete | Provisioning::Failed, .. } => {}
            Event::Provisioning { .. } => self.say(&text),
            Event::Diagnostic(d) => self.say(&reason(d)),
        }
    }
}
