//! A difference as text, in the manner of the language.

use std::fmt::Write as _;

use super::sequence::align;
use super::{Diff, Mark, Shape};
use crate::addr::escape;
use crate::cli::render::{Colour, Palette};

/// Attributes that say which object it is: they show even where nothing changes.
const IDENTIFYING: [&str; 3] = ["id", "name", "tags"];
/// Unchanged lines that stand around a changed line of a text.
const AROUND: usize = 3;

/// How a difference is painted.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    pub palette: Palette,
    /// In front of each line, what happens to it.
    pub symbols: bool,
    /// Show what does not change too.
    pub everything: bool,
    /// Removed things end in `-> null`; within something that does already, no more.
    suffix: bool,
}

/// A name as it stands before `=`: quoted where it is no identifier.
pub fn attribute_name(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if first && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        name.to_owned()
    } else {
        format!("\"{}\"", escape(&crate::cli::render::printable(name)))
    }
}

impl Paint {
    pub fn changes(palette: Palette) -> Self {
        Self { palette, symbols: true, everything: false, suffix: true }
    }

    /// One side only: nothing happens to it.
    pub fn contents(palette: Palette) -> Self {
        Self { palette, symbols: false, everything: true, suffix: true }
    }

    fn symbol(&self, mark: Mark) -> String {
        if !self.symbols {
            return String::new();
        }
        match mark {
            Mark::Same => "    ".into(),
            Mark::Add => format!("  {} ", self.palette.paint(Colour::Add, "+")),
            Mark::Remove => format!("  {} ", self.palette.paint(Colour::Remove, "-")),
            Mark::Change => format!("  {} ", self.palette.paint(Colour::Change, "~")),
        }
    }

    /// Columns at which a line of a depth starts.
    fn lead(&self, depth: usize, mark: Mark) -> String {
        format!("{}{}", "    ".repeat(depth), self.symbol(mark))
    }

    fn null(&self, diff: &Diff) -> String {
        if diff.mark == Mark::Remove && self.suffix && self.symbols {
            format!(" {} {}", self.palette.paint(Colour::Change, "->"), self.palette.paint(Colour::Dim, "null"))
        } else {
            String::new()
        }
    }

    fn forces(&self, diff: &Diff) -> String {
        if diff.replaces { self.palette.paint(Colour::Remove, " # forces replacement") } else { String::new() }
    }

    fn within(mut self) -> Self {
        self.suffix = false;
        self
    }

    fn hidden(&self, noun: &str, count: usize) -> String {
        let plural = if count == 1 { "" } else { "s" };
        self.palette.paint(Colour::Dim, &format!("# ({count} unchanged {noun}{plural} hidden)"))
    }

    fn note(&self, out: &mut String, diff: &Diff, depth: usize) {
        let Some(note) = diff.note else { return };
        let lead = format!("{}  ", "    ".repeat(depth));
        for line in note.lines() {
            let _ = writeln!(out, "{lead}{} {line}", self.palette.paint(Colour::Change, "#"));
        }
    }

    /// The text that stands after `name = `.
    pub fn value(&self, diff: &Diff, depth: usize) -> String {
        let arrow = self.palette.paint(Colour::Change, "->");
        let end = format!("{}{}", self.null(diff), self.forces(diff));
        match &diff.shape {
            Shape::Scalar { before, after } => match (before, after) {
                (Some(a), Some(b)) if !diff.is_same() => format!("{a} {arrow} {b}{end}"),
                (Some(one), _) | (None, Some(one)) => format!("{one}{end}"),
                (None, None) => format!("null{end}"),
            },
            Shape::Unknown { before: None } => format!("(known after apply){end}"),
            Shape::Unknown { before: Some(before) } => {
                format!("{} {arrow} (known after apply){end}", self.within().value(before, depth))
            }
            Shape::Secret => format!("(sensitive value){end}"),
            Shape::Text { before, after } => {
                format!("{}{end}", self.text(before.as_deref(), after.as_deref(), diff, depth))
            }
            Shape::Json { document, spelling_only } => {
                let inner = self.within();
                let remark = if *spelling_only { " # only spelling changes: the document is the same" } else { "" };
                let mark = if document.mark == Mark::Change { Mark::Change } else { Mark::Same };
                let shown = if *spelling_only { Self { everything: false, ..inner } } else { inner };
                format!(
                    "jsonencode({remark}\n{}{}\n{}){end}",
                    self.lead(depth + 1, mark),
                    shown.value(document, depth + 1),
                    self.lead(depth, Mark::Same),
                )
            }
            Shape::Keyed { entries, .. } if entries.is_empty() => format!("{{}}{end}"),
            Shape::Keyed { entries, noun, document } => {
                // `# forces replacement` stands where the reader looks first: at the opening brace.
                let inner = if diff.mark == Mark::Remove || *document { self.within() } else { *self };
                let body = inner.entries(entries, noun, *noun == "attribute", depth);
                format!("{{{}\n{body}{}}}{}", self.forces(diff), self.lead(depth, Mark::Same), self.null(diff))
            }
            Shape::Items { items, .. } if items.is_empty() => format!("[]{end}"),
            Shape::Items { items, context } => {
                let body = self.within().items(items, *context, depth);
                format!("[{}\n{body}{}]{}", self.forces(diff), self.lead(depth, Mark::Same), self.null(diff))
            }
            Shape::Block { attributes, blocks } => {
                let body = self.block(attributes, blocks, depth);
                format!("{{{}\n{body}{}}}", self.forces(diff), self.lead(depth, Mark::Same))
            }
            Shape::Swap { before, after } => {
                let inner = self.within();
                format!("{} {arrow} {}{end}", inner.value(before, depth), inner.value(after, depth))
            }
        }
    }

    fn shows(&self, key: &str, diff: &Diff, object: bool) -> bool {
        self.everything || !diff.is_same() || (object && IDENTIFYING.contains(&key))
    }

    fn entries(&self, entries: &[(String, Diff)], noun: &str, object: bool, depth: usize) -> String {
        let mut out = String::new();
        let shown: Vec<_> = entries.iter().filter(|(key, diff)| self.shows(key, diff, object)).collect();
        // What is hidden counts too: the column does not move when it changes.
        let width = entries.iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0);
        for (key, diff) in &shown {
            self.note(&mut out, diff, depth + 1);
            let paint = if diff.is_same() { Self { everything: true, ..*self } } else { *self };
            let lead = self.lead(depth + 1, diff.mark);
            let _ = writeln!(out, "{lead}{key:width$} = {}", paint.value(diff, depth + 1));
        }
        if entries.len() > shown.len() {
            let hidden = self.hidden(noun, entries.len() - shown.len());
            let _ = writeln!(out, "{}{hidden}", self.lead(depth + 1, Mark::Same));
        }
        out
    }

    fn items(&self, items: &[Diff], context: bool, depth: usize) -> String {
        let mut out = String::new();
        let visible = |i: usize| {
            let changed = |i: usize| items.get(i).is_some_and(|d| !d.is_same());
            self.everything || changed(i) || (context && (changed(i + 1) || i.checked_sub(1).is_some_and(changed)))
        };
        let mut hidden = 0;
        let skip = |out: &mut String, hidden: &mut usize| {
            if *hidden > 0 {
                let _ = writeln!(out, "{}{}", self.lead(depth + 1, Mark::Same), self.hidden("element", *hidden));
                *hidden = 0;
            }
        };
        for (i, diff) in items.iter().enumerate() {
            if !visible(i) {
                hidden += 1;
                continue;
            }
            if context {
                skip(&mut out, &mut hidden);
            }
            self.note(&mut out, diff, depth + 1);
            let paint = if diff.is_same() { Self { everything: true, ..*self } } else { *self };
            // An element that changed has inner parts that may go: these say so again.
            let paint = if diff.mark == Mark::Change { Self { suffix: true, ..paint } } else { paint };
            let _ = writeln!(out, "{}{},", self.lead(depth + 1, diff.mark), paint.value(diff, depth + 1));
        }
        skip(&mut out, &mut hidden);
        out
    }

    /// What stands between the braces of a block whose header is at `depth`.
    pub fn block(&self, attributes: &[(String, Diff)], blocks: &[(String, Vec<Diff>)], depth: usize) -> String {
        let mut out = self.entries(attributes, "attribute", true, depth);
        let mut hidden = 0;
        for (name, diffs) in blocks {
            let mut first = true;
            for diff in diffs {
                if diff.is_same() && !self.everything {
                    hidden += 1;
                    continue;
                }
                if std::mem::take(&mut first) && !out.is_empty() {
                    out.push('\n');
                }
                self.note(&mut out, diff, depth + 1);
                let body = match &diff.shape {
                    Shape::Secret => self.secret_block(diff, depth + 1),
                    _ => Self { suffix: true, ..*self }.value(diff, depth + 1),
                };
                let _ = writeln!(out, "{}{name} {body}", self.lead(depth + 1, diff.mark));
            }
        }
        if hidden > 0 {
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}{}{}", self.lead(depth + 1, Mark::Same), self.hidden("block", hidden));
        }
        out
    }

    fn secret_block(&self, diff: &Diff, depth: usize) -> String {
        let line =
            "# At least one attribute in this block is (or was) sensitive, so its contents will not be displayed.";
        let lead = self.lead(depth + 1, Mark::Same);
        format!("{{{}\n{lead}{line}\n{}}}", self.forces(diff), self.lead(depth, Mark::Same))
    }

    fn text(&self, before: Option<&str>, after: Option<&str>, diff: &Diff, depth: usize) -> String {
        let lines = |s: Option<&str>| s.map(|s| s.lines().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default();
        let (a, b) = (lines(before), lines(after));
        let mut out = String::from("<<-EOT\n");
        let mut put = |mark, line: &str| {
            let full = format!("{}{line}", self.lead(depth + 1, mark));
            let _ = writeln!(out, "{}", if line.is_empty() { full.trim_end() } else { &full });
        };
        if diff.mark == Mark::Change {
            let pairs = align(&a, &b, |_, _| false);
            let changed = |i: usize| pairs.get(i).is_some_and(|(x, y)| x.is_none() || y.is_none());
            let mut hidden = 0;
            for (i, pair) in pairs.iter().enumerate() {
                let near = (i.saturating_sub(AROUND)..=i + AROUND).any(changed);
                if !near && !self.everything {
                    hidden += 1;
                    continue;
                }
                if hidden > 0 {
                    put(Mark::Same, &self.hidden("line", std::mem::take(&mut hidden)));
                }
                match *pair {
                    (Some(i), Some(_)) => put(Mark::Same, a.get(i).map_or("", String::as_str)),
                    (Some(i), None) => put(Mark::Remove, a.get(i).map_or("", String::as_str)),
                    (None, Some(j)) => put(Mark::Add, b.get(j).map_or("", String::as_str)),
                    (None, None) => {}
                }
            }
            if hidden > 0 {
                put(Mark::Same, &self.hidden("line", hidden));
            }
        } else {
            let shown = if after.is_some() { &b } else { &a };
            shown.iter().for_each(|line| put(Mark::Same, line));
        }
        let _ = write!(out, "{}EOT", self.lead(depth, Mark::Same));
        out
    }
}
