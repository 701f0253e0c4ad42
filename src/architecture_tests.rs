//! What the source tree promises: the order of its modules, the size and the names of its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Lines after which a file should be looked at, and after which it must be split.
const SOFT_CAP: usize = 500;
const HARD_CAP: usize = 800;

/// Files that may be longer than the hard cap, each with the reason.
const LONG: &[(&str, &str)] = &[];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"];

/// What belongs to a workshop, not to a product. Put together here so that this file holds none of it.
const WORKSHOP: &[&str] =
    &[concat!("/wo", "rk/"), concat!("../sha", "red"), concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Paths below `src` with the texts of their files.
fn sources() -> BTreeMap<String, String> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
            if entry.is_dir() {
                walk(&entry, out);
            } else if entry.extension().is_some_and(|e| e == "rs") {
                out.push(entry);
            }
        }
    }
    let (root, mut found) = (root(), Vec::new());
    walk(&root, &mut found);
    let relative = |p: &PathBuf| p.strip_prefix(&root).expect("below src").display().to_string();
    found.iter().map(|p| (relative(p), fs::read_to_string(p).expect("text"))).collect()
}

/// Tests may be long and may look anywhere.
fn is_test(path: &str) -> bool {
    Path::new(path).iter().any(|part| {
        let part = part.to_string_lossy();
        part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs")
    })
}

/// The file without a test module at its end.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

/// The modules in the order in which `lib.rs` declares them.
fn order(lib: &str) -> Vec<&str> {
    lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect()
}

/// Names that follow `crate::`, also in braces.
fn used(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code(text).split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut at_name = true;
                let mut name = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.push(std::mem::take(&mut name));
                            at_name = true;
                        }
                        ':' => at_name = false,
                        c if depth == 0 && at_name && !c.is_whitespace() => name.push(c),
                        _ => {}
                    }
                }
                found.push(name);
            }
            None => found.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()),
        }
    }
    found
}

/// The text without comments.
fn code(text: &str) -> String {
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_use_only_those_before_them() {
    let sources = sources();
    let order = order(&sources["lib.rs"]);
    assert!(order.len() > 10, "lib.rs declares {order:?}");
    let place = |name: &str| order.iter().position(|m| *m == name);
    let mut wrong = Vec::new();
    for (path, text) in sources.iter().filter(|(p, _)| !is_test(p)) {
        let module = path.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = place(module) else { continue };
        for name in used(without_tests(text)) {
            if place(&name).is_some_and(|other| other > own) {
                wrong.push(format!("{path} uses crate::{name}, which comes after {module}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for (path, text) in sources().iter().filter(|(p, _)| !is_test(p)) {
        let lines = text.lines().count();
        if lines > SOFT_CAP {
            eprintln!("{path} has {lines} lines: look for the seam at which it splits");
        }
        let exempt = LONG.iter().any(|(file, reason)| file == path && !reason.is_empty());
        if lines > HARD_CAP && !exempt {
            long.push(format!("{path} has {lines} lines, and {HARD_CAP} are allowed"));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
    for (file, _) in LONG {
        assert!(root().join(file).is_file(), "{file} is exempted and does not exist");
    }
}

#[test]
fn names_say_what_is_inside() {
    for path in sources().keys() {
        for part in Path::new(path).with_extension("").iter() {
            let part = part.to_string_lossy();
            assert!(!EMPTY_NAMES.contains(&&*part), "{path}: name it after what it does");
        }
    }
}

#[test]
fn nothing_of_the_workshop_is_left() {
    for (path, text) in sources() {
        for word in WORKSHOP {
            let line = text.lines().position(|l| l.contains(word));
            assert!(line.is_none(), "{path}, line {}: {word}", line.unwrap_or_default() + 1);
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    for (path, text) in sources().iter().filter(|(p, _)| *p != "main.rs" && !is_test(p)) {
        assert!(text.starts_with("//! "), "{path} does not begin with what the module does");
    }
}
