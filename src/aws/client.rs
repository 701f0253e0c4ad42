//! Clients of all services, made on first use, and the reads that a run shares.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_sts::config::endpoint::ResolveEndpoint;
use aws_sdk_sts::error::DisplayErrorContext;

use super::loader::Loader;
use super::retry::{NoBlindRetries, partition};
use super::tags::Defaults;
use super::told::Told;
use crate::provider::{Error, ErrorKind, Result};

/// Who the credentials are.
#[derive(Debug)]
pub struct Caller {
    pub account: String,
    pub arn: String,
    pub user_id: String,
}

/// What the resource types get to work with. Cloning is cheap.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// Shared reads of this run; `None` goes straight to AWS.
    loader: Option<Arc<Loader>>,
    thorough: bool,
}

struct Shared {
    config: SdkConfig,
    /// Endpoint by service, from the provider block.
    endpoints: BTreeMap<String, String>,
    tags: Defaults,
    services: Services,
    caller: tokio::sync::OnceCell<Caller>,
    told: Told,
    options: Options,
}

/// What the provider block says of calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Buckets stand in the path, not in the host: for endpoints whose name cannot have others before it.
    pub s3_path_style: bool,
    /// Tokens that the repetitions of each service take from; of any number where it is `None`.
    pub retry_quota: Option<usize>,
}

macro_rules! services {
    ($($field:ident: $sdk:ident, $endpoint:literal;)*) => {
        #[derive(Default)]
        struct Services {
            $($field: OnceLock<$sdk::Client>,)*
            s3: OnceLock<aws_sdk_s3::Client>,
        }

        impl Client {
            $(
                pub fn $field(&self) -> &$sdk::Client {
                    self.shared.services.$field.get_or_init(|| {
                        let mut config = $sdk::config::Builder::from(&self.shared.config)
                            .retry_classifier(NoBlindRetries)
                            .retry_partition(partition($endpoint, self.shared.options.retry_quota));
                        if let Some(url) = self.shared.endpoints.get($endpoint) {
                            config = config.endpoint_url(url);
                        }
                        $sdk::Client::from_conf(config.build())
                    })
                }
            )*
        }
    };
}

services! {
    acm: aws_sdk_acm, "acm";
    autoscaling: aws_sdk_autoscaling, "autoscaling";
    cloudwatch: aws_sdk_cloudwatch, "cloudwatch";
    dynamodb: aws_sdk_dynamodb, "dynamodb";
    ec2: aws_sdk_ec2, "ec2";
    ecr: aws_sdk_ecr, "ecr";
    efs: aws_sdk_efs, "efs";
    eks: aws_sdk_eks, "eks";
    elbv2: aws_sdk_elasticloadbalancingv2, "elbv2";
    events: aws_sdk_eventbridge, "events";
    iam: aws_sdk_iam, "iam";
    kms: aws_sdk_kms, "kms";
    logs: aws_sdk_cloudwatchlogs, "logs";
    route53: aws_sdk_route53, "route53";
    secretsmanager: aws_sdk_secretsmanager, "secretsmanager";
    sns: aws_sdk_sns, "sns";
    sqs: aws_sdk_sqs, "sqs";
    ssm: aws_sdk_ssm, "ssm";
    sts: aws_sdk_sts, "sts";
}

impl Client {
    pub fn new(config: SdkConfig, endpoints: BTreeMap<String, String>, tags: Defaults, options: Options) -> Self {
        let services = Services::default();
        let caller = tokio::sync::OnceCell::new();
        let told = Told::default();
        let shared = Shared { config, endpoints, tags, services, caller, told, options };
        Self { shared: Arc::new(shared), loader: Some(Arc::new(Loader::default())), thorough: false }
    }

    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.shared.services.s3.get_or_init(|| {
            let mut config = aws_sdk_s3::config::Builder::from(&self.shared.config)
                .retry_classifier(NoBlindRetries)
                .retry_partition(partition("s3", self.shared.options.retry_quota));
            if let Some(url) = self.shared.endpoints.get("s3") {
                config = config.endpoint_url(url);
            }
            if self.shared.options.s3_path_style {
                config = config.force_path_style(true);
            }
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }

    /// The same client with nothing read yet.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { shared: self.shared.clone(), loader: Some(Arc::new(Loader::default())), thorough: false }
    }

    /// The same client without shared reads: for waiters and reads after a write.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self { shared: self.shared.clone(), loader: None, thorough: true }
    }

    /// The same client, on which every attribute is read.
    #[must_use]
    pub fn thorough(self) -> Self {
        Self { thorough: true, ..self }
    }

    /// Whether attributes that cannot change a plan are read too: see [`crate::provider::Freshness`].
    pub fn is_thorough(&self) -> bool {
        self.thorough
    }

    pub fn tags(&self) -> &Defaults {
        &self.shared.tags
    }

    /// What AWS has told once in this run.
    pub fn told(&self) -> &Told {
        &self.shared.told
    }

    pub fn region(&self) -> &str {
        self.shared.config.region().map_or("us-east-1", |r| r.as_ref())
    }

    /// `aws`, `aws-cn` or `aws-us-gov`, by the region.
    pub fn partition(&self) -> &'static str {
        match self.region() {
            r if r.starts_with("cn-") => "aws-cn",
            r if r.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The credentials themselves, for what is signed without a call.
    pub async fn credentials(&self) -> Result<Credentials> {
        let provider = self.shared.config.credentials_provider();
        let provider = provider.ok_or_else(|| Error::new(ErrorKind::Credentials, "there are no credentials"))?;
        provider
            .provide_credentials()
            .await
            .map_err(|e| Error::new(ErrorKind::Credentials, DisplayErrorContext(&e).to_string()))
    }

    /// Where the Security Token Service answers in the region.
    pub async fn sts_endpoint(&self) -> Result<String> {
        let config = &self.shared.config;
        if let Some(url) = self.shared.endpoints.get("sts").map(String::as_str).or_else(|| config.endpoint_url()) {
            return Ok(url.to_owned());
        }
        let params = aws_sdk_sts::config::endpoint::Params::builder()
            .region(self.region())
            .use_fips(config.use_fips().unwrap_or(false))
            .use_dual_stack(config.use_dual_stack().unwrap_or(false))
            .build();
        let params = params.map_err(|e| Error::other(e.to_string()))?;
        let found = aws_sdk_sts::config::endpoint::DefaultResolver::new().resolve_endpoint(&params).await;
        Ok(found.map_err(|e| Error::other(e.to_string()))?.url().to_owned())
    }

    /// The time by the clock of the SDK.
    pub fn now(&self) -> SystemTime {
        self.shared.config.time_source().unwrap_or_default().now()
    }

    /// Who the credentials are; asked once.
    pub async fn caller(&self) -> Result<&Caller> {
        let identity = self.shared.caller.get_or_try_init(|| async {
            let answer = self.sts().get_caller_identity().send().await?;
            Ok(Caller {
                account: answer.account.ok_or_else(|| Error::other("GetCallerIdentity names no account"))?,
                arn: answer.arn.unwrap_or_default(),
                user_id: answer.user_id.unwrap_or_default(),
            })
        });
        identity.await
    }

    /// The account of the credentials.
    pub async fn account(&self) -> Result<&str> {
        Ok(&self.caller().await?.account)
    }

    /// `arn:partition:service:region:account:resource`
    pub async fn arn(&self, service: &str, resource: &str) -> Result<String> {
        let account = self.account().await?;
        Ok(format!("arn:{}:{service}:{}:{account}:{resource}", self.partition(), self.region()))
    }

    /// Objects by id through the run's shared reads: what several types ask for at once is read in one call.
    /// `fetch` gets the ids that are not read yet and leaves out those that do not exist.
    pub async fn load<T, F, Fut>(&self, name: &str, ids: &[String], fetch: F) -> Result<BTreeMap<String, Arc<T>>>
    where
        T: Send + Sync + 'static,
        F: FnOnce(Vec<String>) -> Fut + Send,
        Fut: Future<Output = Result<BTreeMap<String, T>>> + Send,
    {
        match &self.loader {
            Some(loader) => loader.load(name, ids, fetch).await,
            None => {
                let found = fetch(ids.to_vec()).await?;
                Ok(found.into_iter().map(|(k, v)| (k, Arc::new(v))).collect())
            }
        }
    }

    /// A list that is read once a run.
    pub async fn once<T, F, Fut>(&self, name: &str, fetch: F) -> Result<Arc<T>>
    where
        T: Send + Sync + 'static,
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<T>> + Send,
    {
        match &self.loader {
            Some(loader) => loader.once(name, fetch).await,
            None => fetch().await.map(Arc::new),
        }
    }

    /// Whether a list of [`Client::once`] is being read anyway, so that it costs nothing more.
    pub fn has_begun(&self, name: &str) -> bool {
        self.loader.as_ref().is_some_and(|l| l.has_begun(name))
    }
}
