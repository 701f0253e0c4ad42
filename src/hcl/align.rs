//! The text as the parser beneath must see it to read it as the language defines.
//!
//! `hcl_edit` differs from the language in some ways: it minds newlines in parts of `for` expressions and templates, it
//! ends a heredoc at a line that only begins with the delimiter, it reads on beyond an empty heredoc, it takes a key in
//! parentheses for the arguments of a name on the line before, and it refuses a key set twice in an object. The text
//! given to it is changed byte for byte, so its positions hold; content is always taken from the original.

use std::borrow::Cow;

use hcl_edit::parser::Error;

use super::scan::{heredoc_delimiter, is_word};

/// Repeated keys of objects are renamed at most this often in one text.
const MAX_RENAMES: usize = 64;

/// Parses an aligned text, and renames repeated keys of objects until it parses.
pub(super) fn parse<T>(text: &str, parser: impl Fn(&str) -> Result<T, Error>) -> Result<T, Error> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..MAX_RENAMES {
        match parser(&text) {
            Err(error) if error.message().contains("redefined object key") => {
                let Some(renamed) = rename_key(&text, error.location().offset()) else { return Err(error) };
                text = Cow::Owned(renamed);
            }
            done => return done,
        }
    }
    parser(&text)
}

/// Gives the key at a place a name that is nowhere in the text.
fn rename_key(text: &str, at: usize) -> Option<String> {
    let rest = text.get(at..)?;
    let (start, key) = match rest.strip_prefix('"') {
        Some(inner) => (at + 1, &inner[..inner.find('"')?]),
        None => (at, &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())]),
    };
    let letters = || ('a'..='z').chain('A'..='Z').map(String::from);
    let names: Box<dyn Iterator<Item = String>> = match key.len() {
        0 => return None,
        1 => Box::new(letters()),
        len => Box::new(letters().flat_map(move |a| letters().map(move |b| format!("{a}{}", b.repeat(len - 1))))),
    };
    let mut names = names.filter(|name| !text.contains(name.as_str()));
    Some(format!("{}{}{}", &text[..start], names.next()?, &text[start + key.len()..]))
}

enum Within<'a> {
    /// Brackets, and whether newlines mean nothing in them.
    Code(bool),
    Quotes,
    Heredoc(&'a str),
}

/// Blanks newlines and comments where they mean nothing, and hides what only looks like the end of a heredoc.
///
/// `template` says that the text is a template without quotes.
pub(super) fn aligned(text: &str, template: bool) -> String {
    walk(text, template).0
}

/// Whether an expression goes on behind this text: a bracket or a heredoc in it is still open.
pub fn is_open(text: &str) -> bool {
    // A line that goes on after it has ended would end a string: what is open in one stays open.
    walk(&format!("{text}\n"), false).1
}

fn walk(text: &str, template: bool) -> (String, bool) {
    let mut out = text.as_bytes().to_vec();
    let mut blank = |from: usize, to: usize, with: u8| {
        if let Some(bytes) = out.get_mut(from..to) {
            bytes.fill(with);
        }
    };
    // No line holds two newlines, so this delimiter ends the template nowhere. One newline would be found in empty lines.
    let mut stack = vec![if template { Within::Heredoc("\n\n") } else { Within::Code(false) }];
    let mut at = 0;
    // What stands last in the code, and where the comment begins that ends this line.
    let (mut last, mut remark) = (b'{', None);
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        at += match stack.last() {
            Some(Within::Heredoc(delimiter)) => {
                let (line, at_start) =
                    (rest.split_inclusive('\n').next().unwrap_or(rest), at == 0 || text[..at].ends_with('\n'));
                let bare = line.trim_start_matches([' ', '\t']);
                if at_start && bare.trim_end() == *delimiter {
                    stack.pop();
                    line.trim_end().len()
                } else {
                    let tail = bare.strip_prefix(*delimiter);
                    if at_start && tail.is_some_and(|t| !t.starts_with(is_word)) {
                        let from = at + line.len() - bare.len();
                        blank(from, from + delimiter.len(), b'.');
                    }
                    literal(line, &mut stack)
                }
            }
            Some(Within::Quotes) => match rest.as_bytes() {
                [b'\\', b'"' | b'\\', ..] => 2,
                [b'"', ..] => {
                    stack.pop();
                    1
                }
                [b'\\', ..] => 1,
                _ => literal(&rest[..rest.find(['"', '\\']).unwrap_or(rest.len())], &mut stack),
            },
            code => {
                let free = matches!(code, Some(Within::Code(true)));
                let len = comment(rest);
                if len > 0 {
                    if free {
                        blank(at, at + len, b' ');
                    }
                    if !rest.starts_with("/*") {
                        remark = Some(at);
                    }
                    at += len;
                    continue;
                }
                let before = last;
                if !rest.starts_with([' ', '\t', '\r', '\n']) {
                    last = rest.as_bytes().first().copied().unwrap_or(last);
                }
                match rest.as_bytes() {
                    [b'\n' | b'\r', ..] => {
                        let remark = remark.take();
                        if free {
                            blank(at, at + 1, b' ');
                        } else if !matches!(before, b',' | b'{') && begins_key(rest) {
                            blank(remark.unwrap_or(at), at, b' ');
                            blank(at, at + 1, b',');
                            last = b',';
                        }
                        1
                    }
                    [b'"', ..] => {
                        stack.push(Within::Quotes);
                        1
                    }
                    [b'<', b'<', ..] => match heredoc_delimiter(rest) {
                        Some(delimiter) => {
                            let first = rest.find('\n').map_or(rest.len(), |n| n + 1);
                            match empty_heredoc(&rest[first..], delimiter) {
                                Some(len) => {
                                    blank(at, at + first + len, b' ');
                                    blank(at, at + 2, b'"');
                                    first + len
                                }
                                None => {
                                    stack.push(Within::Heredoc(delimiter));
                                    first
                                }
                            }
                        }
                        None => 1,
                    },
                    [b'(' | b'[', ..] => {
                        stack.push(Within::Code(true));
                        1
                    }
                    [b'{', ..] => {
                        stack.push(Within::Code(begins_for(&rest[1..])));
                        1
                    }
                    [b')' | b']' | b'}', ..] => {
                        if stack.len() > 1 {
                            stack.pop();
                        }
                        1
                    }
                    // The parser beneath knows no greater exponents than a float has: it sees as many digits.
                    [b'0'..=b'9', ..] => {
                        let len = number(rest);
                        if rest[..len].contains(['e', 'E']) {
                            blank(at, at + len, b'1');
                        }
                        len
                    }
                    _ => match rest.find(|c| !is_word(c)).unwrap_or(rest.len()) {
                        0 => rest.chars().next().map_or(1, char::len_utf8),
                        word => word,
                    },
                }
            }
        };
    }
    let open = stack.len() > 1 && !matches!(stack.last(), Some(Within::Quotes));
    (String::from_utf8(out).unwrap_or_else(|_| text.to_owned()), open)
}

/// Length of the line that ends a heredoc, where it is the heredoc's first.
fn empty_heredoc(text: &str, delimiter: &str) -> Option<usize> {
    let line = text.split('\n').next()?.trim_end();
    (line.trim_start() == delimiter).then_some(line.len())
}

/// Whether the next line with anything on it begins with a parenthesis.
fn begins_key(mut text: &str) -> bool {
    loop {
        text = text.trim_start();
        match comment(text) {
            0 => return text.starts_with('('),
            len => text = text.get(len..).unwrap_or(""),
        }
    }
}

/// Length of the text up to and with the first template marker.
fn literal(text: &str, stack: &mut Vec<Within<'_>>) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        match (b, bytes.get(at + 1)) {
            (b'$' | b'%', Some(&next)) if next == b && bytes.get(at + 2) == Some(&b'{') => at += 3,
            (b'$' | b'%', Some(b'{')) => {
                stack.push(Within::Code(true));
                return at + 2;
            }
            _ => at += 1,
        }
    }
    at
}

/// Length of the number that begins here.
fn number(text: &str) -> usize {
    let digits = |from: usize| text.as_bytes().iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut len = digits(0);
    if text.as_bytes().get(len) == Some(&b'.') && digits(len + 1) > 0 {
        len += 1 + digits(len + 1);
    }
    if let Some(b'e' | b'E') = text.as_bytes().get(len) {
        let sign = usize::from(matches!(text.as_bytes().get(len + 1), Some(b'+' | b'-')));
        let exponent = digits(len + 1 + sign);
        if exponent > 0 {
            len += 1 + sign + exponent;
        }
    }
    len
}

/// Length of the comment that begins here, without the newline that ends it.
fn comment(text: &str) -> usize {
    if text.starts_with('#') || text.starts_with("//") {
        let end = text.find('\n').unwrap_or(text.len());
        return text[..end].trim_end_matches('\r').len().max(1);
    }
    match text.strip_prefix("/*") {
        Some(inner) => inner.find("*/").map_or(text.len(), |end| end + 4),
        None => 0,
    }
}

/// Whether a brace with this behind it begins a `for` expression.
fn begins_for(mut text: &str) -> bool {
    loop {
        text = text.trim_start();
        match comment(text) {
            0 => break,
            len => text = text.get(len..).unwrap_or(""),
        }
    }
    text.strip_prefix("for").is_some_and(|rest| {
        let after = rest.trim_start();
        // `for = 1` and `for : 1` set a key.
        !rest.starts_with(is_word) && (after.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '#' | '/')))
    })
}
