//! Input that is wrong: each folder of `bad-inputs/` with the output it must give.
//!
//! A folder holds the files of a root module, and may hold `command` (arguments, one a line; default `plan`), `env`
//! (`NAME=VALUE` lines; `-NAME` takes one away), `setup` (a shell script run before, with the program in $KIBAN), `state` (becomes
//! terraform.tfstate) and `exit` (default 1).
//! `expected.txt` is the output; `KIBAN_BLESS=1` writes it anew.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;

use crate::programs::{copy, root};
use crate::support::{Account, Endpoint};
use crate::trial;

pub fn trials() -> Vec<Trial> {
    let folder = root().join("integration-tests/bad-inputs");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let cases = names.into_iter().map(|name| trial(format!("bad_inputs::{name}"), move || case(&name)));
    let mut trials: Vec<Trial> = cases.collect();
    let count = trials.len();
    trials.push(trial("bad_inputs::there_are_at_least_forty", move || assert!(count >= 40, "{count}")));
    trials
}

fn case(name: &str) {
    let folder = root().join("integration-tests/bad-inputs").join(name);
    let mut account = Account::new();
    copy(&folder, account.dir.path());
    for left in ["expected.txt", "command", "env", "setup", "exit", "state"] {
        let _ = fs::remove_file(account.path(left));
    }
    let read = |file: &str| fs::read_to_string(folder.join(file)).ok();
    let mut removed = Vec::new();
    for line in read("env").unwrap_or_default().lines().filter(|l| !l.trim().is_empty()) {
        match (line.strip_prefix('-'), line.split_once('=')) {
            (Some(name), _) => removed.push(name.to_owned()),
            (None, Some((name, value))) => {
                account.extra.insert(name.to_owned(), value.to_owned());
            }
            _ => panic!("{name}/env: {line}"),
        }
    }
    if let Some(state) = read("state") {
        account.write("terraform.tfstate", &state);
    }
    if let Some(script) = read("setup") {
        let kiban = [("KIBAN".to_owned(), env!("CARGO_BIN_EXE_kiban").to_owned())].into();
        let done = account.program("sh", ".", &["-c", &script], &kiban);
        assert_eq!(done.code, 0, "{name}/setup: {}", done.text);
    }
    let command = read("command").unwrap_or_else(|| "plan".into());
    let arguments: Vec<&str> = command.lines().filter(|l| !l.is_empty()).collect();
    let mut run = account.command(".", &arguments);
    removed.iter().for_each(|name| {
        run.env_remove(name);
    });
    let done = run.output().expect("runs");
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    let text = stable(&text, account.dir.path(), &account.id);
    let code = read("exit").and_then(|c| c.trim().parse().ok()).unwrap_or(1);
    assert_eq!(done.status.code(), Some(code), "{name}: {text}");
    assert!(!text.contains("panicked"), "{name}: {text}");
    let path = folder.join("expected.txt");
    if std::env::var("KIBAN_BLESS").is_ok() {
        fs::write(&path, &text).expect("written");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name}: the output has changed; look at it, then bless it with KIBAN_BLESS=1");
}

/// The text without what differs from run to run.
fn stable(text: &str, dir: &Path, account: &str) -> String {
    let dir = dir.display().to_string();
    let text = text.replace(&dir, "[dir]").replace(&Endpoint::get().url, "[endpoint]").replace(account, "[account]");
    let masks = [
        (r"\(request\s+id\s+[0-9a-f-]+\)", "(request id [id])"),
        (r"The\s+process\s+with\s+id\s+\d+\s+holds\s+it\.", "The process with id [pid] holds it."),
    ];
    masks.iter().fold(text, |text, (pattern, mask)| {
        regex::Regex::new(pattern).expect("pattern").replace_all(&text, *mask).into_owned()
    })
}
