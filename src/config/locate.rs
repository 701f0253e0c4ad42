//! Calls of modules to folders.

use std::path::{Path, PathBuf};

use crate::addr::ModulePath;
use crate::diag::Diagnostic;

use super::load::clean;
use super::manifest::Manifest;
use super::project::Project;
use super::source::{ModuleSource, RegistryModule};
use super::{ModuleCall, allows};

/// One call whose module is wanted.
pub struct Wanted<'a> {
    pub path: ModulePath,
    pub call: &'a ModuleCall,
    pub source: ModuleSource,
}

impl Wanted<'_> {
    /// Dotted call path.
    pub fn key(&self) -> String {
        self.path.0.join(".")
    }

    /// A finding about the call's source.
    pub fn error(&self, summary: &str, detail: impl Into<String>) -> Diagnostic {
        Diagnostic::error(summary, detail).at(self.call.source_span).within(self.call.header)
    }
}

/// Finds the folders of modules that are not part of their caller's package.
pub trait Locate {
    /// The folder of each, relative to the root module, in the order in which they are asked.
    fn locate(&mut self, wanted: &[Wanted<'_>]) -> Vec<Result<PathBuf, Diagnostic>>;

    /// Told of each module that lies beside its caller.
    fn local(&mut self, _wanted: &Wanted<'_>, _folder: &Path) {}
}

/// What was fetched before, by kiban or by Terraform, and what is kept as a copy.
pub struct Installed {
    base: PathBuf,
    project: Project,
    manifest: Manifest,
    /// What calls are noted below.
    within: String,
}

impl Installed {
    pub fn new(base: &Path, project: Project, within: &str) -> Self {
        let within = if within.is_empty() { String::new() } else { format!("{within}.") };
        Self { base: base.to_path_buf(), project, manifest: Manifest::read(base), within }
    }

    fn one(&self, wanted: &Wanted<'_>) -> Result<PathBuf, Diagnostic> {
        let outdated = |summary: &str, detail: String| {
            wanted
                .error(summary, detail)
                .hint("Run `kiban init` in this folder (or `terraform init`: kiban reads what it has fetched).")
        };
        let Some(entry) = self.manifest.0.get(&format!("{}{}", self.within, wanted.key())) else {
            if let ModuleSource::Registry(module) = &wanted.source
                && let Some((folder, _)) = vendored(&self.base, &self.project, module, wanted.call.version())
            {
                return Ok(folder);
            }
            return Err(outdated("Module not installed", "This module is not yet installed.".into()));
        };
        if ModuleSource::parse(&entry.source).as_ref() != Ok(&wanted.source) {
            let detail = "The source address was changed since this module was installed.";
            return Err(outdated("Module source has changed", detail.into()));
        }
        if let Some(constraint) = wanted.call.version()
            && allows(constraint, &entry.version) == Some(false)
        {
            let detail = format!(
                "The version requirements have changed since this module was installed, and the installed version ({}) is no longer acceptable.",
                entry.version
            );
            return Err(outdated("Module version requirements have changed", detail));
        }
        Ok(entry.dir.clone())
    }
}

impl Locate for Installed {
    fn locate(&mut self, wanted: &[Wanted<'_>]) -> Vec<Result<PathBuf, Diagnostic>> {
        wanted.iter().map(|w| self.one(w)).collect()
    }
}

/// The copy of a registry module in the stack's vendor folder, with its version where the folder tells it. Of several
/// versions it is the newest that the constraint allows.
pub fn vendored(
    base: &Path,
    project: &Project,
    module: &RegistryModule,
    constraint: Option<&str>,
) -> Option<(PathBuf, Option<semver::Version>)> {
    let package = project.vendor.as_ref()?.join(&module.namespace).join(&module.name).join(&module.provider);
    let versions = std::fs::read_dir(base.join(&package)).ok()?.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let version = semver::Version::parse(name.trim_start_matches('v')).ok()?;
        (entry.path().is_dir() && constraint.is_none_or(|c| allows(c, &version.to_string()) == Some(true)))
            .then_some((version, name))
    });
    let best = versions.max();
    let holds_files = |folder: &Path| {
        std::fs::read_dir(base.join(folder)).is_ok_and(|mut entries| {
            entries.any(|e| e.is_ok_and(|e| e.path().extension().is_some_and(|x| x == "tf" || x == "json")))
        })
    };
    let (folder, version) = match best {
        Some((version, name)) => (package.join(name), Some(version)),
        None => (package, None),
    };
    let folder = clean(&folder.join(&module.subfolder));
    holds_files(&folder).then_some((folder, version))
}
