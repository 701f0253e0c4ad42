//! A state in a file, by Terraform's rules: `terraform` and kiban exclude each other on it.
//!
//! Two things make a lock: a POSIX lock on the state file, which the system drops when its holder dies, and a note
//! beside the file that says who holds it. The system also drops the lock when the process closes *any* descriptor of
//! the file. So while the lock is held everything is read through the locked descriptor, and a new version of the file
//! is locked before it takes the place of the old one. For the same reason a process must have one backend per file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;
use rustix::process::{Flock, FlockOffsetType, FlockType, fcntl_getlk};

use super::{Backend, Header, LockInfo, Rescue, Written, disk, successor};
use crate::state::file::parse_stored;
use crate::state::{State, StateError, StateErrorKind};

/// The state file of one workspace.
#[derive(Debug)]
pub struct LocalBackend {
    path: PathBuf,
    rescue: Rescue,
    run: Mutex<Run>,
}

/// What this run has done so far.
#[derive(Debug, Default)]
struct Run {
    held: Option<Held>,
    backed_up: bool,
}

#[derive(Debug)]
struct Held {
    file: File,
    info: LockInfo,
    /// The lock made the file, which had no content.
    created: bool,
}

impl LocalBackend {
    /// `working_dir` takes the state if it cannot be written to its place.
    pub fn new(path: impl Into<PathBuf>, working_dir: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), rescue: Rescue::new(working_dir), run: Mutex::default() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the note of the lock stands: `.NAME.lock.info`.
    pub fn lock_info_path(&self) -> PathBuf {
        disk::beside(&self.path, "lock.info")
    }

    /// Where the state from before the run is kept: `NAME.backup`.
    pub fn backup_path(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".backup");
        self.path.with_file_name(name)
    }

    fn run(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn acquire(&self, mut info: LockInfo) -> Result<String, StateError> {
        let mut run = self.run();
        if let Some(held) = &run.held {
            return Err(StateError::locked(&self.place(), Some(held.info.clone()), None));
        }
        self.make_folder()?;
        let (file, created) = self.open_locked()?;
        info.path = self.path.display().to_string();
        let id = info.id.clone();
        let note = serde_json::to_vec(&info).unwrap_or_default();
        run.held = Some(Held { file, info, created });
        let note_path = self.lock_info_path();
        if let Err(e) = disk::replace(&note_path, &note, false) {
            let _ = self.release(&mut run);
            return Err(StateError::io("write the lock note", &note_path, &e));
        }
        Ok(id)
    }

    /// The state file with the lock on it, and whether it is new.
    fn open_locked(&self) -> Result<(File, bool), StateError> {
        // A holder may replace the file between our opening and our locking of it; then the lock is on nothing.
        for _ in 0..64 {
            let mut options = OpenOptions::new();
            options.read(true).write(true).mode(0o600);
            let (file, created) = match options.clone().create_new(true).open(&self.path) {
                Ok(file) => (file, true),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => match options.create(true).open(&self.path) {
                    Ok(file) => (file, false),
                    Err(e) => return Err(StateError::io("open", &self.path, &e)),
                },
                Err(e) => return Err(StateError::io("make", &self.path, &e)),
            };
            match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) if disk::is_at(&file, &self.path) => return Ok((file, created)),
                Ok(()) => {}
                Err(Errno::ACCESS | Errno::AGAIN) => {
                    return Err(StateError::locked(&self.place(), self.note(), holder(&file)));
                }
                Err(e) => {
                    let hint = "The file system cannot lock files. Use another place, or -lock=false if no other run \
                                can be active.";
                    return Err(StateError::io("lock", &self.path, &e.into()).hint(hint));
                }
            }
        }
        Err(StateError::locked(&self.place(), self.note(), None))
    }

    fn make_folder(&self) -> Result<(), StateError> {
        let dir = disk::folder(&self.path);
        fs::create_dir_all(&dir).map_err(|e| StateError::io("make the folder", &dir, &e))
    }

    /// The note of whoever holds the lock.
    fn note(&self) -> Option<LockInfo> {
        serde_json::from_slice(&fs::read(self.lock_info_path()).ok()?).ok()
    }

    fn release(&self, run: &mut Run) -> Result<(), StateError> {
        let Some(held) = run.held.take() else { return Ok(()) };
        let note_path = self.lock_info_path();
        let removed = remove(&note_path);
        let empty = held.file.metadata().is_ok_and(|m| m.len() == 0);
        if held.created && empty && disk::is_at(&held.file, &self.path) {
            let _ = remove(&self.path);
        }
        drop(held);
        removed.map_err(|e| StateError::io("remove the lock note", &note_path, &e))
    }

    fn stored_bytes(&self, run: &Run) -> Result<Vec<u8>, StateError> {
        let bytes = match &run.held {
            Some(held) => read_through(&held.file),
            None => match fs::read(&self.path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
                result => result,
            },
        };
        bytes.map_err(|e| StateError::io("read", &self.path, &e))
    }

    fn stored(&self, bytes: &[u8]) -> Result<Option<State>, StateError> {
        parse_stored(bytes).map_err(|e| e.in_file(&self.path))
    }

    fn store(&self, state: &mut State) -> Result<Written, StateError> {
        let mut run = self.run();
        if let Some(held) = &run.held
            && self.path.exists()
            && !disk::is_at(&held.file, &self.path)
        {
            let detail = format!("{} was replaced while this run held its lock.", self.path.display());
            return Err(StateError::new(StateErrorKind::Conflict, "State was changed by another run", detail)
                .hint("Find out what replaced the file, compare both, then plan again."));
        }
        let before = self.stored_bytes(&run)?;
        let stored = self.stored(&before)?;
        let Some(next) = successor(stored.as_ref(), state).map_err(|e| e.in_file(&self.path))? else {
            if let Some(stored) = stored {
                Header::of(&stored).put(state);
            }
            return Ok(Written::Unchanged);
        };
        next.put(state);
        self.make_folder()?;
        if stored.is_some() && !run.backed_up {
            let backup = self.backup_path();
            disk::replace(&backup, &before, false).map_err(|e| StateError::io("write the backup", &backup, &e))?;
            run.backed_up = true;
        }
        let content = crate::state::file::write(state);
        let file = disk::replace(&self.path, &content, run.held.is_some())
            .map_err(|e| StateError::io("write", &self.path, &e))?;
        if let Some(held) = &mut run.held {
            held.file = file;
        }
        // The first content of a run is the state that the run made; there is nothing older to keep.
        run.backed_up = true;
        Ok(Written::Saved)
    }

    fn force(&self, id: &str) -> Result<(), StateError> {
        let run = self.run();
        let unlocked = |detail: String| {
            StateError::new(StateErrorKind::Conflict, "Cannot unlock", detail)
                .hint("Give the lock id that the error of the locked run shows.")
        };
        let Some(info) = self.note() else {
            return Err(unlocked(format!("{} is not locked.", self.place())));
        };
        if info.id != id {
            return Err(unlocked(format!("{} is locked with the id {}, not {id}.", self.place(), info.id)));
        }
        if run.held.is_some() {
            return Err(unlocked("this run holds the lock itself.".to_owned()));
        }
        let file = OpenOptions::new().read(true).write(true).open(&self.path);
        if let Some(pid) = file.ok().as_ref().and_then(holder) {
            return Err(unlocked(format!("the process with id {pid} is alive and holds the lock."))
                .hint("Wait for the process or end it; the lock ends with it."));
        }
        let path = self.lock_info_path();
        remove(&path).map_err(|e| StateError::io("remove the lock note", &path, &e))
    }
}

/// Reads a file from its start, without a second descriptor.
fn read_through(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// The process that holds the lock on a file.
fn holder(file: &File) -> Option<i32> {
    let whole = Flock { start: 0, length: 0, pid: None, typ: FlockType::WriteLock, offset_type: FlockOffsetType::Set };
    fcntl_getlk(file, &whole).ok()??.pid.map(|pid| pid.as_raw_nonzero().get())
}

#[async_trait]
impl Backend for LocalBackend {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    async fn lock(&self, info: LockInfo) -> Result<String, StateError> {
        self.acquire(info)
    }

    async fn read(&self) -> Result<Option<State>, StateError> {
        let bytes = self.stored_bytes(&self.run())?;
        self.stored(&bytes)
    }

    async fn write(&self, state: &mut State) -> Result<Written, StateError> {
        let before = Header::of(state);
        self.store(state).map_err(|e| {
            let error = self.rescue.keep(state, e);
            before.put(state);
            error
        })
    }

    async fn unlock(&self) -> Result<(), StateError> {
        self.release(&mut self.run())
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StateError> {
        self.force(id)
    }
}

impl Drop for LocalBackend {
    fn drop(&mut self) {
        let _ = self.release(&mut self.run());
    }
}

#[cfg(test)]
mod tests;
