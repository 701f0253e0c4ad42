//! Reads that many types share: each list once a run, ids of all askers in one call.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use crate::provider::Result;

type Shared = Arc<dyn Any + Send + Sync>;

/// What this run has read so far, by a name for the kind of read.
#[derive(Default)]
pub struct Loader {
    groups: Mutex<HashMap<String, Arc<Group>>>,
}

/// One kind of read.
#[derive(Default)]
struct Group {
    /// Asked for and not read yet.
    wanted: Mutex<BTreeSet<String>>,
    /// Held while a call is under way. `None` stands for an object that does not exist.
    read: tokio::sync::Mutex<HashMap<String, Option<Shared>>>,
}

impl Loader {
    fn group(&self, name: &str) -> Arc<Group> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.entry(name.to_owned()).or_default().clone()
    }

    /// Objects by id. Ids that others ask for at the same moment go into the same call of `fetch`.
    pub async fn load<T, F, Fut>(&self, name: &str, ids: &[String], fetch: F) -> Result<BTreeMap<String, Arc<T>>>
    where
        T: Send + Sync + 'static,
        F: FnOnce(Vec<String>) -> Fut,
        Fut: Future<Output = Result<BTreeMap<String, T>>>,
    {
        let group = self.group(name);
        group.wanted.lock().unwrap_or_else(PoisonError::into_inner).extend(ids.iter().cloned());
        // Everybody who is ready to ask does so before the first of them calls.
        tokio::task::yield_now().await;
        let mut read = group.read.lock().await;
        if ids.iter().any(|id| !read.contains_key(id)) {
            let wanted = std::mem::take(&mut *group.wanted.lock().unwrap_or_else(PoisonError::into_inner));
            let missing: Vec<String> = wanted
                .into_iter()
                .chain(ids.iter().cloned())
                .filter(|id| !read.contains_key(id))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            let mut found = fetch(missing.clone()).await?;
            for id in missing {
                let object = found.remove(&id).map(|o| Arc::new(o) as Shared);
                read.insert(id, object);
            }
        }
        let pick = |id: &String| Some((id.clone(), read.get(id)?.clone()?.downcast::<T>().ok()?));
        Ok(ids.iter().filter_map(pick).collect())
    }

    /// Whether somebody has asked for this kind of read.
    pub fn has_begun(&self, name: &str) -> bool {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).contains_key(name)
    }

    /// A list that has no ids to ask for.
    pub async fn once<T, F, Fut>(&self, name: &str, fetch: F) -> Result<Arc<T>>
    where
        T: Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        let group = self.group(name);
        let mut read = group.read.lock().await;
        if let Some(Some(found)) = read.get("").cloned()
            && let Ok(found) = found.downcast::<T>()
        {
            return Ok(found);
        }
        let made = Arc::new(fetch().await?);
        read.insert(String::new(), Some(made.clone()));
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn askers_of_the_same_moment_share_one_call() {
        let loader = Loader::default();
        let calls = AtomicUsize::new(0);
        let ask = |ids: &'static [&'static str]| {
            let ids: Vec<String> = ids.iter().map(|s| s.to_string()).collect();
            let (loader, calls) = (&loader, &calls);
            async move {
                loader
                    .load("things", &ids, |ids| async move {
                        calls.fetch_add(1, Ordering::SeqCst);
                        Ok(ids.into_iter().filter(|id| id != "gone").map(|id| (id.clone(), id)).collect())
                    })
                    .await
            }
        };
        let (a, b, c) = tokio::join!(ask(&["x", "gone"]), ask(&["y"]), ask(&["x"]));
        assert_eq!(a.expect("reads").len(), 1);
        assert_eq!(b.expect("reads").len() + c.expect("reads").len(), 2);
        ask(&["gone", "y"]).await.expect("reads");
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }
}
