//! The folders that hold the objects: a file each, named by its id.
//!
//! Knows nothing of plans.

use std::fs;
use std::io::{self, ErrorKind as Io, Write};
use std::path::{Path, PathBuf};

use crate::diag::reason;
use crate::provider::{Error, ErrorKind, Object, Result};
use crate::value::Type;

use super::format::{from_text, to_text};

/// Where the objects of one configured provider are.
#[derive(Clone, Debug)]
pub(super) struct Folder(pub PathBuf);

impl Folder {
    /// The object with an id; `None` where there is none.
    pub fn read(&self, id: &str, ty: &Type) -> Result<Option<Object>> {
        let path = self.path(id)?;
        match fs::read_to_string(&path) {
            Ok(text) => match from_text(&text, ty) {
                Ok(object) => Ok(Some(object)),
                Err(why) => Err(Error::other(format!("{} holds no object of the type: {why}", path.display()))),
            },
            Err(e) if e.kind() == Io::NotFound => Ok(None),
            Err(e) => Err(failed("read", &path, &e)),
        }
    }

    /// Whether there is an object with an id.
    pub fn holds(&self, id: &str) -> Result<bool> {
        let path = self.path(id)?;
        path.try_exists().map_err(|e| failed("read", &path, &e))
    }

    /// Writes a new object. It is an error if there is one with its id.
    pub fn create(&self, id: &str, kind: &str, object: &Object) -> Result<()> {
        let path = self.path(id)?;
        fs::create_dir_all(&self.0).map_err(|e| failed("create", &self.0, &e))?;
        let file = self.staged(kind, object).map_err(|e| failed("write", &path, &e))?;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(()),
            Err(e) if e.error.kind() == Io::AlreadyExists => {
                Err(Error::new(ErrorKind::Exists, format!("{} exists already", path.display())))
            }
            Err(e) => Err(failed("write", &path, &e.error)),
        }
    }

    /// Writes an object that is there.
    pub fn update(&self, id: &str, kind: &str, object: &Object) -> Result<()> {
        let path = self.path(id)?;
        if !self.holds(id)? {
            return Err(Error::not_found(format!("{} does not exist", path.display())));
        }
        let file = self.staged(kind, object).map_err(|e| failed("write", &path, &e))?;
        file.persist(&path).map(drop).map_err(|e| failed("write", &path, &e.error))
    }

    /// Removes an object, and the folder with the last one.
    pub fn delete(&self, id: &str) -> Result<()> {
        let path = self.path(id)?;
        match fs::remove_file(&path) {
            Err(e) if e.kind() != Io::NotFound => return Err(failed("delete", &path, &e)),
            _ => {}
        }
        // Anything still in it keeps it.
        let _ = fs::remove_dir(&self.0);
        Ok(())
    }

    /// A reader sees the old text or the new one, never a part of it.
    fn staged(&self, kind: &str, object: &Object) -> io::Result<tempfile::NamedTempFile> {
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        file.write_all(to_text(kind, object).as_bytes())?;
        Ok(file)
    }

    /// The file of an object. An id that would lead elsewhere is refused.
    fn path(&self, id: &str) -> Result<PathBuf> {
        let plain = !id.is_empty() && id.len() <= 200 && !id.starts_with('.') && !id.contains(['/', '\\', '\0']);
        match plain {
            true => Ok(self.0.join(format!("{id}.json"))),
            false => Err(Error::other(format!("the id {id:?} cannot be the name of a file"))
                .hint("An id of this provider has at most 200 characters, no slash, and no dot in front.")),
        }
    }
}

fn failed(verb: &str, path: &Path, error: &io::Error) -> Error {
    Error::other(format!("cannot {verb} {}: {}", path.display(), reason(error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::mock::definition;

    #[test]
    fn objects_live_as_files() {
        let place = tempfile::tempdir().expect("folder");
        let folder = Folder(place.path().join("objects"));
        let ty = definition::simple().resource().block.ty();
        let object = |text: &str| Object::new().with("id", "a").with("string", text);
        assert!(folder.read("a", &ty).expect("reads").is_none());
        folder.create("a", "t", &object("x")).expect("creates");
        assert_eq!(folder.create("a", "t", &object("y")).expect_err("exists").kind, ErrorKind::Exists);
        folder.update("a", "t", &object("z")).expect("updates");
        assert_eq!(folder.read("a", &ty).expect("reads").expect("object").str("string"), Some("z"));
        folder.delete("a").expect("deletes");
        folder.delete("a").expect("is gone already");
        assert!(!folder.0.exists());
        assert!(folder.update("a", "t", &object("z")).expect_err("is gone").is_not_found());
    }

    #[test]
    fn ids_do_not_leave_the_folder() {
        let place = tempfile::tempdir().expect("folder");
        let folder = Folder(place.path().to_path_buf());
        for id in ["", ".", "..", "../a", "a/b", "/etc/passwd", "a\\b", "a\0b", ".hidden", &"x".repeat(300)] {
            let error = folder.delete(id).expect_err(id);
            assert!(error.message.contains("cannot be the name of a file"), "{error}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_no_missing_object() {
        let place = tempfile::tempdir().expect("folder");
        let folder = Folder(place.path().to_path_buf());
        let ty = definition::simple().resource().block.ty();
        fs::write(place.path().join("a.json"), "{").expect("file");
        assert!(folder.read("a", &ty).expect_err("broken").message.contains("holds no object"));
        fs::create_dir(place.path().join("b.json")).expect("folder");
        assert!(folder.read("b", &ty).expect_err("a folder").message.contains("cannot read"));
    }
}
