"""Secrets Manager: what AWS refuses. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html"""
import json

from moto.secretsmanager.models import secretsmanager_backends

from .core import AwsError, after, before


def _secret(call, secret_id):
    backend = secretsmanager_backends[call.account][call.region]
    return backend.secrets[secret_id] if backend._is_valid_identifier(secret_id) else None


@before("secretsmanager.CreateSecret")
def create_secret(call):
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
    found = _secret(call, call.params["Name"])
    if found is not None and found.is_deleted():
        raise AwsError("InvalidRequestException", "You can't create this secret because a secret with this name is already "
                       "scheduled for deletion.")


@before("secretsmanager.PutSecretValue", "secretsmanager.UpdateSecret")
def change_secret(call):
    found = _secret(call, call.params["SecretId"])
    if found is not None and found.is_deleted():
        raise AwsError("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")


@after("secretsmanager.UpdateSecret")
def empty_description(call, result):
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html: what is given takes the place of
    # what was there, also an empty text
    found = _secret(call, call.params["SecretId"])
    if found is not None and call.params.get("Description") == "":
        found.description = ""


@before("secretsmanager.PutResourcePolicy", "secretsmanager.ValidateResourcePolicy")
def put_resource_policy(call):
    try:
        policy = json.loads(call.params["ResourcePolicy"])
    except ValueError:
        policy = None
    if not isinstance(policy, dict) or not policy.get("Statement"):
        raise AwsError("MalformedPolicyDocumentException", "This resource policy contains invalid Json")


@before("secretsmanager.RotateSecret")
def rotate_secret(call):
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    found = _secret(call, call.params["SecretId"])
    function = call.params.get("RotationLambdaARN") or (found.rotation_lambda_arn if found is not None else None)
    if found is not None and function:
        from moto.awslambda.models import lambda_backends
        if function not in {f.function_arn for f in lambda_backends[call.account][call.region].list_functions()}:
            raise AwsError("ResourceNotFoundException", f"Lambda function {function} cannot be found")
    if found is not None and not function:
        raise AwsError("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
