//! What types have from the machine that they run on: time, chance, files. All of it is passed in.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::{StdRng, SysRng};
use rand::{SeedableRng, TryRng};
use uuid::Uuid;

use crate::apply::{Cancel, Clock};
use crate::provider::{Error, Result};

/// The surroundings of a run.
pub struct Machine {
    /// Folder of the root module.
    pub dir: PathBuf,
    pub clock: Arc<dyn Clock>,
    /// The time of day, RFC 3339.
    pub now: fn() -> String,
    pub cancel: Cancel,
    pub randomness: Randomness,
}

/// Where chance comes from.
pub enum Randomness {
    /// The operating system.
    System,
    /// The same in every run: for tests.
    Seeded(Box<Mutex<StdRng>>),
}

impl Randomness {
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Box::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A generator of its own for one object.
    pub fn generator(&self) -> Result<StdRng> {
        let mut seed = <StdRng as SeedableRng>::Seed::default();
        match self {
            Self::System => {
                let filled = SysRng.try_fill_bytes(&mut seed);
                filled.map_err(|e| Error::other(format!("the system gives no random numbers: {e}")))?;
            }
            Self::Seeded(generator) => {
                let mut generator = generator.lock().unwrap_or_else(PoisonError::into_inner);
                let Ok(()) = generator.try_fill_bytes(&mut seed);
            }
        }
        Ok(StdRng::from_seed(seed))
    }

    pub fn uuid(&self) -> Result<Uuid> {
        let mut bytes = [0; 16];
        let Ok(()) = self.generator()?.try_fill_bytes(&mut bytes);
        Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

#[cfg(test)]
impl Machine {
    /// A machine on which everything is the same in every run, and no time passes.
    pub fn fixed() -> Self {
        Self {
            dir: ".".into(),
            clock: Arc::new(tests::Still),
            now: || "2024-02-29T12:00:00Z".into(),
            cancel: Cancel::default(),
            randomness: Randomness::seeded(1),
        }
    }

    /// The same, where every pause lasts forever.
    pub fn waiting() -> Self {
        Self { clock: Arc::new(tests::Forever), ..Self::fixed() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    pub struct Still;

    pub struct Forever;

    #[async_trait::async_trait]
    impl Clock for Forever {
        fn elapsed(&self) -> Duration {
            Duration::ZERO
        }
        async fn sleep(&self, _duration: Duration) {
            std::future::pending().await
        }
    }

    #[async_trait::async_trait]
    impl Clock for Still {
        fn elapsed(&self) -> Duration {
            Duration::ZERO
        }
        async fn sleep(&self, _duration: Duration) {}
    }

    #[test]
    fn chance_differs_from_object_to_object_and_is_the_same_for_a_seed() {
        let uuids = |machine: &Randomness| (machine.uuid().expect("a uuid"), machine.uuid().expect("a uuid"));
        let (a, b) = uuids(&Randomness::seeded(3));
        assert_ne!(a, b);
        assert_eq!((a, b), uuids(&Randomness::seeded(3)));
        let (a, b) = uuids(&Randomness::System);
        assert_ne!(a, b);
        assert_eq!(a.get_version_num(), 4);
    }
}
