//! Files that are replaced whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, fcntl_lock};

/// Replaces a file: written beside it with mode 0600, flushed to the device, renamed over it.
///
/// With `lock` the new file is locked before anybody can see it; the lock lives as long as the returned file.
pub fn replace(path: &Path, content: &[u8], lock: bool) -> io::Result<File> {
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let dir = folder(&path);
    let mut new = tempfile::Builder::new().prefix(&beside_prefix(&path)).suffix(".tmp").tempfile_in(&dir)?;
    new.write_all(content)?;
    new.as_file().sync_all()?;
    if lock {
        fcntl_lock(new.as_file(), FlockOperation::NonBlockingLockExclusive)?;
    }
    let file = new.persist(&path).map_err(|e| e.error)?;
    sync_folder(&dir)?;
    Ok(file)
}

/// Makes the entries of a folder durable.
pub fn sync_folder(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The folder of a file.
pub fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// `.NAME.` of a file, for hidden files that belong to it.
fn beside_prefix(path: &Path) -> String {
    format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy())
}

/// The hidden file `.NAME.SUFFIX` beside a file.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    path.with_file_name(format!("{}{suffix}", beside_prefix(path)))
}

/// Whether an open file is still what stands at a path.
pub fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}
