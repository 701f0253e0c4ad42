//! Where a module comes from, as its `source` argument says it.
//!
//! Knows nothing of what lies there, and of how it is fetched.

use std::fmt;

/// The registry that a source without a host means.
pub const DEFAULT_REGISTRY: &str = "registry.terraform.io";

/// A source address, taken apart. `Display` gives its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModuleSource {
    /// `./network`, relative to the folder of the calling module.
    Local(String),
    Registry(RegistryModule),
    Git(GitSource),
}

/// `[HOST/]NAMESPACE/NAME/PROVIDER[//SUBFOLDER]`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegistryModule {
    pub host: String,
    pub namespace: String,
    pub name: String,
    pub provider: String,
    /// Folder within the package; empty for the package itself.
    pub subfolder: String,
}

/// `git::URL[//SUBFOLDER][?ref=REVISION]` and its short forms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GitSource {
    /// As git takes it.
    pub url: String,
    /// Branch, tag or commit; the remote's own choice where there is none.
    pub revision: Option<String>,
    pub subfolder: String,
}

impl ModuleSource {
    /// Reads an address. An error says what is wrong with it, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("./") || text.starts_with("../") || text == "." || text == ".." {
            return Ok(Self::Local(text.to_owned()));
        }
        if text.is_empty() || text.contains(char::is_whitespace) || text.starts_with('-') {
            return Err("it is no address".into());
        }
        if let Some(rest) = text.strip_prefix("git::") {
            return git(rest).map(Self::Git);
        }
        for host in ["github.com/", "bitbucket.org/"] {
            if let Some(rest) = text.strip_prefix(host) {
                return hosted(host, rest).map(Self::Git);
            }
        }
        if is_scp_like(text) {
            return git(text).map(Self::Git);
        }
        if text.contains("::") || text.contains("://") {
            return Err("kiban fetches modules from folders, registries and git only".into());
        }
        if text.starts_with('/') || text.starts_with('~') {
            return Err("the path of a local module begins with ./ or ../".into());
        }
        registry(text).map(Self::Registry)
    }

    /// Folder within what is fetched.
    pub fn subfolder(&self) -> &str {
        match self {
            Self::Local(_) => "",
            Self::Registry(module) => &module.subfolder,
            Self::Git(git) => &git.subfolder,
        }
    }

    /// The source without its subfolder: what is fetched as one.
    #[must_use]
    pub fn package(&self) -> Self {
        match self.clone() {
            Self::Local(path) => Self::Local(path),
            Self::Registry(module) => Self::Registry(RegistryModule { subfolder: String::new(), ..module }),
            Self::Git(git) => Self::Git(GitSource { subfolder: String::new(), ..git }),
        }
    }
}

impl fmt::Display for ModuleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => f.write_str(path),
            Self::Registry(module) => module.fmt(f),
            Self::Git(git) => git.fmt(f),
        }
    }
}

impl fmt::Display for RegistryModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.host, self.namespace, self.name, self.provider)?;
        if self.subfolder.is_empty() { Ok(()) } else { write!(f, "//{}", self.subfolder) }
    }
}

impl fmt::Display for GitSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "git::{}", self.url)?;
        if !self.subfolder.is_empty() {
            write!(f, "//{}", self.subfolder)?;
        }
        match &self.revision {
            Some(revision) => write!(f, "?ref={revision}"),
            None => Ok(()),
        }
    }
}

/// The part before `//` and the one after it, which stays within the package.
fn split_subfolder(text: &str) -> Result<(&str, String), String> {
    let from = text.find("://").map_or(0, |at| at + 3);
    let Some(at) = text.get(from..).and_then(|rest| rest.find("//")).map(|at| at + from) else {
        return Ok((text, String::new()));
    };
    let subfolder = text[at + 2..].trim_matches('/');
    if subfolder.split('/').any(|part| part == "..") {
        return Err("the part after // may not lead out of the package".into());
    }
    Ok((&text[..at], subfolder.to_owned()))
}

fn git(text: &str) -> Result<GitSource, String> {
    let (place, query) = text.split_once('?').map_or((text, ""), |(p, q)| (p, q));
    let mut revision = None;
    for entry in query.split('&').filter(|e| !e.is_empty()) {
        match entry.split_once('=') {
            Some(("ref", value)) if !value.is_empty() && !value.starts_with('-') => revision = Some(value.to_owned()),
            // kiban fetches one commit anyway.
            Some(("depth", _)) => {}
            _ => return Err(format!("\"{entry}\" is not understood: a git source has ?ref=REVISION")),
        }
    }
    let (place, subfolder) = split_subfolder(place)?;
    if place.is_empty() || place.starts_with('-') {
        return Err("it names no repository".into());
    }
    // `git@host:path` is what git calls it; Terraform writes it as a URL.
    let url = match place.split_once(':') {
        Some((host, path)) if is_scp_like(place) => format!("ssh://{host}/{path}"),
        _ => place.to_owned(),
    };
    Ok(GitSource { url, revision, subfolder })
}

/// `github.com/OWNER/REPOSITORY[//SUBFOLDER]`
fn hosted(host: &str, rest: &str) -> Result<GitSource, String> {
    let (path, query) = rest.split_once('?').map_or((rest, None), |(p, q)| (p, Some(q)));
    let (path, subfolder) = split_subfolder(path)?;
    let mut parts = path.trim_end_matches('/').splitn(3, '/');
    let (Some(owner), Some(repository)) = (parts.next(), parts.next().filter(|r| !r.is_empty())) else {
        return Err(format!("it must be {host}OWNER/REPOSITORY"));
    };
    let inner = [parts.next().unwrap_or(""), &subfolder].into_iter().filter(|p| !p.is_empty());
    let inner = inner.map(str::to_owned).collect::<Vec<_>>().join("/");
    let url = format!("https://{host}{owner}/{}.git", repository.trim_end_matches(".git"));
    let query = query.map(|q| format!("?{q}")).unwrap_or_default();
    let subfolder = if inner.is_empty() { String::new() } else { format!("//{inner}") };
    git(&format!("{url}{subfolder}{query}"))
}

/// `git@example.com:team/network.git`
fn is_scp_like(text: &str) -> bool {
    let Some((host, path)) = text.split_once(':') else { return false };
    host.contains('@') && !host.contains('/') && !path.starts_with("//")
}

fn registry(text: &str) -> Result<RegistryModule, String> {
    let (address, subfolder) = split_subfolder(text)?;
    let parts: Vec<&str> = address.split('/').collect();
    let sound = |p: &&str| !p.is_empty() && p.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let (host, parts) = match parts.as_slice() {
        [host, rest @ ..] if parts.len() == 4 && host.contains('.') => (*host, rest),
        all => (DEFAULT_REGISTRY, all),
    };
    match parts {
        [namespace, name, provider] if parts.iter().all(sound) => Ok(RegistryModule {
            host: host.to_ascii_lowercase(),
            namespace: (*namespace).to_owned(),
            name: (*name).to_owned(),
            provider: (*provider).to_owned(),
            subfolder,
        }),
        _ => Err(
            "it is no path (these begin with ./ or ../), no NAMESPACE/NAME/PROVIDER of a registry, and no git source"
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_canonical_form() {
        for (text, expect) in [
            ("./network", "./network"),
            ("terraform-aws-modules/vpc/aws", "registry.terraform.io/terraform-aws-modules/vpc/aws"),
            ("example.com/team/vpc/aws//modules/x", "example.com/team/vpc/aws//modules/x"),
            ("git::https://example.com/vpc.git", "git::https://example.com/vpc.git"),
            ("git::https://example.com/vpc.git//a/b?ref=v1", "git::https://example.com/vpc.git//a/b?ref=v1"),
            ("git::ssh://git@example.com/vpc.git?depth=1&ref=v1", "git::ssh://git@example.com/vpc.git?ref=v1"),
            ("git@github.com:o/r.git//x?ref=main", "git::ssh://git@github.com/o/r.git//x?ref=main"),
            ("github.com/o/r", "git::https://github.com/o/r.git"),
            ("github.com/o/r//m/x?ref=v2", "git::https://github.com/o/r.git//m/x?ref=v2"),
            ("git::file:///srv/r//m", "git::file:///srv/r//m"),
        ] {
            assert_eq!(ModuleSource::parse(text).map(|s| s.to_string()), Ok(expect.to_owned()), "{text}");
            let again = ModuleSource::parse(expect).map(|s| s.to_string());
            assert_eq!(again, Ok(expect.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_source_says_why() {
        for text in [
            "",
            "network",
            "a/b",
            "/srv/module",
            "s3::https://bucket/x.zip",
            "https://example.com/x.zip",
            "git::--upload-pack=x",
            "git::https://e.com/r.git?ref=--x",
            "git::https://e.com/r.git//../x",
            "git::https://e.com/r.git?sshkey=x",
            "-x/y/z",
        ] {
            assert!(ModuleSource::parse(text).is_err(), "{text}");
        }
    }
}
