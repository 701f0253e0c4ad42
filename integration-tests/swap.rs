//! terraform and kiban take each other's state over, and both say that there is nothing to do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;

use crate::support::{Account, skip};
use crate::trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("swap::terraform_after_kiban", terraform_after_kiban),
        trial("swap::kiban_after_terraform", kiban_after_terraform),
    ]
}

/// What terraform needs to run without a network; `None` where it, or its AWS provider, is not installed.
fn terraform(test: &str, account: &Account) -> Option<BTreeMap<String, String>> {
    if Command::new("terraform").arg("version").output().is_err() {
        skip(test, "no terraform");
        return None;
    }
    let Some(mirror) = mirror() else {
        skip(test, "no plugin mirror with hashicorp/aws 5.100.0 (set TERRAFORM_PLUGIN_MIRROR)");
        return None;
    };
    let config = account.path("terraformrc");
    let text = format!(
        "provider_installation {{\n  filesystem_mirror {{ path = \"{}\" }}\n}}\ndisable_checkpoint = true\n",
        mirror.display()
    );
    std::fs::write(&config, text).expect("file");
    let entries = [("TF_CLI_CONFIG_FILE", config.display().to_string()), ("TF_IN_AUTOMATION", "1".into())];
    Some(entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

/// The folder above `registry.terraform.io/hashicorp/aws`: named by the environment, or found in the usual places.
fn mirror() -> Option<PathBuf> {
    let below = |dir: &Path| dir.join("registry.terraform.io/hashicorp/aws").is_dir().then(|| dir.to_path_buf());
    if let Ok(named) = std::env::var("TERRAFORM_PLUGIN_MIRROR") {
        return below(Path::new(&named));
    }
    let home = std::env::var("HOME").map(PathBuf::from).unwrap_or_default();
    let usual = [
        home.join(".terraform.d/plugins"),
        "/usr/local/share/terraform/plugins".into(),
        "/usr/share/terraform/plugins".into(),
    ];
    usual.iter().find_map(|d| below(d)).or_else(|| search(Path::new("/"), 4))
}

/// Looks through the file system's own folders, not those of the system.
fn search(dir: &Path, depth: usize) -> Option<PathBuf> {
    const SYSTEM: &[&str] =
        &["/proc", "/sys", "/dev", "/run", "/tmp", "/usr", "/var", "/home", "/etc", "/lib", "/lib64"];
    for entry in std::fs::read_dir(dir).ok()?.flatten() {
        let path = entry.path();
        let plain = entry.file_type().is_ok_and(|t| t.is_dir());
        if !plain || SYSTEM.iter().any(|s| path == Path::new(s)) {
            continue;
        }
        if path.join("registry.terraform.io/hashicorp/aws").is_dir() {
            return Some(path);
        }
        if depth > 1
            && let Some(found) = search(&path, depth - 1)
        {
            return Some(found);
        }
    }
    None
}

fn init(account: &Account, folder: &str, environment: &BTreeMap<String, String>) {
    let init = account.program("terraform", folder, &["init", "-input=false", "-no-color"], environment);
    assert_eq!(init.code, 0, "{}", init.text);
}

fn terraform_after_kiban() {
    let account = Account::with_stacks();
    let Some(environment) = terraform("swap::terraform_after_kiban", &account) else { return };
    let stack = "stacks/platform";
    account.expect(stack, &["apply", "-auto-approve"], 0);
    init(&account, stack, &environment);
    let args = ["plan", "-input=false", "-no-color", "-detailed-exitcode"];
    let plan = account.program("terraform", stack, &args, &environment);
    assert_eq!(plan.code, 0, "{}", plan.text);
    assert!(plan.text.contains("No changes."), "{}", plan.text);
}

fn kiban_after_terraform() {
    let account = Account::with_stacks();
    let Some(environment) = terraform("swap::kiban_after_terraform", &account) else { return };
    let stack = "stacks/platform";
    init(&account, stack, &environment);
    let apply =
        account.program("terraform", stack, &["apply", "-input=false", "-no-color", "-auto-approve"], &environment);
    assert_eq!(apply.code, 0, "{}", apply.text);
    let text = account.expect(stack, &["plan", "-detailed-exitcode"], 0);
    assert!(text.contains("No changes. Your infrastructure matches the configuration."), "{text}");
    account.expect(stack, &["destroy", "-auto-approve"], 0);
}
