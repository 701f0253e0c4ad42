//! How clients of AWS reach the network and take on a role: the same for states and for resources.
//!
//! Knows nothing of any service but STS.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// Connections that all clients of one configuration share.
pub fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .pool_max_idle_per_host(64)
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https()
}

/// A role to take on.
#[derive(Clone, Debug, Default)]
pub struct Role {
    pub arn: String,
    pub session_name: Option<String>,
    pub external_id: Option<String>,
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
    /// How long one set of credentials is good for; they are renewed.
    pub length: Option<Duration>,
}

/// Credentials of a role, asked for with those of the configuration.
pub async fn assume(sdk: &SdkConfig, role: Role) -> SharedCredentialsProvider {
    let mut builder = AssumeRoleProvider::builder(role.arn).configure(sdk);
    builder = builder.session_name(role.session_name.unwrap_or_else(|| "kiban".into()));
    if let Some(id) = role.external_id {
        builder = builder.external_id(id);
    }
    if let Some(policy) = role.policy {
        builder = builder.policy(policy);
    }
    if !role.policy_arns.is_empty() {
        builder = builder.policy_arns(role.policy_arns);
    }
    if let Some(length) = role.length {
        builder = builder.session_length(length);
    }
    SharedCredentialsProvider::new(builder.build().await)
}
