"""EC2 launch templates and their versions. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html"""
import copy

from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.utils import parse_user_data

from . import lookups
from .core import AwsError, operation
from .ec2 import paged
from .ec2_filters import filtered


# moto finds a version by its place in the list; here versions can be deleted, and numbers are never given again.
def _numbered(self, number):
    text = str(number).lower()
    wanted = {"$latest": self.versions[-1].number, "$default": self.default_version_number}.get(text, text)
    for version in self.versions:
        if str(version.number) == str(wanted):
            return version
    raise AwsError("InvalidLaunchTemplateId.VersionNotFound",
                   f"Could not find the specified version {number} for the launch template with ID {self.id}.")


def _create_version(self, data, description):
    self._last = getattr(self, "_last", 0) + 1
    version = LaunchTemplateVersion(self, self._last, data, description)
    self.versions.append(version)
    return version


LaunchTemplate.get_version = _numbered
LaunchTemplate.create_version = _create_version
LaunchTemplate.default_version = lambda self: _numbered(self, self.default_version_number)


def _template(call):
    p = call.params
    if p.get("LaunchTemplateId") and p.get("LaunchTemplateName"):
        raise AwsError("InvalidParameterCombination", "Either provide launch template ID or launch template name, not both.")
    found = lookups.launch_template(call, p.get("LaunchTemplateId"), p.get("LaunchTemplateName"))
    if found is None:
        raise _missing(p.get("LaunchTemplateId"), p.get("LaunchTemplateName"))
    return found


def _missing(template_id, name):
    if template_id:
        if not template_id.startswith("lt-"):
            return AwsError("InvalidLaunchTemplateId.Malformed", f"The launch template ID '{template_id}' is malformed.")
        return AwsError("InvalidLaunchTemplateId.NotFound", f"The specified launch template, with template ID {template_id}, does not exist.")
    return AwsError("InvalidLaunchTemplateName.NotFoundException", f"The specified launch template, with template name {name}, does not exist.")


def _shown(call, template):
    tags = lookups.ec2(call).tags.get(template.id, {})
    return {"CreateTime": template.create_time, "CreatedBy": f"arn:aws:iam::{call.account}:root",
            "DefaultVersionNumber": template.default_version_number, "LatestVersionNumber": template.versions[-1].number,
            "LaunchTemplateId": template.id, "LaunchTemplateName": template.name,
            "Tags": [{"Key": k, "Value": v} for k, v in tags.items()] or None}


def _version_shown(call, template, version):
    return {"CreateTime": version.create_time, "CreatedBy": f"arn:aws:iam::{call.account}:root",
            "DefaultVersion": template.default_version_number == version.number, "LaunchTemplateData": version.data,
            "LaunchTemplateId": template.id, "LaunchTemplateName": template.name,
            "VersionDescription": version.description, "VersionNumber": version.number}


def _data(given):
    """The request's data as it is answered: user data stays base64, an empty field is absent."""
    data = copy.deepcopy(given or {})
    user_data = data.pop("UserData", None)
    if user_data:
        data["UserData"] = parse_user_data(user_data)
    return data


@operation("ec2.CreateLaunchTemplate")
def create_launch_template(call):
    p = call.params
    if lookups.launch_template(call, None, p["LaunchTemplateName"]):
        raise AwsError("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
    tags = {t["Key"]: t.get("Value", "") for s in p.get("TagSpecifications") or [] if s.get("ResourceType") == "launch-template"
            for t in s.get("Tags") or []}
    template = lookups.ec2(call).create_launch_template(
        p["LaunchTemplateName"], p.get("VersionDescription"), _data(p.get("LaunchTemplateData")), {"launch-template": tags})
    return {"LaunchTemplate": _shown(call, template)}


@operation("ec2.CreateLaunchTemplateVersion")
def create_launch_template_version(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html: the new version
    # inherits what the source version has and the request does not name
    p, template = call.params, _template(call)
    data = _data(p.get("LaunchTemplateData"))
    if p.get("SourceVersion"):
        data = {**copy.deepcopy(template.get_version(p["SourceVersion"]).data), **data}
    version = template.create_version(data, p.get("VersionDescription"))
    return {"LaunchTemplateVersion": _version_shown(call, template, version)}


@operation("ec2.ModifyLaunchTemplate")
def modify_launch_template(call):
    template = _template(call)
    if call.params.get("DefaultVersion"):
        template.default_version_number = template.get_version(call.params["DefaultVersion"]).number
    return {"LaunchTemplate": _shown(call, template)}


@operation("ec2.DeleteLaunchTemplate")
def delete_launch_template(call):
    template, ec2 = _template(call), lookups.ec2(call)
    view = _shown(call, template)
    ec2.launch_templates.pop(template.id)
    ec2.launch_template_name_to_ids.pop(template.name, None)
    ec2.tags.pop(template.id, None)
    return {"LaunchTemplate": view}


@operation("ec2.DeleteLaunchTemplateVersions")
def delete_launch_template_versions(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
    template, done, failed = _template(call), [], []
    for number in call.params["Versions"]:
        found = next((v for v in template.versions if str(v.number) == str(number)), None)
        row = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "VersionNumber": int(number)}
        if found is None:
            failed.append({**row, "ResponseError": {"Code": "launchTemplateVersionDoesNotExist", "Message": "No such version"}})
        elif found.number == template.default_version_number:
            failed.append({**row, "ResponseError": {"Code": "unexpectedError", "Message": "The default version cannot be deleted"}})
        else:
            template.versions.remove(found)
            done.append(row)
    return {"SuccessfullyDeletedLaunchTemplateVersions": done, "UnsuccessfullyDeletedLaunchTemplateVersions": failed}


@operation("ec2.DescribeLaunchTemplates")
def describe_launch_templates(call):
    p, found = call.params, list(lookups.ec2(call).launch_templates.values())
    for field, known in (("LaunchTemplateIds", {t.id for t in found}), ("LaunchTemplateNames", {t.name for t in found})):
        missing = [i for i in p.get(field) or [] if i not in known]
        if missing:
            raise _missing(missing[0] if field.endswith("Ids") else None, missing[0])
    if p.get("LaunchTemplateIds") or p.get("LaunchTemplateNames"):
        found = [t for t in found if t.id in (p.get("LaunchTemplateIds") or []) or t.name in (p.get("LaunchTemplateNames") or [])]
    result = {"LaunchTemplates": [_shown(call, t) for t in found]}
    filtered(call, result)
    paged(call, result)
    return result


@operation("ec2.DescribeLaunchTemplateVersions")
def describe_launch_template_versions(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
    p = call.params
    asked = p.get("Versions") or []
    if p.get("LaunchTemplateId") or p.get("LaunchTemplateName"):
        template = _template(call)
        chosen = [template.get_version(v) for v in asked] if asked else list(template.versions)
        low, high = int(p.get("MinVersion") or 0), int(p.get("MaxVersion") or 2**31)
        rows = [(template, v) for v in sorted({id(v): v for v in chosen}.values(), key=lambda v: -v.number) if low <= v.number <= high]
    else:
        if not asked or not set(asked) <= {"$Latest", "$Default"}:
            raise AwsError("MissingParameter", "The request must contain a launch template ID or name, or the versions $Latest or $Default.")
        rows = [(t, t.get_version(v)) for t in lookups.ec2(call).launch_templates.values() for v in asked]
    result = {"LaunchTemplateVersions": [_version_shown(call, t, v) for t, v in rows]}
    paged(call, result)
    return result
