"""Auto Scaling: tags of groups. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateOrUpdateTags.html"""
from moto.autoscaling.models import autoscaling_backends

from .core import AwsError, after, before, page


@before("autoscaling.CreateOrUpdateTags", "autoscaling.DeleteTags")
def tagged_groups_exist(call):
    groups = autoscaling_backends[call.account][call.region].autoscaling_groups
    for tag in call.params.get("Tags") or []:
        if tag.get("ResourceType") != "auto-scaling-group":
            raise AwsError("ValidationError", f"Invalid resource type {tag.get('ResourceType')}")
        if tag["ResourceId"] not in groups:
            raise AwsError("ValidationError", "AutoScalingGroup name not found - null")


@after("autoscaling.DescribeTags")
def describe_tags(call, result):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeTags.html: 50 by default
    rows, token = page(sorted(result["Tags"], key=lambda t: (t["ResourceId"], t["Key"])), call.params.get("MaxRecords") or 50,
                       call.params.get("NextToken"), AwsError("InvalidNextToken", "The token is invalid."))
    result["Tags"], result["NextToken"] = rows, token
