//! The grammar of templates: interpolations, directives and escapes.

use std::ops::Range;

use super::{Check, Checker, Ends, NO_START, Next};
use crate::hcl::explain::{Problem, characters};
use crate::hcl::scan::{self, Kind, Lexeme};

/// Checks a template; `quoted` says that escapes are read in it.
pub(in crate::hcl) fn template(text: &str, range: Range<usize>, quoted: bool) -> Result<(), Problem> {
    let end = Next { lexeme: range.end..range.end, word: range.end..range.end };
    Checker { text, lexemes: &[], at: 0, end, depth: 0, brackets: 0, ends: Ends::Text, single: false }
        .template(range, quoted)
}

const UNBALANCED: &str = "The control directives within this template are unbalanced.";

/// A template directive that waits for its end.
struct Directive {
    keyword: &'static str,
    range: Range<usize>,
    /// Whether no `else` may come any more.
    has_else: bool,
}

impl Checker<'_> {
    pub(super) fn template(&mut self, range: Range<usize>, quoted: bool) -> Check {
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
                        let detail = "There is no closing brace for this interpolation sequence before the end of the file. \
                                      This might be caused by incorrect nesting inside the given expression.";
                        return Err(Problem::new("Unclosed template interpolation sequence", detail, at..inner).hint(
                            format!(
                                "Add \"}}\", or write {0}{0}{{ where the characters themselves are meant.",
                                char::from(*marker)
                            ),
                        ));
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
                    if let Some(problem) = characters(self.text, lexemes).into_iter().next() {
                        return Err(problem);
                    }
                    let close = Next { lexeme: end..end + 1, word: end..end + 1 };
                    let mut checker = Checker {
                        text: self.text,
                        lexemes,
                        at: 0,
                        end: close,
                        depth: self.depth,
                        brackets: 0,
                        ends: Ends::Brace,
                        single: false,
                    };
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
                format!("The {keyword} directive is missing its corresponding end{keyword} directive."),
                range,
            )
            .hint(format!("Add %{{ end{keyword} }}."))),
            None => Ok(()),
        }
    }

    fn interpolation(&mut self, whole: Range<usize>) -> Check {
        self.skip_newlines();
        if self.peek().is_none() {
            return Err(Problem::new("Invalid expression", NO_START, whole.end - 1..whole.end)
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
        let detail = "Expected a closing brace to end the interpolation expression, but found extra characters. This can \
                      happen when you include interpolation syntax for another language, such as shell scripting, but \
                      forget to escape the interpolation start token. If this is an embedded sequence for another \
                      language, escape it by starting with \"$${\" instead of just \"${\".";
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
                for detail in [
                    "For directive requires variable name after 'for'.",
                    "For directive requires value variable name after comma.",
                ] {
                    self.skip_newlines();
                    if self.kind() != Some(Kind::Word) {
                        return Err(self.fail("Invalid 'for' directive", detail));
                    }
                    self.at += 1;
                    self.skip_newlines();
                    if !self.take(",") {
                        break;
                    }
                }
                if !self.take("in") {
                    let detail = "For directive requires 'in' keyword after names.";
                    return Err(self.fail("Invalid 'for' directive", detail));
                }
                self.expr(true)?;
                open.push(Directive { keyword: "for", range: whole, has_else: true });
            }
            "else" => match open.last_mut() {
                Some(Directive { has_else, .. }) if !*has_else => *has_else = true,
                Some(Directive { keyword: "if", .. }) => {
                    return Err(Problem::new(
                        "Unexpected else directive",
                        "Already in the else clause for the if.",
                        whole,
                    ));
                }
                _ => return Err(Problem::new("Unexpected else directive", UNBALANCED, whole)),
            },
            "endif" | "endfor" => {
                let (kind, summary) = match keyword {
                    "endif" => ("if", "Unexpected endif directive"),
                    _ => ("for", "Unexpected endfor directive"),
                };
                let detail = match open.pop() {
                    Some(opened) if opened.keyword == kind => None,
                    Some(Directive { keyword: "if", .. }) => Some("Expecting an endif directive for the if."),
                    Some(_) => Some("Expecting an endfor directive corresponding to the for directive."),
                    None => Some(UNBALANCED),
                };
                if let Some(detail) = detail {
                    return Err(Problem::new(summary, detail, whole));
                }
            }
            "" => {
                let detail = "A template directive keyword (\"if\", \"for\", etc) is expected at the beginning of a %{ sequence.";
                return Err(Problem::new("Invalid template directive", detail, whole));
            }
            _ => {
                return Err(Problem::new(
                    "Invalid template control keyword",
                    format!("\"{keyword}\" is not a valid template control keyword."),
                    if word.is_empty() { whole } else { word },
                )
                .hint("Write %%{ where the characters themselves are meant."));
            }
        }
        self.end_of_sequence()
    }
}

/// The character and the length of the escape sequence that begins here.
pub(in crate::hcl) fn escape(text: &str) -> Option<(char, usize)> {
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

pub(in crate::hcl) fn bad_escape(text: &str, at: usize) -> Problem {
    let mut chars = text.chars();
    let len = chars.by_ref().take(2).map(char::len_utf8).sum::<usize>();
    let (detail, len) = match text.as_bytes().get(1) {
        Some(kind @ (b'u' | b'U')) => {
            let digits = if *kind == b'u' { 4 } else { 8 };
            let given = chars.take_while(char::is_ascii_hexdigit).take(digits).count();
            let many = if digits == 4 { "four" } else { "eight" };
            (
                format!("The \\{} escape sequence must be followed by {many} hexadecimal digits.", char::from(*kind)),
                len + given,
            )
        }
        _ => {
            let symbol = text.chars().nth(1).map(String::from).unwrap_or_default();
            (format!("The symbol \"{symbol}\" is not a valid escape sequence selector."), len)
        }
    };
    Problem::new("Invalid escape sequence", detail, at..at + len)
        .hint("Valid escapes are \\n, \\r, \\t, \\\", \\\\, \\uNNNN and \\UNNNNNNNN. Write \\\\ for a backslash.")
}
