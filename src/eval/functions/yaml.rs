//! Values to YAML, byte for byte as the language defines it: text is quoted, or a block where it has several lines.

use super::{Accepts, Function, Outcome, json, param, unknown};
use crate::value::{Kind, Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "yamlencode",
    &[param("value", Accepts::Any).null().unknown()],
    Outcome::Of(Accepts::String),
    |a| {
        let value = a.value(0)?;
        if !value.is_wholly_known() {
            return Ok(unknown(Type::String));
        }
        let mut writer = Writer { out: String::new(), column: 0, spaced: true, indented: true };
        writer.node(value, None, Place::Elsewhere);
        writer.line(0);
        if matches!(value.kind, Kind::Null(_) | Kind::Bool(_) | Kind::Number(_)) {
            writer.out.push_str("...\n");
        }
        Ok(Value::string(writer.out))
    },
)];

/// Quoted text is folded at the first space behind this column.
const WIDTH: usize = 80;

/// Columns of one level.
const LEVEL: usize = 2;

/// Most bytes of a key that stands in one line with its value.
const SIMPLE_KEY: usize = 128;

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the colon, in the line of the value.
    Key,
    /// Behind the colon.
    Value,
    Elsewhere,
}

struct Writer {
    out: String,
    column: usize,
    /// The last character is space.
    spaced: bool,
    /// The line holds nothing but indentation and the marks that count as such.
    indented: bool,
}

impl Writer {
    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn end_line(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
    }

    /// Goes to a column, in a new line unless this one has nothing behind that column yet.
    fn line(&mut self, column: usize) {
        if !self.indented || self.column > column || (self.column == column && !self.spaced) {
            self.end_line('\n');
        }
        while self.column < column {
            self.put(' ');
        }
        (self.spaced, self.indented) = (true, true);
    }

    fn mark(&mut self, mark: &str, indentation: bool) {
        if !self.spaced {
            self.put(' ');
        }
        self.glued(mark);
        self.indented &= indentation;
    }

    /// A mark right behind what stands before it.
    fn glued(&mut self, mark: &str) {
        mark.chars().for_each(|c| self.put(c));
        self.spaced = false;
    }

    /// Writes a value whose surroundings are indented as told, or are the document.
    fn node(&mut self, value: &Value, indent: Option<usize>, place: Place) {
        let deeper = indent.map_or(0, |i| i + LEVEL);
        match &value.kind {
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) if items.is_empty() => {
                self.mark("[]", false);
            }
            Kind::Map(_, items) | Kind::Object(items) if items.is_empty() => self.mark("{}", false),
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                // A list under a key stands as far left as the key itself.
                let column = if place == Place::Value && !self.indented { indent.unwrap_or(0) } else { deeper };
                for item in items.iter() {
                    self.line(column);
                    self.mark("-", true);
                    self.node(item, Some(column), Place::Elsewhere);
                }
            }
            Kind::Map(_, items) | Kind::Object(items) => {
                for (key, item) in items.iter() {
                    self.line(deeper);
                    if key.len() <= SIMPLE_KEY && !key.contains(is_break) {
                        self.text(key, deeper, Place::Key);
                        self.glued(":");
                        self.indented = false;
                    } else {
                        self.mark("?", true);
                        self.text(key, deeper + LEVEL, Place::Elsewhere);
                        self.line(deeper);
                        self.mark(":", true);
                    }
                    self.node(item, Some(deeper), Place::Value);
                }
            }
            Kind::String(s) => self.text(s, indent.map_or(LEVEL, |i| i + LEVEL), place),
            _ => {
                let mut plain = String::new();
                json::write(value, &mut plain);
                self.mark(&plain, false);
            }
        }
    }

    fn text(&mut self, whole: &str, indent: usize, place: Place) {
        let mut spaces = whole.match_indices(' ');
        let block = whole.contains('\n')
            && whole.chars().all(|c| is_printable(c) || c == '\u{2028}' || c == '\u{2029}')
            && !whole.ends_with(' ')
            && !spaces.any(|(at, _)| whole.get(at + 1..).is_some_and(|rest| rest.starts_with(is_break)));
        if block && place != Place::Key {
            self.block(whole, indent);
        } else {
            self.quoted(whole, indent, place);
        }
    }

    fn block(&mut self, whole: &str, indent: usize) {
        self.mark("|", false);
        if whole.starts_with(|c| c == ' ' || is_break(c)) {
            self.glued("2");
        }
        let mut from_end = whole.chars().rev();
        match (from_end.next().is_some_and(is_break), from_end.next()) {
            (false, _) => self.glued("-"),
            (true, before) if before.is_none_or(is_break) => self.glued("+"),
            (true, _) => {}
        }
        self.end_line('\n');
        (self.spaced, self.indented) = (true, true);
        let mut fresh = true;
        for c in whole.chars() {
            if is_break(c) {
                self.end_line(c);
                (self.indented, fresh) = (true, true);
                continue;
            }
            if fresh {
                self.line(indent);
            }
            self.put(c);
            (self.indented, fresh) = (false, false);
        }
    }

    fn quoted(&mut self, whole: &str, indent: usize, place: Place) {
        // Behind a byte order mark at the start everything is escaped.
        let all = whole.starts_with('\u{feff}');
        self.mark("\"", false);
        let mut after_space = false;
        let mut chars = whole.chars().enumerate().peekable();
        while let Some((i, c)) = chars.next() {
            if all || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                self.glued(&escaped(c));
                after_space = false;
                continue;
            }
            if c != ' ' {
                self.put(c);
                after_space = false;
                continue;
            }
            let inside = i > 0 && chars.peek().is_some();
            if place != Place::Key && !after_space && self.column > WIDTH && inside {
                self.indented = false;
                self.line(indent);
                if chars.peek().is_some_and(|(_, next)| *next == ' ') {
                    self.put('\\');
                }
            } else {
                self.put(c);
            }
            after_space = true;
        }
        self.glued("\"");
        self.indented = false;
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters that may stand as they are; a tab and what lies beyond the first plane may not.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{fffd}') && c != '\u{feff}'
}

fn escaped(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => c,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            return match u32::from(c) {
                code @ 0..=0xff => format!("\\x{code:02X}"),
                code @ 0x100..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
