//! A token for the API of an EKS cluster, in the form in which `kubectl` and other clients take it from a program.
//!
//! <https://kubernetes.io/docs/reference/config-api/client-authentication.v1/>

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::diag::{Diagnostic, Sources};
use crate::provider::Object;
use crate::value::Value;

use super::bootstrap::{AWS, TOKEN};
use super::{Failure, OpResult, Session};

/// When clients ask for another token. A cluster takes one for fifteen minutes.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// What a client names for `apiVersion` where it says nothing.
const VERSION: &str = "client.authentication.k8s.io/v1beta1";

/// Whose token it is.
#[derive(Clone, Debug, Default)]
pub struct TokenRequest {
    pub cluster: String,
    pub region: Option<String>,
    pub profile: Option<String>,
    /// Role that is taken on for it.
    pub role: Option<String>,
}

/// An `ExecCredential`. Holds a secret: it goes to the client and nowhere else.
pub async fn eks_token(session: &Session, request: &TokenRequest) -> OpResult<Json> {
    let fail = |d: Diagnostic| Failure::new(d, &Sources::default());
    let providers = session.providers();
    let plugin = providers
        .plugin(AWS)
        .ok_or_else(|| fail(Diagnostic::error("No AWS provider", "This kiban was built without the AWS provider.")))?;
    let mut config = Object::from_value(&plugin.config_schema().empty());
    let settings = [("region", &request.region), ("profile", &request.profile)];
    settings.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).for_each(|(name, value)| {
        config.set(name, value);
    });
    if let Some(role) = &request.role {
        config.set("assume_role", vec![Value::from(Object::new().with("role_arn", role.as_str()))]);
    }
    let provider = plugin.configure(config).await.map_err(|e| Failure::new(e, &Sources::default()))?;
    let wanted = Object::new().with("name", request.cluster.as_str());
    let opened = provider.open_ephemeral(TOKEN, &wanted).await;
    let opened = opened.map_err(|e| fail(e.to_diagnostic("Cannot make a token")))?;
    let until = (session.now)().parse::<Timestamp>().ok().and_then(|now| now.checked_add(FRESH).ok());
    Ok(json!({
        "kind": "ExecCredential",
        "apiVersion": version(session),
        "spec": {},
        "status": {
            "token": opened.object.str("token").unwrap_or_default(),
            "expirationTimestamp": until.map(|t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        },
    }))
}

/// The version that the client asks for.
fn version(session: &Session) -> String {
    let told = session.environment.get("KUBERNETES_EXEC_INFO").and_then(|t| serde_json::from_str::<Json>(t).ok());
    told.and_then(|t| t["apiVersion"].as_str().map(str::to_owned)).unwrap_or_else(|| VERSION.to_owned())
}
