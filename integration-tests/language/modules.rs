//! `kiban init` and where modules come from: folders, git, registries through a mirror or a vendor folder.

use std::path::Path;

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::{output, skip};
use crate::trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("modules::from_git", from_git),
        trial("modules::from_a_mirror_by_version", from_a_mirror_by_version),
        trial("modules::from_the_vendor_folder_without_init", from_the_vendor_folder_without_init),
        trial("modules::a_lock_pins_what_moves", a_lock_pins_what_moves),
        trial("modules::changes_after_init_are_told", changes_after_init_are_told),
        trial("modules::failures_are_told_together", failures_are_told_together),
        trial("modules::an_interrupted_fetch_is_cleared_away", an_interrupted_fetch_is_cleared_away),
        trial("modules::what_terraform_has_fetched_is_used", what_terraform_has_fetched_is_used),
        trial("modules::of_test_runs", of_test_runs),
        trial("modules::terraform_uses_what_kiban_has_fetched", terraform_uses_what_kiban_has_fetched),
    ]
}

/// A repository with a module `text` that says what it was made with, and a module in a subfolder that calls it.
fn repository(folder: &Folder, name: &str) -> String {
    let dir = format!("{name}.git");
    folder.write(&format!("{dir}/main.tf"), &module("one"));
    folder.write(&format!("{dir}/inner/main.tf"), "module \"outer\" {\n  source = \"../\"\n}\noutput \"text\" {\n  value = \"inner of ${module.outer.text}\"\n}\n");
    git(folder, &dir, &["init", "--quiet", "--initial-branch=main"]);
    commit(folder, &dir);
    format!("git::file://{}", folder.path(&dir).display())
}

fn module(text: &str) -> String {
    format!("output \"text\" {{\n  value = \"{text}\"\n}}\n")
}

fn commit(folder: &Folder, dir: &str) {
    git(folder, dir, &["add", "."]);
    git(folder, dir, &["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message=x"]);
}

fn git(folder: &Folder, dir: &str, args: &[&str]) {
    let done = output(folder.command("git", args).current_dir(folder.path(dir)));
    assert_eq!(done.code, 0, "git {args:?}: {}", done.text);
}

fn caller(source: &str, more: &str) -> String {
    format!("module \"m\" {{\n  source = \"{source}\"\n{more}}}\noutput \"text\" {{\n  value = module.m.text\n}}\n")
}

fn text(folder: &Folder) -> String {
    folder.expect(&["apply", "-auto-approve"], 0);
    folder.expect(&["output", "-raw", "text"], 0)
}

fn from_git() {
    let folder = Folder::new();
    let source = repository(&folder, "r");
    folder.write("main.tf", &caller(&format!("{source}//inner?ref=main"), ""));
    let before = folder.expect(&["plan"], 1);
    assert!(before.contains("Module not installed") && before.contains("kiban init"), "{before}");
    let said = folder.expect(&["init"], 0);
    assert!(said.contains("Initializing modules...") && said.contains("- m in .terraform/modules/m/inner"), "{said}");
    assert_eq!(text(&folder), "inner of one");
    let manifest = folder.read(".terraform/modules/modules.json");
    assert!(
        manifest.contains("\"Key\":\"m.outer\"") && manifest.contains("\"Dir\":\".terraform/modules/m\""),
        "{manifest}"
    );
    assert!(!folder.path(".terraform/modules/m/.git").exists());
    // A second time there is nothing to do, not even without the repository.
    std::fs::rename(folder.path("r.git"), folder.path("gone.git")).expect("moved");
    let again = folder.expect(&["init"], 0);
    assert!(!again.contains("Downloading"), "{again}");
}

fn from_a_mirror_by_version() {
    let folder = Folder::new();
    let source = repository(&folder, "terraform-aws-vpc");
    for (tag, text) in
        [("v1.0.0", "1.0"), ("v1.2.0", "1.2"), ("v2.0.0", "2.0"), ("v2.1.0-beta1", "beta"), ("latest", "x")]
    {
        folder.write("terraform-aws-vpc.git/main.tf", &module(text));
        commit(&folder, "terraform-aws-vpc.git");
        git(
            &folder,
            "terraform-aws-vpc.git",
            &["-c", "user.name=t", "-c", "user.email=t@example.com", "tag", "-a", "-m", "x", tag],
        );
    }
    let template = source.replace("terraform-aws-vpc", "terraform-{provider}-{name}");
    folder
        .write("kiban.hcl", &format!("modules {{\n  mirror \"team/*/*\" {{\n    source = \"{template}\"\n  }}\n}}\n"));
    for (constraint, expect) in [("~> 1.0", "1.2"), ("1.0.0", "1.0"), (">= 1.0", "2.0"), ("2.1.0-beta1", "beta")] {
        folder.write("main.tf", &caller("team/vpc/aws", &format!("  version = \"{constraint}\"\n")));
        let said = folder.expect(&["init", "-upgrade"], 0);
        assert!(said.contains("for m..."), "{said}");
        assert_eq!(text(&folder), expect, "{constraint}");
    }
    let lock = folder.read(".kiban.lock.hcl");
    assert!(
        lock.contains("module \"registry.terraform.io/team/vpc/aws\"") && lock.contains("\"2.1.0-beta1\""),
        "{lock}"
    );
    folder.write("main.tf", &caller("team/vpc/aws", "  version = \"~> 9.0\"\n"));
    let said = folder.expect(&["init"], 1);
    assert!(said.contains("Unresolvable module version constraint") && said.contains("2.1.0-beta1"), "{said}");
}

fn from_the_vendor_folder_without_init() {
    let folder = Folder::new();
    folder.write("kiban.hcl", "modules {\n  vendor = \"vendor\"\n}\n");
    for version in ["1.0.0", "1.5.0", "2.0.0"] {
        folder.write(&format!("vendor/team/vpc/aws/{version}/main.tf"), &module(version));
    }
    folder.write("vendor/team/plain/aws/main.tf", &module("plain"));
    folder.write("main.tf", &caller("team/vpc/aws", "  version = \"~> 1.0\"\n"));
    assert_eq!(text(&folder), "1.5.0");
    folder.write("main.tf", &caller("team/plain/aws", ""));
    assert_eq!(text(&folder), "plain");
    folder.expect(&["init"], 0);
    assert_eq!(text(&folder), "plain");
    assert!(!folder.path(".kiban.lock.hcl").exists());
}

fn a_lock_pins_what_moves() {
    let folder = Folder::new();
    let source = repository(&folder, "r");
    folder.write("main.tf", &caller(&format!("{source}?ref=main"), ""));
    folder.expect(&["init"], 0);
    folder.write("r.git/main.tf", &module("two"));
    commit(&folder, "r.git");
    // Another machine: only what is committed came along.
    std::fs::remove_dir_all(folder.path(".terraform")).expect("removed");
    folder.expect(&["init"], 0);
    assert_eq!(text(&folder), "one");
    folder.expect(&["init", "-upgrade"], 0);
    assert_eq!(text(&folder), "two");
    // A lock that a colleague has brought forward is followed, whatever is installed.
    let forward = folder.read(".kiban.lock.hcl");
    folder.write("r.git/main.tf", &module("three"));
    commit(&folder, "r.git");
    folder.expect(&["init", "-upgrade"], 0);
    assert_eq!(text(&folder), "three");
    folder.write(".kiban.lock.hcl", &forward);
    folder.expect(&["init"], 0);
    assert_eq!(text(&folder), "two");
    assert_eq!(folder.read(".kiban.lock.hcl"), forward);
}

fn changes_after_init_are_told() {
    let folder = Folder::new();
    let source = repository(&folder, "r");
    folder.write("main.tf", &caller(&format!("{source}?ref=main"), ""));
    folder.expect(&["init"], 0);
    folder.write("main.tf", &caller(&format!("{source}//inner?ref=main"), ""));
    let said = folder.expect(&["plan"], 1);
    assert!(said.contains("Module source has changed"), "{said}");
    folder.write("main.tf", &caller(&source, "  version = \"1.0.0\"\n"));
    let said = folder.expect(&["validate"], 1);
    assert!(said.contains("Invalid registry module source address") && said.contains("?ref=v1.2.3"), "{said}");
}

fn failures_are_told_together() {
    let folder = Folder::new();
    let source = repository(&folder, "r");
    let nowhere = format!("git::file://user:hunter2@localhost{}", folder.path("none.git").display());
    let calls = [
        ("a", nowhere.as_str()),
        ("b", &format!("{source}?ref=none")),
        ("c", &format!("{source}//none")),
        ("d", "registry.example.com/a/b/c"),
        ("e", "s3::https://bucket/x.zip"),
        ("f", "git::ext::sh -c true"),
        ("good", &source),
    ];
    let text: String = calls.iter().map(|(n, s)| format!("module \"{n}\" {{\n  source = \"{s}\"\n}}\n")).collect();
    folder.write("main.tf", &text);
    let said = folder.expect(&["init"], 1);
    for expect in [
        "Failed to download module",
        "Unreadable module subdirectory",
        "Failed to resolve module",
        "Invalid module source address",
    ] {
        assert!(said.contains(expect), "{expect}: {said}");
    }
    assert!(said.contains("6 errors"), "{said}");
    assert!(!said.contains("says: user:hunter2") && !said.contains("from git::file://user:hunter2"), "{said}");
    assert!(!folder.path(".kiban.lock.hcl").exists(), "nothing is locked by a run that failed");
}

fn an_interrupted_fetch_is_cleared_away() {
    let folder = Folder::new();
    let source = repository(&folder, "r");
    folder.write(".terraform/modules/.fetching-m/main.tf", "garbage");
    folder.write(".terraform/modules/old/main.tf", "");
    folder.write("main.tf", &caller(&source, ""));
    folder.expect(&["init"], 0);
    assert!(!folder.path(".terraform/modules/.fetching-m").exists() && !folder.path(".terraform/modules/old").exists());
    assert_eq!(text(&folder), "one");
}

/// Whether Terraform could initialise the folder; says so where it is missing.
fn terraform_init(test: &str, folder: &Folder) -> bool {
    match folder.terraform(&["init", "-input=false", "-no-color"]) {
        Ok(done) => {
            assert_eq!(done.code, 0, "{}", done.text);
            true
        }
        Err(why) => {
            skip(test, &why);
            false
        }
    }
}

fn what_terraform_has_fetched_is_used() {
    let folder = Folder::new();
    let source = repository(&folder, "r");
    folder.write("main.tf", &caller(&format!("{source}//inner?ref=main"), ""));
    if terraform_init("modules::what_terraform_has_fetched_is_used", &folder) {
        assert_eq!(text(&folder), "inner of one");
        assert!(Path::new(&folder.path(".terraform/modules/m/.git")).exists(), "kiban has left it alone");
    }
}

fn terraform_uses_what_kiban_has_fetched() {
    let folder = Folder::new();
    let source = repository(&folder, "r");
    folder.write("main.tf", &caller(&format!("{source}//inner?ref=main"), ""));
    folder.expect(&["init"], 0);
    match folder.terraform(&["validate", "-no-color"]) {
        Ok(done) => assert_eq!(done.code, 0, "{}", done.text),
        Err(why) => skip("modules::terraform_uses_what_kiban_has_fetched", &why),
    }
}

/// Runs of tests call modules too, from a subfolder of a package that calls what lies beside it.
fn of_test_runs() {
    let folder = Folder::new();
    let source = repository(&folder, "r");
    folder.write("main.tf", "output \"text\" {\n  value = \"root\"\n}\n");
    folder.write("near/main.tf", &caller(&source, ""));
    let run = |name: &str, source: &str, text: &str| {
        format!(
            "run \"{name}\" {{\n  module {{\n    source = \"{source}\"\n  }}\n  assert {{\n    condition     = output.text == \"{text}\"\n    error_message = output.text\n  }}\n}}\n"
        )
    };
    let tests = [run("far", &format!("{source}//inner"), "inner of one"), run("near", "./near", "one")].concat();
    folder.write("tests/all.tftest.hcl", &tests);
    let told = folder.expect(&["test"], 1);
    assert!(told.contains("Module not installed"), "{told}");
    folder.expect(&["init"], 0);
    let told = folder.expect(&["test"], 0);
    assert!(told.contains("2 passed, 0 failed"), "{told}");
    let manifest = folder.read(".terraform/modules/modules.json");
    assert!(manifest.contains("\"test.tests.all.far\""), "{manifest}");
    assert!(manifest.contains("\"test.tests.all.near.m\""), "{manifest}");
    // Terraform takes no git source here.
    folder.write("tests/all.tftest.hcl", &run("near", "./near", "one"));
    match folder.terraform(&["test", "-no-color"]) {
        Ok(done) => assert_eq!(done.code, 0, "{}", done.text),
        Err(why) => skip("modules::of_test_runs: terraform", &why),
    }
}
