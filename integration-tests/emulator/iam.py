"""IAM: policies that are checked, what is attached stays, OIDC providers, and new roles that are not seen everywhere yet.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
"""
import fnmatch
import json
import re
import time

from moto.iam.models import AWSManagedPolicy, IAMBackend, iam_backends

from . import lookups, state
from .core import AwsError, after, before, operation

# moto parses the document of all AWS-managed policies for every account; the parsed form is the same for all.
_parsed = {}


def _aws_policies(self):
    if not _parsed:
        from moto.iam.aws_managed_policies import aws_managed_policies_data
        _parsed.update(json.loads(aws_managed_policies_data))
    return [AWSManagedPolicy.from_data(name, self.account_id, self.region_name, data) for name, data in _parsed.items()]


IAMBackend._init_aws_policies = _aws_policies


def malformed(message):
    return AwsError("MalformedPolicyDocument", message)


# ---------------------------------------------------------------- roles

@before("iam.CreateRole")
def create_role(call):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    name = call.params["RoleName"]
    if not re.fullmatch(r"[\w+=,.@-]{1,64}", name):
        raise AwsError("ValidationError", f"1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: "
                       "Member must satisfy regular expression pattern: [\\w+=,.@-]+")
    check_trust(call.params["AssumeRolePolicyDocument"])


@before("iam.UpdateAssumeRolePolicy")
def update_trust(call):
    check_trust(call.params["PolicyDocument"])


def check_trust(text):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"""
    try:
        document = json.loads(text)
    except ValueError:
        raise malformed("This policy contains invalid Json")
    statements = document.get("Statement") if isinstance(document, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not statements:
        raise malformed("Syntax errors in policy.")
    for statement in statements:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise malformed("Syntax errors in policy.")
        if "Resource" in statement:
            raise malformed("Has prohibited field Resource")
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise malformed("Missing required field Principal")
        actions = statement.get("Action", [])
        for action in [actions] if isinstance(actions, str) else actions:
            if not action.startswith("sts:") and action != "*":
                raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")


# ---------------------------------------------------------------- eventual consistency

@after("iam.CreateRole")
def role_made(call, result):
    """A new role is seen by other services and by reads only after a while, if a test asks for it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    """
    spec, name = call.effects.get("iam_eventual") or {}, call.params["RoleName"]
    ms = float(spec.get("ms", state.CONFIG["iam_delay_ms"]))
    if ms:
        state.table(call.account, "aws", "iam", "visible_at")[name] = time.time() + ms / 1000
    if spec.get("reads"):
        state.table(call.account, "aws", "iam", "hidden_reads")[name] = int(spec["reads"])


@before("iam.GetRole", "iam.ListAttachedRolePolicies", "iam.ListRolePolicies", "iam.GetRolePolicy", "iam.ListRoleTags")
def read_new_role(call):
    name, hidden = call.params["RoleName"], state.table(call.account, "aws", "iam", "hidden_reads")
    if hidden.get(name) or lookups.spreading(call, name):
        if hidden.get(name):
            hidden[name] -= 1
        raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", status=404)


@after("iam.DeleteRole")
def role_gone(call, result):
    for name in ("visible_at", "hidden_reads"):
        state.table(call.account, "aws", "iam", name).pop(call.params["RoleName"], None)


# ---------------------------------------------------------------- policies

@before("iam.DeletePolicy")
def delete_policy(call):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
    policy = lookups.iam(call).managed_policies.get(call.params["PolicyArn"])
    if policy is None:
        return
    if policy.attachment_count > 0:
        raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", status=409)
    if len(policy.versions) > 1:
        raise AwsError("DeleteConflict", "This policy has more than one version. Before you delete a policy, you must delete "
                       "the policy's versions. The default version is deleted with the policy.", status=409)


@operation("iam.SimulatePrincipalPolicy")
def simulate(call):
    """Allowed or not by the actions and resources of the role's or user's own policies; conditions are not looked at."""
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
    p, iam = call.params, lookups.iam(call)
    kind, _, name = p["PolicySourceArn"].split(":", 5)[5].partition("/")
    principal = (iam.roles if kind == "role" else iam.users).get(name.split("/")[-1])
    if principal is None and kind == "role":
        principal = next((r for r in iam.roles.values() if r.arn == p["PolicySourceArn"]), None)
    if principal is None:
        raise AwsError("NoSuchEntity", f"{p['PolicySourceArn']} cannot be found.", status=404)
    texts = [v if isinstance(v, str) else v.document for v in principal.policies.values()]
    texts += [v.document for a in principal.managed_policies if a in iam.managed_policies
              for v in iam.managed_policies[a].versions if v.is_default]
    texts += p.get("PolicyInputList") or []
    statements = []
    for text in texts:
        found = (json.loads(text) if isinstance(text, str) else text).get("Statement", [])
        statements += [found] if isinstance(found, dict) else found
    rows = []
    for action in p["ActionNames"]:
        for resource in p.get("ResourceArns") or ["*"]:
            effects = {s["Effect"] for s in statements if _covers(s, action, resource)}
            decision = "explicitDeny" if "Deny" in effects else "allowed" if "Allow" in effects else "implicitDeny"
            rows.append({"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision})
    return {"EvaluationResults": rows, "IsTruncated": False}


def _covers(statement, action, resource):
    def matches(key, value, fold=False):
        wanted = statement.get(key, [])
        for pattern in [wanted] if isinstance(wanted, str) else wanted:
            if fnmatch.fnmatchcase(value.lower() if fold else value, pattern.lower() if fold else pattern):
                return True
        return False
    by_action = matches("Action", action, True) or ("NotAction" in statement and not matches("NotAction", action, True))
    return by_action and (matches("Resource", resource) or ("NotResource" in statement and not matches("NotResource", resource)))


@after("iam.GetAccountAuthorizationDetails")
def show_policy_ids(call, result):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_ManagedPolicyDetail.html
    for policy in result["Policies"] or []:
        policy.policy_id = policy.id


# ---------------------------------------------------------------- OIDC providers

def _provider(call):
    arn = call.params["OpenIDConnectProviderArn"]
    found = iam_backends[call.account]["aws"].open_id_providers.get(arn)
    if found is None:
        raise AwsError("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", status=404)
    return found


@operation("iam.UpdateOpenIDConnectProviderThumbprint")
def update_thumbprint(call):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html
    _provider(call).thumbprint_list = list(call.params["ThumbprintList"])


@operation("iam.AddClientIDToOpenIDConnectProvider")
def add_client_id(call):
    clients = _provider(call).client_id_list
    if call.params["ClientID"] not in clients:
        clients.append(call.params["ClientID"])


@operation("iam.RemoveClientIDFromOpenIDConnectProvider")
def remove_client_id(call):
    clients = _provider(call).client_id_list
    if call.params["ClientID"] in clients:
        clients.remove(call.params["ClientID"])


@after("iam.CreateOpenIDConnectProvider")
def provider_made(call, result):
    # Without a thumbprint IAM looks up the one of the issuer's certificate authority.
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
    arn = result["OpenIDConnectProviderArn"] if isinstance(result, dict) else result.arn
    found = iam_backends[call.account]["aws"].open_id_providers.get(arn)
    if found is not None and not found.thumbprint_list:
        found.thumbprint_list = ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"]
