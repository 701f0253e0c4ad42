//! The grammar of regular expressions in the language, which is RE2's: what it refuses, and in which words.
//!
//! Knows nothing of matching: the `regex` crate does that, and takes more than is allowed here.

/// Why a pattern is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub problem: &'static str,
    /// The guilty part of the pattern.
    pub quoted: String,
}

type Checked<T> = Result<T, Refusal>;

fn refuse<T>(problem: &'static str, quoted: &str) -> Checked<T> {
    Err(Refusal { problem, quoted: quoted.to_owned() })
}

/// Most repetitions of one part, also where repetitions are nested.
const MAX_REPEAT: u32 = 1000;

/// Deepest nesting of groups.
const MAX_DEPTH: usize = 200;

/// Longest pattern, in bytes.
const MAX_LENGTH: usize = 1 << 16;

/// Checks a pattern.
pub(super) fn check(pattern: &str) -> Checked<()> {
    if pattern.len() > MAX_LENGTH {
        return refuse("expression too large", pattern.get(..0).unwrap_or(""));
    }
    let mut checker = Checker { whole: pattern, open: vec![Vec::new()] };
    let mut rest = pattern;
    let mut last_repeat = "";
    while let Some(first) = rest.chars().next() {
        let before = rest;
        let mut repeat = "";
        rest = match first {
            '(' if rest.starts_with("(?") => checker.perl_group(rest)?,
            '(' => {
                checker.open_group()?;
                tail(rest, 1)
            }
            ')' => {
                checker.close_group()?;
                tail(rest, 1)
            }
            '|' => {
                checker.alternative();
                tail(rest, 1)
            }
            '[' => checker.item(class(rest)?),
            '*' | '+' | '?' => {
                repeat = before;
                checker.repeat(None, before, tail(rest, 1), last_repeat)?
            }
            '{' => match counts(rest) {
                Some((least, most, after)) => {
                    let quoted = head(before, after);
                    let too_many = |n: Option<u32>| n.is_none_or(|n| n > MAX_REPEAT);
                    if too_many(least) || most.is_some_and(too_many) || most.flatten().is_some_and(|m| Some(m) < least)
                    {
                        return refuse("invalid repeat count", quoted);
                    }
                    repeat = before;
                    let times = most.unwrap_or(least).unwrap_or(0);
                    checker.repeat(Some(times), before, after, last_repeat)?
                }
                None => checker.item(tail(rest, 1)),
            },
            '\\' => checker.item(backslash(rest)?),
            c => checker.item(tail(rest, c.len_utf8())),
        };
        last_repeat = repeat;
    }
    if checker.open.len() > 1 { refuse("missing closing )", pattern) } else { Ok(()) }
}

struct Checker<'a> {
    whole: &'a str,
    /// The parts of each open group so far: how often each repeats what is within it. `None` stands for `|`.
    open: Vec<Vec<Option<u32>>>,
}

impl<'a> Checker<'a> {
    fn push(&mut self, part: Option<u32>) {
        if let Some(group) = self.open.last_mut() {
            group.push(part);
        }
    }

    fn item(&mut self, rest: &'a str) -> &'a str {
        self.push(Some(1));
        rest
    }

    fn alternative(&mut self) {
        self.push(None);
    }

    fn open_group(&mut self) -> Checked<()> {
        if self.open.len() > MAX_DEPTH {
            return refuse("expression nests too deeply", self.whole);
        }
        self.open.push(Vec::new());
        Ok(())
    }

    fn close_group(&mut self) -> Checked<()> {
        if self.open.len() == 1 {
            return refuse("unexpected )", self.whole);
        }
        let group = self.open.pop().unwrap_or_default();
        self.push(Some(group.into_iter().flatten().max().unwrap_or(1)));
        Ok(())
    }

    /// A repetition of the last part; `times` is how often at most, where that is told.
    fn repeat(&mut self, times: Option<u32>, before: &'a str, after: &'a str, last: &'a str) -> Checked<&'a str> {
        let after = after.strip_prefix('?').unwrap_or(after);
        let quoted = head(before, after);
        if !last.is_empty() {
            return refuse("invalid nested repetition operator", head(last, after));
        }
        let part = self.open.last_mut().and_then(|group| group.last_mut()).and_then(Option::as_mut);
        let Some(part) = part else { return refuse("missing argument to repetition operator", quoted) };
        if let Some(times) = times.filter(|n| *n > 0) {
            *part = part.saturating_mul(times);
            if times >= 2 && *part > MAX_REPEAT {
                return refuse("invalid repeat count", quoted);
            }
        }
        Ok(after)
    }

    /// `(?P<name>`, `(?<name>`, `(?flags)` or `(?flags:`.
    fn perl_group(&mut self, text: &'a str) -> Checked<&'a str> {
        let named = text.strip_prefix("(?P<").filter(|n| !n.is_empty()).or(text.strip_prefix("(?<"));
        if let Some(named) = named.filter(|n| !n.is_empty()) {
            let Some(end) = named.find('>') else { return refuse("invalid named capture", text) };
            let (name, rest) = named.split_at(end);
            let rest = tail(rest, 1);
            let valid = !name.is_empty() && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
            if !valid {
                return refuse("invalid named capture", head(text, rest));
            }
            self.open_group()?;
            return Ok(rest);
        }
        let mut rest = tail(text, 2);
        let (mut negative, mut flagged) = (false, false);
        while let Some(c) = rest.chars().next() {
            rest = tail(rest, c.len_utf8());
            match c {
                'i' | 'm' | 's' | 'U' => flagged = true,
                '-' if !negative => (negative, flagged) = (true, false),
                ':' | ')' if !negative || flagged => {
                    if c == ':' {
                        self.open_group()?;
                    }
                    return Ok(rest);
                }
                _ => break,
            }
        }
        refuse("invalid or unsupported Perl syntax", head(text, rest))
    }
}

fn tail(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or("")
}

/// What of a text stands before a later part of it.
fn head<'a>(text: &'a str, rest: &str) -> &'a str {
    text.get(..text.len().saturating_sub(rest.len())).unwrap_or(text)
}

/// A count of a repetition; `None` is too great to be read.
type Count = Option<u32>;

/// `{3}`, `{3,}` or `{3,5}`: the least count, the greatest where there is a bound, and what follows.
fn counts(text: &str) -> Option<(Count, Option<Count>, &str)> {
    let (inside, after) = tail(text, 1).split_once('}')?;
    let number = |s: &str| {
        let digits = !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()) && (s.len() == 1 || !s.starts_with('0'));
        digits.then(|| s.parse::<u32>().ok())
    };
    match inside.split_once(',') {
        None => number(inside).map(|n| (n, Some(n), after)),
        Some((least, "")) => number(least).map(|n| (n, None, after)),
        Some((least, most)) => Some((number(least)?, Some(number(most)?), after)),
    }
}

/// Reads what starts with a backslash outside of a class.
fn backslash(text: &str) -> Checked<&str> {
    match text.chars().nth(1) {
        Some('A' | 'b' | 'B' | 'z') => Ok(tail(text, 2)),
        Some('C') => refuse("invalid escape sequence", head(text, tail(text, 2))),
        Some('Q') => Ok(text.split_once("\\E").map_or("", |(_, rest)| rest)),
        _ => group_escape(text)?.map_or_else(|| escape(text), Ok),
    }
}

/// `\d`, `\pL`, `\p{Greek}`; `None` for everything else.
fn group_escape(text: &str) -> Checked<Option<&str>> {
    match text.chars().nth(1) {
        Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => Ok(Some(tail(text, 2))),
        Some('p' | 'P') => {
            let rest = tail(text, 2);
            let (name, rest) = match rest.strip_prefix('{') {
                Some(inside) => match inside.split_once('}') {
                    Some((name, rest)) => (name, rest),
                    None => return refuse("invalid character class range", text),
                },
                None => {
                    let length = rest.chars().next().map_or(0, char::len_utf8);
                    rest.split_at_checked(length).unwrap_or((rest, ""))
                }
            };
            if is_unicode_class(name.strip_prefix('^').unwrap_or(name)) {
                return Ok(Some(rest));
            }
            refuse("invalid character class range", head(text, rest))
        }
        _ => Ok(None),
    }
}

/// Whether a name is that of a general category or of a script, spelled as the standard does.
pub(super) fn is_unicode_class(name: &str) -> bool {
    let words = name.split('_').all(|w| w.starts_with(|c: char| c.is_ascii_uppercase()));
    let letters = name.bytes().all(|b| b == b'_' || b.is_ascii_alphabetic());
    let exists = |kind: &str| regex::Regex::new(&format!(r"\p{{{kind}={name}}}")).is_ok();
    words && letters && (name == "Any" || if name.len() <= 2 { exists("gc") } else { exists("sc") })
}

/// Reads an escape that stands for one character.
fn escape(text: &str) -> Checked<&str> {
    let rest = tail(text, 1);
    let Some(c) = rest.chars().next() else { return refuse("trailing backslash at end of expression", "") };
    let rest = tail(rest, c.len_utf8());
    let octal = |b: &u8| (b'0'..=b'7').contains(b);
    match c {
        '1'..='7' if !rest.bytes().next().is_some_and(|b| octal(&b)) => {}
        '0'..='7' => return Ok(tail(rest, rest.bytes().take(2).take_while(octal).count())),
        'x' => {
            if let Some(inside) = rest.strip_prefix('{') {
                if let Some((digits, after)) = inside.split_once('}')
                    && u32::from_str_radix(digits, 16).is_ok_and(|n| n <= 0x0010_ffff)
                {
                    return Ok(after);
                }
            } else if let Some(digits) = rest.get(..2)
                && digits.bytes().all(|b| b.is_ascii_hexdigit())
            {
                return Ok(tail(rest, 2));
            }
        }
        'a' | 'f' | 'n' | 'r' | 't' | 'v' => return Ok(rest),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => return Ok(rest),
        _ => {}
    }
    refuse("invalid escape sequence", head(text, rest))
}

/// Reads a bracket expression.
fn class(text: &str) -> Checked<&str> {
    let mut rest = tail(text, 1);
    rest = rest.strip_prefix('^').unwrap_or(rest);
    let mut first = true;
    while first || !rest.starts_with(']') {
        first = false;
        if rest.starts_with("[:")
            && let Some(end) = rest.find(":]")
        {
            let name = rest.get(..end + 2).unwrap_or(rest);
            let word = name.trim_matches(['[', ']', ':', '^']);
            const WORDS: &[&str] = &[
                "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
                "upper", "word", "xdigit",
            ];
            if !WORDS.contains(&word) {
                return refuse("invalid character class range", name);
            }
            rest = tail(rest, end + 2);
            continue;
        }
        if rest.starts_with('\\')
            && let Some(after) = group_escape(rest)?
        {
            rest = after;
            continue;
        }
        let start = rest;
        let (low, after) = class_char(rest, text)?;
        rest = after;
        if let Some(to) = rest.strip_prefix('-')
            && !to.is_empty()
            && !to.starts_with(']')
        {
            let (high, after) = class_char(to, text)?;
            rest = after;
            if high < low {
                return refuse("invalid character class range", head(start, rest));
            }
        }
    }
    Ok(tail(rest, 1))
}

/// One character of a class, and what follows.
fn class_char<'a>(text: &'a str, whole: &str) -> Checked<(u32, &'a str)> {
    let Some(c) = text.chars().next() else { return refuse("missing closing ]", whole) };
    if c != '\\' {
        return Ok((c.into(), tail(text, c.len_utf8())));
    }
    let rest = escape(text)?;
    let body = head(tail(text, 1), rest);
    let hex = body.strip_prefix('x').map(|d| d.trim_matches(['{', '}']));
    let code = match (hex, body) {
        (Some(digits), _) => u32::from_str_radix(digits, 16).unwrap_or(0),
        (None, "a") => 7,
        (None, "f") => 12,
        (None, "n") => 10,
        (None, "r") => 13,
        (None, "t") => 9,
        (None, "v") => 11,
        (None, digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            u32::from_str_radix(digits, 8).unwrap_or(0)
        }
        (None, other) => other.chars().next().map_or(0, u32::from),
    };
    Ok((code, rest))
}
