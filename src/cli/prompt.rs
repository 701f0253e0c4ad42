//! Lines typed at a terminal: editing, completion, and a history that ends with the session.
//!
//! Knows nothing of what the lines mean, nor of any file: what is typed may be secret.

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use super::Failure;
use crate::diag::Diagnostic;

/// What came of asking for a line.
pub enum Typed {
    Line(String),
    /// Control-C: what was typed is not meant.
    Dropped,
    /// Control-D on an empty line.
    End,
}

/// Asks the process's own terminal for lines.
pub struct Prompt {
    editor: Editor<Words, MemHistory>,
}

impl Prompt {
    /// `words` are what Tab completes to.
    pub fn new(words: Vec<String>) -> Result<Self, Failure> {
        let config = Config::builder().completion_type(CompletionType::List).build();
        let history = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, history).map_err(unreadable)?;
        editor.set_helper(Some(Words(words)));
        Ok(Self { editor })
    }

    pub fn read(&mut self, prompt: &str) -> Result<Typed, Failure> {
        match self.editor.readline(prompt) {
            Ok(line) => Ok(Typed::Line(line)),
            Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => Ok(Typed::Dropped),
            Err(ReadlineError::Eof) => Ok(Typed::End),
            Err(error) => Err(unreadable(error)),
        }
    }

    /// Adds to the history; a text may have several lines.
    pub fn remember(&mut self, text: &str) {
        // One entry less is no reason to end a session.
        let _ = self.editor.add_history_entry(text);
    }
}

fn unreadable(error: ReadlineError) -> Failure {
    Diagnostic::error("Failed to read from the terminal", format!("The terminal gives no input: {error}.")).into()
}

struct Words(Vec<String>);

impl Words {
    /// Where the name begins that ends the text, and the words that begin like it.
    fn matching(&self, text: &str) -> (usize, Vec<String>) {
        let of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let name = text.trim_end_matches(of_name).len();
        let begun = text.get(name..).unwrap_or_default();
        (name, self.0.iter().filter(|w| w.starts_with(begun)).cloned().collect())
    }
}

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.matching(line.get(..position).unwrap_or(line)))
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, name: usize, expected: &[&str]) {
        let words = ["join(", "jsonencode(", "module.net.id", "var.näme", "var.vpc-id"];
        let words = Words(words.map(str::to_owned).to_vec());
        assert_eq!(words.matching(text), (name, expected.iter().map(ToString::to_string).collect()), "{text}");
    }

    #[test]
    fn a_name_is_completed_from_its_beginning() {
        check("j", 0, &["join(", "jsonencode("]);
        check("join(\",\", var.vpc-", 10, &["var.vpc-id"]);
        check("\"${module.net.", 3, &["module.net.id"]);
        check("var.nä", 0, &["var.näme"]);
        check("ä+var.n", 3, &["var.näme"]);
        check("nothing", 0, &[]);
    }

    #[test]
    fn every_word_may_begin_an_expression() {
        check("[", 1, &["join(", "jsonencode(", "module.net.id", "var.näme", "var.vpc-id"]);
    }
}
