//! How a cluster is reached, and what opens its repositories: asked of the AWS provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;

use crate::addr::ProviderAddr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::world::World;
use crate::handoff::{Credentials, Endpoint, Settings, Tokens};
use crate::ops::prepare::Prepared;
use crate::provider::{Object, Provider};

pub(in crate::ops) const AWS: &str = "registry.terraform.io/hashicorp/aws";
pub(in crate::ops) const CLUSTER: &str = "aws_eks_cluster";
pub(in crate::ops) const TOKEN: &str = "aws_eks_cluster_auth";
pub(in crate::ops) const SECRET: &str = "aws_secretsmanager_secret_version";

/// The provider that reaches clusters.
pub(super) fn address() -> ProviderAddr {
    ProviderAddr::root(AWS)
}

/// The root module's AWS provider, configured.
pub(super) async fn provider(prepared: &Prepared, world: &World<'_>) -> Result<Arc<dyn Provider>, Diagnostics> {
    let addr = address();
    prepared.connections().configure(world, &addr).await?;
    prepared.providers.get(&addr).ok_or_else(|| {
        Diagnostic::error(
            "No AWS provider",
            "This kiban was built without the AWS provider, which reaches the cluster.",
        )
        .into()
    })
}

/// Where a cluster is reached; `None` where there is none, or none that answers yet.
pub(super) async fn endpoint(provider: &dyn Provider, name: &str) -> Result<Option<Endpoint>, Diagnostic> {
    let wanted = Object::new().with("name", name);
    let found = match provider.read_data(CLUSTER, &wanted).await {
        Ok(found) => found,
        Err(e) if e.is_not_found() => return Ok(None),
        Err(e) => return Err(e.to_diagnostic("Cannot read the cluster")),
    };
    let authority = found.object("certificate_authority").and_then(|a| a.string("data")).unwrap_or_default();
    let (Some(url), false) = (found.string("endpoint"), authority.is_empty()) else { return Ok(None) };
    let decoded = base64::engine::general_purpose::STANDARD.decode(authority.trim()).ok();
    let authority = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
        let detail = format!("The certificate authority of the cluster {name} is no base64 of a PEM text.");
        Diagnostic::error("Cluster cannot be reached", detail)
    })?;
    Ok(Some(Endpoint { url, authority }))
}

/// What names a cluster to an Argo CD that runs outside of it.
pub(super) async fn server(provider: &dyn Provider, name: &str) -> Result<Option<String>, Diagnostic> {
    let found = provider.read_data(CLUSTER, &Object::new().with("name", name)).await;
    Ok(found.map_err(|e| e.to_diagnostic("Cannot read the cluster"))?.string("arn"))
}

/// Makes tokens with the credentials of the provider.
pub(super) struct EksTokens {
    pub provider: Arc<dyn Provider>,
    pub cluster: String,
}

#[async_trait]
impl Tokens for EksTokens {
    async fn token(&self) -> Result<String, Diagnostic> {
        let wanted = Object::new().with("name", self.cluster.as_str());
        let opened = self.provider.open_ephemeral(TOKEN, &wanted).await;
        let opened = opened.map_err(|e| e.to_diagnostic("Cannot make a token for the cluster"))?;
        Ok(opened.object.string("token").unwrap_or_default())
    }
}

/// Reads the secrets that open the repositories of the settings.
pub(super) async fn credentials(provider: &dyn Provider, settings: &Settings) -> Result<Credentials, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut out = Credentials::new();
    for name in settings.repositories.iter().filter_map(|r| r.credentials.as_deref()) {
        let opened = provider.open_ephemeral(SECRET, &Object::new().with("secret_id", name)).await;
        match opened {
            Ok(opened) => match entries(opened.object.str("secret_string").unwrap_or_default()) {
                Some(entries) => drop(out.insert(name.to_owned(), entries)),
                None => found.push(unreadable(name)),
            },
            Err(e) => found.push(e.to_diagnostic("Cannot read the credentials of a repository")),
        }
    }
    found.or(out)
}

/// A JSON object of texts.
fn entries(secret: &str) -> Option<BTreeMap<String, String>> {
    serde_json::from_str(secret).ok()
}

fn unreadable(name: &str) -> Diagnostic {
    let detail = format!("The secret {name} is no JSON object of texts.");
    Diagnostic::error("Unsuitable credentials of a repository", detail).hint(
        "Store for example {\"username\":\"…\",\"password\":\"…\"}, or {\"sshPrivateKey\":\"…\"}: the keys that Argo CD \
         knows in a repository.",
    )
}
