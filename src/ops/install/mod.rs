//! Fetches the modules that a configuration calls, and notes which it took.
//!
//! Knows nothing of what is in a module, and of terminals: who asks is told what happens through a callback.

mod git;
mod lock;
mod place;
mod resolve;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::locate::{Locate, Wanted};
use crate::config::manifest::{Entry, Manifest};
use crate::config::project::Project;
use crate::config::testing::called_by_tests;
use crate::config::{Loaded, load_calls, load_with};
use crate::diag::{Diagnostic, Sources, reason};

use self::git::Git;
use self::lock::{Lock, Locked};
use self::place::{Fetched, Places};
use self::resolve::{Package, Resolver};
use super::{Failure, OpResult, Session};

/// What an installation has done, as it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    Fetching { key: String, source: String, version: Option<String> },
    Placed { key: String, folder: PathBuf },
}

/// Fetches what is missing, or with `upgrade` what is newest; the configuration comes back with what was found in it.
pub fn install(session: &Session, upgrade: bool, told: &mut dyn FnMut(Progress)) -> OpResult<Loaded> {
    let mut sources = Sources::default();
    let (project, mut found) = Project::read(&session.dir, &mut sources);
    let lock = found.take(Lock::read(&session.dir, &mut sources)).unwrap_or_default();
    if found.has_errors() {
        return Err(Failure::new(found, &sources));
    }
    let places = Places::new(&session.dir);
    places.tidy();
    let mut installer = Installer {
        git: Git { environment: &session.environment },
        project,
        old: Manifest::read(&session.dir),
        new: Manifest::default(),
        locked: lock,
        used: Lock::default(),
        fetched: BTreeMap::new(),
        places,
        upgrade,
        told,
    };
    let mut loaded = load_with(&session.dir, Path::new("."), sources, &mut installer);
    let (callers, sources) =
        called_by_tests(&session.dir, Path::new("tests"), std::mem::take(&mut loaded.config.sources));
    loaded.config.sources = sources;
    for caller in callers {
        let called = load_calls(&session.dir, caller, std::mem::take(&mut loaded.config.sources), &mut installer);
        loaded.broken |= called.broken;
        loaded.diagnostics.extend(called.diagnostics);
        loaded.config.sources = called.config.sources;
    }
    let Installer { mut new, old, used, locked, places, .. } = installer;
    if loaded.broken {
        // What is there stays noted: the next attempt need not fetch it again.
        new.0.extend(old.0);
    } else {
        places.remove_others(&new);
    }
    let unwritable = |what: &str, e: &std::io::Error| {
        Diagnostic::error("Failed to write file", format!("{what} cannot be written: {}.", reason(e)))
            .hint("Check that your user may write in the folder of the root module, and that the disk is not full.")
    };
    if !new.0.is_empty() || places.any() {
        let written = new.write(&session.dir);
        loaded.diagnostics.extend(written.err().map(|e| unwritable(".terraform/modules/modules.json", &e)));
    }
    if !loaded.broken && used != locked {
        loaded.diagnostics.extend(used.write(&session.dir).err().map(|e| unwritable(lock::FILE, &e)));
    }
    if loaded.diagnostics.has_errors() {
        return Err(Failure::new(loaded.diagnostics, &loaded.config.sources));
    }
    Ok(loaded)
}

struct Installer<'a> {
    git: Git<'a>,
    project: Project,
    old: Manifest,
    new: Manifest,
    locked: Lock,
    used: Lock,
    /// What this run has fetched or found in place; or why it is not there.
    fetched: BTreeMap<Package, Result<Fetched, String>>,
    places: Places,
    upgrade: bool,
    told: &'a mut dyn FnMut(Progress),
}

impl Locate for Installer<'_> {
    fn locate(&mut self, wanted: &[Wanted<'_>]) -> Vec<Result<PathBuf, Diagnostic>> {
        let resolver = Resolver {
            git: &self.git,
            base: self.places.base(),
            project: &self.project,
            locked: &self.locked,
            upgrade: self.upgrade,
        };
        let packages = at_once(wanted, |w| resolver.resolve(w));
        self.fetch(wanted, &packages);
        let packages = packages.into_iter().zip(wanted);
        packages.map(|(package, wanted)| self.settle(wanted, package?)).collect()
    }

    fn local(&mut self, wanted: &Wanted<'_>, folder: &Path) {
        self.note(wanted, folder, &Entry::default());
    }
}

impl Installer<'_> {
    /// Fetches the packages that are not there, each once, all at the same time.
    fn fetch(&mut self, wanted: &[Wanted<'_>], packages: &[Result<Package, Diagnostic>]) {
        let mut missing: BTreeMap<&Package, &Wanted<'_>> = BTreeMap::new();
        for (package, wanted) in packages.iter().zip(wanted) {
            let Ok(package) = package else { continue };
            if matches!(package, Package::Folder { .. }) || self.fetched.contains_key(package) {
                continue;
            }
            match self.in_place(wanted, package) {
                Some(there) => {
                    self.fetched.insert(package.clone(), Ok(there));
                }
                None => {
                    missing.entry(package).or_insert(wanted);
                }
            }
        }
        let missing: Vec<(&Package, &Wanted<'_>)> = missing.into_iter().collect();
        for (package, wanted) in &missing {
            let version = package.version().map(ToString::to_string);
            (self.told)(Progress::Fetching { key: wanted.key(), source: package.origin(), version });
        }
        let done = at_once(&missing, |(package, wanted)| self.places.fetch(&self.git, package, &wanted.key()));
        for ((package, _), fetched) in missing.into_iter().zip(done) {
            self.fetched.insert(package.clone(), fetched);
        }
    }

    /// What an earlier run has put there, if it is what is wanted now.
    fn in_place(&self, wanted: &Wanted<'_>, package: &Package) -> Option<Fetched> {
        let entry = self.old.0.get(&wanted.key())?;
        let same = package.version().map(ToString::to_string).unwrap_or_default() == entry.version
            && crate::config::ModuleSource::parse(&entry.source).as_ref() == Ok(&wanted.source)
            && package.commit().is_some_and(|commit| commit == entry.commit);
        let folder = self.places.folder(&wanted.key());
        (same && self.places.is_there(&folder)).then(|| Fetched { folder, commit: entry.commit.clone() })
    }

    /// The folder of one call, noted and locked.
    fn settle(&mut self, wanted: &Wanted<'_>, package: Package) -> Result<PathBuf, Diagnostic> {
        let subfolder = wanted.source.subfolder().to_owned();
        let (folder, commit) = match &package {
            Package::Folder { folder, .. } => (folder.clone(), String::new()),
            Package::Repository { .. } => {
                let first = match self.fetched.get(&package) {
                    Some(Ok(fetched)) => fetched.clone(),
                    Some(Err(why)) => return Err(failure(wanted, &package, why)),
                    None => return Err(failure(wanted, &package, "nothing was fetched")),
                };
                let placed = self.places.put(&first.folder, &wanted.key()).map_err(|e| unplaced(wanted, &e))?;
                (self.places.within(&placed, &subfolder, wanted)?, first.commit)
            }
        };
        if !commit.is_empty() {
            self.used.add(Locked {
                source: resolve::label(&wanted.source.package()),
                version: package.version().cloned(),
                fetched: package.elsewhere(),
                commit: commit.clone(),
            });
        }
        let version = package.version().map(ToString::to_string).unwrap_or_default();
        self.note(wanted, &folder, &Entry { version, commit, ..Entry::default() });
        (self.told)(Progress::Placed { key: wanted.key(), folder: folder.clone() });
        Ok(folder)
    }

    fn note(&mut self, wanted: &Wanted<'_>, folder: &Path, entry: &Entry) {
        let source = wanted.source.to_string();
        let entry = Entry { key: wanted.key(), source, dir: folder.to_path_buf(), ..entry.clone() };
        self.new.0.insert(entry.key.clone(), entry);
    }
}

fn failure(wanted: &Wanted<'_>, package: &Package, why: &str) -> Diagnostic {
    let name = &wanted.call.name.name;
    wanted
        .error(
            "Failed to download module",
            format!("Could not download module \"{name}\" from {}: {why}.", package.origin()),
        )
        .hint("Try the same with git itself: kiban uses your git with your credentials, and never asks for a password.")
}

fn unplaced(wanted: &Wanted<'_>, error: &std::io::Error) -> Diagnostic {
    wanted
        .error(
            "Failed to install module",
            format!("The files of module \"{}\" cannot be written: {}.", wanted.call.name.name, reason(error)),
        )
        .hint("Check that your user may write below .terraform/modules, and that the disk is not full.")
}

/// Does the same for each item, all at the same time: what takes time is waiting for other machines.
fn at_once<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    const MOST: usize = 16;
    let mut done = Vec::with_capacity(items.len());
    for some in items.chunks(MOST) {
        std::thread::scope(|scope| {
            let running: Vec<_> = some.iter().map(|item| scope.spawn(|| work(item))).collect();
            done.extend(running.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))));
        });
    }
    done
}
