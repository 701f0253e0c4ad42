//! The API of a cluster: objects are read, applied on the server side and deleted.
//!
//! Every call may be repeated without harm, so those that fail for a passing reason are. Knows nothing of what the
//! objects mean.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{APIGroupList, APIResource, APIResourceList};
use kube::core::Status;
use kube::core::params::{DeleteParams, GetParams, ListParams, Patch, PatchParams, Preconditions};
use kube::core::request::Request;
use kube::{Client, Config};
use serde_json::Value as Json;
use tokio::sync::Mutex;

use crate::apply::Clock;
use crate::diag::Diagnostic;

use super::manifest::{Id, Manifest};

/// Under whose name fields are owned.
pub const MANAGER: &str = "kiban";

/// Summary of findings about a cluster that gives no answer at all.
pub const UNREACHABLE: &str = "Cluster cannot be reached";

/// Age at which a token is replaced. EKS takes one for fifteen minutes.
const FRESH: Duration = Duration::from_secs(600);

/// Waits before another try, where nothing was refused for good.
const BACKOFF: [u64; 5] = [200, 400, 1000, 2000, 4000];

/// How many of them for a cluster of which nobody knows yet whether it can be reached from here.
const PROBES: usize = 2;

/// Where a cluster is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub url: String,
    /// Certificate authority, PEM.
    pub authority: String,
}

/// Makes tokens for a cluster.
#[async_trait]
pub trait Tokens: Send + Sync {
    async fn token(&self) -> Result<String, Diagnostic>;
}

/// A field that belongs to somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// As the server describes it.
    pub owner: String,
    pub field: String,
}

#[derive(Debug)]
pub enum ClusterError {
    /// Fields that others own have other values.
    Conflict(Vec<Conflict>),
    /// The API has no such kind, or not yet.
    NoKind,
    Refused {
        code: u16,
        reason: String,
        message: String,
    },
    Unreachable(String),
    NoToken(Diagnostic),
}

impl ClusterError {
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { code: 404, .. } | Self::NoKind)
    }

    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { code: 403, .. })
    }

    /// What happened to an object.
    pub fn to_diagnostic(&self, what: &str, id: &Id) -> Diagnostic {
        let diagnostic = match self {
            Self::NoToken(diagnostic) => diagnostic.clone(),
            Self::Conflict(conflicts) => {
                let told: Vec<String> =
                    conflicts.iter().map(|c| format!("    {} is owned by {}", c.field, c.owner)).collect();
                let detail = format!("{what} {id}: others own fields of it.\n{}", told.join("\n"));
                Diagnostic::error("Object belongs to somebody else", detail).hint(
                    "Let them give up these fields, or delete the object; kiban forces only what is its own already.",
                )
            }
            Self::Refused { code: 401, .. } => {
                let detail = format!("{what} {id}: the cluster does not accept the token.");
                Diagnostic::error("Cluster does not let this identity in", detail).hint(
                    "Give the IAM role of this run access to the cluster (an aws_eks_access_entry with an access policy).",
                )
            }
            Self::Refused { code: 403, message, .. } => {
                Diagnostic::error("Cluster forbids it", format!("{what} {id}: {message}"))
                    .hint("The access policy of this identity must allow it, for example AmazonEKSClusterAdminPolicy.")
            }
            Self::Unreachable(why) => Diagnostic::error(UNREACHABLE, format!("{what} {id}: {why}"))
                .hint("Its endpoint must be reachable from here: see its public access and who is let in, or a VPN. If it is gone for good, \
                       `kiban bootstrap forget` drops the record of what was delivered to it."),
            other => Diagnostic::error("Cluster answers with an error", format!("{what} {id}: {other}")),
        };
        diagnostic.address(id)
    }
}

impl fmt::Display for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflicts) => write!(f, "{} fields are owned by others", conflicts.len()),
            Self::NoKind => write!(f, "the cluster has no such kind of object"),
            Self::Refused { code, reason, message } => {
                let message = message.trim();
                match reason.is_empty() || message.is_empty() {
                    true => write!(f, "{code} {reason}{message}"),
                    false => write!(f, "{code} {reason}: {message}"),
                }
            }
            Self::Unreachable(why) => write!(f, "{why}"),
            Self::NoToken(diagnostic) => write!(f, "{}", diagnostic.detail),
        }
    }
}

/// How an object is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Apply {
    /// Nothing is stored.
    pub dry_run: bool,
    /// Takes fields from their owners.
    pub force: bool,
}

/// A connection to one cluster.
pub struct Cluster {
    endpoint: Endpoint,
    tokens: Arc<dyn Tokens>,
    clock: Arc<dyn Clock>,
    /// With the time at which its token was made.
    client: Mutex<Option<(Client, Duration)>>,
    /// Resources by API version.
    served: Mutex<HashMap<String, Arc<APIResourceList>>>,
}

impl Cluster {
    pub fn new(endpoint: Endpoint, tokens: Arc<dyn Tokens>, clock: Arc<dyn Clock>) -> Self {
        Self { endpoint, tokens, clock, client: Mutex::default(), served: Mutex::default() }
    }

    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Whether it answers at all: who looks at many objects need not find out with each of them.
    pub async fn reach(&self, name: &str) -> Result<(), Diagnostic> {
        match self.tries::<Json>(|| http_get("/version"), &BACKOFF[..PROBES]).await {
            // Who may read what is another matter.
            Ok(_) | Err(ClusterError::Refused { .. }) => Ok(()),
            Err(e) => Err(e.to_diagnostic("Cannot reach", &Id::new("v1", "cluster", None, name))),
        }
    }

    /// The object as it is; `None` where there is none.
    pub async fn get(&self, id: &Id) -> Result<Option<Json>, ClusterError> {
        let found = async {
            let request = self.place(id).await?;
            self.call(|| request.get(&id.name, &GetParams::default())).await
        };
        match found.await {
            Ok(object) => Ok(Some(object)),
            Err(e) if e.is_not_found() => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Applies an object on the server side and gives what came of it.
    pub async fn apply(&self, object: &Manifest, how: Apply) -> Result<Json, ClusterError> {
        let id = object.id();
        let request = self.place(&id).await?;
        let mut params = PatchParams::apply(MANAGER);
        params.dry_run = how.dry_run;
        params.force = how.force;
        self.call(|| request.patch(&id.name, &params, &Patch::Apply(&object.0))).await
    }

    /// Asks whoever watches an object for something by an annotation, which they take away.
    pub async fn annotate(&self, id: &Id, key: &str, value: &str) -> Result<(), ClusterError> {
        let request = self.place(id).await?;
        let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        let body = serde_json::json!({ "metadata": { "annotations": { key: value } } });
        self.call::<Json>(|| request.patch(&id.name, &params, &Patch::Merge(&body))).await.map(drop)
    }

    /// Begins to delete the object that has this identity; `false` where it is gone, or another one bears its name.
    pub async fn delete(&self, id: &Id, uid: &str) -> Result<bool, ClusterError> {
        let mut params = DeleteParams::background();
        params.preconditions = Some(Preconditions { uid: Some(uid.to_owned()), resource_version: None });
        let deleted = async {
            let request = self.place(id).await?;
            self.call::<Json>(|| request.delete(&id.name, &params)).await
        };
        match deleted.await {
            Ok(_) => Ok(true),
            Err(e) if e.is_not_found() => Ok(false),
            Err(ClusterError::Refused { code: 409, .. }) => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Objects of a kind in a namespace, or in all of them; none where the API has no such kind.
    pub async fn list(
        &self,
        api_version: &str,
        kind: &str,
        namespace: Option<&str>,
        selector: Option<&str>,
    ) -> Result<Vec<Json>, ClusterError> {
        let listed = async {
            let request = self.place(&Id::new(api_version, kind, namespace, "")).await?;
            let params = ListParams { label_selector: selector.map(str::to_owned), ..ListParams::default() };
            self.call::<Json>(|| request.list(&params)).await
        };
        match listed.await {
            Ok(mut list) => match list["items"].take() {
                Json::Array(items) => Ok(items),
                _ => Ok(Vec::new()),
            },
            Err(e) if e.is_not_found() => Ok(Vec::new()),
            Err(e) => Err(e),
        }
    }

    /// The end of what a container has printed.
    pub async fn log(&self, namespace: &str, pod: &str, container: &str, lines: u32) -> Result<String, ClusterError> {
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}&tailLines={lines}");
        let client = self.client().await?;
        let request = http_get(&path)?;
        client.request_text(request).await.map_err(read_error)
    }

    /// The path of an object's collection.
    async fn place(&self, id: &Id) -> Result<Request, ClusterError> {
        let plural = self.plural(id).await?;
        let root = match id.api_version.contains('/') {
            true => format!("/apis/{}", id.api_version),
            false => format!("/api/{}", id.api_version),
        };
        Ok(Request::new(match &id.namespace {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}"),
            None => format!("{root}/{plural}"),
        }))
    }

    /// What a kind is called in paths, as the API tells.
    async fn plural(&self, id: &Id) -> Result<String, ClusterError> {
        let name = |list: &APIResourceList| {
            let found = list.resources.iter().find(|r| r.kind == id.kind && !r.name.contains('/'));
            found.map(|r| r.name.clone())
        };
        let mut served = self.served.lock().await;
        if let Some(plural) = served.get(&id.api_version).and_then(|list| name(list)) {
            return Ok(plural);
        }
        // Kinds are added while a delivery goes on.
        let list = self.resources(&id.api_version).await?;
        let plural = name(&list).ok_or(ClusterError::NoKind);
        served.insert(id.api_version.clone(), Arc::new(list));
        plural
    }

    async fn resources(&self, api_version: &str) -> Result<APIResourceList, ClusterError> {
        let root = if api_version.contains('/') { "/apis" } else { "/api" };
        let path = format!("{root}/{api_version}");
        let list = self.call_http(|| http_get(&path)).await;
        list.map_err(|e| if e.is_not_found() { ClusterError::NoKind } else { e })
    }

    /// API version and kind of everything that can be listed and deleted, in the version that each group prefers.
    pub async fn kinds(&self) -> Result<Vec<(String, String)>, ClusterError> {
        let groups: APIGroupList = self.call_http(|| http_get("/apis")).await?;
        let preferred = groups.groups.into_iter().filter_map(|group| group.preferred_version).map(|v| v.group_version);
        let mut kinds = Vec::new();
        for api_version in std::iter::once("v1".to_owned()).chain(preferred) {
            let list = match self.resources(&api_version).await {
                Ok(list) => list,
                // An API of somebody else whose server is away, as that of metrics often is.
                Err(ClusterError::Refused { code: 503, .. } | ClusterError::NoKind) => continue,
                Err(e) => return Err(e),
            };
            let can = |r: &&APIResource| ["list", "delete"].iter().all(|verb| r.verbs.iter().any(|v| v == verb));
            let whole = list.resources.iter().filter(|r| !r.name.contains('/')).filter(can);
            kinds.extend(whole.map(|r| (api_version.clone(), r.kind.clone())));
        }
        Ok(kinds)
    }

    async fn client(&self) -> Result<Client, ClusterError> {
        let mut held = self.client.lock().await;
        if let Some((client, made)) = &*held
            && self.clock.elapsed().saturating_sub(*made) < FRESH
        {
            return Ok(client.clone());
        }
        let made = self.clock.elapsed();
        let token = self.tokens.token().await.map_err(ClusterError::NoToken)?;
        let client = connect(&self.endpoint, token).map_err(ClusterError::Unreachable)?;
        *held = Some((client.clone(), made));
        Ok(client)
    }

    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        request: impl Fn() -> Result<http::Request<Vec<u8>>, kube::core::request::Error>,
    ) -> Result<T, ClusterError> {
        self.call_http(|| request().map_err(|e| ClusterError::Unreachable(e.to_string()))).await
    }

    /// Sends a request until it is answered, as often as it makes sense.
    async fn call_http<T: serde::de::DeserializeOwned>(
        &self,
        request: impl Fn() -> Result<http::Request<Vec<u8>>, ClusterError>,
    ) -> Result<T, ClusterError> {
        self.tries(request, &BACKOFF).await
    }

    async fn tries<T: serde::de::DeserializeOwned>(
        &self,
        request: impl Fn() -> Result<http::Request<Vec<u8>>, ClusterError>,
        waits: &[u64],
    ) -> Result<T, ClusterError> {
        let mut waits = waits.iter();
        let mut rejected = 0;
        loop {
            let client = self.client().await?;
            let error = match client.request::<T>(request()?).await {
                Ok(answer) => return Ok(answer),
                Err(error) => read_error(error),
            };
            // A token may expire in between; a new one that is not accepted either is another matter.
            if matches!(error, ClusterError::Refused { code: 401, .. }) && rejected < 1 {
                rejected += 1;
                *self.client.lock().await = None;
                continue;
            }
            match waits.next().filter(|_| passes(&error)) {
                Some(wait) => self.clock.sleep(Duration::from_millis(*wait)).await,
                None => return Err(error),
            }
        }
    }
}

/// Whether another try may succeed.
fn passes(error: &ClusterError) -> bool {
    match error {
        ClusterError::Refused { code, reason, .. } => {
            // A namespace that is being deleted is refused with 403 and 409: it will be for a while.
            matches!(code, 429 | 500 | 502 | 503 | 504) && reason != "AlreadyExists"
        }
        ClusterError::Unreachable(_) => true,
        _ => false,
    }
}

fn http_get(path: &str) -> Result<http::Request<Vec<u8>>, ClusterError> {
    http::Request::get(path).body(Vec::new()).map_err(|e| ClusterError::Unreachable(e.to_string()))
}

fn connect(endpoint: &Endpoint, token: String) -> Result<Client, String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = endpoint.url.parse().map_err(|e| format!("the endpoint {} is no URL: {e}", endpoint.url))?;
    let authorities = pem::parse_many(&endpoint.authority).map_err(|e| format!("its certificate authority: {e}"))?;
    let mut config = Config::new(url);
    config.root_cert = Some(authorities.into_iter().map(pem::Pem::into_contents).collect());
    config.connect_timeout = Some(Duration::from_secs(10));
    config.read_timeout = Some(Duration::from_secs(60));
    config.write_timeout = Some(Duration::from_secs(60));
    // Tries are counted here.
    config.default_retry = false;
    config.auth_info.token = Some(token.into());
    Client::try_from(config).map_err(|e| e.to_string())
}

fn read_error(error: kube::Error) -> ClusterError {
    match error {
        kube::Error::Api(status) => refused(*status),
        other => {
            let mut last: &dyn std::error::Error = &other;
            while let Some(cause) = last.source() {
                last = cause;
            }
            ClusterError::Unreachable(last.to_string())
        }
    }
}

fn refused(status: Status) -> ClusterError {
    let causes = status.details.map(|d| d.causes).unwrap_or_default();
    let conflicts: Vec<Conflict> = causes
        .into_iter()
        .filter(|c| c.reason == "FieldManagerConflict")
        .map(|c| Conflict { owner: c.message.trim_start_matches("conflict with ").to_owned(), field: c.field })
        .collect();
    if !conflicts.is_empty() {
        return ClusterError::Conflict(conflicts);
    }
    ClusterError::Refused { code: status.code, reason: status.reason, message: status.message }
}
