//! `kiban fmt` beside `terraform fmt`: the same bytes, the same names, the same exit codes.

mod corpus;

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::{root, skip};
use crate::trial;

/// Files of the generated corpus, and of the one that is broken on purpose.
const GENERATED: u64 = 2000;
const BROKEN: u64 = 300;

/// A text with most of what there is, and what Terraform 1.11.4 made of it.
const SAMPLE: (&str, &str) = (include_str!("fmt/sample.tf"), include_str!("fmt/sample.formatted.tf"));

pub fn trials() -> Vec<Trial> {
    vec![
        trial("fmt::generated", generated),
        trial("fmt::broken", broken),
        trial("fmt::project", project),
        trial("fmt::sample", sample),
        trial("fmt::commands", commands),
    ]
}

/// One file before, and after each of the programs.
struct Case {
    name: String,
    before: String,
    ours: String,
    theirs: String,
}

/// Formats a folder with both programs; ours stays in the folder.
fn both(test: &str, folder: &Folder) -> Vec<Case> {
    let names = files_below(folder.dir.path());
    let oracle = Folder::new();
    let texts: Vec<String> = names.iter().map(|name| folder.read(name)).collect();
    names.iter().zip(&texts).for_each(|(name, text)| oracle.write(name, text));
    let args = ["fmt", "-recursive", "-list=false"];
    let code = folder.kiban(&args).code;
    match oracle.terraform(&args) {
        Ok(output) => assert_eq!(code, output.code, "exit codes"),
        Err(why) => {
            skip(test, &why);
            return Vec::new();
        }
    }
    let case =
        |(name, before): (String, String)| Case { ours: folder.read(&name), theirs: oracle.read(&name), name, before };
    names.into_iter().zip(texts).map(case).collect()
}

fn compare(test: &str, folder: &Folder) -> Vec<Case> {
    let all = both(test, folder);
    let wrong: Vec<&Case> = all.iter().filter(|c| c.ours != c.theirs).collect();
    if let Some(Case { name, before, ours, theirs }) = wrong.first() {
        let (wrong, all) = (wrong.len(), all.len());
        panic!("{wrong} of {all} differ, as {name}:\n{before}\n--- kiban\n{ours}\n--- Terraform\n{theirs}");
    }
    all
}

/// Paths of all files below a folder, relative to it.
fn files_below(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, below: &Path, out: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("folder").map(|e| e.expect("entry")) {
            let name = below.join(entry.file_name());
            match entry.path().is_dir() {
                true => walk(&entry.path(), &name, out),
                false => out.push(name.display().to_string()),
            }
        }
    }
    let mut out = Vec::new();
    walk(folder, Path::new(""), &mut out);
    out.sort();
    out
}

fn generated() {
    let folder = Folder::new();
    (0..GENERATED).for_each(|seed| folder.write(&format!("{:02}/{seed:04}.tf", seed / 100), &corpus::text(seed)));
    compare("fmt::generated", &folder);
    // Once more: what is formatted stays, but for what lay within an interpolation that was taken away.
    let again = compare("fmt::generated", &folder);
    let moved = again.iter().filter(|c| c.before != c.ours).count();
    assert!(moved < 30, "{moved} files are formatted differently the second time");
}

fn broken() {
    let folder = Folder::new();
    (0..BROKEN).for_each(|seed| folder.write(&format!("{seed:04}.tf"), &corpus::broken_text(seed)));
    let all = compare("fmt::broken", &folder);
    assert!(all.is_empty() || all.iter().filter(|c| c.before == c.ours).count() > 100);
}

/// Every file of the language that this project has.
fn project() {
    let folder = Folder::new();
    for part in ["modules", "stacks", "examples", "integration-tests"] {
        for file in files_below(&root().join(part)) {
            let path = format!("{part}/{file}");
            if [".tf", ".tfvars"].iter().any(|e| file.ends_with(e))
                && let Ok(text) = fs::read_to_string(root().join(&path))
            {
                folder.write(&path, &text);
            }
        }
    }
    compare("fmt::project", &folder);
}

fn sample() {
    let folder = Folder::new();
    folder.write("a.tf", SAMPLE.0);
    folder.expect(&["fmt"], 0);
    assert_eq!(folder.read("a.tf"), SAMPLE.1);
}

/// What is printed, and the exit code.
fn commands() {
    let tree = || {
        let folder = Folder::new();
        for (name, text) in [
            ("a.tf", "a   =1\nb=2\n"),
            ("fine.tf", "b = 1\n"),
            ("open.tfvars", "c   =1"),
            ("x.tftest.hcl", "run \"a\" {\nx=1\n}\n"),
            ("other.hcl", "x=1\n"),
            (".hidden.tf", "x=1\n"),
            ("backup.tf~", "x=1\n"),
            ("sub/deep/b.tf", "x    = 1\n\n\ny=[\n1,\n2\n]\n\n\n\nz = 1\nlonger=2\n"),
            ("broken/a.tf", "a =\n"),
            ("broken/b.tf", "b=1\n"),
        ] {
            folder.write(name, text);
        }
        folder
    };
    for line in [
        "",
        "-check",
        "-check -diff",
        "-check -list=false",
        "-check -list=false -diff",
        "-check -diff broken",
        "-diff -write=false",
        "-write=false -list=false",
        "-write=false -list=false -diff",
        "-recursive sub",
        "-check -recursive sub",
        "-diff sub/deep",
        "a.tf fine.tf sub/../open.tfvars",
        "./sub/deep/",
        "-list=false",
        "broken",
        "-check broken",
        "-write=false broken/b.tf",
        "none",
        "sub/deep none a.tf",
        "other.hcl",
        "x.tftest.hcl",
    ] {
        let args: Vec<&str> = std::iter::once("fmt").chain(line.split_whitespace()).collect();
        let (ours, theirs) = (tree(), tree());
        let (mut a, mut b) = (ours.command(&crate::programs::kiban(), &args), theirs.command("terraform", &args));
        let Ok(environment) = crate::programs::terraform_environment(theirs.dir.path(), false) else {
            return skip("fmt::commands", "no terraform");
        };
        let (a, b) = (a.output().expect("kiban"), b.envs(environment).output().expect("terraform"));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(a.status.code(), b.status.code(), "fmt {line}: {}", text(&a.stderr));
        assert_eq!(text(&a.stdout), text(&b.stdout), "fmt {line}");
        for name in files_below(ours.dir.path()) {
            assert_eq!(ours.read(&name), theirs.read(&name), "fmt {line}: {name}");
        }
    }
}
