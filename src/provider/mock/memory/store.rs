//! The objects of a mock provider, the record of calls, and the faults that a test asks for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::provider::{CreateCx, Error, ErrorKind, Found, Intent, Object, RemoteId, Result};
use crate::value::Value;

/// Which call of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    Create,
    Read,
    Update,
    Delete,
    Find,
    Data,
    Open,
    Renew,
    Close,
}

/// One call, as the store has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub verb: Verb,
    pub kind: &'static str,
    /// The `name` or `id` of the object; of a read of several, all of them.
    pub subject: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.verb, self.subject)
    }
}

/// What goes wrong in a call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing is done.
    Before(Error),
    /// It is done, and the answer is lost.
    After(Error),
    /// A creation names its object and cannot finish it.
    Half(Error),
    /// The call never returns, and nothing is done.
    HangBefore,
    /// The call never returns, and it is done.
    HangAfter,
}

impl Fault {
    /// An answer that got lost after the effect.
    pub fn lost() -> Self {
        Self::After(Error::new(ErrorKind::Connection, "connection reset"))
    }
}

/// Decides about each call: its number among all calls, and what it is.
pub type Script = Box<dyn FnMut(usize, &Call) -> Option<Fault> + Send>;

/// One object.
#[derive(Clone, Debug)]
pub struct Stored {
    pub kind: &'static str,
    /// Token of the creation.
    pub token: String,
    pub attributes: Object,
    /// Reads that still find the object in the making.
    pub pending: u64,
    /// Reads that still find the object after its deletion.
    pub leaving: Option<u64>,
}

/// All objects of a provider; clones share them.
#[derive(Clone, Default)]
pub struct Store(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    objects: BTreeMap<RemoteId, Stored>,
    made: u64,
    /// Leases so far, and those that are open.
    leases: u64,
    open: BTreeMap<String, u64>,
    /// Tokens that providers were configured with.
    tokens: Vec<String>,
    calls: Vec<Call>,
    broken: Vec<String>,
    hung: bool,
    script: Option<Script>,
}

/// Reads until a deletion that is waited for has ended.
const LEAVING_READS: u64 = 2;

impl Store {
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The objects as they are.
    pub fn objects(&self) -> BTreeMap<RemoteId, Stored> {
        self.lock().objects.clone()
    }

    /// Changes or removes objects behind the engine's back.
    pub fn meddle<T>(&self, change: impl FnOnce(&mut BTreeMap<RemoteId, Stored>) -> T) -> T {
        change(&mut self.lock().objects)
    }

    /// All calls since the last look.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock().calls)
    }

    /// Names of the leases that are open.
    pub fn leased(&self) -> Vec<String> {
        self.lock().open.keys().cloned().collect()
    }

    /// Tokens that providers were configured with since the last look.
    pub fn take_tokens(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().tokens)
    }

    pub(super) fn configured(&self, token: &str) {
        self.lock().tokens.push(token.to_owned());
    }

    /// What no correct engine does: objects that were removed while others used them, or used before they were there.
    pub fn broken(&self) -> Vec<String> {
        self.lock().broken.clone()
    }

    /// Lets a script decide about every call from now on.
    pub fn script(&self, script: impl FnMut(usize, &Call) -> Option<Fault> + Send + 'static) {
        let mut inner = self.lock();
        inner.calls.clear();
        inner.script = Some(Box::new(script));
    }

    /// Everything works again.
    pub fn heal(&self) {
        let mut inner = self.lock();
        inner.script = None;
        inner.hung = false;
    }

    /// Whether a call was made that never returns.
    pub fn hung(&self) -> bool {
        self.lock().hung
    }

    /// Notes a call, lets it happen unless a fault forbids, and gives what the fault leaves of its answer.
    async fn call<T>(&self, call: Call, effect: impl FnOnce(&mut Inner) -> Result<T>) -> Result<T> {
        // A real call gives others a turn.
        tokio::task::yield_now().await;
        let (answer, hang) = {
            let mut inner = self.lock();
            let number = inner.calls.len();
            let fault = inner.script.as_mut().and_then(|script| script(number, &call));
            inner.calls.push(call);
            inner.hung |= matches!(fault, Some(Fault::HangBefore | Fault::HangAfter));
            match fault {
                None => (effect(&mut inner), false),
                Some(Fault::Before(error)) => (Err(error), false),
                Some(Fault::After(error) | Fault::Half(error)) => (effect(&mut inner).and(Err(error)), false),
                Some(Fault::HangBefore) => (Err(Error::other("never answered")), true),
                Some(Fault::HangAfter) => (effect(&mut inner), true),
            }
        };
        if hang {
            std::future::pending::<()>().await;
        }
        answer
    }

    /// Makes an object. `pending` reads find it in the making.
    pub(super) async fn create(
        &self,
        cx: &CreateCx<'_, Store>,
        kind: &'static str,
        attributes: Object,
        pending: u64,
    ) -> Result<RemoteId> {
        let call = Call { verb: Verb::Create, kind, subject: subject(&attributes) };
        let token = cx.token.to_owned();
        let mut half = None;
        let made = self
            .call(call, |inner| {
                let id = inner.new_id(kind, &attributes)?;
                inner.check_uses(&id, &attributes);
                let attributes = attributes.with("id", id.as_str());
                inner.objects.insert(id.clone(), Stored { kind, token, attributes, pending, leaving: None });
                half = Some(id.clone());
                Ok(id)
            })
            .await;
        match (&made, half) {
            (Ok(id), _) => cx.created(id),
            // What is known to exist is named, except where the answer itself got lost.
            (Err(error), Some(id)) if error.kind != ErrorKind::Connection => cx.created(&id),
            _ => {}
        }
        made
    }

    pub(super) async fn read(&self, kind: &'static str, ids: &[RemoteId]) -> Result<BTreeMap<RemoteId, Found>> {
        let all: Vec<&str> = ids.iter().map(RemoteId::as_str).collect();
        let call = Call { verb: Verb::Read, kind, subject: all.join(",") };
        self.call(call, |inner| Ok(ids.iter().map(|id| (id.clone(), inner.look(kind, id))).collect())).await
    }

    pub(super) async fn update(&self, kind: &'static str, id: &RemoteId, want: &Object) -> Result<()> {
        let call = Call { verb: Verb::Update, kind, subject: subject_or(want, id) };
        self.call(call, |inner| {
            inner.check_uses(id, want);
            let stored = inner.objects.get_mut(id).filter(|o| o.kind == kind && o.leaving.is_none());
            let stored = stored.ok_or_else(|| Error::not_found(format!("there is no \"{id}\"")))?;
            stored.attributes = want.clone().with("id", id.as_str());
            Ok(())
        })
        .await
    }

    /// Removes an object; with `polled`, reads find it for a while yet.
    pub(super) async fn delete(&self, kind: &'static str, id: &RemoteId, prior: &Object, polled: bool) -> Result<()> {
        let call = Call { verb: Verb::Delete, kind, subject: subject_or(prior, id) };
        self.call(call, |inner| {
            let users = inner.objects.iter().filter(|(_, o)| o.attributes.strings("uses").contains(&id.to_string()));
            let users: Vec<String> = users.map(|(_, o)| subject(&o.attributes)).collect();
            if !users.is_empty() && inner.objects.contains_key(id) {
                let user = users.join(", ");
                inner.broken.push(format!("{} deleted while {user} used it", subject_or(prior, id)));
                return Err(Error::new(ErrorKind::InUse, format!("\"{id}\" is used by {user}")));
            }
            match inner.objects.get_mut(id) {
                Some(stored) if polled => stored.leaving = Some(LEAVING_READS),
                _ => {
                    inner.objects.remove(id);
                }
            }
            Ok(())
        })
        .await
    }

    pub(super) async fn find(&self, kind: &'static str, intent: &Intent) -> Result<Option<RemoteId>> {
        let call = Call { verb: Verb::Find, kind, subject: intent.token.clone() };
        self.call(call, |inner| {
            let found = inner.objects.iter().find(|(_, o)| o.kind == kind && o.token == intent.token);
            Ok(found.map(|(id, _)| id.clone()))
        })
        .await
    }

    /// The object with an id, for data sources.
    pub(super) async fn data(&self, kind: &'static str, id: &str) -> Result<Object> {
        let call = Call { verb: Verb::Data, kind, subject: id.to_owned() };
        let id = RemoteId::from(id);
        self.call(call, |inner| match inner.look(kind, &id) {
            Found::Object(object) => Ok(object),
            Found::Gone => Err(Error::not_found(format!("there is no {kind} \"{id}\""))),
        })
        .await
    }

    /// Opens a lease; the token of each is another.
    pub(super) async fn open(&self, kind: &'static str, name: &str) -> Result<String> {
        let call = Call { verb: Verb::Open, kind, subject: name.to_owned() };
        self.call(call, |inner| {
            inner.leases += 1;
            *inner.open.entry(name.to_owned()).or_default() += 1;
            Ok(format!("token-{:04}", inner.leases))
        })
        .await
    }

    pub(super) async fn renew(&self, kind: &'static str, name: &str) -> Result<()> {
        let call = Call { verb: Verb::Renew, kind, subject: name.to_owned() };
        self.call(call, |_| Ok(())).await
    }

    pub(super) async fn close(&self, kind: &'static str, name: &str) -> Result<()> {
        let call = Call { verb: Verb::Close, kind, subject: name.to_owned() };
        self.call(call, |inner| {
            match inner.open.get_mut(name) {
                Some(count) if *count > 1 => *count -= 1,
                Some(_) => {
                    inner.open.remove(name);
                }
                None => inner.broken.push(format!("{name} was closed, and it was not open")),
            }
            Ok(())
        })
        .await
    }
}

impl Inner {
    fn new_id(&mut self, kind: &str, attributes: &Object) -> Result<RemoteId> {
        if let Some(id) = attributes.string("id").map(RemoteId::from) {
            return match self.objects.contains_key(&id) {
                true => Err(Error::new(ErrorKind::Exists, format!("there is \"{id}\" already"))),
                false => Ok(id),
            };
        }
        self.made += 1;
        let short = kind.trim_start_matches("tfcoremock_").trim_end_matches("_resource");
        Ok(RemoteId::from(format!("{short}-{:04}", self.made)))
    }

    fn check_uses(&mut self, id: &RemoteId, attributes: &Object) {
        for used in attributes.strings("uses") {
            let there = self.objects.get(&RemoteId::from(used.as_str())).is_some_and(|o| o.leaving.is_none());
            if !there || used == id.as_str() {
                self.broken.push(format!("{} uses \"{used}\", which is not there", subject_or(attributes, id)));
            }
        }
    }

    fn look(&mut self, kind: &str, id: &RemoteId) -> Found {
        let Some(stored) = self.objects.get_mut(id).filter(|o| o.kind == kind) else { return Found::Gone };
        if let Some(left) = stored.leaving {
            if left == 0 {
                self.objects.remove(id);
                return Found::Gone;
            }
            stored.leaving = Some(left - 1);
        }
        let mut object = stored.attributes.clone();
        if object.get("status").is_some() {
            let status = match (stored.leaving, stored.pending) {
                (Some(_), _) => "deleting",
                (None, 0) => "ready",
                (None, _) => "creating",
            };
            object.set("status", status);
        }
        stored.pending = stored.pending.saturating_sub(1);
        Found::Object(object)
    }
}

fn subject(object: &Object) -> String {
    object.string("name").or_else(|| object.string("string")).or_else(|| object.string("id")).unwrap_or_default()
}

fn subject_or(object: &Object, id: &RemoteId) -> String {
    Some(subject(object)).filter(|s| !s.is_empty()).unwrap_or_else(|| id.to_string())
}

/// The object without what is unknown: what the provider has not chosen is null.
pub(super) fn settled(want: &Object) -> Object {
    let known = want.0.iter().map(|(name, value)| {
        let value = if value.is_wholly_known() { value.clone() } else { Value::null(value.ty()) };
        (name.clone(), value.unmark_deep().0)
    });
    Object(known.collect())
}
