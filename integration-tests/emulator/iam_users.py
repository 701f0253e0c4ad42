"""IAM: users and groups, their boundaries, new names, and what keeps them from being deleted.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
"""
from . import lookups
from .core import AwsError, after, before, operation


def _user(call):
    name = call.params["UserName"]
    found = lookups.iam(call).users.get(name)
    if found is None:
        raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", status=404)
    return found


def _group(call):
    name = call.params["GroupName"]
    found = lookups.iam(call).groups.get(name)
    if found is None:
        raise AwsError("NoSuchEntity", f"The group with name {name} cannot be found.", status=404)
    return found


def _free(names, kind, new):
    if new in names:
        raise AwsError("EntityAlreadyExists", f"{kind} with name {new} already exists.", status=409)


def _boundary(arn):
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None


# ---------------------------------------------------------------- users

@after("iam.CreateUser")
def user_made(call, result):
    user = lookups.iam(call).users[call.params["UserName"]]
    user.permissions_boundary = _boundary(call.params.get("PermissionsBoundary"))


@operation("iam.PutUserPermissionsBoundary")
def put_boundary(call):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
    _user(call).permissions_boundary = _boundary(call.params["PermissionsBoundary"])


@operation("iam.DeleteUserPermissionsBoundary")
def delete_boundary(call):
    _user(call).permissions_boundary = None


@operation("iam.UpdateUser")
def update_user(call):
    """The user stays who it is: keys, policies, groups and tags go along."""
    user, iam, new = _user(call), lookups.iam(call), call.params.get("NewUserName")
    if new and new != user.name:
        _free(iam.users, "User", new)
    tags = iam.tagger.list_tags_for_resource(user.arn)["Tags"]
    iam.tagger.delete_all_tags_for_resource(user.arn)
    user.path = call.params.get("NewPath") or user.path
    if new:
        iam.users[new] = iam.users.pop(user.name)
        user.name = new
        for key in user.access_keys:
            key.user_name = new
    iam.tagger.tag_resource(user.arn, tags)


@before("iam.DeleteUser")
def delete_user(call):
    user, iam = _user(call), lookups.iam(call)
    held = [(user.access_keys, "must delete access keys first"), (user.password, "must delete login profile first"),
            (user.signing_certificates, "must delete signing certificates first"), (user.mfa_devices, "must delete MFA device first"),
            (user.ssh_public_keys, "must delete ssh public keys first"),
            (any(user in g.users for g in iam.groups.values()), "must remove users from group first")]
    for there, why in held:
        if there:
            raise AwsError("DeleteConflict", f"Cannot delete entity, {why}.", status=409)


@operation("iam.ListServiceSpecificCredentials")
def service_specific_credentials(call):
    _user(call)
    return {"ServiceSpecificCredentials": []}


# ---------------------------------------------------------------- groups

@operation("iam.UpdateGroup")
def update_group(call):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html
    group, groups, new = _group(call), lookups.iam(call).groups, call.params.get("NewGroupName")
    if new and new != group.name:
        _free(groups, "Group", new)
    group.path = call.params.get("NewPath") or group.path
    if new:
        groups[new] = groups.pop(group.name)
        group.name = new


@before("iam.DeleteGroup")
def delete_group(call):
    group = _group(call)
    held = [(group.users, "must remove users from group first"), (group.managed_policies, "must detach all policies first"),
            (group.policies, "must delete policies first")]
    for there, why in held:
        if there:
            raise AwsError("DeleteConflict", f"Cannot delete entity, {why}.", status=409)
