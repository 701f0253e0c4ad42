//! Colours, where the terminal has them, and text that is safe to print.

use std::borrow::Cow;

/// What a colour stands for; none is the only carrier of its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    Add,
    Remove,
    Change,
    Read,
    Error,
    Bold,
    Dim,
}

/// Whether and how wide to paint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    pub colour: bool,
    /// Columns of the terminal; prose is wrapped there.
    pub width: usize,
}

impl Palette {
    /// No colour, 80 columns.
    pub const PLAIN: Self = Self { colour: false, width: 80 };

    pub fn paint(self, colour: Colour, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match colour {
            Colour::Add => "32",
            Colour::Remove | Colour::Error => "31",
            Colour::Change => "33",
            Colour::Read => "36",
            Colour::Bold => "1",
            Colour::Dim => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    pub fn bold(self, text: &str) -> String {
        self.paint(Colour::Bold, text)
    }

    /// A line across the screen between two parts.
    pub fn rule(self) -> String {
        self.paint(Colour::Dim, &"─".repeat(self.width.clamp(20, 100)))
    }

    /// Wraps prose to the width.
    pub fn prose(self, text: &str) -> String {
        wrap(text, self.width)
    }
}

/// Breaks lines at spaces so that none is longer than `width`; lines that are indented stay as they are.
pub fn wrap(text: &str, width: usize) -> String {
    let width = width.max(20);
    let mut out: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with(' ') || line.chars().count() <= width {
            out.push(line.to_owned());
            continue;
        }
        let mut current = String::new();
        let mut columns = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if columns > 0 && columns + 1 + length > width {
                out.push(std::mem::take(&mut current));
                columns = 0;
            }
            if columns > 0 {
                current.push(' ');
                columns += 1;
            }
            current.push_str(word);
            columns += length;
        }
        out.push(current);
    }
    out.join("\n")
}

/// Text without control characters, which could rewrite the screen; line breaks and tabs stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    let bad = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if bad(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_wraps_and_keeps_indented_lines() {
        assert_eq!(wrap("aaaa bbbb cccc dddd eeee ffff", 20), "aaaa bbbb cccc dddd\neeee ffff");
        let listing = format!("    {}", "x ".repeat(30));
        assert_eq!(wrap(&listing, 20), listing);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31m\n"), "a\\u001b[31m\n");
    }
}
