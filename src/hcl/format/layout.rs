//! Indentation of lines, blanks within them, and columns over consecutive lines.

use std::ops::Range;

use super::spacing::blank_between;
use super::token::{Kind, Token, columns};

/// The parts of a line. Assignments and comments of consecutive lines stand in one column.
struct Line {
    lead: Range<usize>,
    /// From the equals sign on, where the value ends on this line.
    assign: Range<usize>,
    /// The comment at the end.
    comment: Range<usize>,
}

/// Sets the blanks before all tokens.
pub(super) fn arrange(tokens: &mut [Token<'_>]) {
    let lines = lines(tokens);
    indent(&lines, tokens);
    for line in &lines {
        space(line.lead.clone(), tokens);
        space(line.assign.clone(), tokens);
    }
    align(&lines, tokens, |line| line.assign.clone(), |line| line.lead.clone());
    align(&lines, tokens, |line| line.comment.clone(), |line| line.lead.start..line.assign.end);
}

fn lines(tokens: &[Token<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (i, token) in tokens.iter().enumerate() {
        // The end of the text belongs to no line: blanks before it stay.
        let end = if token.kind == Kind::End { i } else { i + 1 };
        if token.ends_line() || token.kind == Kind::End {
            lines.extend((start < end).then(|| line(tokens, start..end)));
            start = end;
        }
    }
    lines
}

fn line(tokens: &[Token<'_>], range: Range<usize>) -> Line {
    let mut end = range.end;
    if range.len() > 1 && tokens[end - 1].kind == Kind::Comment {
        end -= 1;
    }
    let equal = (range.start + 1..end).find(|i| tokens[*i].kind == Kind::Equal);
    // A value with brackets left open goes on in the next line, and is aligned with nothing.
    let whole = |from: &usize| tokens[*from..end].iter().map(|t| t.kind.brackets()).sum::<i32>() == 0;
    let assign = equal.filter(whole).unwrap_or(end);
    Line { lead: range.start..assign, assign: assign..end, comment: end..range.end }
}

/// Indents by the brackets that are open. Brackets opened on one line indent once, however many they are.
fn indent(lines: &[Line], tokens: &mut [Token<'_>]) {
    let mut open: Vec<i32> = Vec::new();
    for line in lines {
        if tokens[line.lead.start].kind == Kind::Newline {
            tokens[line.lead.start].blanks = 0;
            continue;
        }
        let net = net_brackets(&tokens[line.lead.clone()]) + net_brackets(&tokens[line.assign.clone()]);
        if net < 0 {
            close(&mut open, -net);
        }
        tokens[line.lead.start].blanks = 2 * open.len();
        if net > 0 {
            open.push(net);
        }
    }
}

/// Brackets that are opened and not closed, up to a heredoc.
fn net_brackets(tokens: &[Token<'_>]) -> i32 {
    tokens.iter().take_while(|t| t.kind != Kind::OpenHeredoc).map(|t| t.kind.brackets()).sum()
}

fn close(open: &mut Vec<i32>, mut closed: i32) {
    while closed > 0
        && let Some(last) = open.last_mut()
    {
        if closed < *last {
            *last -= closed;
            return;
        }
        closed -= *last;
        open.pop();
    }
}

/// Blanks within a part of a line; those before it are not its own.
fn space(part: Range<usize>, tokens: &mut [Token<'_>]) {
    for i in part.start..part.end.saturating_sub(1) {
        let before = (i > part.start).then(|| &tokens[i - 1]);
        let blank = blank_between(before, &tokens[i], &tokens[i + 1]);
        tokens[i + 1].blanks = usize::from(blank);
    }
}

/// Lets a part begin in the same column on consecutive lines that have it: one behind the widest of what stands before.
fn align(
    lines: &[Line],
    tokens: &mut [Token<'_>],
    part: impl Fn(&Line) -> Range<usize>,
    before: impl Fn(&Line) -> Range<usize>,
) {
    for chain in lines.chunk_by(|a, b| part(a).is_empty() == part(b).is_empty()) {
        if chain.first().is_none_or(|line| part(line).is_empty()) {
            continue;
        }
        let widths: Vec<usize> = chain.iter().map(|line| columns(&tokens[before(line)])).collect();
        let widest = widths.iter().max().copied().unwrap_or(0);
        for (line, width) in chain.iter().zip(widths) {
            tokens[part(line).start].blanks = widest - width + 1;
        }
    }
}
