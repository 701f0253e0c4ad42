//! Modules out of git repositories, by the user's own git with the user's own credentials.
//!
//! Knows nothing of what a module is.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use semver::Version;

use crate::config::GitSource;

/// The user's git.
pub struct Git<'a> {
    pub environment: &'a BTreeMap<String, String>,
}

/// A version that a repository offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub commit: String,
}

impl Git<'_> {
    /// The versions of a repository: tags such as `v1.2.3` or `1.2.3`.
    pub fn versions(&self, url: &str) -> Result<BTreeMap<Version, Tag>, String> {
        let listed = self.run(None, &["ls-remote", "--tags", "--", url], url)?;
        let mut versions = BTreeMap::new();
        for line in listed.lines() {
            let Some((commit, reference)) = line.split_once('\t') else { continue };
            // An annotated tag is listed twice: the second time, with `^{}`, by the commit it stands for.
            let name = reference.trim_start_matches("refs/tags/").trim_end_matches("^{}");
            if let Ok(version) = Version::parse(name.trim_start_matches('v')) {
                versions.insert(version, Tag { name: name.to_owned(), commit: commit.to_owned() });
            }
        }
        Ok(versions)
    }

    /// Fetches one revision into a folder that is there and empty, without its history. `commit` is the one that it must be.
    pub fn fetch(&self, source: &GitSource, commit: Option<&str>, into: &Path) -> Result<String, String> {
        let url = &source.url;
        let git = |args: &[&str]| self.run(Some(into), args, url);
        git(&["init", "--quiet"])?;
        let wanted = commit.or(source.revision.as_deref()).unwrap_or("HEAD");
        let shallow = git(&["fetch", "--quiet", "--depth", "1", "--no-tags", "--", url, wanted]);
        let fetched = match shallow {
            Ok(_) => "FETCH_HEAD",
            // Not every server hands out any commit by its hash, and a short hash only means something to who has them all.
            Err(why) => {
                let everything = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
                git(&["fetch", "--quiet", "--", url, everything[0], everything[1]]).map_err(|_| why.clone())?;
                let known =
                    git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{wanted}^{{commit}}")]);
                known.map_err(|_| why)?;
                wanted
            }
        };
        git(&["checkout", "--quiet", "--detach", fetched])?;
        git(&["submodule", "--quiet", "update", "--init", "--recursive", "--depth", "1"])?;
        Ok(git(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    fn run(&self, dir: Option<&Path>, args: &[&str], url: &str) -> Result<String, String> {
        let mut command = Command::new("git");
        command.env_clear().envs(self.environment);
        // Nobody is there to answer, and other transports run programs that the source names.
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        if !self.environment.contains_key("GIT_ALLOW_PROTOCOL") {
            command.env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh");
        }
        for foreign in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(foreign);
        }
        if let Some(dir) = dir {
            command.current_dir(dir);
        }
        let done = command.args(["-c", "advice.detachedHead=false"]).args(args).stdin(Stdio::null()).output();
        let done = done.map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => "git is not installed, or not on the PATH".to_owned(),
            _ => format!("git cannot be started: {}", crate::diag::reason(&e)),
        })?;
        if done.status.success() {
            return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&done.stderr).replace(url, &without_credentials(url));
        let said: Vec<&str> =
            said.lines().map(|l| l.trim_start_matches("fatal: ").trim()).filter(|l| !l.is_empty()).collect();
        Err(format!("git says: {}", said.join("; ")))
    }
}

/// A URL without the user and password it may hold.
pub fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest.get(..end).and_then(|authority| authority.rfind('@')) {
        // The user of an SSH address is part of the address.
        Some(at) if rest.get(..at).is_some_and(|user| user.contains(':') || scheme.starts_with("http")) => {
            format!("{scheme}://{}", rest.get(at + 1..).unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_left_out() {
        for (url, expect) in [
            ("https://user:token@e.com/r.git", "https://e.com/r.git"),
            ("https://token@e.com/r.git", "https://e.com/r.git"),
            ("ssh://git@e.com/r.git", "ssh://git@e.com/r.git"),
            ("https://e.com/a@b", "https://e.com/a@b"),
            ("/srv/r.git", "/srv/r.git"),
        ] {
            assert_eq!(without_credentials(url), expect);
        }
    }
}
