"""Secrets Manager: what AWS refuses. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html"""
import json

from moto.secretsmanager.models import secretsmanager_backends

from .core import AwsError, after, before, operation


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


@operation("secretsmanager.RotateSecret")
def rotate_secret(call):
    """Switches rotation on. No function is run; one of another account is taken to be there.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    """
    found, p = _secret(call, call.params["SecretId"]), call.params
    if found is None:
        raise AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    if found.is_deleted():
        raise AwsError("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")
    function = p.get("RotationLambdaARN") or found.rotation_lambda_arn
    if not function:
        raise AwsError("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
    if f":{call.account}:" in function:
        from moto.awslambda.models import lambda_backends
        if function not in {f.function_arn for f in lambda_backends[call.account][call.region].list_functions()}:
            raise AwsError("ResourceNotFoundException", f"Lambda function {function} cannot be found")
    rules = {key: value for key, value in (p.get("RotationRules") or {}).items() if value is not None}
    if "AutomaticallyAfterDays" in rules and "ScheduleExpression" in rules:
        raise AwsError("InvalidParameterException", "You can't specify both AutomaticallyAfterDays and ScheduleExpression.")
    if not 1 <= rules.get("AutomaticallyAfterDays", 1) <= 1000:
        raise AwsError("InvalidParameterException", "RotationRules.AutomaticallyAfterDays must be within 1-1000.")
    found.rotation_requested = found.rotation_enabled = True
    found.rotation_lambda_arn = function
    found.auto_rotate_after_days = rules.get("AutomaticallyAfterDays", 0)
    found.rotation_rules = rules or getattr(found, "rotation_rules", {})
    return {"ARN": found.arn, "Name": found.name}


@after("secretsmanager.DescribeSecret")
def show_rules(call, result):
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
    found = _secret(call, call.params["SecretId"])
    if getattr(found, "rotation_rules", None) and "RotationRules" in result:
        result["RotationRules"] = dict(found.rotation_rules)
