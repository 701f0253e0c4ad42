//! Types whose objects live in the state and nowhere else: random values, key pairs, points in time.

use std::collections::BTreeMap;
use std::future::Future;
use std::marker::PhantomData;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use crate::schema::{Schema, SharedSchema};
use crate::value::Value;
use crate::value::json::to_json;

use super::registry::{AnyResource, Lazy};
use super::{
    Actions, Create, Deletion, Error, Found, Intent, Object, Operation, PlannedChange, Readiness, RemoteId, Result,
    Timeouts,
};

/// A type whose objects live in the state only.
///
/// Nothing is called, so there is nothing to find after a crash: what was made and did not reach the state was never
/// anywhere. Objects come without marks; what is handed back keeps those of the plan.
pub trait StateOnly: Send + Sync + 'static {
    type Client: Send + Sync + 'static;
    const NAME: &'static str;

    fn schema() -> Schema;

    /// Completes the plan of one change. Pure; sees unknown values.
    fn customize_plan(_change: &mut PlannedChange) {}

    /// What is computed of a new object. The rest is as planned.
    fn create(client: &Self::Client, want: &Object) -> impl Future<Output = Result<Object>> + Send;

    /// What is computed of an object that changes in place. Default: everything is as planned.
    fn update(_client: &Self::Client, _prior: &Object, _want: &Object) -> impl Future<Output = Result<Object>> + Send {
        async { Ok(Object::new()) }
    }

    /// What has become of a stored object. Default: it is as it was.
    fn look(_client: &Self::Client, prior: &Object) -> Found {
        Found::Object(prior.clone())
    }

    /// Called before the object leaves the state.
    fn delete(_client: &Self::Client, _prior: &Object) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// The whole object that a text stands for. Default: objects of the type cannot be imported.
    fn import(_client: &Self::Client, _text: &str) -> Result<Object> {
        Err(Error::other(format!("objects of type {} cannot be imported", Self::NAME)))
    }
}

/// The type as the engine calls it.
pub(super) struct Adapter<T>(Lazy, PhantomData<fn() -> T>);

impl<T> Default for Adapter<T> {
    fn default() -> Self {
        Self(Lazy::default(), PhantomData)
    }
}

#[async_trait]
impl<T: StateOnly> AnyResource<T::Client> for Adapter<T> {
    fn name(&self) -> &'static str {
        T::NAME
    }
    fn schema(&self) -> SharedSchema {
        self.0.get(T::schema)
    }
    fn read_batch(&self) -> usize {
        usize::MAX
    }
    fn actions(&self) -> Actions {
        Actions::default()
    }
    fn deletion(&self) -> Deletion {
        Deletion::Immediate
    }
    fn timeouts(&self) -> Timeouts {
        Timeouts::minutes(20, 20, 20)
    }
    /// The `id` of such objects may be the same for all of a type: a digest of the whole tells them apart. Where even
    /// that is the same, so is every answer.
    fn remote_id(&self, object: &Object) -> Option<RemoteId> {
        let content = to_json(&object.clone().into_value()).to_string();
        Some(RemoteId::from(hex::encode(Sha256::digest(content))))
    }
    fn customize_plan(&self, change: &mut PlannedChange) {
        T::customize_plan(change);
    }
    fn readiness(&self, _object: &Object) -> Readiness {
        Readiness::Ready
    }
    fn retries(&self, _operation: Operation, _error: &Error) -> bool {
        false
    }
    fn identity(&self, _want: &Object) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
    fn import_id(&self, text: &str) -> Result<RemoteId> {
        Ok(RemoteId::from(text))
    }
    /// Looks at objects of the state; an id of which nothing is known is the text of an import.
    async fn read(
        &self,
        client: &T::Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let one = |id: &RemoteId| {
            let known = prior.get(id).filter(|p| !p.0.values().all(Value::is_null));
            let found = match known {
                Some(prior) => T::look(client, prior),
                None => Found::Object(T::import(client, id.as_str())?),
            };
            Ok((id.clone(), found))
        };
        ids.iter().map(one).collect()
    }
    async fn create(&self, _client: &T::Client, _create: Create<'_>, _want: &Object) -> Result<RemoteId> {
        Err(Error::other(format!("{} lives in the state only", T::NAME)))
    }
    async fn update(&self, _client: &T::Client, _id: &RemoteId, _prior: &Object, _want: &Object) -> Result<()> {
        Err(Error::other(format!("{} lives in the state only", T::NAME)))
    }
    async fn delete(&self, client: &T::Client, _id: &RemoteId, prior: &Object) -> Result<()> {
        T::delete(client, &plain(prior)).await
    }
    async fn find(&self, _client: &T::Client, _intent: &Intent) -> Result<Option<RemoteId>> {
        Ok(None)
    }
    async fn derive(&self, client: &T::Client, prior: Option<&Object>, want: &Object) -> Option<Result<Object>> {
        let want = plain(want);
        Some(match prior {
            Some(prior) => T::update(client, &plain(prior), &want).await,
            None => T::create(client, &want).await,
        })
    }
}

/// The object without marks.
fn plain(object: &Object) -> Object {
    Object(object.0.iter().map(|(name, value)| (name.clone(), value.clone().unmark_deep().0)).collect())
}
