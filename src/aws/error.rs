//! AWS errors with operation, code, message and request id.

use std::error::Error as StdError;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use crate::provider::{Error, ErrorKind, Result};

/// How a deletion ended: what is gone already is deleted.
pub fn deleted<T, E>(answer: std::result::Result<T, E>) -> Result<()>
where
    Error: From<E>,
{
    answer.map(drop).map_err(Error::from).or_else(Error::unless_not_found)
}

impl<E> From<SdkError<E, HttpResponse>> for Error
where
    E: ProvideErrorMetadata + RequestId + StdError + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let operation = operation_name(std::any::type_name::<E>());
        let mut out = match &error {
            SdkError::ServiceError(service) => {
                let inner = service.err();
                let code = inner.code().unwrap_or_default();
                let message = inner.message().map(str::to_owned);
                let status = service.raw().status().as_u16();
                let message = message
                    .unwrap_or_else(|| format!("the answer has HTTP status {status} and is not in the form of AWS"));
                let mut out = Error::new(kind(code, status), message);
                out.code = inner.code().map(str::to_owned);
                out.request_id = inner.request_id().map(str::to_owned);
                out
            }
            _ => connection(&error),
        };
        out.operation = operation;
        if matches!(&error, SdkError::ServiceError(s) if s.err().code().is_none()) {
            out.hint =
                Some("Check that AWS_ENDPOINT_URL and the `endpoints` of the provider block lead to AWS.".to_owned());
        }
        if matches!(out.code.as_deref(), Some("ExpiredToken" | "ExpiredTokenException" | "RequestExpired")) {
            out.hint = Some("Log in again, for example with `aws sso login`, or set new credentials.".to_owned());
        } else if out.kind == ErrorKind::Credentials && out.hint.is_none() {
            out.hint = Some(
                "Look at AWS_PROFILE, or at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: AWS does not know these."
                    .to_owned(),
            );
        }
        if out.kind == ErrorKind::Denied && out.hint.is_none() {
            let action = out.operation.clone().unwrap_or_default();
            out.hint = Some(format!("Allow \"{action}\" in the IAM policy of the credentials that kiban runs with."));
        }
        out
    }
}

/// Errors without an answer of the service.
fn connection(error: &(dyn StdError + 'static)) -> Error {
    let mut at = Some(error);
    let mut last = error.to_string();
    let unreachable = |why: &str| {
        Error::new(ErrorKind::Unreachable, why)
            .hint("Check AWS_ENDPOINT_URL and the `endpoints` of the provider block, and that the service is up.")
    };
    while let Some(e) = at {
        if let Some(credentials) = e.downcast_ref::<CredentialsError>() {
            let why = credentials.source().map_or_else(|| credentials.to_string(), root_cause);
            let why = match why.split_once("Attempted:") {
                Some((_, attempts)) => none_found(attempts),
                None => why,
            };
            return Error::new(ErrorKind::Credentials, why).hint(
                "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`.",
            );
        }
        if let Some(io) = e.downcast_ref::<io::Error>()
            && io.kind() == io::ErrorKind::ConnectionRefused
        {
            return unreachable("the connection was refused: nothing listens at the endpoint");
        }
        let text = e.to_string();
        if text.starts_with("dns error") {
            return unreachable("the name of the endpoint cannot be resolved");
        }
        if text.starts_with("endpoint is not a valid URI") {
            return unreachable("the endpoint is not a URL such as http://127.0.0.1:4566");
        }
        last = text;
        at = e.source();
    }
    if last.starts_with("connection closed before message completed") {
        last = "the connection was cut before an answer came".to_owned();
    }
    // What stands above the cause are layers of the client, some with the whole request.
    Error::new(ErrorKind::Connection, last)
}

/// Where credentials were looked for in vain. What was set up and failed is named; what was not set up is not.
fn none_found(attempts: &str) -> String {
    let failed = attempts.lines().map(str::trim).filter(|l| !l.is_empty() && !l.contains("not enabled"));
    let failed: String = failed.map(|l| format!(" {l}.")).collect();
    format!(
        "There are none in the environment, in a profile, in a web identity token, or from the container or instance \
         that kiban runs on.{failed}"
    )
}

fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

/// `ec2:CreateVpc`, from `aws_sdk_ec2::operation::create_vpc::CreateVpcError`.
fn operation_name(type_name: &str) -> Option<String> {
    let service = type_name.strip_prefix("aws_sdk_")?.split("::").next()?;
    let operation = type_name.rsplit("::").next()?.strip_suffix("Error")?;
    // The prefix that IAM policies use.
    let service = match service {
        "efs" => "elasticfilesystem",
        "cloudwatchlogs" => "logs",
        "elasticloadbalancingv2" => "elasticloadbalancing",
        other => other,
    };
    Some(format!("{service}:{operation}"))
}

fn kind(code: &str, status: u16) -> ErrorKind {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|s| code.ends_with(s));
    match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "SlowDown"
        | "PriorRequestNotComplete" => ErrorKind::Throttled,
        "DependencyViolation"
        | "ResourceInUse"
        | "ResourceInUseException"
        | "DeleteConflict"
        | "ConcurrentModification"
        | "EntityTemporarilyUnmodifiable"
        | "ScalingActivityInProgress"
        | "ResourceInUseFault"
        | "IncorrectState"
        | "OperationInProgress"
        | "ConflictException"
        | "VPCResourceNotSpecified"
        | "InvalidGroup.InUse"
        | "InvalidIPAddress.InUse"
        | "FileSystemInUse"
        | "OperationAborted"
        | "OperationAbortedException"
        | "IncorrectMountTargetState"
        | "IncorrectFileSystemLifeCycleState" => ErrorKind::InUse,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthFailure.Unauthorized" => {
            ErrorKind::Denied
        }
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "SignatureDoesNotMatch" => ErrorKind::Credentials,
        "NoSuchEntity"
        | "NoSuchDelegationSet"
        | "NoSuchHealthCheck"
        | "NoSuchHostedZone"
        | "NotFoundException"
        | "ResourceNotFound"
        | "ResourceNotFoundException"
        | "ParameterNotFound"
        | "FileSystemNotFound"
        | "MountTargetNotFound"
        | "AccessPointNotFound"
        | "PolicyNotFound"
        | "ReplicationNotFound"
        | "NatGatewayNotFound"
        | "Gateway.NotAttached"
        | "AWS.SimpleQueueService.NonExistentQueue"
        | "QueueDoesNotExist"
        | "NotFound"
        | "NoSuchBucket"
        | "NoSuchBucketPolicy"
        | "NoSuchKey"
        | "NoSuchLifecycleConfiguration"
        | "NoSuchPublicAccessBlockConfiguration"
        | "NoSuchTagSet"
        | "ObjectLockConfigurationNotFoundError"
        | "OwnershipControlsNotFoundError"
        | "ServerSideEncryptionConfigurationNotFoundError"
        | "RepositoryNotFoundException"
        | "LifecyclePolicyNotFoundException"
        | "ListenerNotFound"
        | "LoadBalancerNotFound"
        | "TargetGroupNotFound"
        | "RepositoryPolicyNotFoundException" => ErrorKind::NotFound,
        "EntityAlreadyExists"
        | "ResourceExistsException"
        | "ResourceAlreadyExistsException"
        | "AlreadyExistsException"
        | "DuplicateListener"
        | "DuplicateLoadBalancerName"
        | "DuplicateTargetGroupName"
        | "InvalidGroup.Duplicate"
        | "HostedZoneAlreadyExists"
        | "FileSystemAlreadyExists"
        | "MountTargetConflict"
        | "AccessPointAlreadyExists" => ErrorKind::Exists,
        _ if ends(&[".NotFound", ".NotFoundException", "NotFoundFault", ".Malformed"]) => ErrorKind::NotFound,
        _ if ends(&[".Duplicate", "AlreadyExists", "AlreadyExistsException", "AlreadyExistsFault"]) => {
            ErrorKind::Exists
        }
        _ if status >= 500 => ErrorKind::Connection,
        _ => ErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_named_as_iam_names_them() {
        assert_eq!(
            operation_name("aws_sdk_efs::operation::create_file_system::CreateFileSystemError").as_deref(),
            Some("elasticfilesystem:CreateFileSystem")
        );
        assert_eq!(kind("InvalidVpcID.NotFound", 400), ErrorKind::NotFound);
        assert_eq!(kind("InternalError", 500), ErrorKind::Connection);
    }
}
