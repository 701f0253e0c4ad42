//! The journal as a file: reading it after a crash, and appending so that a record is on the device on return.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ledger::Ledger;
use super::{Record, Unfinished};
use crate::state::backend::disk::{beside, folder, sync_folder};
use crate::state::{StateError, StateErrorKind};

/// Where the journal of a state file stands: `.NAME.journal`.
pub fn path_beside(state: &Path) -> PathBuf {
    beside(state, "journal")
}

/// What is unfinished, without changing the file.
pub fn read(path: &Path) -> Result<Vec<Unfinished>, StateError> {
    Ok(load(path)?.0.unfinished())
}

/// An open journal; clones share it. The lock of the state must be held: two processes must not append.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// Nothing goes to the device: the state that the journal belongs to ends with the process as well.
    volatile: bool,
    /// Held for a moment only.
    queue: Mutex<Queue>,
    /// Held while the device works. Whoever gets it writes what all others have queued meanwhile.
    file: Mutex<Sink>,
}

#[derive(Debug, Default)]
struct Queue {
    ledger: Ledger,
    lines: Vec<u8>,
}

#[derive(Debug, Default)]
struct Sink {
    /// Opened by the first record.
    file: Option<File>,
    /// Bytes that are certainly on the device.
    length: u64,
    /// Records that are certainly on the device.
    records: u64,
    /// Once a write failed, what is on the device is not known, and nothing may follow.
    broken: Option<StateError>,
}

impl Journal {
    /// Opens the journal, whether it exists or not, and tells what an earlier run left unfinished.
    ///
    /// A torn last line is cut off. A damaged line before it is an error that names the line.
    pub fn open(path: impl Into<PathBuf>) -> Result<(Self, Vec<Unfinished>), StateError> {
        let path = path.into();
        let (ledger, length) = load(&path)?;
        let unfinished = ledger.unfinished();
        let mut sink = Sink { length, records: ledger.records(), ..Sink::default() };
        if fs::metadata(&path).is_ok_and(|m| m.len() != length) {
            let file = OpenOptions::new().append(true).open(&path);
            let cut = file.and_then(|file| file.set_len(length).and_then(|()| file.sync_all()).map(|()| file));
            sink.file = Some(cut.map_err(|e| StateError::io("mend the end of", &path, &e))?);
        }
        let queue = Queue { ledger, lines: Vec::new() };
        let shared = Shared { path, volatile: false, queue: Mutex::new(queue), file: Mutex::new(sink) };
        Ok((Self(Arc::new(shared)), unfinished))
    }

    /// A journal that ends with the process.
    pub fn in_memory() -> Self {
        Self(Arc::new(Shared { path: PathBuf::new(), volatile: true, queue: Mutex::default(), file: Mutex::default() }))
    }

    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// A number for a new intent.
    pub fn next_seq(&self) -> u64 {
        lock(&self.0.queue).ledger.reserve()
    }

    /// How many records there are now. Taken before a snapshot of the state, it goes into the `saved` record.
    pub fn mark(&self) -> u64 {
        lock(&self.0.queue).ledger.records()
    }

    /// What is unfinished now.
    pub fn unfinished(&self) -> Vec<Unfinished> {
        lock(&self.0.queue).ledger.unfinished()
    }

    /// Appends a record and returns when it is on the device. Records that wait at the same moment go in one write.
    pub fn append(&self, record: &Record) -> Result<(), StateError> {
        let mut line = serde_json::to_vec(record).map_err(|e| refused(&self.0.path, &e.to_string()))?;
        line.push(b'\n');
        let number = {
            let mut queue = lock(&self.0.queue);
            queue.ledger.apply(record).map_err(|why| refused(&self.0.path, &why))?;
            if self.0.volatile {
                return Ok(());
            }
            queue.lines.extend_from_slice(&line);
            queue.ledger.records()
        };
        let mut sink = lock(&self.0.file);
        if sink.records >= number {
            return Ok(());
        }
        if let Some(error) = &sink.broken {
            return Err(error.clone());
        }
        let (lines, records) = {
            let mut queue = lock(&self.0.queue);
            (std::mem::take(&mut queue.lines), queue.ledger.records())
        };
        if let Err(e) = sink.write(&self.0.path, &lines) {
            let error = StateError::io("write the journal", &self.0.path, &e);
            // A partial line would spoil what is there; if it cannot be cut off now, it is when the file is opened.
            if let Some(file) = &sink.file {
                let _ = file.set_len(sink.length).and_then(|()| file.sync_data());
            }
            sink.broken = Some(error.clone());
            return Err(error);
        }
        sink.length += lines.len() as u64;
        sink.records = records;
        Ok(())
    }

    /// [`Journal::append`] off the threads that run tasks.
    pub async fn record(&self, record: Record) -> Result<(), StateError> {
        let journal = self.clone();
        let append = tokio::task::spawn_blocking(move || journal.append(&record));
        append.await.unwrap_or_else(|e| Err(refused(&self.0.path, &e.to_string())))
    }

    /// Removes the file after a run, unless something is unfinished; says whether it is gone.
    pub fn clear(&self) -> Result<bool, StateError> {
        let mut sink = lock(&self.0.file);
        let mut queue = lock(&self.0.queue);
        if !queue.ledger.is_settled() || !queue.lines.is_empty() || sink.broken.is_some() {
            return Ok(false);
        }
        let removed = match &self.0 {
            shared if shared.volatile => Ok(()),
            shared => match fs::remove_file(&shared.path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(e) => Err(e),
                Ok(()) => sync_folder(&folder(&shared.path)),
            },
        };
        removed.map_err(|e| StateError::io("remove the journal", &self.0.path, &e))?;
        *sink = Sink::default();
        *queue = Queue::default();
        Ok(true)
    }
}

impl Sink {
    fn write(&mut self, path: &Path, lines: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(open(path)?),
        };
        file.write_all(lines)?;
        file.sync_data()
    }
}

fn open(path: &Path) -> io::Result<File> {
    let dir = folder(path);
    fs::create_dir_all(&dir)?;
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    sync_folder(&dir)?;
    Ok(file)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the file says, and the length of its sound part.
fn load(path: &Path) -> Result<(Ledger, u64), StateError> {
    let bytes = match fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
        result => result.map_err(|e| StateError::io("read the journal", path, &e))?,
    };
    replay(&bytes, path)
}

/// Only whole lines count. A tail that the device left as zeros was never acknowledged, so it is torn as well.
pub(super) fn replay(bytes: &[u8], path: &Path) -> Result<(Ledger, u64), StateError> {
    let mut ledger = Ledger::default();
    let mut length = 0;
    for (i, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let rest_is_torn = || bytes.get(length..).is_some_and(|rest| line.contains(&0) && !sound_after(rest));
        if !line.ends_with(b"\n") || rest_is_torn() {
            break;
        }
        let record = serde_json::from_slice::<Record>(line).map_err(|_| damaged(path, i + 1, "it is no record"))?;
        ledger.apply(&record).map_err(|why| damaged(path, i + 1, &why))?;
        length += line.len();
    }
    Ok((ledger, length as u64))
}

/// Whether a readable record follows the first line.
fn sound_after(rest: &[u8]) -> bool {
    rest.split_inclusive(|b| *b == b'\n').skip(1).any(|line| serde_json::from_slice::<Record>(line).is_ok())
}

fn damaged(path: &Path, line: usize, why: &str) -> StateError {
    let detail = format!("{}, line {line}: {why}.", path.display());
    StateError::new(StateErrorKind::Journal, "Journal is damaged", detail).hint(
        "It tells which objects an interrupted run may have left. Restore the file from a backup. If there is none, \
         read the addresses in it, look for these objects in AWS, move the file away, and import what is missing.",
    )
}

fn refused(path: &Path, why: &str) -> StateError {
    let detail = format!("{}: a record does not fit: {why}.", path.display());
    StateError::new(StateErrorKind::Journal, "Journal refused a record", detail)
        .hint("This is an error in kiban. The journal on disk is sound: run again to resolve what is unfinished.")
}
