"""What a deployed stack consists of, as AWS tells it to the caller's own credentials: resources, versions, secrets, tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from affino_mcp.store.stacks import FUNCTION_OUTPUTS, Stack
from affino_mcp.value_class import value_class

_NOT_PUBLISHED: Final = "$LATEST"


@value_class
class FunctionVersion:
    """A published version of a function: the function's name in AWS, the number, and the memory of its snapshot.

    `snapshot_gb` is 0 without a snapshot; `is_live`: calls go to this version.
    """

    function: str
    number: str
    snapshot_gb: float
    is_live: bool


@dataclass
class StackInventory:
    """The parts of a stack.

    `resources` counts them by type; `tables` holds the description of each table, None for one that does not exist. `unseen`
    has AWS's reason for each part that the caller could not see, which is then missing or not complete.
    """

    resources: Counter[str] = field(default_factory=Counter)
    versions: list[FunctionVersion] = field(default_factory=list)
    secrets: int = 0
    tables: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)


def read_inventory(stack: Stack, secrets_prefix: str, tables: Iterable[str]) -> StackInventory:
    """Gives the parts of the stack, with the secrets below this prefix and the tables of these names."""
    import boto3  # noqa: PLC0415 (slow to import; only this command needs it)

    session = boto3.Session(region_name=stack.region)
    kinds = ("cloudformation", "lambda", "secretsmanager", "dynamodb")
    clients = {kind: session.client(kind, region_name=stack.region) for kind in kinds}
    found = StackInventory()

    def look(part: str, read: Callable[[], None]) -> None:
        if reason := _reason_unseen(read):
            found.unseen[part] = reason

    look("resources", lambda: found.resources.update(_list_resource_types(clients["cloudformation"], stack.name)))
    for function in stack.functions:
        alias = stack.outputs.get(FUNCTION_OUTPUTS[function], "")
        look(f"versions of {function}", lambda arn=alias: found.versions.extend(_list_versions(clients["lambda"], arn)))  # type: ignore[misc]
    look("secrets", lambda: _count_secrets(clients["secretsmanager"], secrets_prefix, found))
    for name in tables:
        look(f"table {name}", lambda name=name: _describe_table(clients["dynamodb"], name, found))  # type: ignore[misc]
    return found


def _reason_unseen(read: Callable[[], None]) -> str:
    """AWS's name of the error with which a part could not be read; empty when it could."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (as above)

    try:
        read()
    except ClientError as error:
        return str(error.response.get("Error", {}).get("Code", ""))[:60] or "refused"
    except BotoCoreError:
        return "no_answer"
    return ""


def _list_resource_types(client: Any, stack: str) -> list[str]:
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    return [str(one["ResourceType"]) for page in pages for one in page["StackResourceSummaries"]]


def _list_versions(client: Any, alias_arn: str) -> list[FunctionVersion]:
    """The published versions of the function that an alias belongs to; none when the stack does not name it."""
    function, _, alias = alias_arn.rpartition(":")
    if not function:
        return []
    found = client.get_alias(FunctionName=function, Name=alias)
    live = {str(found["FunctionVersion"]), *(found.get("RoutingConfig") or {}).get("AdditionalVersionWeights", {})}
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    versions = [one for page in pages for one in page["Versions"] if one["Version"] != _NOT_PUBLISHED]
    return [
        FunctionVersion(one["FunctionName"], one["Version"], _snapshot_gb(one), one["Version"] in live)
        for one in versions
    ]


def _snapshot_gb(version: dict[str, Any]) -> float:
    has_snapshot = (version.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions"
    return int(version["MemorySize"]) / 1024 if has_snapshot else 0.0


def _count_secrets(client: Any, prefix: str, found: StackInventory) -> None:
    pages = client.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [f"{prefix}/"]}])
    found.secrets = sum(len(page["SecretList"]) for page in pages)


def _describe_table(client: Any, name: str, found: StackInventory) -> None:
    try:
        found.tables[name] = client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        found.tables[name] = None
