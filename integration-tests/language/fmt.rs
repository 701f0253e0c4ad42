//! `kiban fmt` beside `terraform fmt`.

mod corpus;

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::{root, skip};
use crate::trial;

/// Files of the generated corpus.
const GENERATED: u64 = 2000;
/// Files of it that are broken on purpose.
const BROKEN: u64 = 300;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("fmt::generated", generated),
        trial("fmt::broken", broken),
        trial("fmt::project", project),
    ]
}

/// Formats a folder with both programs and gives, for each file, its name, its text and what both made of it.
fn both(test: &str, folder: &Folder) -> Vec<(String, String, String, String)> {
    let files = files_below(folder.dir.path());
    let texts: Vec<String> = files.iter().map(|f| folder.read(f)).collect();
    let oracle = Folder::new();
    files.iter().zip(&texts).for_each(|(f, text)| oracle.write(f, text));
    let ours = folder.kiban(&["fmt", "-recursive", "-list=false"]);
    let ours: Vec<String> = files.iter().map(|f| folder.read(f)).collect();
    if let Err(why) = oracle.terraform(&["fmt", "-recursive", "-list=false"]) {
        skip(test, &why);
        return Vec::new();
    }
    let theirs = files.iter().map(|f| oracle.read(f)).collect::<Vec<_>>();
    files.into_iter().zip(texts).zip(ours).zip(theirs).map(|(((f, t), o), e)| (f, t, o, e)).collect()
}

fn files_below(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, below: &Path, out: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("folder").map(|e| e.expect("entry")) {
            let name = below.join(entry.file_name());
            if entry.path().is_dir() {
                walk(&entry.path(), &name, out);
            } else {
                out.push(name.display().to_string());
            }
        }
    }
    let mut out = Vec::new();
    walk(folder, Path::new(""), &mut out);
    out.sort();
    out
}

fn compare(test: &str, folder: &Folder) {
    let all = both(test, folder);
    let wrong: Vec<_> = all.iter().filter(|(_, _, ours, theirs)| ours != theirs).collect();
    if let Some((name, before, ours, theirs)) = wrong.first() {
        panic!("{} of {} differ, for example {name}:\n{before}\n--- kiban\n{ours}\n--- Terraform\n{theirs}", wrong.len(), all.len());
    }
}

fn generated() {
    let folder = Folder::new();
    (0..GENERATED).for_each(|seed| folder.write(&format!("{:02}/{seed:04}.tf", seed / 100), &corpus::text(seed)));
    if let Ok(d) = std::env::var("DUMPC") { crate::programs::copy(folder.dir.path(), Path::new(&d)); return; }
    compare("fmt::generated", &folder);
}

fn broken() {
    let folder = Folder::new();
    (0..BROKEN).for_each(|seed| folder.write(&format!("{seed:04}.tf"), &corpus::broken_text(seed)));
    compare("fmt::broken", &folder);
}

/// Every file of the language that this project has.
fn project() {
    let folder = Folder::new();
    let here = root();
    for part in ["modules", "stacks", "examples", "integration-tests"] {
        for file in files_below(&here.join(part)).iter().filter(|f| f.ends_with(".tf") || f.ends_with(".tfvars")) {
            let path: PathBuf = Path::new(part).join(file);
            if let Ok(text) = fs::read_to_string(here.join(&path)) {
                folder.write(&path.display().to_string(), &text);
            }
        }
    }
    compare("fmt::project", &folder);
}
