//! What a source address means today: a folder, or a commit of a repository.

use std::path::{Path, PathBuf};

use semver::Version;

use crate::config::locate::{Wanted, vendored};
use crate::config::project::Project;
use crate::config::{GitSource, ModuleSource, RegistryModule, allows};
use crate::diag::Diagnostic;

use super::git::{Git, Tag, without_credentials};
use super::lock::{Lock, Locked};

/// Something that is fetched as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Package {
    /// A copy that the stack keeps, with the subfolder already in.
    Folder { folder: PathBuf, version: Option<Version> },
    Repository {
        source: GitSource,
        /// The address in the configuration, where that is a registry's.
        registry: Option<String>,
        version: Option<Version>,
        /// What must come; `None` takes what is there.
        commit: Option<String>,
    },
}

impl Package {
    pub fn version(&self) -> Option<&Version> {
        match self {
            Self::Folder { version, .. } | Self::Repository { version, .. } => version.as_ref(),
        }
    }

    pub fn commit(&self) -> Option<&str> {
        match self {
            Self::Folder { .. } => None,
            Self::Repository { commit, .. } => commit.as_deref(),
        }
    }

    /// Where it comes from, for people; without credentials.
    pub fn origin(&self) -> String {
        match self {
            Self::Folder { folder, .. } => folder.display().to_string(),
            Self::Repository { source, .. } => label(&ModuleSource::Git(source.clone())),
        }
    }

    /// The git source, where the configuration names another address.
    pub fn elsewhere(&self) -> Option<String> {
        match self {
            Self::Repository { registry: Some(_), .. } => Some(self.origin()),
            _ => None,
        }
    }
}

/// A source as the lock file names it: without credentials.
pub fn label(source: &ModuleSource) -> String {
    match source {
        ModuleSource::Git(git) => GitSource { url: without_credentials(&git.url), ..git.clone() }.to_string(),
        other => other.to_string(),
    }
}

pub struct Resolver<'a> {
    pub git: &'a Git<'a>,
    pub base: &'a Path,
    pub project: &'a Project,
    pub locked: &'a Lock,
    pub upgrade: bool,
}

impl Resolver<'_> {
    pub fn resolve(&self, wanted: &Wanted<'_>) -> Result<Package, Diagnostic> {
        match &wanted.source {
            ModuleSource::Local(path) => Ok(Package::Folder { folder: path.into(), version: None }),
            ModuleSource::Git(source) => {
                let source = GitSource { subfolder: String::new(), ..source.clone() };
                let label = label(&ModuleSource::Git(source.clone()));
                let commit = self.locked(&label).next_back().map(|l| l.commit.clone());
                Ok(Package::Repository { source, registry: None, version: None, commit })
            }
            ModuleSource::Registry(module) => self.registry(wanted, module),
        }
    }

    fn locked<'l>(&'l self, source: &'l str) -> impl DoubleEndedIterator<Item = &'l Locked> {
        self.locked.of(source).filter(|_| !self.upgrade)
    }

    fn registry(&self, wanted: &Wanted<'_>, module: &RegistryModule) -> Result<Package, Diagnostic> {
        let constraint = wanted.call.version();
        if let Some((folder, version)) = vendored(self.base, self.project, module, constraint) {
            return Ok(Package::Folder { folder, version });
        }
        let address = wanted.source.package().to_string();
        let Some(repository) = self.project.repository(module) else {
            let detail = format!("No repository is known for the modules of {}.", module.host);
            return Err(wanted.error("Failed to resolve module", detail).hint(
                "Name one in kiban.hcl (modules { mirror \"HOST/*/*/*\" { source = \"git::…\" } }), or put a copy into the folder that modules { vendor = \"…\" } names.",
            ));
        };
        let source = match ModuleSource::parse(&repository) {
            Ok(ModuleSource::Git(source)) => source,
            _ => {
                let detail =
                    format!("kiban.hcl names \"{repository}\" as the repository of {address}, which is no git source.");
                return Err(wanted.error("Failed to resolve module", detail).hint("It begins with git::"));
            }
        };
        let make = |version: &Version, tag: &str, commit: &str| Package::Repository {
            source: GitSource { revision: Some(tag.to_owned()), ..source.clone() },
            registry: Some(address.clone()),
            version: Some(version.clone()),
            commit: Some(commit.to_owned()),
        };
        let kept =
            self.locked(&address).rev().find_map(|l| Some((l, l.version.as_ref().filter(|v| fits(constraint, v))?)));
        if let Some((locked, version)) = kept {
            let tag = locked
                .fetched
                .as_deref()
                .and_then(|f| f.rsplit_once("?ref="))
                .map_or_else(|| format!("v{version}"), |(_, tag)| tag.to_owned());
            return Ok(make(version, &tag, &locked.commit));
        }
        let versions = self.git.versions(&source.url).map_err(|why| {
            wanted
                .error(
                    "Failed to resolve module",
                    format!(
                        "The versions of {address} cannot be listed in {}: {why}.",
                        without_credentials(&source.url)
                    ),
                )
                .hint("Another repository can be named in kiban.hcl, or a copy be kept in a vendor folder.")
        })?;
        let best: Option<(&Version, &Tag)> = versions.iter().rfind(|(version, _)| fits(constraint, version));
        match (best, constraint) {
            (Some((version, tag)), _) => Ok(make(version, &tag.name, &tag.commit)),
            (None, Some(constraint)) if !versions.is_empty() => {
                let newest = versions.keys().next_back().map(ToString::to_string).unwrap_or_default();
                Err(wanted.error(
                    "Unresolvable module version constraint",
                    format!("There is no available version of module \"{address}\" which matches the given version constraint \"{constraint}\". The newest available version is {newest}."),
                ))
            }
            _ => Err(wanted
                .error(
                    "Module has no versions",
                    format!(
                        "Module \"{address}\" has no versions available: {} has no tags such as v1.2.3.",
                        without_credentials(&source.url)
                    ),
                )
                .hint("Name the repository itself: git::URL?ref=REVISION")),
        }
    }
}

/// Whether a version will do. One before a release is taken only where it is asked for by name.
fn fits(constraint: Option<&str>, version: &Version) -> bool {
    let text = version.to_string();
    let named = || constraint.is_some_and(|c| c.trim().trim_start_matches('=').trim() == text);
    if version.pre.is_empty() { constraint.is_none_or(|c| allows(c, &text) == Some(true)) } else { named() }
}
