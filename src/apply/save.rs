//! The state on disk after each result, several results in one write where they come together.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::diag::{Diagnostic, Diagnostics};
use crate::state::backend::Backend;
use crate::state::journal::{Journal, Record};
use crate::state::{State, StateError};

/// The new state while it grows.
pub struct Saver<'a> {
    backend: &'a dyn Backend,
    journal: &'a Journal,
    current: Mutex<(State, u64)>,
    /// Version of the last write; held during a write.
    written: tokio::sync::Mutex<u64>,
}

impl<'a> Saver<'a> {
    pub fn new(backend: &'a dyn Backend, journal: &'a Journal, state: State) -> Self {
        Self { backend, journal, current: Mutex::new((state, 0)), written: tokio::sync::Mutex::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, (State, u64)> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state.
    pub fn with<T>(&self, f: impl FnOnce(&State) -> T) -> T {
        f(&self.lock().0)
    }

    /// Changes the state in memory; [`Saver::save`] brings it to disk.
    pub fn change<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        let mut current = self.lock();
        current.1 += 1;
        f(&mut current.0)
    }

    /// Returns when everything that was changed before the call is on disk.
    pub async fn save(&self) -> Result<(), StateError> {
        let wanted = self.lock().1;
        let mut written = self.written.lock().await;
        if *written >= wanted && wanted > 0 {
            return Ok(());
        }
        // First the mark, then the snapshot: it settles only what the snapshot holds.
        let mark = self.journal.mark();
        let (mut snapshot, version) = self.lock().clone();
        self.backend.write(&mut snapshot).await?;
        {
            let mut current = self.lock();
            current.0.serial = snapshot.serial;
            current.0.lineage.clone_from(&snapshot.lineage);
            current.0.terraform_version.clone_from(&snapshot.terraform_version);
        }
        *written = version;
        if mark > 0 {
            self.journal.record(Record::Saved { serial: snapshot.serial, mark }).await?;
        }
        Ok(())
    }

    pub fn into_state(self) -> State {
        self.current.into_inner().unwrap_or_else(PoisonError::into_inner).0
    }
}

/// An error of the state's storage, for the screen.
pub fn storage(error: StateError) -> Diagnostics {
    Diagnostics::from(Diagnostic::from(error))
}
