//! Diagnostics: what went wrong, where in the source, and how to mend it.
//!
//! Knows nothing of terminals: `cli::render` draws a diagnostic, this module only holds it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation as _;

/// Identity of one source text within [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A byte range in one source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(source: SourceId, range: Range<usize>) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { source, start: clamp(range.start), end: clamp(range.end) }
    }

    /// The smallest span that covers both; `self` where they lie in different sources.
    pub fn to(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One text that was read: a file, a `-var` argument, an environment variable.
#[derive(Clone, Debug)]
pub struct Source {
    pub name: String,
    pub text: Arc<str>,
}

/// All texts of one run; spans point into it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

/// A place as people count it: from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub byte: usize,
}

impl Sources {
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        self.list.push(Source { name: name.into(), text: text.into() });
        SourceId(u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX))
    }

    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.list.get(id.0 as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.list.iter().enumerate().map(|(i, s)| (SourceId(i as u32), s))
    }

    /// The source text under a span.
    pub fn snippet(&self, span: Span) -> &str {
        self.get(span.source).and_then(|s| s.text.get(span.range())).unwrap_or("")
    }

    /// A span in words: `main.tf:4,3-13`, over several lines `main.tf:4,3-6,2`.
    pub fn place(&self, span: Span) -> String {
        let (start, end) =
            (self.position(span.source, span.range().start), self.position(span.source, span.range().end));
        let name = self.get(span.source).map_or("", |s| &s.name);
        if start.line == end.line {
            format!("{name}:{},{}-{}", start.line, start.column, end.column)
        } else {
            format!("{name}:{},{}-{},{}", start.line, start.column, end.line, end.column)
        }
    }

    /// Line and column (in what a reader takes for characters: grapheme clusters) of a byte offset.
    pub fn position(&self, source: SourceId, byte: usize) -> Position {
        let text = self.get(source).map_or("", |s| &s.text);
        let mut byte = byte.min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &text[..byte];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].graphemes(true).count() + 1,
            byte,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
}

/// One finding, for a person and for machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Short and stable: the same words for the same cause.
    pub summary: String,
    /// What exactly, and why.
    pub detail: String,
    /// The resource, module or variable concerned.
    pub address: Option<String>,
    /// The part of the source that is guilty.
    pub span: Option<Span>,
    /// The construct around `span`, for example the header of its block.
    pub context: Option<Span>,
    /// A way out.
    pub hint: Option<String>,
    /// Path of the attribute of the resource, where the span is not known yet.
    pub attribute: Option<crate::addr::Path>,
    /// What the guilty expression refers to, and what that is.
    pub values: Vec<Involved>,
    /// Whether [`Diagnostic::values`] is all that there is to say: no expression around the guilty one adds to it.
    pub told: bool,
    /// A condition that the configuration itself states does not hold for what `address` names.
    pub checked: bool,
    /// The function whose call is guilty.
    pub call: Option<Box<Called>>,
    /// What makes the values guilty, where it is not what they are.
    pub because: Option<Because>,
}

/// Why a value is of no use in a place where another of its type would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    Unknown,
    Sensitive,
    Ephemeral,
}

/// A function as it was called, with what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The name as written: `core::upper`.
    pub as_written: String,
    /// The name without namespace.
    pub name: String,
    pub params: Vec<Parameter>,
    /// Any number of further arguments.
    pub variadic: Option<Parameter>,
    /// Type of the result, as JSON tells types.
    pub returns: serde_json::Value,
}

/// A parameter of a function; its type as JSON tells types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub ty: serde_json::Value,
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let further = self.variadic.as_ref().map(|p| format!("{}...", p.name));
        let names: Vec<String> = self.params.iter().map(|p| p.name.clone()).chain(further).collect();
        write!(f, "{}({})", self.as_written, names.join(", "))
    }
}

/// A reference in an expression with what its value is, as in `var.region` `is "eu-west-1"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Involved {
    pub reference: String,
    pub is: String,
}

impl Diagnostic {
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary, detail)
    }

    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary, detail)
    }

    fn new(severity: Severity, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity,
            summary: summary.into(),
            detail: detail.into(),
            address: None,
            span: None,
            context: None,
            hint: None,
            attribute: None,
            values: Vec::new(),
            told: false,
            checked: false,
            call: None,
            because: None,
        }
    }

    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    #[must_use]
    pub fn within(mut self, context: Span) -> Self {
        self.context = Some(context);
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn address(mut self, address: impl fmt::Display) -> Self {
        self.address = Some(address.to_string());
        self
    }

    #[must_use]
    pub fn values(mut self, values: Vec<Involved>) -> Self {
        self.values = values;
        self
    }

    #[must_use]
    pub fn because(mut self, because: Because) -> Self {
        self.because = Some(because);
        self
    }

    /// Names what was most likely meant, where anything was.
    #[must_use]
    pub fn meant(mut self, near: Option<&str>) -> Self {
        if let Some(near) = near {
            self.hint = Some(format!("Did you mean \"{near}\"?"));
        }
        self
    }

    /// Says that a condition of the configuration does not hold.
    #[must_use]
    pub fn checked(mut self) -> Self {
        self.checked = true;
        self
    }

    #[must_use]
    pub fn attribute(mut self, path: crate::addr::Path) -> Self {
        self.attribute = Some(path);
        self
    }
}

/// A list of findings; an operation has failed if one of them is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        other.into_iter().for_each(|d| self.push(d));
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Diagnostic> {
        self.list.iter_mut()
    }

    /// The value of a fallible step; its findings are kept here.
    pub fn take<T>(&mut self, result: Result<T, Diagnostics>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(found) => {
                self.extend(found);
                None
            }
        }
    }

    /// `value` if there are no errors, else all findings.
    pub fn or<T>(self, value: T) -> Result<T, Diagnostics> {
        if self.has_errors() { Err(self) } else { Ok(value) }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { list: vec![diagnostic] }
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        let mut all = Self::new();
        all.extend(iter);
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// The candidate that `name` was most likely meant to be.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(name, c), c))
        .filter(|(distance, c)| *distance <= (name.len().min(c.len()) / 3).max(1))
        .min()
        .map(|(_, c)| c)
}

/// What the operating system says, without the number that Rust adds.
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words).to_owned()
}

/// A text as a sentence: it begins with a capital letter and ends in a full stop.
pub fn sentence(text: &str) -> String {
    let mut chars = text.trim_end().chars();
    let Some(first) = chars.next() else { return String::new() };
    let stop = if text.trim_end().ends_with(['.', '!', '?', ':', ')']) { "" } else { "." };
    // A word such as `ec2:CreateVpc` or `iPhone` is a name and stays.
    let plain = text.split_whitespace().next().is_some_and(|w| w.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
    let first: String = if plain { first.to_uppercase().collect() } else { first.into() };
    format!("{first}{}{stop}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_one_and_in_characters() {
        let mut sources = Sources::default();
        let id = sources.add("a.tf", "x = 1\nä = 2\n");
        assert_eq!(sources.position(id, 0), Position { line: 1, column: 1, byte: 0 });
        assert_eq!(sources.position(id, 9), Position { line: 2, column: 3, byte: 9 });
        assert_eq!(sources.position(id, 999).line, 3);
        let family = sources.add("b.tf", "e\u{301} 👩‍👩‍👧=");
        assert_eq!(sources.position(family, "e\u{301} 👩‍👩‍👧".len()).column, 4);
    }

    #[test]
    fn texts_become_sentences() {
        for (text, expect) in [
            ("there is no role", "There is no role."),
            ("ec2:CreateVpc: denied", "ec2:CreateVpc: denied."),
            ("Done.", "Done."),
            ("", ""),
        ] {
            assert_eq!(sentence(text), expect);
        }
    }

    #[test]
    fn suggests_only_near_names() {
        let known = ["aws_vpc", "aws_subnet", "aws_route"];
        assert_eq!(did_you_mean("aws_subnt", known), Some("aws_subnet"));
        assert_eq!(did_you_mean("google_project", known), None);
    }
}
