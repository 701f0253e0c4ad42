"""DynamoDB: what UpdateTable changes of a table beside its keys and its throughput.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""
from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends

from .core import after

OWN_KEY = "alias/aws/dynamodb"


def _table(call):
    name = (call.params.get("TableName") or "").rsplit("/", 1)[-1]
    return dynamodb_backends[call.account][call.region].tables.get(name)


@after("dynamodb.CreateTable", "dynamodb.UpdateTable")
def keep(call, result):
    table, p = _table(call), call.params
    if table is None:
        return
    if p.get("TableClass"):
        table.table_class = p["TableClass"]
    if p.get("OnDemandThroughput"):
        table.on_demand_throughput = {**getattr(table, "on_demand_throughput", {}), **p["OnDemandThroughput"]}
    if call.action == "UpdateTable":
        settle_keys(table)
    if p.get("BillingMode") == "PAY_PER_REQUEST":
        # API_ProvisionedThroughput: on-demand tables show zero.
        table.throughput = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
        for index in table.global_indexes:
            index.throughput = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    if call.action == "UpdateTable" and p.get("SSESpecification"):
        # "If enabled is set to false or is not specified, server-side encryption is set to an AWS owned key."
        given = {k: v for k, v in p["SSESpecification"].items() if v is not None}
        if given.get("Enabled") and not given.get("KMSMasterKeyId"):
            given["KMSMasterKeyId"] = table._get_default_encryption_key(call.account, call.region)
        table.sse_specification = given
    kms = kms_backends[call.account][call.region]
    if kms.alias_exists(OWN_KEY):
        # https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
        kms.keys[kms.get_key_id_from_alias(OWN_KEY)].key_manager = "AWS"
    show(call, result)


def settle_keys(table):
    """The definitions are those of the key attributes of the table and its indexes."""
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
    schemas = [table.schema] + [index.schema for index in [*table.global_indexes, *table.indexes]]
    keys = {part["AttributeName"] for schema in schemas for part in schema}
    table.attr = [a for a in table.attr if a["AttributeName"] in keys]


@after("dynamodb.DescribeTable", "dynamodb.DeleteTable")
def show(call, result):
    table = _table(call)
    shown = (result or {}).get("Table") or (result or {}).get("TableDescription")
    if table is None or shown is None:
        return
    if getattr(table, "table_class", None):
        shown["TableClassSummary"] = {"TableClass": table.table_class}
    if getattr(table, "on_demand_throughput", None):
        shown["OnDemandThroughput"] = table.on_demand_throughput
    specification = table.sse_specification
    if specification and specification.get("Enabled"):
        shown["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": specification.get("KMSMasterKeyId")}
    else:
        shown.pop("SSEDescription", None)
