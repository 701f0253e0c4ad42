//! JSON text to a tree with spans.
//!
//! Knows nothing of configuration. Order and repetition of properties are kept, numbers keep their digits.

use std::ops::Range;

use crate::diag::{Diagnostic, Diagnostics, SourceId, Span};

use super::super::scan::MAX_DEPTH;

#[derive(Debug)]
pub(in crate::hcl) struct Node {
    pub kind: NodeKind,
    pub range: Range<usize>,
}

#[derive(Debug)]
pub(in crate::hcl) enum NodeKind {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(String),
    Str(Text),
    Array(Vec<Node>),
    Object(Vec<(Text, Node)>),
}

/// A string with its place in the source, quotes included.
#[derive(Debug)]
pub(in crate::hcl) struct Text {
    pub value: String,
    pub range: Range<usize>,
    /// Where escapes are: bytes of the value and of the source at which both are in step again.
    steps: Vec<(usize, usize)>,
}

impl Text {
    /// Place in the source of a byte of the value.
    pub fn locate(&self, byte: usize) -> usize {
        let step = self.steps.partition_point(|(value, _)| *value <= byte).checked_sub(1);
        let (value, source) = step.and_then(|i| self.steps.get(i)).copied().unwrap_or((0, self.range.start + 1));
        (source + (byte - value)).min(self.range.end)
    }
}

/// Reads one value that makes up the whole text; `None` where the text breaks off in an error.
pub(in crate::hcl) fn read(source: SourceId, text: &str, base: usize, found: &mut Diagnostics) -> Option<Node> {
    let mut reader = Reader { source, text, base, at: 0, found };
    let node = reader.value(0)?;
    reader.blanks();
    if reader.at < text.len() {
        let end = text.trim_end().len();
        reader.fail(reader.at..end, "Extra characters after JSON value", "The value is complete before this.", "");
    }
    Some(node)
}

/// The objects and arrays below a value with their paths (`a.b[0]`), outer before inner.
pub(in crate::hcl) fn paths(node: &Node, path: &str, out: &mut Vec<(Range<usize>, String)>) {
    let mut inner = |node: &Node, path: String| {
        if matches!(node.kind, NodeKind::Array(_) | NodeKind::Object(_)) {
            out.push((node.range.clone(), path.clone()));
            paths(node, &path, out);
        }
    };
    match &node.kind {
        NodeKind::Object(items) => {
            for (key, value) in items {
                let dot = if path.is_empty() { "" } else { "." };
                inner(value, format!("{path}{dot}{}", key.value));
            }
        }
        NodeKind::Array(items) => items.iter().enumerate().for_each(|(i, item)| inner(item, format!("{path}[{i}]"))),
        _ => {}
    }
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    base: usize,
    at: usize,
    found: &'a mut Diagnostics,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn range(&self, start: usize) -> Range<usize> {
        self.base + start..self.base + self.at
    }

    fn fail(&mut self, range: Range<usize>, summary: &str, detail: impl Into<String>, hint: &str) {
        let span = Span::new(self.source, self.base + range.start..self.base + range.end);
        let diagnostic = Diagnostic::error(summary, detail).at(span);
        self.found.push(if hint.is_empty() { diagnostic } else { diagnostic.hint(hint) });
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    /// The next character or word, for messages.
    fn here(&self) -> (Range<usize>, String) {
        let rest = self.rest();
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let len = if word == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { word };
        let shown = if len == 0 { "the end of the file".to_owned() } else { format!("\"{}\"", &rest[..len]) };
        (self.at..self.at + len, shown)
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.blanks();
        let start = self.at;
        if depth > MAX_DEPTH {
            self.fail(
                start..start + 1,
                "Nesting too deep",
                format!("Values are nested more than {MAX_DEPTH} levels deep here."),
                "",
            );
            return None;
        }
        let kind = match self.peek() {
            Some('{') => NodeKind::Object(self.object(depth)?),
            Some('[') => NodeKind::Array(self.array(depth)?),
            Some('"') => NodeKind::Str(self.string()?),
            Some(c) if c == '-' || c.is_ascii_digit() => NodeKind::Number(self.number()?),
            _ => self.word()?,
        };
        Some(Node { kind, range: self.range(start) })
    }

    fn word(&mut self) -> Option<NodeKind> {
        let (range, shown) = self.here();
        let kind = match &self.text[range.clone()] {
            "null" => NodeKind::Null,
            "true" => NodeKind::Bool(true),
            "false" => NodeKind::Bool(false),
            "'" => {
                self.fail(range, "Invalid JSON value", "JSON strings stand in double quotes.", "Replace ' by \".");
                return None;
            }
            "#" | "/" => {
                self.fail(
                    range,
                    "Invalid JSON value",
                    "JSON has no comments.",
                    "Use a property named \"//\" for a comment.",
                );
                return None;
            }
            word => {
                let hint = if word.starts_with(char::is_alphabetic) {
                    format!("Put {word} in double quotes.")
                } else {
                    String::new()
                };
                self.fail(
                    range,
                    "Invalid JSON value",
                    format!("Expected the start of a JSON value, but {shown} was found."),
                    &hint,
                );
                return None;
            }
        };
        self.at = range.end;
        Some(kind)
    }

    fn number(&mut self) -> Option<String> {
        let start = self.at;
        let rest = self.rest();
        let len =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.')).unwrap_or(rest.len());
        let digits = &rest[..len];
        self.at += len;
        if is_number(digits) {
            return Some(digits.to_owned());
        }
        self.fail(
            start..start + len,
            "Invalid JSON number",
            format!("\"{digits}\" is not a number that JSON allows."),
            "",
        );
        None
    }

    fn string(&mut self) -> Option<Text> {
        let start = self.at;
        let mut value = String::new();
        let mut steps = Vec::new();
        self.at += 1;
        loop {
            let Some(c) = self.peek() else {
                let line = self.text[start..].lines().next().map_or(1, str::len);
                self.fail(start..start + line, "Unterminated JSON string", "There is no closing double quote.", "");
                return None;
            };
            match c {
                '"' => {
                    self.at += 1;
                    return Some(Text { value, range: self.range(start), steps });
                }
                '\\' => {
                    value.push(self.escape()?);
                    steps.push((value.len(), self.base + self.at));
                }
                '\n' | '\r' => {
                    self.fail(
                        start..self.at,
                        "Unterminated JSON string",
                        "There is no closing double quote on this line.",
                        "Close the string with a double quote, or write \\n for a line break.",
                    );
                    return None;
                }
                c => {
                    value.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let start = self.at;
        let rest = self.rest();
        let second = rest.chars().nth(1);
        let plain = match second {
            Some(c @ ('"' | '\\' | '/')) => Some(c),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            _ => None,
        };
        if let Some(c) = plain {
            self.at += 2;
            return Some(c);
        }
        let unit = |at: usize| {
            let digits = rest.get(at..)?.strip_prefix("\\u")?.get(..4)?;
            let valid = digits.bytes().all(|b| b.is_ascii_hexdigit());
            valid.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
        };
        let Some(first) = unit(0) else {
            let len = 1 + second.map_or(0, char::len_utf8);
            self.fail(
                start..start + len,
                "Invalid escape sequence",
                "Valid escapes are \\n, \\r, \\t, \\b, \\f, \\\", \\\\, \\/ and \\uNNNN.",
                "Write \\\\ for a backslash.",
            );
            return None;
        };
        self.at += 6;
        if let (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) = (first, unit(6)) {
            self.at += 6;
            return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        }
        Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn array(&mut self, depth: usize) -> Option<Vec<Node>> {
        let start = self.at;
        let mut items = Vec::new();
        self.at += 1;
        while self.more(start, ']', !items.is_empty())? {
            items.push(self.value(depth + 1)?);
        }
        Some(items)
    }

    fn object(&mut self, depth: usize) -> Option<Vec<(Text, Node)>> {
        let start = self.at;
        let mut items = Vec::new();
        self.at += 1;
        while self.more(start, '}', !items.is_empty())? {
            if self.peek() != Some('"') {
                let (range, shown) = self.here();
                let hint = if shown.len() > 3 { "Property names stand in double quotes." } else { "" };
                self.fail(
                    range,
                    "Invalid JSON property name",
                    format!("Expected a property name, but {shown} was found."),
                    hint,
                );
                return None;
            }
            let key = self.string()?;
            self.blanks();
            if self.peek() == Some(':') {
                self.at += 1;
            } else {
                let (range, shown) = self.here();
                let hint = if shown == "\"=\"" { "Write : in place of =." } else { "" };
                let detail = format!("A property name must be followed by a colon, but {shown} was found.");
                self.fail(range, "Missing property value colon", detail, hint);
                if shown != "\"=\"" {
                    return None;
                }
                self.at += 1;
            }
            items.push((key, self.value(depth + 1)?));
        }
        Some(items)
    }

    /// Goes to the next item, or behind the closing bracket. Wrong commas are reported and read over.
    fn more(&mut self, start: usize, close: char, behind_item: bool) -> Option<bool> {
        self.blanks();
        let at = self.at;
        match self.peek() {
            None => {
                let open = if close == ']' { '[' } else { '{' };
                let detail = format!("There is no matching \"{close}\" for this \"{open}\".");
                self.fail(start..start + 1, "Unclosed bracket", detail, "");
                return None;
            }
            Some(c) if c == close => {
                self.at += 1;
                return Some(false);
            }
            Some(',') if behind_item => {
                self.at += 1;
                self.blanks();
                if self.peek() == Some(close) {
                    self.at += 1;
                    self.fail(at..at + 1, "Trailing comma", "JSON allows no comma behind the last item.", "Remove it.");
                    return Some(false);
                }
            }
            Some(c) if behind_item && (c == '"' || c == '{' || c == '[') => {
                let before = self.text[..at].trim_end().len();
                self.fail(
                    before..at + 1,
                    "Missing comma",
                    "Items are separated by commas.",
                    "Put a comma between the two.",
                );
            }
            Some(_) if behind_item => {
                let (range, shown) = self.here();
                let detail = format!("Expected a comma or \"{close}\", but {shown} was found.");
                self.fail(range, "Missing comma", detail, "");
                return None;
            }
            Some(_) => {}
        }
        Some(true)
    }
}

/// Whether these are a number by RFC 8259, section 6.
fn is_number(text: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
