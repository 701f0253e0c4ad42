//! `.kiban.lock.hcl`: which version and commit of each module a stack uses, so that every machine uses the same.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use semver::Version;

use crate::addr::escape;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::hcl::parse_body;

pub const FILE: &str = ".kiban.lock.hcl";

/// All that is locked, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock(Vec<Locked>);

/// One package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Locked {
    /// Canonical source without subfolder and credentials.
    pub source: String,
    /// Of a registry's module.
    pub version: Option<Version>,
    /// The git source it was fetched from, without credentials, where that is another.
    pub fetched: Option<String>,
    pub commit: String,
}

impl Lock {
    /// Reads the file in the folder of a root module. One that cannot be read is an error: nothing may be fetched blindly.
    pub fn read(dir: &Path, sources: &mut Sources) -> Result<Self, Diagnostics> {
        let text = match std::fs::read_to_string(dir.join(FILE)) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => {
                let detail = format!("{FILE} cannot be read: {}.", crate::diag::reason(&e));
                return Err(Diagnostic::error("Failed to read file", detail).into());
            }
        };
        let id = sources.add(FILE, text.as_str());
        let (body, mut found) = parse_body(id, &text);
        let mut all = Vec::new();
        for block in body.blocks("module") {
            let text = |name: &str| block.body.attribute(name).and_then(|a| a.expr.as_str()).map(str::to_owned);
            let version = text("version").map(|v| Version::parse(&v));
            match (block.labels.as_slice(), text("commit"), version.transpose()) {
                ([source], Some(commit), Ok(version)) if is_commit(&commit) => {
                    all.push(Locked { source: source.name.to_string(), version, fetched: text("fetched"), commit });
                }
                _ => found.push(
                    Diagnostic::error(
                        "Invalid lock file",
                        "An entry has the source as its label, a commit, and a version where it comes from a registry.",
                    )
                    .at(block.header)
                    .hint(format!("Restore {FILE} from your repository, or remove the entry and run `kiban init`.")),
                ),
            }
        }
        all.sort();
        found.or(Self(all))
    }

    /// Writes the file, at once; one without entries is removed.
    pub fn write(&self, dir: &Path) -> std::io::Result<()> {
        let path = dir.join(FILE);
        if self.0.is_empty() {
            return match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            };
        }
        let text = self.text();
        if std::fs::read_to_string(&path).is_ok_and(|stored| stored == text) {
            return Ok(());
        }
        let mut file = tempfile::Builder::new().permissions(shared()).tempfile_in(dir)?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    }

    fn text(&self) -> String {
        let mut out = String::from(
            "# Maintained by \"kiban init\"; -upgrade looks for newer versions. Commit this file: with it every machine\n# uses the same modules.\n",
        );
        for locked in &self.0 {
            let version = locked.version.as_ref().map(ToString::to_string);
            let entries = [
                ("version", version.as_deref()),
                ("fetched", locked.fetched.as_deref()),
                ("commit", Some(&*locked.commit)),
            ];
            let given: Vec<(&str, &str)> = entries.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
            let width = given.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            let _ = writeln!(out, "\nmodule \"{}\" {{", escape(&locked.source));
            for (name, text) in given {
                let _ = writeln!(out, "  {name:width$} = \"{}\"", escape(text));
            }
            out.push_str("}\n");
        }
        out
    }

    /// Entries of one source, oldest version first.
    pub fn of<'a>(&'a self, source: &'a str) -> impl DoubleEndedIterator<Item = &'a Locked> {
        self.0.iter().filter(move |l| l.source == source)
    }

    pub fn add(&mut self, locked: Locked) {
        if let Err(at) = self.0.binary_search(&locked) {
            self.0.insert(at, locked);
        }
    }
}

/// A lock file is committed, and read by everybody.
fn shared() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    std::fs::Permissions::from_mode(0o644)
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.chars().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        let dir = tempfile::tempdir().expect("folder");
        let locked = |source: &str, version: Option<Version>| Locked {
            source: source.into(),
            version,
            fetched: Some("git::https://e.com/x.git".into()),
            commit: "0123456789012345678901234567890123456789".into(),
        };
        let mut lock = Lock::default();
        lock.add(locked("registry.terraform.io/a/b/c", Some(Version::new(1, 10, 0))));
        lock.add(locked("registry.terraform.io/a/b/c", Some(Version::new(1, 9, 0))));
        lock.add(locked("git::https://e.com/\"x\".git", None));
        lock.write(dir.path()).expect("written");
        assert_eq!(Lock::read(dir.path(), &mut Sources::default()), Ok(lock.clone()));
        let newest = lock.of("registry.terraform.io/a/b/c").next_back().and_then(|l| l.version.clone());
        assert_eq!(newest, Some(Version::new(1, 10, 0)));
        Lock::default().write(dir.path()).expect("removed");
        assert!(!dir.path().join(FILE).exists());
    }

    #[test]
    fn a_garbled_lock_is_refused() {
        let dir = tempfile::tempdir().expect("folder");
        std::fs::write(dir.path().join(FILE), "module \"x\" {\n  commit = \"abc\"\n}\n").expect("file");
        assert!(Lock::read(dir.path(), &mut Sources::default()).is_err());
    }
}
