//! File name patterns: `*`, `?`, `[…]`, `{a,b}` within a name, `**` over folders.
//!
//! Knows nothing of files.

/// Whether a path, with `/` between names, matches a pattern. Malformed patterns are an error.
pub(super) fn matches(pattern: &str, path: &str) -> Result<bool, String> {
    let names: Vec<&str> = path.split('/').collect();
    for pattern in alternatives(pattern, 0)? {
        let steps: Vec<Vec<char>> = pattern.split('/').map(|s| s.chars().collect()).collect();
        if match_steps(&steps, &names)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Most patterns that braces may expand to.
const MAX_ALTERNATIVES: usize = 1024;

/// Writes out `{a,b}`.
fn alternatives(pattern: &str, depth: usize) -> Result<Vec<String>, String> {
    let malformed = || "syntax error in pattern".to_owned();
    let Some(open) = find_brace(pattern) else { return Ok(vec![pattern.to_owned()]) };
    if depth > 8 {
        return Err("braces are nested too deeply".into());
    }
    let (head, tail) = pattern.split_at(open);
    let mut level = 0usize;
    let mut parts = Vec::new();
    let mut start = 1;
    let mut end = None;
    for (i, c) in tail.char_indices() {
        match c {
            '{' => level += 1,
            ',' if level == 1 => {
                parts.push(tail.get(start..i).unwrap_or(""));
                start = i + 1;
            }
            '}' => {
                level = level.saturating_sub(1);
                if level == 0 {
                    parts.push(tail.get(start..i).unwrap_or(""));
                    end = Some(i + 1);
                    break;
                }
            }
            _ => {}
        }
    }
    let rest = tail.get(end.ok_or_else(malformed)?..).unwrap_or("");
    let mut out = Vec::new();
    for part in parts {
        out.extend(alternatives(&format!("{head}{part}{rest}"), depth + 1)?);
        if out.len() > MAX_ALTERNATIVES {
            return Err(format!("the braces stand for more than {MAX_ALTERNATIVES} patterns"));
        }
    }
    Ok(out)
}

fn find_brace(pattern: &str) -> Option<usize> {
    let mut escaped = false;
    pattern.char_indices().find_map(|(i, c)| {
        let open = c == '{' && !escaped;
        escaped = c == '\\' && !escaped;
        open.then_some(i)
    })
}

fn match_steps(steps: &[Vec<char>], names: &[&str]) -> Result<bool, String> {
    let Some((step, rest)) = steps.split_first() else { return Ok(names.is_empty()) };
    if step.iter().eq(&['*', '*']) {
        if rest.is_empty() {
            return Ok(true);
        }
        for skipped in 0..=names.len() {
            if match_steps(rest, names.get(skipped..).unwrap_or(&[]))? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match names.split_first() {
        Some((name, others)) if match_name(step, &name.chars().collect::<Vec<_>>())? => match_steps(rest, others),
        _ => Ok(false),
    }
}

fn match_name(pattern: &[char], name: &[char]) -> Result<bool, String> {
    let mut at = (0, 0);
    // Where to resume: behind the last star, one character further.
    let mut resume: Option<(usize, usize)> = None;
    loop {
        let (p, n) = at;
        let step = match pattern.get(p) {
            Some('*') => {
                resume = Some((p, n + 1));
                at = (p + 1, n);
                continue;
            }
            Some('?') if n < name.len() => Some(p + 1),
            Some('[') => {
                let (hit, next) = class(pattern, p, name.get(n).copied())?;
                hit.then_some(next)
            }
            Some('\\') => match (pattern.get(p + 1), name.get(n)) {
                (Some(a), Some(b)) if a == b => Some(p + 2),
                (None, _) => return Err("syntax error in pattern".into()),
                _ => None,
            },
            Some(c) if name.get(n) == Some(c) => Some(p + 1),
            None if n == name.len() => return Ok(true),
            _ => None,
        };
        at = match (step, resume) {
            (Some(next), _) => (next, n + 1),
            (None, Some((star, next))) if next <= name.len() => {
                resume = Some((star, next + 1));
                (star + 1, next)
            }
            (None, _) => return Ok(false),
        };
    }
}

/// Whether a character is in the class that starts at `p`, and where the pattern goes on.
fn class(pattern: &[char], p: usize, c: Option<char>) -> Result<(bool, usize), String> {
    let negated = matches!(pattern.get(p + 1), Some('^'));
    let mut i = p + 1 + usize::from(negated);
    let first = i;
    let mut hit = false;
    loop {
        let Some(&low) = pattern.get(i) else { return Err("syntax error in pattern".into()) };
        if low == ']' && i > first {
            return Ok((c.is_some() && hit != negated, i + 1));
        }
        let (low, after) = if low == '\\' { (pattern.get(i + 1).copied().unwrap_or(low), i + 2) } else { (low, i + 1) };
        let high = match (pattern.get(after), pattern.get(after + 1)) {
            (Some('-'), Some(&high)) if high != ']' => {
                i = after + 2;
                high
            }
            _ => {
                i = after;
                low
            }
        };
        hit |= c.is_some_and(|c| low <= c && c <= high);
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_file_names_do() {
        for (pattern, path, expected) in [
            ("*", "a.txt", true),
            ("*", "d/a.txt", false),
            ("**", "d/e/a.txt", true),
            ("**/*.txt", "a.txt", true),
            ("**/*.txt", "d/e/a.txt", true),
            ("{a,b}.*", "b.md", true),
            ("d/?.txt", "d/c.txt", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
        ] {
            assert_eq!(matches(pattern, path), Ok(expected), "{pattern} {path}");
        }
        assert!(matches("[a", "a").is_err());
    }
}
