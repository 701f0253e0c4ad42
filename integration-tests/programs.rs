//! The programs under test and the oracle beside them: where they are, how they run, what they said.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

static SKIPS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static TOOK: Mutex<Vec<(Duration, String)>> = Mutex::new(Vec::new());

/// A test that fails by panicking.
pub fn trial(name: impl Into<String>, test: impl FnOnce() + Send + 'static) -> Trial {
    let name = name.into();
    Trial::test(name.clone(), move || {
        let _watch = Watch { name, began: Instant::now() };
        test();
        Ok(())
    })
}

/// Notes how long a test took, however it ended.
struct Watch {
    name: String,
    began: Instant,
}

impl Drop for Watch {
    fn drop(&mut self) {
        TOOK.lock().expect("lock").push((self.began.elapsed(), std::mem::take(&mut self.name)));
    }
}

/// Where the time goes.
pub fn print_slowest() {
    let mut took = TOOK.lock().expect("lock");
    took.sort_by(|a, b| b.cmp(a));
    println!("\nslowest, in seconds:");
    took.iter().take(25).for_each(|(time, name)| println!("{:7.1}  {name}", time.as_secs_f64()));
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary under test; `KIBAN_TEST_BINARY` names another.
pub fn kiban() -> String {
    std::env::var("KIBAN_TEST_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_kiban").into())
}

/// Says that a test did not run, and why: on the screen, and in the file that `./test` collects.
pub fn skip(test: &str, why: &str) {
    let line = format!("SKIPPED: {test}: {why}");
    eprintln!("{line}");
    if let Ok(path) = std::env::var("KIBAN_SKIP_LOG")
        && let Ok(mut file) = fs::OpenOptions::new().create(true).append(true).open(path)
    {
        let _ = writeln!(file, "{line}");
    }
    SKIPS.lock().expect("lock").push(line);
}

pub fn print_skips() {
    let skips = SKIPS.lock().expect("lock");
    if !skips.is_empty() {
        println!("{} skipped:\n{}\n", skips.len(), skips.join("\n"));
    }
}

/// What a finished command has said.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub text: String,
}

pub fn output(command: &mut Command) -> Output {
    let done = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    Output { code: done.status.code().unwrap_or(-1), text }
}

/// Copies a folder, without what tools leave in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder");
    for entry in fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", from.display())) {
        let entry = entry.expect("entry");
        let name = entry.file_name();
        if name == ".terraform" || name.to_string_lossy().contains("tfstate") {
            continue;
        }
        let target = to.join(&name);
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copy");
        }
    }
}

/// What Terraform needs in its environment to run without a network; an error says what this machine lacks.
///
/// `folder` takes the file with its settings. Without `aws` only what is built into Terraform can be used.
pub fn terraform_environment(folder: &Path, aws: bool) -> Result<BTreeMap<String, String>, String> {
    if Command::new("terraform").arg("version").output().is_err() {
        return Err("no terraform".into());
    }
    let installation = match (mirror(), aws) {
        (Some(mirror), _) => {
            format!("provider_installation {{\n  filesystem_mirror {{ path = \"{}\" }}\n}}\n", mirror.display())
        }
        (None, true) => {
            return Err("no plugin mirror with hashicorp/aws 5.100.0 (set TERRAFORM_PLUGIN_MIRROR)".into());
        }
        (None, false) => String::new(),
    };
    let config = folder.join("terraformrc");
    fs::write(&config, format!("{installation}disable_checkpoint = true\n")).expect("file");
    let entries = [("TF_CLI_CONFIG_FILE", config.display().to_string()), ("TF_IN_AUTOMATION", "1".into())];
    Ok(entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
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
