//! The folder `.terraform/modules`: each call's module in a folder of its own, as Terraform lays them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::clean;
use crate::config::locate::Wanted;
use crate::config::manifest::{MODULES, Manifest};
use crate::diag::Diagnostic;

use super::git::Git;
use super::resolve::Package;

/// Folders that hold what is being fetched begin so: an interrupted run leaves them, the next one removes them.
const UNFINISHED: &str = ".fetching-";

/// A package in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Relative to the root module.
    pub folder: PathBuf,
    pub commit: String,
}

pub struct Places {
    base: PathBuf,
}

impl Places {
    pub fn new(base: &Path) -> Self {
        Self { base: base.to_path_buf() }
    }

    /// The folder of the root module.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Where the package of a call lies, relative to the root module.
    pub fn folder(&self, key: &str) -> PathBuf {
        Path::new(MODULES).join(key)
    }

    pub fn is_there(&self, folder: &Path) -> bool {
        self.base.join(folder).is_dir()
    }

    /// Whether anything was ever put here.
    pub fn any(&self) -> bool {
        self.is_there(Path::new(MODULES))
    }

    /// Removes what an interrupted run has left.
    pub fn tidy(&self) {
        for name in self.names() {
            if name.starts_with(UNFINISHED) {
                let _ = fs::remove_dir_all(self.base.join(MODULES).join(name));
            }
        }
    }

    /// Removes the folders of calls that are no more.
    pub fn remove_others(&self, manifest: &Manifest) {
        for name in self.names() {
            let folder = self.folder(&name);
            let used = manifest.0.values().any(|entry| entry.dir.starts_with(&folder));
            if !used && self.base.join(&folder).is_dir() {
                let _ = fs::remove_dir_all(self.base.join(folder));
            }
        }
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.base.join(MODULES)).into_iter().flatten().flatten();
        entries.filter_map(|e| e.file_name().into_string().ok()).collect()
    }

    /// Fetches a package into the folder of a call: whole, or not at all.
    pub fn fetch(&self, git: &Git<'_>, package: &Package, key: &str) -> Result<Fetched, String> {
        let Package::Repository { source, commit, .. } = package else {
            return Err("there is nothing to fetch".into());
        };
        let folder = self.folder(key);
        let unfinished = self.base.join(MODULES).join(format!("{UNFINISHED}{key}"));
        let failed = |e: &io::Error| format!("{} cannot be written: {}", folder.display(), crate::diag::reason(e));
        fs::create_dir_all(&unfinished).map_err(|e| failed(&e))?;
        let fetched = git.fetch(source, commit.as_deref(), &unfinished);
        let placed = fetched.and_then(|commit| {
            // The history serves nobody here.
            fs::remove_dir_all(unfinished.join(".git"))
                .and_then(|()| replace(&unfinished, &self.base.join(&folder)))
                .map_err(|e| failed(&e))?;
            Ok(commit)
        });
        if placed.is_err() {
            let _ = fs::remove_dir_all(&unfinished);
        }
        placed.map(|commit| Fetched { folder, commit })
    }

    /// The package for another call: a copy in that call's folder.
    pub fn put(&self, first: &Path, key: &str) -> io::Result<PathBuf> {
        let folder = self.folder(key);
        if folder != first {
            let unfinished = self.base.join(MODULES).join(format!("{UNFINISHED}{key}"));
            copy(&self.base.join(first), &unfinished)?;
            replace(&unfinished, &self.base.join(&folder))?;
        }
        Ok(folder)
    }

    /// A folder within a package, which may not lead out of it through a link.
    pub fn within(&self, package: &Path, subfolder: &str, wanted: &Wanted<'_>) -> Result<PathBuf, Diagnostic> {
        let folder = clean(&package.join(subfolder));
        let real = |path: &Path| self.base.join(path).canonicalize();
        let inside = real(&folder).and_then(|inner| Ok(inner.is_dir() && inner.starts_with(real(package)?)));
        if inside.unwrap_or(false) {
            return Ok(folder);
        }
        let detail = format!("The package of module \"{}\" has no folder \"{subfolder}\".", wanted.call.name.name);
        Err(wanted
            .error("Unreadable module subdirectory", detail)
            .hint("Check what stands after // in the source, and the version."))
    }
}

fn replace(from: &Path, to: &Path) -> io::Result<()> {
    match fs::remove_dir_all(to) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    fs::rename(from, to)
}

/// Copies a folder; links stay links.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy(&source, &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source)?, target)?;
        } else {
            fs::copy(source, target)?;
        }
    }
    Ok(())
}
