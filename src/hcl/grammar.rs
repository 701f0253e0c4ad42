//! The grammar of expressions once more, only to say where and why a text departs from it.
//!
//! Builds no tree. It runs on texts that the parser has refused, and its first finding is told.

mod templates;

use std::ops::Range;

use super::explain::{Problem, unterminated};
use super::scan::{Kind, Lexeme, MAX_DEPTH};
pub(super) use templates::{bad_escape, escape, template};

/// Where an expression stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// Alone: it is the whole text.
    Alone,
    /// It is the value of an argument.
    Argument(Next),
    /// The same, in a block that stands on one line.
    SingleLine(Next),
}

/// What follows an argument.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Next {
    pub lexeme: Range<usize>,
    /// The same where line breaks do not count, as within brackets.
    pub word: Range<usize>,
}

/// Checks an expression.
pub(super) fn expression(text: &str, lexemes: &[Lexeme], place: &Place) -> Result<(), Problem> {
    let last = lexemes.last().map_or(0, |l| l.end);
    let (ends, end) = match place {
        Place::Alone => (Ends::Text, Next { lexeme: last..last, word: last..last }),
        Place::Argument(next) | Place::SingleLine(next) => (Ends::Line, next.clone()),
    };
    let single = matches!(place, Place::SingleLine(_));
    let mut checker = Checker { text, lexemes, at: 0, end, depth: 0, brackets: 0, ends, single };
    checker.expr(false)?;
    checker.skip_newlines();
    let Some(extra) = checker.peek() else { return Ok(()) };
    let in_body = *place != Place::Alone;
    let problem = match place {
        Place::SingleLine(_) => {
            let detail = match checker.word() {
                "," => {
                    "Single-line block syntax can include only one argument definition. To define multiple arguments, \
                     use the multi-line block syntax with one argument definition per line."
                }
                _ => SINGLE,
            };
            Problem::new("Invalid single-argument block definition", detail, extra.range())
        }
        Place::Argument(_) => {
            let detail = "An argument definition must end with a newline.";
            Problem::new("Missing newline after argument", detail, extra.range())
        }
        Place::Alone => {
            let detail = "An expression was successfully parsed, but extra characters were found after it.";
            Problem::new("Extra characters after expression", detail, extra.range())
        }
    };
    Err(match checker.word() {
        "&" => problem.hint("Write && for the logical operator."),
        "|" => problem.hint("Write || for the logical operator."),
        "=" => problem.hint("Write == to compare."),
        "and" => problem.hint("Write && for \"and\"."),
        "or" => problem.hint("Write || for \"or\"."),
        _ if in_body => problem.hint("Put each argument on a line of its own."),
        _ => problem,
    })
}

const NO_START: &str = "Expected the start of an expression, but found an invalid expression token.";
const SINGLE: &str =
    "A single-line block definition must end with a closing brace immediately after its single argument definition.";
const NO_NAME: &str = "An attribute name is required after a dot.";

struct Checker<'a> {
    text: &'a str,
    lexemes: &'a [Lexeme],
    at: usize,
    /// What follows the lexemes: errors about something missing point here.
    end: Next,
    depth: usize,
    /// Open brackets within which line breaks do not count.
    brackets: usize,
    ends: Ends,
    /// The block around stands on one line.
    single: bool,
}

/// What ends an expression.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    /// Nothing follows: the text itself ends.
    Text,
    Line,
    Brace,
}

type Check = Result<(), Problem>;

impl<'a> Checker<'a> {
    fn peek(&self) -> Option<Lexeme> {
        self.lexemes.get(self.at).copied()
    }

    fn kind(&self) -> Option<Kind> {
        self.peek().map(|l| l.kind)
    }

    /// The text of the next lexeme.
    fn word(&self) -> &'a str {
        self.peek().and_then(|l| self.text.get(l.range())).unwrap_or("")
    }

    fn word_at(&self, ahead: usize) -> &'a str {
        self.lexemes.get(self.at + ahead).and_then(|l| self.text.get(l.range())).unwrap_or("")
    }

    /// Whether the text ends here.
    fn at_end(&self) -> bool {
        self.peek().is_none() && self.ends == Ends::Text
    }

    fn here(&self) -> Range<usize> {
        let end = || if self.brackets > 0 { self.end.word.clone() } else { self.end.lexeme.clone() };
        self.peek().map_or_else(end, |l| l.range())
    }

    fn skip_newlines(&mut self) {
        while self.kind() == Some(Kind::Newline) {
            self.at += 1;
        }
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.word() == word;
        if found {
            self.at += 1;
        }
        found
    }

    fn ellipsis(&mut self) -> bool {
        let found = (0..3).all(|i| self.word_at(i) == ".");
        if found {
            self.at += 3;
        }
        found
    }

    fn fail(&self, summary: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(summary, detail, self.here())
    }

    fn expr(&mut self, free: bool) -> Check {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self
                .fail("Nesting too deep", format!("Expressions are nested more than {MAX_DEPTH} levels deep here."))
                .hint("Move inner parts to local values."));
        }
        self.operand(free)?;
        loop {
            if free {
                self.skip_newlines();
            }
            match self.word() {
                "+" | "-" | "*" | "/" | "%" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||" => {
                    self.at += 1;
                    self.operand(free)?;
                }
                "?" => {
                    self.at += 1;
                    self.expr(free)?;
                    if free {
                        self.skip_newlines();
                    }
                    if !self.take(":") {
                        let detail =
                            "The conditional operator (...?...:...) requires a false expression, delimited by a colon.";
                        return Err(Problem::new("Missing false expression in conditional", detail, self.here())
                            .hint("Write condition ? value : other value."));
                    }
                    self.expr(free)?;
                }
                _ => break,
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn operand(&mut self, free: bool) -> Check {
        loop {
            if free {
                self.skip_newlines();
            }
            if !self.take("-") && !self.take("!") {
                break;
            }
        }
        let Some(lexeme) = self.peek() else { return Err(self.no_expression()) };
        match lexeme.kind {
            Kind::Number => self.number(lexeme)?,
            Kind::Str => {
                self.at += 1;
                self.template(lexeme.start + 1..lexeme.end - 1, true)?;
            }
            Kind::Heredoc => {
                self.at += 1;
                let text = self.text.get(lexeme.range()).unwrap_or("");
                let (start, end) = (text.find('\n').unwrap_or(0) + 1, text.rfind('\n').unwrap_or(0) + 1);
                self.template(lexeme.start + start..lexeme.start + end.max(start), false)?;
            }
            Kind::OpenStr | Kind::OpenHeredoc => return Err(unterminated(self.text, lexeme)),
            Kind::Word => {
                self.at += 1;
                self.brackets += 1;
                self.call(lexeme)?;
                self.brackets -= 1;
            }
            Kind::Open('(') => {
                self.at += 1;
                self.brackets += 1;
                self.expr(true)?;
                let detail = "Expected a closing parenthesis to terminate the expression.";
                self.close(")", "Unbalanced parentheses", detail)?;
                self.brackets -= 1;
            }
            Kind::Open('[') => {
                self.at += 1;
                self.brackets += 1;
                self.tuple()?;
                self.brackets -= 1;
            }
            Kind::Open('{') => {
                self.at += 1;
                self.object()?;
            }
            _ => return Err(self.no_expression()),
        }
        self.steps(free)
    }

    fn no_expression(&self) -> Problem {
        let mut at = self.here();
        if at.is_empty() {
            // At the end of a text there is nothing to underline but what stands before.
            let before = self.at.checked_sub(1).and_then(|i| self.lexemes.get(i));
            at = before.map_or(at, |l| l.range());
        }
        let hint = match self.word() {
            "<" if self.word_at(1) == "<" => {
                "A heredoc begins with <<, directly followed by a bare name and the end of the line."
            }
            _ => "",
        };
        let problem = match self.kind() {
            None if self.ends == Ends::Text => {
                let detail = "Expected the start of an expression, but found the end of the file.";
                Problem::new("Missing expression", detail, at)
            }
            _ => Problem::new("Invalid expression", NO_START, at),
        };
        if hint.is_empty() { problem } else { problem.hint(hint) }
    }

    fn number(&mut self, lexeme: Lexeme) -> Check {
        let digits = self.word();
        self.at += 1;
        // The sign of an exponent is a lexeme of its own.
        if digits.ends_with(['e', 'E']) && matches!(self.word(), "+" | "-") {
            self.at += 1;
            if self.kind() == Some(Kind::Number) {
                self.at += 1;
                return Ok(());
            }
        } else if digits.parse::<f64>().is_ok() && !digits.ends_with('.') {
            return Ok(());
        }
        if digits.ends_with('.') {
            return Err(Problem::new("Invalid attribute name", NO_NAME, lexeme.range())
                .hint("A decimal point must be followed by digits."));
        }
        if digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            let detail = "Failed to recognize the value of this number literal.";
            return Err(Problem::new("Invalid number literal", detail, lexeme.range()));
        }
        let (summary, detail) = match self.ends {
            Ends::Line if self.single => ("Invalid single-argument block definition", SINGLE),
            Ends::Line => ("Missing newline after argument", "An argument definition must end with a newline."),
            _ => (
                "Extra characters after expression",
                "An expression was successfully parsed, but extra characters were found after it.",
            ),
        };
        let digits = digits.bytes().take_while(u8::is_ascii_digit).count();
        Err(Problem::new(summary, detail, lexeme.start + digits..lexeme.end)
            .hint("Put text that is no number in double quotes."))
    }

    fn call(&mut self, name: Lexeme) -> Check {
        let mut namespaced = false;
        while self.word() == ":" && self.word_at(1) == ":" {
            self.at += 2;
            namespaced = true;
            if self.kind() != Some(Kind::Word) {
                let detail = "Function scope resolution symbol :: must be followed by a function name in this scope.";
                return Err(self.fail("Missing function name", detail));
            }
            self.at += 1;
        }
        if self.kind() != Some(Kind::Open('(')) {
            if namespaced {
                let range = name.start..self.lexemes.get(self.at - 1).map_or(name.end, |l| l.end);
                let detail = "Function selector must be followed by an open parenthesis to begin the function call.";
                return Err(Problem::new("Missing open parenthesis", detail, range));
            }
            return Ok(());
        }
        self.at += 1;
        loop {
            self.skip_newlines();
            if self.take(")") {
                return Ok(());
            }
            self.expr(true)?;
            self.skip_newlines();
            if self.ellipsis() {
                self.take(",");
                let detail =
                    "An expanded function argument (with ...) must be immediately followed by closing parentheses.";
                return self.close(")", "Missing closing parenthesis", detail);
            }
            if self.at_end() {
                let detail = "There is no closing parenthesis for this function call before the end of the file. This may \
                              be caused by incorrect parenthesis nesting elsewhere in this file.";
                return Err(Problem::new("Unterminated function call", detail, name.range()));
            }
            if self.word() != ")" && !self.take(",") {
                let detail = "A comma is required to separate each function argument from the next.";
                return Err(self
                    .fail("Missing argument separator", detail)
                    .hint("Add a comma, or close the call with \")\"."));
            }
        }
    }

    fn close(&mut self, bracket: &str, summary: &'static str, detail: &str) -> Check {
        self.skip_newlines();
        if self.take(bracket) { Ok(()) } else { Err(self.fail(summary, detail)) }
    }

    fn tuple(&mut self) -> Check {
        let open = self.before();
        self.skip_newlines();
        if self.word() == "for" && self.kind() == Some(Kind::Word) {
            self.for_intro()?;
            self.expr(true)?;
            self.skip_newlines();
            if self.word() == "=>" {
                let detail = "Key expression is not valid when building a tuple.";
                return Err(self
                    .fail("Invalid 'for' expression", detail)
                    .hint("Use {for … : key => value} for an object."));
            }
            if self.ellipsis() {
                self.at -= 3;
                let detail = "Grouping ellipsis (...) cannot be used when building a tuple.";
                return Err(self
                    .fail("Invalid 'for' expression", detail)
                    .hint("Use {for … : key => value...} to group by a key."));
            }
            return self.for_end("]");
        }
        loop {
            self.skip_newlines();
            if self.take("]") {
                return Ok(());
            }
            self.expr(true)?;
            self.skip_newlines();
            if self.at_end() {
                let detail = "There is no corresponding closing bracket before the end of the file. This may be caused by \
                              incorrect bracket nesting elsewhere in this file.";
                return Err(Problem::new("Unterminated tuple constructor expression", detail, open));
            }
            if self.word() != "]" && !self.take(",") {
                return Err(self
                    .fail("Missing item separator", "Expected a comma to mark the beginning of the next item.")
                    .hint("Add a comma, or close the list with \"]\"."));
            }
        }
    }

    fn object(&mut self) -> Check {
        let open = self.before();
        self.skip_newlines();
        if self.word() == "for" && self.kind() == Some(Kind::Word) {
            self.for_intro()?;
            self.expr(true)?;
            self.skip_newlines();
            if !self.take("=>") {
                return Err(self
                    .fail("Invalid 'for' expression", "Key expression is required when building an object.")
                    .hint("Write {for … : key => value}, or use [for … : value] for a list."));
            }
            self.expr(true)?;
            self.skip_newlines();
            self.ellipsis();
            return self.for_end("}");
        }
        loop {
            self.skip_newlines();
            if self.take("}") {
                return Ok(());
            }
            self.expr(false)?;
            let unterminated = || {
                let detail = "There is no corresponding closing brace before the end of the file. This may be caused by \
                              incorrect brace nesting elsewhere in this file.";
                Problem::new("Unterminated object constructor expression", detail, open.clone())
            };
            match self.kind() {
                None if self.at_end() => return Err(unterminated()),
                Some(Kind::Newline) => {
                    let detail = "Expected an attribute value, introduced by an equals sign (\"=\").";
                    return Err(self.fail("Missing attribute value", detail));
                }
                _ if !self.take("=") && !self.take(":") => {
                    let detail = "Expected an equals sign (\"=\") to mark the beginning of the attribute value.";
                    return Err(self.fail("Missing key/value separator", detail));
                }
                _ => {}
            }
            self.expr(false)?;
            if self.at_end() {
                return Err(unterminated());
            }
            if !matches!(self.kind(), Some(Kind::Newline)) && self.word() != "}" && !self.take(",") {
                let detail = "Expected a newline or comma to mark the beginning of the next attribute.";
                return Err(self
                    .fail("Missing attribute separator", detail)
                    .hint("Add a comma, or put the item on a line of its own."));
            }
        }
    }

    fn for_intro(&mut self) -> Check {
        self.at += 1;
        let names = [
            "For expression requires variable name after 'for'.",
            "For expression requires value variable name after comma.",
        ];
        for detail in names {
            self.skip_newlines();
            if self.kind() != Some(Kind::Word) {
                return Err(self
                    .fail("Invalid 'for' expression", detail)
                    .hint("A key \"for\" of an object must be quoted."));
            }
            self.at += 1;
            self.skip_newlines();
            if !self.take(",") {
                break;
            }
        }
        if !self.take("in") {
            let detail = "For expression requires the 'in' keyword after its name declarations.";
            return Err(self.fail("Invalid 'for' expression", detail));
        }
        self.expr(true)?;
        self.skip_newlines();
        if self.take(":") {
            return Ok(());
        }
        Err(self.fail("Invalid 'for' expression", "For expression requires a colon after the collection expression."))
    }

    /// Where the lexeme before stands.
    fn before(&self) -> Range<usize> {
        let before = self.at.checked_sub(1).and_then(|i| self.lexemes.get(i));
        before.map_or_else(|| self.here(), |l| l.range())
    }

    fn for_end(&mut self, bracket: &str) -> Check {
        self.skip_newlines();
        if self.word() == "if" {
            self.at += 1;
            self.expr(true)?;
        }
        self.close(bracket, "Invalid 'for' expression", "Extra characters after the end of the 'for' expression.")
    }

    fn steps(&mut self, free: bool) -> Check {
        loop {
            if free && self.kind() == Some(Kind::Newline) {
                let next = self.lexemes[self.at..].iter().position(|l| l.kind != Kind::Newline).unwrap_or(0);
                if !matches!(self.word_at(next), "." | "[") {
                    return Ok(());
                }
                self.at += next;
            }
            if self.kind() == Some(Kind::Open('[')) {
                self.at += 1;
                self.skip_newlines();
                if self.take("*") {
                    let detail =
                        "The star for a full splat operator must be immediately followed by a closing bracket (\"]\").";
                    self.close("]", "Missing close bracket on splat index", detail)?;
                    continue;
                }
                self.expr(true)?;
                let detail = "The index operator must end with a closing bracket (\"]\").";
                self.close("]", "Missing close bracket on index", detail)?;
            } else if self.word() == "." && !(self.word_at(1) == "." && self.word_at(2) == ".") {
                self.at += 1;
                self.skip_newlines();
                if !matches!(self.kind(), Some(Kind::Word | Kind::Number)) && self.word() != "*" {
                    let dot = self.lexemes.get(self.at - 1).map_or(self.here(), |l| l.range());
                    let range = if self.here().is_empty() { dot } else { self.here() };
                    return Err(Problem::new("Invalid attribute name", NO_NAME, range)
                        .hint("Write [\"…\"] for a name that is not an identifier, and [0] for an index."));
                }
                self.at += 1;
            } else {
                return Ok(());
            }
        }
    }
}
