//! A state that ends with the process, for runs that leave nothing behind.
//!
//! Knows nothing of locks: nobody else can reach it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Backend, LockInfo, Written, successor};
use crate::state::{State, StateError};

/// Keeps a state in memory.
#[derive(Debug, Default)]
pub struct MemoryBackend(Mutex<Option<State>>);

impl MemoryBackend {
    fn stored(&self) -> MutexGuard<'_, Option<State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Backend for MemoryBackend {
    fn place(&self) -> String {
        "memory".into()
    }

    async fn lock(&self, info: LockInfo) -> Result<String, StateError> {
        Ok(info.id)
    }

    async fn read(&self) -> Result<Option<State>, StateError> {
        Ok(self.stored().clone())
    }

    async fn write(&self, state: &mut State) -> Result<Written, StateError> {
        let mut stored = self.stored();
        let Some(next) = successor(stored.as_ref(), state)? else { return Ok(Written::Unchanged) };
        next.put(state);
        *stored = Some(state.clone());
        Ok(Written::Saved)
    }

    async fn unlock(&self) -> Result<(), StateError> {
        Ok(())
    }

    async fn force_unlock(&self, _id: &str) -> Result<(), StateError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::OutputState;

    #[tokio::test]
    async fn what_is_written_is_read_again() {
        let backend = MemoryBackend::default();
        assert_eq!(backend.read().await, Ok(None));
        let mut state = State::default();
        state.outputs.insert("x".into(), OutputState { value: 1.into(), sensitive: false });
        assert_eq!(backend.write(&mut state).await, Ok(Written::Saved));
        assert_eq!(backend.write(&mut state.clone()).await, Ok(Written::Unchanged));
        assert_eq!((state.serial, backend.read().await), (1, Ok(Some(state))));
    }
}
