//! The `provider "aws"` block: schema, and the client it makes.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;

use super::client::{Client, Options};
use super::tags::Defaults;
use super::validate;
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::{Object, parse_duration};
use crate::schema::{Block, Schema, boolean, list_block, list_of, map_of, number, set_block, set_of, string};
use crate::state::backend::sdk::{Role, assume, http_client};
use crate::value::Type;

pub(super) fn schema() -> Schema {
    let endpoints = ENDPOINT_SERVICES.iter().fold(Block::new(), |b, s| b.attr(s, string().optional()));
    Schema::new(0)
        .attr("access_key", string().optional())
        .attr("allowed_account_ids", set_of(Type::String).optional())
        .attr("custom_ca_bundle", string().optional())
        .attr("ec2_metadata_service_endpoint", string().optional())
        .attr("ec2_metadata_service_endpoint_mode", string().optional())
        .attr("forbidden_account_ids", set_of(Type::String).optional())
        .attr("http_proxy", string().optional())
        .attr("https_proxy", string().optional())
        .attr("insecure", boolean().optional())
        .attr("max_retries", number().optional())
        .attr("no_proxy", string().optional())
        .attr("profile", string().optional())
        .attr("region", string().optional())
        .attr("retry_mode", string().optional().check(|v| validate::one_of(v, &["standard", "adaptive"])))
        .attr("s3_us_east_1_regional_endpoint", string().optional())
        .attr("s3_use_path_style", boolean().optional())
        .attr("secret_key", string().optional())
        .attr("shared_config_files", list_of(Type::String).optional())
        .attr("shared_credentials_files", list_of(Type::String).optional())
        .attr("skip_credentials_validation", boolean().optional())
        .attr("skip_metadata_api_check", string().optional())
        .attr("skip_region_validation", boolean().optional())
        .attr("skip_requesting_account_id", boolean().optional())
        .attr("sts_region", string().optional())
        .attr("token", string().optional())
        .attr("token_bucket_rate_limiter_capacity", number().optional())
        .attr("use_dualstack_endpoint", boolean().optional())
        .attr("use_fips_endpoint", boolean().optional())
        .block(
            "assume_role",
            list_block(
                Block::new()
                    .attr("duration", string().optional())
                    .attr("external_id", string().optional())
                    .attr("policy", string().optional())
                    .attr("policy_arns", set_of(Type::String).optional())
                    .attr("role_arn", string().optional())
                    .attr("session_name", string().optional())
                    .attr("source_identity", string().optional())
                    .attr("tags", map_of(Type::String).optional())
                    .attr("transitive_tag_keys", set_of(Type::String).optional()),
            ),
        )
        .block(
            "assume_role_with_web_identity",
            list_block(
                Block::new()
                    .attr("duration", string().optional())
                    .attr("policy", string().optional())
                    .attr("policy_arns", set_of(Type::String).optional())
                    .attr("role_arn", string().optional())
                    .attr("session_name", string().optional())
                    .attr("web_identity_token", string().optional())
                    .attr("web_identity_token_file", string().optional()),
            ),
        )
        .block("default_tags", list_block(Block::new().attr("tags", map_of(Type::String).optional())))
        .block("endpoints", set_block(endpoints))
        .block(
            "ignore_tags",
            list_block(
                Block::new()
                    .attr("key_prefixes", set_of(Type::String).optional())
                    .attr("keys", set_of(Type::String).optional()),
            ),
        )
}

/// Services whose endpoint the provider block may name.
const ENDPOINT_SERVICES: &[&str] = &[
    "accessanalyzer",
    "account",
    "acm",
    "acmpca",
    "amg",
    "amp",
    "amplify",
    "apigateway",
    "apigatewayv2",
    "appautoscaling",
    "appconfig",
    "appfabric",
    "appflow",
    "appintegrations",
    "appintegrationsservice",
    "applicationautoscaling",
    "applicationinsights",
    "applicationsignals",
    "appmesh",
    "appregistry",
    "apprunner",
    "appstream",
    "appsync",
    "athena",
    "auditmanager",
    "autoscaling",
    "autoscalingplans",
    "backup",
    "batch",
    "bcmdataexports",
    "beanstalk",
    "bedrock",
    "bedrockagent",
    "billing",
    "budgets",
    "ce",
    "chatbot",
    "chime",
    "chimesdkmediapipelines",
    "chimesdkvoice",
    "cleanrooms",
    "cloud9",
    "cloudcontrol",
    "cloudcontrolapi",
    "cloudformation",
    "cloudfront",
    "cloudfrontkeyvaluestore",
    "cloudhsm",
    "cloudhsmv2",
    "cloudsearch",
    "cloudtrail",
    "cloudwatch",
    "cloudwatchevents",
    "cloudwatchevidently",
    "cloudwatchlog",
    "cloudwatchlogs",
    "cloudwatchobservabilityaccessmanager",
    "cloudwatchrum",
    "codeartifact",
    "codebuild",
    "codecatalyst",
    "codecommit",
    "codeconnections",
    "codedeploy",
    "codeguruprofiler",
    "codegurureviewer",
    "codepipeline",
    "codestarconnections",
    "codestarnotifications",
    "cognitoidentity",
    "cognitoidentityprovider",
    "cognitoidp",
    "comprehend",
    "computeoptimizer",
    "config",
    "configservice",
    "connect",
    "connectcases",
    "controltower",
    "costandusagereportservice",
    "costexplorer",
    "costoptimizationhub",
    "cur",
    "customerprofiles",
    "databasemigration",
    "databasemigrationservice",
    "databrew",
    "dataexchange",
    "datapipeline",
    "datasync",
    "datazone",
    "dax",
    "deploy",
    "detective",
    "devicefarm",
    "devopsguru",
    "directconnect",
    "directoryservice",
    "dlm",
    "dms",
    "docdb",
    "docdbelastic",
    "drs",
    "ds",
    "dsql",
    "dynamodb",
    "ec2",
    "ecr",
    "ecrpublic",
    "ecs",
    "efs",
    "eks",
    "elasticache",
    "elasticbeanstalk",
    "elasticloadbalancing",
    "elasticloadbalancingv2",
    "elasticsearch",
    "elasticsearchservice",
    "elastictranscoder",
    "elb",
    "elbv2",
    "emr",
    "emrcontainers",
    "emrserverless",
    "es",
    "eventbridge",
    "events",
    "evidently",
    "evs",
    "finspace",
    "firehose",
    "fis",
    "fms",
    "fsx",
    "gamelift",
    "glacier",
    "globalaccelerator",
    "glue",
    "gluedatabrew",
    "grafana",
    "greengrass",
    "groundstation",
    "guardduty",
    "healthlake",
    "iam",
    "identitystore",
    "imagebuilder",
    "inspector",
    "inspector2",
    "inspectorv2",
    "internetmonitor",
    "invoicing",
    "iot",
    "iotanalytics",
    "iotevents",
    "ivs",
    "ivschat",
    "kafka",
    "kafkaconnect",
    "kendra",
    "keyspaces",
    "kinesis",
    "kinesisanalytics",
    "kinesisanalyticsv2",
    "kinesisvideo",
    "kms",
    "lakeformation",
    "lambda",
    "launchwizard",
    "lex",
    "lexmodelbuilding",
    "lexmodelbuildingservice",
    "lexmodels",
    "lexmodelsv2",
    "lexv2models",
    "licensemanager",
    "lightsail",
    "location",
    "locationservice",
    "logs",
    "lookoutmetrics",
    "m2",
    "macie2",
    "managedgrafana",
    "mediaconnect",
    "mediaconvert",
    "medialive",
    "mediapackage",
    "mediapackagev2",
    "mediapackagevod",
    "mediastore",
    "memorydb",
    "mgn",
    "mq",
    "msk",
    "mwaa",
    "neptune",
    "neptunegraph",
    "networkfirewall",
    "networkmanager",
    "networkmonitor",
    "notifications",
    "notificationscontacts",
    "oam",
    "opensearch",
    "opensearchingestion",
    "opensearchserverless",
    "opensearchservice",
    "opsworks",
    "organizations",
    "osis",
    "outposts",
    "paymentcryptography",
    "pcaconnectorad",
    "pcs",
    "pinpoint",
    "pinpointsmsvoicev2",
    "pipes",
    "polly",
    "pricing",
    "prometheus",
    "prometheusservice",
    "qbusiness",
    "qldb",
    "quicksight",
    "ram",
    "rbin",
    "rds",
    "recyclebin",
    "redshift",
    "redshiftdata",
    "redshiftdataapiservice",
    "redshiftserverless",
    "rekognition",
    "resiliencehub",
    "resourceexplorer2",
    "resourcegroups",
    "resourcegroupstagging",
    "resourcegroupstaggingapi",
    "rolesanywhere",
    "route53",
    "route53domains",
    "route53profiles",
    "route53recoverycontrolconfig",
    "route53recoveryreadiness",
    "route53resolver",
    "rum",
    "s3",
    "s3api",
    "s3control",
    "s3outposts",
    "s3tables",
    "sagemaker",
    "scheduler",
    "schemas",
    "sdb",
    "secretsmanager",
    "securityhub",
    "securitylake",
    "serverlessapplicationrepository",
    "serverlessapprepo",
    "serverlessrepo",
    "servicecatalog",
    "servicecatalogappregistry",
    "servicediscovery",
    "servicequotas",
    "ses",
    "sesv2",
    "sfn",
    "shield",
    "signer",
    "simpledb",
    "sns",
    "sqs",
    "ssm",
    "ssmcontacts",
    "ssmincidents",
    "ssmquicksetup",
    "ssmsap",
    "sso",
    "ssoadmin",
    "stepfunctions",
    "storagegateway",
    "sts",
    "swf",
    "synthetics",
    "taxsettings",
    "timestreaminfluxdb",
    "timestreamquery",
    "timestreamwrite",
    "transcribe",
    "transcribeservice",
    "transfer",
    "verifiedpermissions",
    "vpclattice",
    "waf",
    "wafregional",
    "wafv2",
    "wellarchitected",
    "worklink",
    "workspaces",
    "workspacesweb",
    "xray",
];

/// Makes a client of an evaluated provider block.
pub(super) async fn connect(config: &Object) -> Result<Client, Diagnostics> {
    let mut loader =
        aws_config::defaults(BehaviorVersion::latest()).http_client(http_client()).retry_config(retry(config));
    if let Some(region) = config.string("region") {
        loader = loader.region(Region::new(region));
    }
    if let Some(profile) = config.string("profile") {
        loader = loader.profile_name(profile);
    }
    if let (Some(key), Some(secret)) = (config.string("access_key"), config.string("secret_key")) {
        loader =
            loader.credentials_provider(Credentials::new(key, secret, config.string("token"), None, "provider block"));
    }
    loader = loader.use_fips(config.bool("use_fips_endpoint").unwrap_or(false));
    loader = loader.use_dual_stack(config.bool("use_dualstack_endpoint").unwrap_or(false));
    let mut sdk = loader.load().await;
    if sdk.region().is_none() {
        return Err(Diagnostic::error("Missing region", "No AWS region is configured.")
            .hint("Set `region` in the provider block, AWS_REGION in the environment, or a region in the profile.")
            .into());
    }
    if let Some(block) = config.object("assume_role")
        && let Some(arn) = block.string("role_arn")
    {
        let provider = assume(&sdk, role(arn, &block)).await;
        sdk = sdk.into_builder().credentials_provider(provider).build();
    }
    let mut endpoints = BTreeMap::new();
    for block in config.objects("endpoints") {
        endpoints.extend(ENDPOINT_SERVICES.iter().filter_map(|s| Some(((*s).to_owned(), block.string(s)?))));
    }
    let options = Options {
        s3_path_style: config.bool("s3_use_path_style") == Some(true),
        retry_quota: config
            .i64("token_bucket_rate_limiter_capacity")
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| *n > 0),
    };
    let client = Client::new(sdk, endpoints, tag_defaults(config), options);
    check_account(&client, config).await?;
    Ok(client)
}

fn role(arn: String, block: &Object) -> Role {
    Role {
        arn,
        session_name: block.string("session_name"),
        external_id: block.string("external_id"),
        policy: block.string("policy"),
        policy_arns: block.strings("policy_arns"),
        length: block.string("duration").and_then(|d| parse_duration(&d)),
    }
}

/// Retries throttled calls, after ever longer waits; 25 attempts unless the provider block says otherwise. The SDK's adaptive
/// mode, which the block may ask for, goes down to a call every ten seconds after a single refusal.
fn retry(config: &Object) -> RetryConfig {
    let attempts = config.i64("max_retries").and_then(|n| u32::try_from(n).ok()).unwrap_or(25).max(1);
    let mode = match config.str("retry_mode") {
        Some("adaptive") => RetryConfig::adaptive(),
        _ => RetryConfig::standard(),
    };
    mode.with_max_attempts(attempts).with_max_backoff(Duration::from_secs(20))
}

fn tag_defaults(config: &Object) -> Defaults {
    let mut defaults = Defaults::default();
    for block in config.objects("default_tags") {
        defaults.default_tags.extend(block.string_map("tags"));
    }
    for block in config.objects("ignore_tags") {
        defaults.ignored_keys.extend(block.strings("keys"));
        defaults.ignored_prefixes.extend(block.strings("key_prefixes"));
    }
    defaults
}

/// `allowed_account_ids` and `forbidden_account_ids` protect against the wrong credentials.
async fn check_account(client: &Client, config: &Object) -> Result<(), Diagnostics> {
    let (allowed, forbidden) = (config.strings("allowed_account_ids"), config.strings("forbidden_account_ids"));
    if allowed.is_empty() && forbidden.is_empty() {
        return Ok(());
    }
    let account =
        client.account().await.map_err(|e| Diagnostics::from(Diagnostic::error("Account not known", e.to_string())))?;
    let refused =
        forbidden.iter().any(|a| a == account) || (!allowed.is_empty() && !allowed.iter().any(|a| a == account));
    if refused {
        return Err(Diagnostic::error(
            "AWS account not allowed",
            format!("The credentials belong to account {account}, which the provider block does not allow."),
        )
        .hint("Use other credentials, or change allowed_account_ids or forbidden_account_ids.")
        .into());
    }
    Ok(())
}
