"""What EKS offers: Kubernetes versions, add-ons and the node images of each version.

https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
https://docs.aws.amazon.com/eks/latest/userguide/platform-versions.html
https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
"""
import datetime
import hashlib

from .core import operation, page

UTC = datetime.timezone.utc


def _day(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


# version: platform version, newest Kubernetes patch, release in EKS, ends of standard and extended support
VERSIONS = {
    "1.29": {"platform": "eks.47", "patch": "1.29.15", "dates": ("2024-01-23", "2025-03-23", "2026-03-23")},
    "1.30": {"platform": "eks.44", "patch": "1.30.14", "dates": ("2024-05-23", "2025-07-23", "2026-07-23")},
    "1.31": {"platform": "eks.40", "patch": "1.31.13", "dates": ("2024-09-26", "2025-11-26", "2026-11-26")},
    "1.32": {"platform": "eks.33", "patch": "1.32.9", "dates": ("2025-01-23", "2026-03-23", "2027-03-23")},
    "1.33": {"platform": "eks.21", "patch": "1.33.5", "dates": ("2025-05-29", "2026-07-29", "2027-07-29")},
    "1.34": {"platform": "eks.9", "patch": "1.34.1", "dates": ("2025-10-02", "2026-12-02", "2027-12-02")},
    "1.35": {"platform": "eks.3", "patch": "1.35.0", "dates": ("2026-01-27", "2027-03-27", "2028-03-27")},
}
DEFAULT_VERSION = "1.34"
AMI_DATE = "20251112"

# name: versions, newest first ({patch} is the cluster's), default namespace
_COMMON = {
    "vpc-cni": ["v1.20.4-eksbuild.1", "v1.20.1-eksbuild.3", "v1.19.6-eksbuild.7"],
    "aws-ebs-csi-driver": ["v1.53.0-eksbuild.1", "v1.48.0-eksbuild.2"],
    "aws-efs-csi-driver": ["v2.1.13-eksbuild.1", "v2.1.10-eksbuild.1"],
    "aws-mountpoint-s3-csi-driver": ["v2.1.0-eksbuild.1"],
    "eks-pod-identity-agent": ["v1.3.10-eksbuild.1", "v1.3.8-eksbuild.2"],
    "eks-node-monitoring-agent": ["v1.4.1-eksbuild.1"],
    "snapshot-controller": ["v8.3.0-eksbuild.1"],
    "metrics-server": ["v0.8.0-eksbuild.3", "v0.8.0-eksbuild.2"],
    "external-dns": ["v0.19.0-eksbuild.2"],
    "cert-manager": ["v1.19.1-eksbuild.1"],
    "kube-state-metrics": ["v2.17.0-eksbuild.1"],
    "prometheus-node-exporter": ["v1.10.2-eksbuild.1"],
    "amazon-cloudwatch-observability": ["v4.6.0-eksbuild.1"],
    "adot": ["v0.131.0-eksbuild.1"],
}
_COREDNS = {29: ["v1.11.4-eksbuild.24"], 30: ["v1.11.4-eksbuild.24"], 31: ["v1.11.4-eksbuild.24", "v1.11.3-eksbuild.1"],
            32: ["v1.11.4-eksbuild.24", "v1.11.4-eksbuild.14"], 33: ["v1.12.4-eksbuild.1", "v1.12.1-eksbuild.2", "v1.12.2-eksbuild.4"],
            34: ["v1.12.4-eksbuild.1", "v1.12.3-eksbuild.1"], 35: ["v1.13.1-eksbuild.1"]}
ADDONS = sorted(_COMMON) + ["coredns", "kube-proxy"]
TYPES = {"vpc-cni": "networking", "coredns": "networking", "kube-proxy": "networking", "external-dns": "networking",
         "aws-ebs-csi-driver": "storage", "aws-efs-csi-driver": "storage", "snapshot-controller": "storage",
         "aws-mountpoint-s3-csi-driver": "storage", "eks-pod-identity-agent": "security"}


def minor(version):
    return int(version.split(".")[1])


def addon_versions(name, version):
    """The versions of an add-on for a Kubernetes version, the newest first; the first is the default."""
    if name == "kube-proxy":
        patch = VERSIONS[version]["patch"]
        return [f"v{patch}-eksbuild.2", f"v{version}.0-eksbuild.2"]
    if name == "coredns":
        return _COREDNS[minor(version)]
    return _COMMON.get(name, [])


def release_version(version):
    """The newest node image release, such as 1.33.5-20251112."""
    return f"{VERSIONS[version]['patch']}-{AMI_DATE}"


def image_name(version, arch, variant="standard"):
    return f"amazon-eks-node-al2023-{arch}-{variant}-{version}-v{AMI_DATE}"


def image_id(region, version, arch, variant="standard"):
    digest = hashlib.sha256(f"{region}/{image_name(version, arch, variant)}".encode()).hexdigest()
    return f"ami-{digest[:17]}"


@operation("eks.DescribeClusterVersions")
def describe_cluster_versions(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html
    p, today = call.params, datetime.datetime.now(UTC)
    rows = []
    for version, facts in sorted(VERSIONS.items(), key=lambda v: -minor(v[0])):
        released, standard, extended = map(_day, facts["dates"])
        status = "STANDARD_SUPPORT" if today < standard else "EXTENDED_SUPPORT" if today < extended else "UNSUPPORTED"
        if p.get("clusterVersions") and version not in p["clusterVersions"]:
            continue
        if p.get("defaultOnly") and version != DEFAULT_VERSION or p.get("versionStatus") not in (None, status):
            continue
        rows.append({"clusterVersion": version, "clusterType": "eks", "defaultPlatformVersion": facts["platform"],
                     "defaultVersion": version == DEFAULT_VERSION, "releaseDate": released,
                     "endOfStandardSupportDate": standard, "endOfExtendedSupportDate": extended,
                     "status": status.lower(), "versionStatus": status, "kubernetesPatchVersion": facts["patch"]})
    rows, token = page(rows, p.get("maxResults"), p.get("nextToken"))
    return {"clusterVersions": rows, "nextToken": token}


@operation("eks.DescribeAddonVersions")
def describe_addon_versions(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonVersions.html
    p = call.params
    versions = [p["kubernetesVersion"]] if p.get("kubernetesVersion") else list(VERSIONS)
    versions = [v for v in versions if v in VERSIONS]
    addons = []
    for name in [p["addonName"]] if p.get("addonName") else ADDONS:
        found = {}
        for version in versions:
            for position, addon_version in enumerate(addon_versions(name, version)):
                found.setdefault(addon_version, []).append(
                    {"clusterVersion": version, "platformVersions": ["*"], "defaultVersion": position == 0})
        if found:
            addons.append({"addonName": name, "type": TYPES.get(name, "observability"), "publisher": "eks", "owner": "aws",
                           "defaultNamespace": "kube-system",
                           "addonVersions": [{"addonVersion": v, "architecture": ["amd64", "arm64"],
                                              "computeTypes": ["ec2", "fargate", "auto"], "compatibilities": c,
                                              "requiresConfiguration": False,
                                              "requiresIamPermissions": name.startswith("aws-") or name == "vpc-cni"}
                                             for v, c in found.items()]})
    addons, token = page(addons, p.get("maxResults"), p.get("nextToken"))
    return {"addons": addons, "nextToken": token}


@operation("eks.DescribeAddonConfiguration")
def describe_addon_configuration(call):
    p = call.params
    return {"addonName": p["addonName"], "addonVersion": p["addonVersion"],
            "configurationSchema": '{"$schema":"http://json-schema.org/draft-06/schema#","type":"object"}'}
