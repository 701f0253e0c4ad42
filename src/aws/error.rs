//! AWS errors with operation, code, message and request id.

use std::error::Error as StdError;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use crate::provider::{Error, ErrorKind};

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
                let message = message.unwrap_or_else(|| format!("the service answered with HTTP status {status}"));
                let mut out = Error::new(kind(code, status), message);
                out.code = inner.code().map(str::to_owned);
                out.request_id = inner.request_id().map(str::to_owned);
                out
            }
            _ => connection(&error),
        };
        out.operation = operation;
        if out.kind == ErrorKind::Denied && out.hint.is_none() {
            let action = out.operation.clone().unwrap_or_default();
            out.hint = Some(format!("Allow \"{action}\" in the IAM policy of the credentials that kiban runs with."));
        }
        out
    }
}

/// Errors without an answer of the service.
fn connection(error: &(dyn StdError + 'static)) -> Error {
    let mut chain = Vec::new();
    let mut at = Some(error);
    while let Some(e) = at {
        if let Some(credentials) = e.downcast_ref::<CredentialsError>() {
            let why = credentials.source().map_or_else(|| credentials.to_string(), root_cause);
            return Error::new(ErrorKind::Credentials, format!("no usable AWS credentials: {why}")).hint(
                "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`.",
            );
        }
        if let Some(io) = e.downcast_ref::<io::Error>()
            && io.kind() == io::ErrorKind::ConnectionRefused
        {
            return Error::new(ErrorKind::Unreachable, "the connection was refused: nothing listens at the endpoint")
                .hint("Check AWS_ENDPOINT_URL and the `endpoints` of the provider block, and that the service is up.");
        }
        chain.push(e.to_string());
        at = e.source();
    }
    chain.dedup();
    Error::new(ErrorKind::Connection, chain.join(": "))
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
        | "OperationAbortedException"
        | "IncorrectMountTargetState"
        | "IncorrectFileSystemLifeCycleState" => ErrorKind::InUse,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthFailure.Unauthorized" => {
            ErrorKind::Denied
        }
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "SignatureDoesNotMatch" => ErrorKind::Credentials,
        "NoSuchEntity"
        | "NoSuchHostedZone"
        | "NotFoundException"
        | "ResourceNotFoundException"
        | "ParameterNotFound"
        | "FileSystemNotFound"
        | "MountTargetNotFound"
        | "AccessPointNotFound"
        | "PolicyNotFound"
        | "NatGatewayNotFound"
        | "Gateway.NotAttached" => ErrorKind::NotFound,
        "EntityAlreadyExists"
        | "ResourceExistsException"
        | "ResourceAlreadyExistsException"
        | "AlreadyExistsException"
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
