//! Brings files of the language into canonical form.
//!
//! Knows nothing of what is printed: each file comes back with both its texts.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::{Component, Path, PathBuf};

use crate::config::{clean, is_ignored_file};
use crate::diag::{Diagnostic, Diagnostics, Sources, Span, reason, sentence};
use crate::hcl;

/// Endings of the files that are formatted.
const ENDINGS: [&str; 4] = [".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl"];

/// Which files, and what happens to them.
#[derive(Clone, Debug, Default)]
pub struct FormatRequest {
    /// Files and folders.
    pub targets: Vec<PathBuf>,
    /// Folders within folders too.
    pub recursive: bool,
    /// Replace what differs.
    pub write: bool,
}

/// One text and its canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormattedFile {
    pub name: String,
    pub before: String,
    pub after: String,
}

impl FormattedFile {
    pub fn differs(&self) -> bool {
        self.before != self.after
    }
}

/// What was formatted, and what could not be.
#[derive(Debug, Default)]
pub struct Formatted {
    pub files: Vec<FormattedFile>,
    pub diagnostics: Diagnostics,
    pub sources: Sources,
}

/// Formats files; those with errors stay as they are.
pub fn format(request: &FormatRequest) -> Formatted {
    let mut work = Formatting { request, done: Formatted::default() };
    for target in &request.targets {
        let path = relative(target);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => work.folder(&path),
            Ok(_) if has_ending(&path) => work.file(&path),
            Ok(_) => work.fail(
                "Only .tf, .tfvars, and .tftest.hcl files can be processed with kiban fmt",
                sentence(&format!("{} is none of these", path.display())),
            ),
            Err(e) => {
                work.fail(format!("No file or directory at {}", path.display()), sentence(&reason(&e)));
                break;
            }
        }
    }
    work.done
}

/// Formats one text that comes from no file.
pub fn format_text(name: &str, bytes: Vec<u8>) -> Formatted {
    let request = FormatRequest::default();
    let mut work = Formatting { request: &request, done: Formatted::default() };
    let file = work.text(name, bytes);
    work.done.files.extend(file);
    work.done
}

struct Formatting<'r> {
    request: &'r FormatRequest,
    done: Formatted,
}

impl Formatting<'_> {
    fn fail(&mut self, summary: impl Into<String>, detail: impl Into<String>) {
        self.done.diagnostics.push(Diagnostic::error(summary, detail));
    }

    fn folder(&mut self, path: &Path) {
        let mut entries = match fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(e) => {
                return self.fail(format!("Cannot read directory {}", path.display()), sentence(&reason(&e)));
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            if is_ignored_file(&name.to_string_lossy()) {
                continue;
            }
            let below = clean(&path.join(&name));
            // A link to a folder is not followed: it may lead back here.
            if entry.file_type().is_ok_and(|t| t.is_dir()) {
                if self.request.recursive {
                    self.folder(&below);
                }
            } else if has_ending(&below) {
                self.file(&below);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(e) => return self.fail(format!("Failed to read file {}", path.display()), sentence(&reason(&e))),
        };
        let Some(file) = self.text(&path.display().to_string(), bytes) else { return };
        if self.request.write
            && file.differs()
            && let Err(e) = replace(path, &file.after)
        {
            self.fail(format!("Failed to write {}", path.display()), sentence(&reason(&e)));
        }
        self.done.files.push(file);
    }

    fn text(&mut self, name: &str, bytes: Vec<u8>) -> Option<FormattedFile> {
        let before = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => {
                let at = e.utf8_error().valid_up_to();
                let source = self.done.sources.add(name, String::from_utf8_lossy(e.as_bytes()));
                let wrong = Span::new(source, at..at + char::REPLACEMENT_CHARACTER.len_utf8());
                self.done.diagnostics.push(
                    Diagnostic::error("Invalid character encoding", "This is not valid UTF-8.")
                        .at(wrong)
                        .hint("Save the file as UTF-8."),
                );
                return None;
            }
        };
        let source = self.done.sources.add(name, before.as_str());
        let after = self.done.diagnostics.take(hcl::format(source, &before))?;
        Some(FormattedFile { name: name.to_owned(), before, after })
    }
}

fn has_ending(path: &Path) -> bool {
    let name = path.as_os_str().to_string_lossy();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// A path as seen from the working directory.
fn relative(path: &Path) -> PathBuf {
    let Ok(here) = std::env::current_dir() else { return clean(path) };
    let full = clean(&here.join(path));
    let shared = here.components().zip(full.components()).take_while(|(a, b)| a == b).count();
    let up = here.components().skip(shared).map(|_| Component::ParentDir);
    let relative: PathBuf = up.chain(full.components().skip(shared)).collect();
    if relative.as_os_str().is_empty() { PathBuf::from(".") } else { relative }
}

/// Replaces the content of a file at once; its mode and owner stay, and a link stays a link.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    // Renaming needs no right to write the file itself: ask for it.
    let metadata = OpenOptions::new().write(true).open(&path)?.metadata()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(metadata.permissions())?;
    let owner = new.as_file().metadata()?;
    if (owner.uid(), owner.gid()) != (metadata.uid(), metadata.gid()) {
        fchown(new.as_file(), Some(metadata.uid()), Some(metadata.gid()))?;
    }
    new.as_file().sync_all()?;
    new.persist(&path).map_err(|e| e.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn request(path: &Path, write: bool) -> FormatRequest {
        FormatRequest { targets: vec![path.to_path_buf()], recursive: true, write }
    }

    #[test]
    fn files_keep_mode_and_links() {
        let dir = tempfile::tempdir().expect("folder");
        let (file, link) = (dir.path().join("a.tf"), dir.path().join("b.tfvars"));
        fs::write(&file, "a   =1\n").expect("file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("mode");
        std::os::unix::fs::symlink("a.tf", &link).expect("link");
        let done = format(&request(&link, true));
        assert!(done.diagnostics.is_empty() && done.files[0].differs());
        assert_eq!(fs::read_to_string(&file).expect("file"), "a = 1\n");
        assert!(fs::symlink_metadata(&link).expect("link").is_symlink());
        assert_eq!(fs::metadata(&file).expect("file").mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(dir.path()).expect("folder").count(), 2);
    }

    #[test]
    fn broken_files_stay_and_others_go_on() {
        let dir = tempfile::tempdir().expect("folder");
        fs::create_dir(dir.path().join("sub")).expect("folder");
        for (name, text) in [("a.tf", "a   ="), ("b.tf", "b   =1"), ("sub/c.tf", "c=1"), (".d.tf", "d=1")] {
            fs::write(dir.path().join(name), text).expect("file");
        }
        fs::write(dir.path().join("e.tf"), [b'e', b'=', 0xff]).expect("file");
        let done = format(&request(dir.path(), true));
        assert_eq!(done.diagnostics.len(), 2);
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("file");
        assert_eq!([read("a.tf"), read("b.tf"), read("sub/c.tf"), read(".d.tf")], ["a   =", "b = 1", "c = 1", "d=1"]);
    }

    #[test]
    fn only_files_of_the_language_are_taken() {
        let dir = tempfile::tempdir().expect("folder");
        fs::write(dir.path().join("a.txt"), "a=1").expect("file");
        for (name, summary) in [("a.txt", "Only .tf"), ("none", "No file or directory at")] {
            let done = format(&request(&dir.path().join(name), true));
            assert!(done.diagnostics.iter().all(|d| d.summary.starts_with(summary)) && done.diagnostics.len() == 1);
        }
    }
}
