//! What an author of a type writes.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::schema::Schema;
use crate::value::Value;

use super::{Error, ErrorKind, Object, PlannedChange, Result};

/// What the API calls an object by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteId(Arc<str>);

impl RemoteId {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parts of a composed id.
    pub fn split(&self, separator: char) -> Vec<&str> {
        self.0.split(separator).collect()
    }

    /// The two parts around the first separator. An error where there is none.
    pub fn pair(&self, separator: char) -> Result<(&str, &str)> {
        self.0.split_once(separator).ok_or_else(|| Error::other(format!("unexpected id \"{self}\"")))
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for RemoteId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for RemoteId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// Answer to a read of one id.
#[derive(Clone, Debug)]
pub enum Found {
    /// Attributes as they are live. What is left out keeps its value from state: arguments that AWS does not store.
    Object(Object),
    Gone,
}

/// Whether an object can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    Pending(String),
    Failed(String),
}

/// Whether the end of a delete call is the end of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    Immediate,
    /// Reads until the object is gone.
    Polled,
}

/// A verb that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Create,
    Update,
    Delete,
}

/// How long each verb may take until an object is ready or gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    pub create: Duration,
    pub update: Duration,
    pub delete: Duration,
}

impl Timeouts {
    pub const fn minutes(create: u64, update: u64, delete: u64) -> Self {
        Self {
            create: Duration::from_secs(create * 60),
            update: Duration::from_secs(update * 60),
            delete: Duration::from_secs(delete * 60),
        }
    }

    /// These, where a `timeouts` block does not say otherwise.
    #[must_use]
    pub fn with_block(self, block: &Object) -> Self {
        let given = |name, default| block.string(name).and_then(|t| parse_duration(&t)).unwrap_or(default);
        Self {
            create: given("create", self.create),
            update: given("update", self.update),
            delete: given("delete", self.delete),
        }
    }
}

/// Reads a duration such as `1h30m`, `90s` or `500ms`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let unit = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let number: u64 = number.parse().ok()?;
        let millis = match &tail[..unit] {
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1000,
            "ms" => 1,
            _ => return None,
        };
        total = total.checked_add(Duration::from_millis(number.checked_mul(millis)?))?;
        rest = &tail[unit..];
    }
    (!text.is_empty()).then_some(total)
}

/// IAM actions that each verb needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Actions {
    pub read: &'static [&'static str],
    pub create: &'static [&'static str],
    pub update: &'static [&'static str],
    pub delete: &'static [&'static str],
}

/// A creation that was begun: what the journal holds of it.
#[derive(Clone, Debug)]
pub struct Intent {
    pub token: String,
    /// The id, where AWS had named the object before the run ended.
    pub id: Option<RemoteId>,
    pub identity: BTreeMap<String, String>,
}

/// What the engine hands to a creation.
pub struct Create<'a> {
    /// Stable over retries and restarts; feeds client tokens.
    pub token: &'a str,
    /// Journals the id the moment AWS has answered.
    pub created: &'a (dyn Fn(&RemoteId) + Send + Sync),
}

/// Context of a creation, with the client of the type.
pub struct CreateCx<'a, C> {
    pub client: &'a C,
    /// At most 64 characters of `[a-z0-9-]`; stable over retries and restarts.
    pub token: &'a str,
    pub(super) created: &'a (dyn Fn(&RemoteId) + Send + Sync),
}

impl<C> CreateCx<'_, C> {
    /// Records the id as soon as it is known: call it right after the call that makes the object, before any other.
    pub fn created(&self, id: &RemoteId) {
        (self.created)(id);
    }
}

/// One type of managed object.
///
/// `read` must answer for every id it was asked. The state after a write always comes from `read`.
pub trait ResourceType: Send + Sync + 'static {
    type Client: Send + Sync + 'static;
    const NAME: &'static str;
    /// Most ids that one call of `read` takes.
    const READ_BATCH: usize;
    const ACTIONS: Actions;
    const DELETION: Deletion = Deletion::Immediate;
    /// Whether the public provider plans only what the configuration leaves open as unknown, as its newer library does:
    /// the older one widens sets with an unknown element, and tells no tags before the apply where there are none.
    const PLANS_EXACTLY: bool = false;

    /// The argument with the name of an object, where AWS gives no name twice, and after it the arguments within whose
    /// values it is unique.
    const UNIQUE: &'static [&'static str] = &[];

    fn schema() -> Schema;

    /// Identity of an object in state. Default: its `id`.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        object.string("id").map(RemoteId::from)
    }

    /// Live objects by id. `prior` has what is known of each: for types whose reads depend on how they are configured.
    fn read(
        client: &Self::Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> impl Future<Output = Result<BTreeMap<RemoteId, Found>>> + Send;

    /// Completes the plan of one change. Pure; sees unknown values.
    fn customize_plan(_change: &mut PlannedChange) {}

    fn create(cx: &CreateCx<'_, Self::Client>, want: &Object) -> impl Future<Output = Result<RemoteId>> + Send;

    /// Default: nothing can be changed in place (every argument forces a new object, or lives in state only).
    fn update(
        _client: &Self::Client,
        _id: &RemoteId,
        _prior: &Object,
        _want: &Object,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Already gone is `Ok`.
    fn delete(client: &Self::Client, id: &RemoteId, prior: &Object) -> impl Future<Output = Result<()>> + Send;

    fn readiness(_object: &Object) -> Readiness {
        Readiness::Ready
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    /// Whether to try a failed write again. Default: what is in use or not visible yet.
    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
    }

    /// What identifies the object before AWS has named it. Never a secret.
    fn identity(want: &Object) -> BTreeMap<String, String> {
        let named = ["name", "id"].into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?)));
        named.collect()
    }

    /// Finds the object of a creation whose outcome is not known: by client token, by name, by tags.
    /// `Ok(None)` must mean that there is none.
    fn find(client: &Self::Client, intent: &Intent) -> impl Future<Output = Result<Option<RemoteId>>> + Send;

    /// Does to an object that was lost and found what its creation does once its id is in the journal, and what no
    /// update would do: takes its mark away, closes what AWS opens. May be called more than once.
    fn reclaim(_client: &Self::Client, _id: &RemoteId) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// Default: the text is the id.
    fn import_id(text: &str) -> Result<RemoteId> {
        Ok(RemoteId::from(text))
    }
}

/// A value that exists for one run only, and is stored nowhere: a token, a password, a lease.
pub trait EphemeralResource: Send + Sync + 'static {
    type Client: Send + Sync + 'static;
    const NAME: &'static str;
    const ACTIONS: &'static [&'static str];

    fn schema() -> Schema;

    /// The whole object: the configuration with all computed attributes.
    fn open(client: &Self::Client, config: &Object) -> impl Future<Output = Result<Opened>> + Send;

    /// Makes what was opened last longer. Called when [`Opened::renew_after`] has passed.
    fn renew(_client: &Self::Client, opened: &Opened) -> impl Future<Output = Result<Option<Duration>>> + Send {
        let after = opened.renew_after;
        async move { Ok(after) }
    }

    /// Ends what was opened. Default: nothing outlives the run.
    fn close(_client: &Self::Client, _opened: &Opened) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}

/// An ephemeral object in use.
#[derive(Clone, Debug)]
pub struct Opened {
    pub object: Object,
    /// When it must be renewed to stay valid; `None` where it need not be.
    pub renew_after: Option<Duration>,
}

impl From<Object> for Opened {
    fn from(object: Object) -> Self {
        Self { object, renew_after: None }
    }
}

/// One type of thing that is only read.
pub trait DataSource: Send + Sync + 'static {
    type Client: Send + Sync + 'static;
    const NAME: &'static str;
    const ACTIONS: &'static [&'static str];

    fn schema() -> Schema;

    /// The whole object: the configuration with all computed attributes.
    fn read(client: &Self::Client, config: &Object) -> impl Future<Output = Result<Object>> + Send;

    /// Problems of the configuration that are known before a read.
    fn validate(_config: &Value) -> Vec<String> {
        Vec::new()
    }
}
