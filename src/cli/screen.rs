//! The terminal: the only place that prints and asks.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::operations::Failure;
use super::render::{Palette, diagnostics, events};
use crate::diag::{Diagnostics, Sources};

type Clock = Box<dyn Fn() -> String + Send + Sync>;

/// Where text goes and comes from.
pub struct Screen {
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Box<dyn Write + Send>>,
    input: Mutex<Box<dyn BufRead + Send>>,
    now: Clock,
    pub palette: Palette,
    /// Output goes to a terminal that can be drawn on.
    pub live: bool,
    /// Somebody can answer.
    pub interactive: bool,
    /// Warnings by their summaries alone.
    pub compact: bool,
    /// Diagnostics as JSON lines on the output.
    pub json: bool,
}

impl Screen {
    /// `now` gives the time as RFC 3339.
    pub fn new(
        out: impl Write + Send + 'static,
        err: impl Write + Send + 'static,
        input: impl BufRead + Send + 'static,
        now: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        Self {
            out: Mutex::new(Box::new(out)),
            err: Mutex::new(Box::new(err)),
            input: Mutex::new(Box::new(input)),
            now: Box::new(now),
            palette: Palette::PLAIN,
            live: false,
            interactive: false,
            compact: false,
            json: false,
        }
    }

    /// The process's own terminal: colour, width and live lines as it allows them.
    pub fn terminal(environment: &BTreeMap<String, String>, now: impl Fn() -> String + Send + Sync + 'static) -> Self {
        let (out, input) = (std::io::stdout(), std::io::stdin());
        let (shown, asked) = (out.is_terminal(), input.is_terminal());
        let automated = environment.get("TF_IN_AUTOMATION").is_some_and(|v| !v.is_empty());
        let given = environment.get("COLUMNS").and_then(|c| c.parse().ok());
        let columns = given.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)));
        let dumb = environment.get("TERM").is_some_and(|t| t == "dumb");
        let mut screen = Self::new(out, std::io::stderr(), std::io::BufReader::new(input), now);
        screen.palette = Palette {
            colour: super::wants_colour(shown, environment),
            width: columns.filter(|c| shown && *c > 0).unwrap_or(Palette::PLAIN.width),
        };
        screen.live = shown && !dumb && !automated;
        screen.interactive = asked;
        screen
    }

    pub fn now(&self) -> String {
        (self.now)()
    }

    /// Writes text as it is. A reader that went away is no error: what is under way goes on.
    pub fn write(&self, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    pub fn line(&self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    pub fn error_text(&self, text: &str) {
        let mut err = self.err.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// Shows findings: as text on the error stream if there is an error, as JSON lines on the output where asked for.
    pub fn report(&self, found: &Diagnostics, sources: &Sources) {
        if found.is_empty() {
            return;
        }
        if self.json {
            for diagnostic in found {
                self.line(&events::diagnostic(diagnostic, sources, &*self.now));
            }
            return;
        }
        let draw = if self.compact { diagnostics::render_compact } else { diagnostics::render };
        let text = draw(found, sources, self.palette);
        if found.has_errors() { self.error_text(&text) } else { self.write(&text) }
    }

    /// Shows findings on the error stream: the output is for another program.
    pub fn report_aside(&self, found: &Diagnostics, sources: &Sources) {
        if !found.is_empty() {
            self.error_text(&diagnostics::render(found, sources, self.palette));
        }
    }

    /// Shows why an operation failed; gives the exit code of errors.
    pub fn fail(&self, failure: &Failure) -> u8 {
        self.report(&failure.diagnostics, &failure.sources);
        1
    }

    /// The next line of the input, without its end; `None` where it has ended or cannot be read.
    pub fn read_line(&self) -> Option<String> {
        let mut line = String::new();
        let read = self.input.lock().unwrap_or_else(PoisonError::into_inner).read_line(&mut line);
        read.is_ok_and(|bytes| bytes > 0).then(|| line.trim_end_matches(['\n', '\r']).to_owned())
    }

    /// The same without an echo of what is typed; the line ends all the same.
    pub fn read_secret(&self) -> Option<String> {
        let hidden = Hidden::begin().ok()?;
        let line = self.read_line();
        drop(hidden);
        self.write("\n");
        line
    }

    /// Everything that standard input has to give.
    pub fn read_input(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.input.lock().unwrap_or_else(PoisonError::into_inner).read_to_end(&mut bytes);
        bytes
    }

    /// Asks a question that only `yes` answers.
    pub fn confirm(&self, question: &str, explanation: &str) -> bool {
        self.write(&format!(
            "{}\n{explanation}\n  Only 'yes' will be accepted to approve.\n\n  {} ",
            self.palette.bold(question),
            self.palette.bold("Enter a value:")
        ));
        let mut answer = String::new();
        let read = self.input.lock().unwrap_or_else(PoisonError::into_inner).read_line(&mut answer);
        self.write("\n");
        read.is_ok() && answer.trim() == "yes"
    }
}

/// The process's own terminal while it does not echo.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> std::io::Result<Self> {
        let before = tcgetattr(std::io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// The screen's output as a writer, for what reports while it runs.
pub struct Output<'a>(pub &'a Screen);

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.out.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.out.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}
