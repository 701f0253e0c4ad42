//! terraform and kiban take each other's state over, and both say that there is nothing to do.

use std::collections::BTreeMap;

use libtest_mimic::Trial;

use crate::programs::{skip, terraform_environment};
use crate::support::Account;
use crate::trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("swap::terraform_after_kiban", terraform_after_kiban),
        trial("swap::kiban_after_terraform", kiban_after_terraform),
    ]
}

/// What terraform needs to run without a network; says so where it, or its AWS provider, is not installed.
fn terraform(test: &str, account: &Account) -> Option<BTreeMap<String, String>> {
    let environment = terraform_environment(account.dir.path(), true);
    environment.map_err(|why| skip(test, &why)).ok()
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
