//! Templates with places to fill in: `<<name>>`.
//!
//! The signs are those that neither YAML, Argo CD (`{{ }}`), Jenkins (`${ }`) nor Groovy use for anything of this form, so
//! that a template is what comes out but for its places.

use std::fmt::Write as _;

/// A place that nothing fills, or that does not end.
#[derive(Debug, PartialEq, Eq)]
pub struct Unfilled(pub String);

/// The text with its places filled. A place that is alone on a line takes any number of lines, each as far in as itself.
pub fn fill(template: &str, values: &[(&str, &str)]) -> Result<String, Unfilled> {
    let mut out = String::with_capacity(template.len());
    for line in template.lines() {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if let Some(name) = text.strip_prefix("<<").and_then(|t| t.strip_suffix(">>")).filter(|n| is_place(n)) {
            for inner in value(name, values)?.lines() {
                let _ = writeln!(out, "{}{inner}", if inner.is_empty() { "" } else { indent });
            }
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("<<") {
            out.push_str(before);
            match after.split_once(">>").filter(|(name, _)| is_place(name)) {
                Some((name, tail)) => {
                    out.push_str(value(name, values)?);
                    rest = tail;
                }
                None => return Err(Unfilled(line.to_owned())),
            }
        }
        out.push_str(rest);
        out.push('\n');
    }
    Ok(out)
}

fn is_place(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

fn value<'v>(name: &str, values: &[(&str, &'v str)]) -> Result<&'v str, Unfilled> {
    values.iter().find(|(n, _)| *n == name).map(|(_, v)| *v).ok_or_else(|| Unfilled(format!("<<{name}>>")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, expected: Result<&str, &str>) {
        let values = [("a", "1"), ("lines", "x\n\ny"), ("none", "")];
        let expected = expected.map(str::to_owned).map_err(|e| Unfilled(e.to_owned()));
        assert_eq!(fill(template, &values), expected, "{template}");
    }

    #[test]
    fn every_place_is_filled_or_told() {
        check("<<a>>-<<a>>\n", Ok("1-1\n"));
        check("k:\n  <<lines>>\nend\n", Ok("k:\n  x\n\n  y\nend\n"));
        check("k\n  <<none>>\nend\n", Ok("k\nend\n"));
        check("x <<b>>\n", Err("<<b>>"));
        check("<<: *anchor\n", Err("<<: *anchor"));
    }
}
