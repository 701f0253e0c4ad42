//! Where kiban differs from Terraform on purpose.
//!
//! A line of `exceptions.txt` is a pattern of differences, with `*` for anything, and behind ` -- ` the reason.

use std::path::Path;

use regex::Regex;

pub struct Exceptions(Vec<(Regex, String)>);

impl Exceptions {
    pub fn read(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("exceptions.txt")).unwrap_or_default();
        let lines = text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#'));
        Self(
            lines
                .map(|line| {
                    let (pattern, _) = line.split_once(" -- ").unwrap_or_else(|| panic!("no reason: {line}"));
                    let pattern = regex::escape(pattern.trim()).replace(r"\*", ".*");
                    (Regex::new(&format!("(?s)^{pattern}")).expect("pattern"), line.to_owned())
                })
                .collect(),
        )
    }

    /// The differences that no exception speaks of, and exceptions for this scenario that nothing needs.
    pub fn judge(&self, name: &str, found: Vec<String>) -> Vec<String> {
        let own = |line: &str| line.starts_with(&format!("{name} "));
        let idle = self.0.iter().filter(|(pattern, line)| own(line) && !found.iter().any(|f| pattern.is_match(f)));
        let idle: Vec<String> = idle.map(|(_, line)| format!("an exception that nothing needs: {line}")).collect();
        let left = found.into_iter().filter(|f| !self.0.iter().any(|(pattern, _)| pattern.is_match(f)));
        left.chain(idle).collect()
    }

    /// Every exception speaks of a scenario that there is, or of all.
    pub fn check(&self, names: &[String]) {
        for (_, line) in &self.0 {
            let name = line.split(' ').next().unwrap_or_default();
            assert!(name == "*" || names.iter().any(|n| n == name), "there is no scenario {name}: {line}");
        }
    }
}
