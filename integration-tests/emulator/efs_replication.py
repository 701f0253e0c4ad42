"""EFS: replications of file systems, which pass through their states.

https://docs.aws.amazon.com/efs/latest/ug/API_CreateReplicationConfiguration.html
https://docs.aws.amazon.com/efs/latest/ug/API_DeleteReplicationConfiguration.html
"""
from . import state
from .core import hex_id, now, operation
from .efs import _arn, _bad, _error, _file_system

FINISHED = "efs.replication_deleted"


def _here(call, region=None):
    return state.table(call.account, region or call.region, "efs", "replications")


def _all(call):
    """Replications that lead from or to the region."""
    regions = [region for account, region in list(state.STORES) if account == call.account]
    found = [r for region in regions for r in _here(call, region).values()]
    return [r for r in found if call.region in (r["SourceFileSystemRegion"], r["Destinations"][0]["Region"])]


@operation("efs.CreateReplicationConfiguration")
def create(call):
    source, wanted = _file_system(call, call.params["SourceFileSystemId"]), call.params["Destinations"][0]
    if any(source["FileSystemId"] in (r["SourceFileSystemId"], r["Destinations"][0]["FileSystemId"]) for r in _all(call)):
        raise _error("ConflictException", f"File system {source['FileSystemId']} is replicated already", 409)
    if source["LifeCycleState"] != "available":
        raise _error("IncorrectFileSystemLifeCycleState", f"File system {source['FileSystemId']} is not available", 409)
    zone = wanted.get("AvailabilityZoneName")
    region = wanted.get("Region") or (zone and zone[:-1]) or call.region
    systems = state.table(call.account, region, "efs", "file_systems")
    target = (wanted.get("FileSystemId") or "").rsplit("/", 1)[-1]
    if target:
        if target not in systems:
            raise _error("FileSystemNotFound", f"File system '{target}' does not exist.", 404)
        if systems[target]["FileSystemProtection"]["ReplicationOverwriteProtection"] != "DISABLED":
            raise _bad(f"File system {target} is protected against being overwritten")
    else:
        target = hex_id("fs-")
        systems[target] = {**source, "FileSystemId": target, "CreationToken": target, "Encrypted": True, "Tags": [], "Name": None,
                           "FileSystemArn": _arn(call, f"file-system/{target}").replace(call.region, region), "LifeCycleState": "available"}
    # "REPLICATING" is the protection of a destination.
    systems[target]["FileSystemProtection"] = {"ReplicationOverwriteProtection": "REPLICATING"}
    destination = {"FileSystemId": target, "Region": region, "OwnerId": call.account}
    arn = _arn(call, f"file-system/{source['FileSystemId']}")
    made = {"SourceFileSystemId": source["FileSystemId"], "SourceFileSystemRegion": call.region, "SourceFileSystemArn": arn,
            "OriginalSourceFileSystemArn": arn, "CreationTime": now().replace(microsecond=0), "Destinations": [destination],
            "SourceFileSystemOwnerId": call.account}
    _here(call)[source["FileSystemId"]] = made
    state.start(call, destination, "Status", "ENABLING", "ENABLED")
    return made


@operation("efs.DescribeReplicationConfigurations")
def describe(call):
    found, name = _all(call), (call.params.get("FileSystemId") or "").rsplit("/", 1)[-1]
    if name:
        _file_system(call, name)
        found = [r for r in found if name in (r["SourceFileSystemId"], r["Destinations"][0]["FileSystemId"])]
        if not found:
            raise _error("ReplicationNotFound", f"No replication of file system {name}", 404)
    state.seen([r["Destinations"][0] for r in found])
    return {"Replications": found}


@operation("efs.DeleteReplicationConfiguration")
def delete(call):
    """"Deleting a replication configuration ends the replication process"; it is called in the destination's region."""
    source = call.params["SourceFileSystemId"].rsplit("/", 1)[-1]
    found = next((r for r in _all(call) if r["SourceFileSystemId"] == source and r["Destinations"][0]["Region"] == call.region), None)
    if found is None:
        raise _error("ReplicationNotFound", f"No replication of file system {source} leads here", 404)
    data = {"region": found["SourceFileSystemRegion"], "source": source}
    state.start(call, found["Destinations"][0], "Status", "DELETING", "DELETING", FINISHED, data)


@state.finisher(FINISHED)
def deleted(passage):
    state.table(passage.account, passage.data["region"], "efs", "replications").pop(passage.data["source"], None)
    systems = state.table(passage.account, passage.region, "efs", "file_systems")
    target = systems.get(passage.thing["FileSystemId"])
    if target is not None:
        # The destination becomes writeable, and is protected again.
        target["FileSystemProtection"] = {"ReplicationOverwriteProtection": "ENABLED"}
