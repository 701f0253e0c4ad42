//! Writes the files of a new tenant, all of them or none.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::diag::{Diagnostic, reason};

use super::super::OpResult;
use super::create::{FileChange, NewTenant};

/// Carries out what was shown. If a file cannot be written, those that were are as before.
pub fn write_tenant(new: &NewTenant) -> OpResult<()> {
    if let Some(change) = new.changes.iter().find(|c| current(&c.path).ok() != Some(c.before.clone())) {
        let detail = format!("{} has changed since it was shown. Nothing was written.", change.path.display());
        return Err(Diagnostic::error("Files have changed", detail).hint("Run the command again.").into());
    }
    let mut made = Vec::new();
    if let Err((path, error)) = write(&new.changes, &mut made) {
        let left = undo(&new.changes, &made);
        let mut detail = format!("{} cannot be written: {}.", path.display(), reason(&error));
        detail.push_str(if left { " Not all could be undone." } else { " Nothing was written." });
        return Err(Diagnostic::error("Failed to write file", detail).into());
    }
    Ok(())
}

/// What has come to be on the way.
enum Made {
    Folder(PathBuf),
    /// The change with this index.
    File(usize),
}

type At<T> = Result<T, (PathBuf, io::Error)>;

/// All texts are on the disk before the first of them takes its place.
fn write(changes: &[FileChange], made: &mut Vec<Made>) -> At<()> {
    let mut ready = Vec::new();
    for change in changes {
        ready.push(prepare(change, made).map_err(|e| (change.path.clone(), e))?);
    }
    for (index, (file, change)) in ready.into_iter().zip(changes).enumerate() {
        let target = target(change).map_err(|e| (change.path.clone(), e))?;
        file.persist(target).map_err(|e| (change.path.clone(), e.error))?;
        made.push(Made::File(index));
    }
    Ok(())
}

fn prepare(change: &FileChange, made: &mut Vec<Made>) -> io::Result<NamedTempFile> {
    let target = target(change)?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let missing: Vec<&Path> = folder.ancestors().take_while(|f| !f.as_os_str().is_empty() && !f.exists()).collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder)?;
        made.push(Made::Folder(folder.to_owned()));
    }
    let mut file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(change.after.as_bytes())?;
    file.as_file().set_permissions(permissions(change, &target)?)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Those of the file that is replaced; else what any new file gets.
fn permissions(change: &FileChange, target: &Path) -> io::Result<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    match change.before {
        Some(_) => Ok(fs::metadata(target)?.permissions()),
        None => Ok(fs::Permissions::from_mode(0o644)),
    }
}

/// A link stays a link.
fn target(change: &FileChange) -> io::Result<PathBuf> {
    if change.before.is_some() { fs::canonicalize(&change.path) } else { Ok(change.path.clone()) }
}

/// Whether anything could not be undone.
fn undo(changes: &[FileChange], made: &[Made]) -> bool {
    let mut left = false;
    for step in made.iter().rev() {
        let undone = match step {
            Made::Folder(path) => fs::remove_dir(path),
            Made::File(index) => match changes.get(*index) {
                Some(FileChange { path, before: Some(text), .. }) => fs::write(path, text),
                Some(FileChange { path, before: None, .. }) => fs::remove_file(path),
                None => Ok(()),
            },
        };
        left |= undone.is_err();
    }
    left
}

fn current(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: PathBuf, before: Option<&str>, after: &str) -> FileChange {
        FileChange { path, before: before.map(str::to_owned), after: after.to_owned() }
    }

    #[test]
    fn all_or_nothing() {
        let dir = tempfile::tempdir().expect("folder");
        let (old, new, blocked) = (dir.path().join("old"), dir.path().join("a/b/new"), dir.path().join("blocked"));
        fs::write(&old, "1").expect("file");
        let changes = vec![change(old.clone(), Some("1"), "2"), change(new.clone(), None, "x")];
        let all = NewTenant { tenant: "t".into(), changes: changes.clone() };
        write_tenant(&all).expect("written");
        assert_eq!(
            (fs::read_to_string(&old).expect("text"), fs::read_to_string(&new).expect("text")),
            ("2".into(), "x".into())
        );
        assert!(write_tenant(&all).is_err(), "what was shown is not there any more");

        fs::remove_dir_all(dir.path().join("a")).expect("removed");
        fs::write(&old, "1").expect("file");
        // A folder stands where the last file should go, so that it fails behind the others.
        let mut made = Vec::new();
        let mut failing = changes;
        failing.push(change(blocked.clone(), None, "y"));
        fs::create_dir(&blocked).expect("folder");
        assert!(write(&failing, &mut made).is_err());
        assert!(!undo(&failing, &made));
        assert_eq!(fs::read_to_string(&old).expect("text"), "1");
        assert!(!dir.path().join("a").exists());
        assert_eq!(fs::read_dir(dir.path()).expect("folder").count(), 2);
    }
}
