//! The grammar of expressions once more, only to say where and why a text departs from it.
//!
//! Builds no tree. It runs on texts that the parser has refused, and its first finding is told.

use std::ops::Range;

use super::explain::{Problem, lexical};
use super::scan::{self, Kind, Lexeme, MAX_DEPTH};

/// Checks an expression; `in_body` says that it is the value of an argument.
pub(super) fn expression(text: &str, lexemes: &[Lexeme], in_body: bool) -> Result<(), Problem> {
    let mut checker = Checker { text, lexemes, at: 0, end: lexemes.last().map_or(0, |l| l.end), depth: 0, in_body };
    checker.expr(false)?;
    checker.skip_newlines();
    let Some(extra) = checker.peek() else { return Ok(()) };
    let shown = checker.shown();
    Err(match checker.word() {
        "&" | "|" => {
            let twice = checker.word().repeat(2);
            Problem::new("Unsupported operator", "There are no operators on bits.", extra.range())
                .hint(format!("Write {twice} for the logical operator."))
        }
        "=" => Problem::new("Unsupported operator", "A value cannot be set within an expression.", extra.range())
            .hint("Write == to compare."),
        word @ ("and" | "or") => {
            let operator = if word == "and" { "&&" } else { "||" };
            Problem::new("Unsupported operator", format!("There is no operator \"{word}\"."), extra.range())
                .hint(format!("Write {operator}."))
        }
        _ if in_body => Problem::new(
            "Missing newline after argument",
            format!("An argument must end with its line, but {shown} was found."),
            extra.range(),
        )
        .hint("Put each argument on a line of its own."),
        _ => Problem::new(
            "Extra characters after expression",
            format!("The expression is complete before this, but {shown} was found."),
            extra.range(),
        ),
    })
}

/// Checks a template; `quoted` says that escapes are read in it.
pub(super) fn template(text: &str, range: Range<usize>, quoted: bool) -> Result<(), Problem> {
    Checker { text, lexemes: &[], at: 0, end: range.end, depth: 0, in_body: false }.template(range, quoted)
}

struct Checker<'a> {
    text: &'a str,
    lexemes: &'a [Lexeme],
    at: usize,
    /// Where the text ends: errors about something missing point here.
    end: usize,
    depth: usize,
    in_body: bool,
}

/// A template directive that waits for its end.
struct Directive {
    keyword: &'static str,
    range: Range<usize>,
    /// Whether no `else` may come any more.
    has_else: bool,
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

    fn shown(&self) -> String {
        match self.kind() {
            None if self.in_body => "the end of the line".into(),
            None => "the end".into(),
            Some(Kind::Newline) => "the end of the line".into(),
            Some(Kind::Str) => self.word().to_owned(),
            Some(Kind::Heredoc) => "a heredoc".into(),
            Some(_) => format!("\"{}\"", self.word()),
        }
    }

    fn here(&self) -> Range<usize> {
        self.peek().map_or(self.end..self.end, |l| l.range())
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

    fn fail(&self, summary: &'static str, detail: String) -> Problem {
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
                    let question = self.here();
                    self.at += 1;
                    self.expr(free)?;
                    if free {
                        self.skip_newlines();
                    }
                    if !self.take(":") {
                        let detail =
                            format!("A conditional needs \":\" and a second value, but {} was found.", self.shown());
                        let range = if self.kind().is_none_or(|k| k == Kind::Newline) { question } else { self.here() };
                        return Err(Problem::new("Missing false expression in conditional", detail, range)
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
            Kind::Word => {
                self.at += 1;
                self.call(lexeme)?;
            }
            Kind::Open('(') => {
                self.at += 1;
                self.expr(true)?;
                self.close(")", "Unbalanced parentheses", "Expected \")\"")?;
            }
            Kind::Open('[') => {
                self.at += 1;
                self.tuple()?;
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
        if at.is_empty() || self.kind() == Some(Kind::Newline) {
            // At the end of a line there is nothing to underline but what stands before.
            let before = self.at.checked_sub(1).and_then(|i| self.lexemes.get(i));
            at = before.map_or(at, |l| l.range());
        }
        let hint = match self.word() {
            "<" if self.word_at(1) == "<" => {
                "A heredoc begins with <<, directly followed by a bare name and the end of the line."
            }
            _ => "",
        };
        let problem = Problem::new(
            "Invalid expression",
            format!("Expected the start of an expression, but {} was found.", self.shown()),
            at,
        );
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
        let dot = digits.ends_with('.') && digits[..digits.len() - 1].parse::<f64>().is_ok();
        Err(if dot {
            Problem::new("Invalid number literal", "A decimal point must be followed by digits.", lexeme.range())
        } else {
            Problem::new("Invalid number literal", format!("\"{digits}\" is not a decimal number."), lexeme.range())
                .hint("Put other text in double quotes.")
        })
    }

    fn call(&mut self, name: Lexeme) -> Check {
        let mut namespaced = false;
        while self.word() == ":" && self.word_at(1) == ":" {
            self.at += 2;
            namespaced = true;
            if self.kind() != Some(Kind::Word) {
                return Err(self.fail(
                    "Missing function name",
                    format!("\"::\" must be followed by a name, but {} was found.", self.shown()),
                ));
            }
            self.at += 1;
        }
        if self.kind() != Some(Kind::Open('(')) {
            if namespaced {
                let range = name.start..self.lexemes.get(self.at - 1).map_or(name.end, |l| l.end);
                return Err(Problem::new(
                    "Missing open parenthesis",
                    "The name of a function must be followed by \"(\".",
                    range,
                ));
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
                self.skip_newlines();
                return self.close(
                    ")",
                    "Missing closing parenthesis",
                    "An argument with ... is the last one: expected \")\"",
                );
            }
            if self.word() != ")" && !self.take(",") {
                return Err(self
                    .fail(
                        "Missing argument separator",
                        format!("Arguments are separated by commas, but {} was found.", self.shown()),
                    )
                    .hint("Add a comma, or close the call with \")\"."));
            }
        }
    }

    fn close(&mut self, bracket: &str, summary: &'static str, wanted: &str) -> Check {
        self.skip_newlines();
        if self.take(bracket) {
            return Ok(());
        }
        Err(self.fail(summary, format!("{wanted} here, but {} was found.", self.shown())))
    }

    fn tuple(&mut self) -> Check {
        self.skip_newlines();
        if self.word() == "for" && self.kind() == Some(Kind::Word) {
            self.for_intro()?;
            self.expr(true)?;
            self.skip_newlines();
            if self.ellipsis() {
                self.at -= 3;
                return Err(self
                    .fail("Invalid 'for' expression", "A list cannot group values with \"...\".".into())
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
            if self.word() != "]" && !self.take(",") {
                return Err(self
                    .fail(
                        "Missing item separator",
                        format!("Items of a list are separated by commas, but {} was found.", self.shown()),
                    )
                    .hint("Add a comma, or close the list with \"]\"."));
            }
        }
    }

    fn object(&mut self) -> Check {
        self.skip_newlines();
        if self.word() == "for" && self.kind() == Some(Kind::Word) {
            self.for_intro()?;
            self.expr(true)?;
            self.skip_newlines();
            if !self.take("=>") {
                let detail = format!("Expected \"=>\" between key and value, but {} was found.", self.shown());
                return Err(self
                    .fail("Invalid 'for' expression", detail)
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
            if !self.take("=") && !self.take(":") {
                let detail =
                    format!("An object key must be followed by = (or :) and a value, but {} was found.", self.shown());
                return Err(self.fail("Missing attribute value", detail));
            }
            self.expr(false)?;
            if !matches!(self.kind(), Some(Kind::Newline)) && self.word() != "}" && !self.take(",") {
                let detail =
                    format!("Items of an object are separated by newlines or commas, but {} was found.", self.shown());
                return Err(self
                    .fail("Missing attribute separator", detail)
                    .hint("Add a comma, or put the item on a line of its own."));
            }
        }
    }

    fn for_intro(&mut self) -> Check {
        self.at += 1;
        loop {
            self.skip_newlines();
            if self.kind() != Some(Kind::Word) || self.word() == "in" && self.word_at(1) != "in" {
                let detail = format!("Expected the name of a variable after \"for\", but {} was found.", self.shown());
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
        self.collection()?;
        self.skip_newlines();
        if self.take(":") {
            return Ok(());
        }
        let detail = format!("Expected \":\" behind the collection, but {} was found.", self.shown());
        Err(self.fail("Invalid 'for' expression", detail))
    }

    fn collection(&mut self) -> Check {
        if !self.take("in") {
            let detail = format!("Expected \"in\" and a collection, but {} was found.", self.shown());
            return Err(self.fail("Invalid 'for' expression", detail));
        }
        self.expr(true)
    }

    fn for_end(&mut self, bracket: &str) -> Check {
        self.skip_newlines();
        if self.word() == "if" {
            self.at += 1;
            self.expr(true)?;
        }
        self.close(bracket, "Invalid 'for' expression", &format!("Expected \"{bracket}\""))
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
                if self.word() == "*" && self.word_at(1) == "]" {
                    self.at += 2;
                    continue;
                }
                self.expr(true)?;
                self.close("]", "Missing close bracket on index", "Expected \"]\"")?;
            } else if self.word() == "." && !(self.word_at(1) == "." && self.word_at(2) == ".") {
                self.at += 1;
                self.skip_newlines();
                if !matches!(self.kind(), Some(Kind::Word | Kind::Number)) && self.word() != "*" {
                    let dot = self.lexemes.get(self.at - 1).map_or(self.here(), |l| l.range());
                    let range = if matches!(self.kind(), None | Some(Kind::Newline)) { dot } else { self.here() };
                    let detail =
                        format!("A dot must be followed by the name of an attribute, but {} was found.", self.shown());
                    return Err(Problem::new("Invalid attribute name", detail, range)
                        .hint("Write [\"…\"] for a name that is not an identifier, and [0] for an index."));
                }
                self.at += 1;
            } else {
                return Ok(());
            }
        }
    }

    fn template(&mut self, range: Range<usize>, quoted: bool) -> Check {
        let mut open: Vec<Directive> = Vec::new();
        let mut at = range.start;
        while let Some(rest) = self.text.get(at..range.end).filter(|r| !r.is_empty()) {
            let bytes = rest.as_bytes();
            match bytes {
                [b'\\', ..] if quoted => at += escape(rest).ok_or_else(|| bad_escape(rest, at))?.1,
                [a @ (b'$' | b'%'), b, b'{', ..] if a == b => at += 3,
                [marker @ (b'$' | b'%'), b'{', ..] => {
                    let inner = at + 2;
                    let Some(lexemes) = scan::lexemes_in_braces(self.text, inner..range.end) else {
                        let detail = format!("There is no \"}}\" that closes this \"{}{{\".", char::from(*marker));
                        return Err(Problem::new("Unclosed template sequence", detail, at..inner).hint(format!(
                            "Add \"}}\", or write {0}{0}{{ where the characters themselves are meant.",
                            char::from(*marker)
                        )));
                    };
                    let (lexemes, end) = lexemes;
                    let mut lexemes = lexemes.as_slice();
                    if let [Lexeme { kind: Kind::Bad('~'), start, .. }, inside @ ..] = lexemes
                        && *start == inner
                    {
                        lexemes = inside;
                    }
                    if let [inside @ .., Lexeme { kind: Kind::Bad('~'), .. }] = lexemes {
                        lexemes = inside;
                    }
                    if let Some(problem) = lexical(self.text, lexemes) {
                        return Err(problem);
                    }
                    let mut checker =
                        Checker { text: self.text, lexemes, at: 0, end, depth: self.depth, in_body: false };
                    if *marker == b'$' {
                        checker.interpolation(at..end + 1)?;
                    } else {
                        checker.directive(at..end + 1, &mut open)?;
                    }
                    at = end + 1;
                }
                _ => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        match open.pop() {
            Some(Directive { keyword, range, .. }) => Err(Problem::new(
                "Unexpected end of template",
                format!("This {keyword} directive is not ended."),
                range,
            )
            .hint(format!("Add %{{ end{keyword} }}."))),
            None => Ok(()),
        }
    }

    fn interpolation(&mut self, whole: Range<usize>) -> Check {
        self.skip_newlines();
        if self.peek().is_none() {
            return Err(Problem::new("Invalid expression", "Nothing stands between the braces.", whole)
                .hint("Write an expression, or $${ where the characters themselves are meant."));
        }
        self.expr(true)?;
        self.end_of_sequence()
    }

    fn end_of_sequence(&mut self) -> Check {
        self.skip_newlines();
        if self.peek().is_none() {
            return Ok(());
        }
        let detail = format!("Expected the closing brace of the template sequence, but {} was found.", self.shown());
        Err(self
            .fail("Extra characters after interpolation expression", detail)
            .hint("Within ${ and } stands one expression; quotes within it need no backslash."))
    }

    fn directive(&mut self, whole: Range<usize>, open: &mut Vec<Directive>) -> Check {
        self.skip_newlines();
        let keyword = self.word();
        let word = self.here();
        self.at += 1;
        match keyword {
            "if" => {
                self.expr(true)?;
                open.push(Directive { keyword: "if", range: whole, has_else: false });
            }
            "for" => {
                loop {
                    self.skip_newlines();
                    if self.kind() != Some(Kind::Word) {
                        let detail =
                            format!("Expected the name of a variable after \"for\", but {} was found.", self.shown());
                        return Err(self.fail("Invalid 'for' directive", detail));
                    }
                    self.at += 1;
                    self.skip_newlines();
                    if !self.take(",") {
                        break;
                    }
                }
                self.collection()?;
                open.push(Directive { keyword: "for", range: whole, has_else: true });
            }
            "else" => match open.last_mut() {
                Some(Directive { has_else, .. }) if !*has_else => *has_else = true,
                Some(Directive { keyword, .. }) => {
                    let detail = if *keyword == "for" {
                        "A for directive has no else."
                    } else {
                        "This if directive already has an else."
                    };
                    return Err(Problem::new("Unexpected else directive", detail, whole));
                }
                None => return Err(Problem::new("Unexpected else directive", "No if directive is open here.", whole)),
            },
            "endif" | "endfor" => {
                let kind = &keyword[3..];
                if open.pop().is_none_or(|opened| opened.keyword != kind) {
                    let summary =
                        if kind == "if" { "Unexpected endif directive" } else { "Unexpected endfor directive" };
                    return Err(Problem::new(summary, format!("No {kind} directive is open here."), whole));
                }
            }
            _ => {
                return Err(Problem::new(
                    "Invalid template control keyword",
                    "A directive begins with if, else, endif, for or endfor.",
                    if word.is_empty() { whole } else { word },
                )
                .hint("Write %%{ where the characters themselves are meant."));
            }
        }
        self.end_of_sequence()
    }
}

/// The character and the length of the escape sequence that begins here.
pub(super) fn escape(text: &str) -> Option<(char, usize)> {
    let digits = match text.as_bytes().get(1)? {
        b'n' => return Some(('\n', 2)),
        b'r' => return Some(('\r', 2)),
        b't' => return Some(('\t', 2)),
        b'"' => return Some(('"', 2)),
        b'\\' => return Some(('\\', 2)),
        b'u' => 4,
        b'U' => 8,
        _ => return None,
    };
    let code = text.get(2..2 + digits)?;
    let valid = code.bytes().all(|b| b.is_ascii_hexdigit());
    let c = valid.then(|| u32::from_str_radix(code, 16).ok()).flatten().and_then(char::from_u32)?;
    Some((c, 2 + digits))
}

pub(super) fn bad_escape(text: &str, at: usize) -> Problem {
    let mut chars = text.chars();
    let len = chars.by_ref().take(2).map(char::len_utf8).sum::<usize>();
    let (detail, len) = match text.as_bytes().get(1) {
        Some(kind @ (b'u' | b'U')) => {
            let digits = if *kind == b'u' { 4 } else { 8 };
            let given = chars.take_while(char::is_ascii_hexdigit).take(digits).count();
            (
                format!("\\{} must be followed by the {digits} hexadecimal digits of a character.", char::from(*kind)),
                len + given,
            )
        }
        _ => ("Valid escapes are \\n, \\r, \\t, \\\", \\\\, \\uNNNN and \\UNNNNNNNN.".to_owned(), len),
    };
    Problem::new("Invalid escape sequence", detail, at..at + len).hint("Write \\\\ for a backslash.")
}
