"""Creates the tables of the local run from template.yaml, which alone describes them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from affino_mcp.errors import AffinoError
from affino_mcp.settings import Settings
from affino_mcp.store.wire import AwsError, AwsJsonEndpoint

_CREATE_PROPERTIES: Final = (
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
)
_INDEX_PROPERTIES: Final = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")


class TablesDiffer(AffinoError):
    """The state folder holds tables of another version of the service, with other keys or indexes."""

    type = "tables_differ"


class LocalTable(NamedTuple):
    """A table to create: the body of CreateTable, and the attribute by which its rows expire."""

    create: dict[str, Any]
    expires_by: str | None

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.create["TableName"])


class _TemplateLoader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags: `!Ref X` becomes `{"Ref": X}`."""


def _construct_tagged(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None}


_TemplateLoader.add_multi_constructor("!", _construct_tagged)


def _read_document(text: str) -> Any:
    loader = _TemplateLoader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def read_tables(template: Path, settings: Settings) -> list[LocalTable]:
    """Every table of the template, under its name in the settings.

    The setting of a table is found by the functions' environment variables: `AFFINO_GATE_TABLE: !Ref GateTable`, or what
    stands first in `!If [MakesGateTable, !Ref GateTable, ...]`.
    """
    document = _read_document(template.read_text(encoding="utf-8"))
    names = {f.metadata["variable"]: getattr(settings, f.name) for f in fields(Settings)}
    named = {reference: names[variable] for variable, reference in _find_references(document) if variable in names}
    resources = document["Resources"].items()
    found = {name: r["Properties"] for name, r in resources if r["Type"] == "AWS::DynamoDB::Table"}
    return [_table_from_properties(named[resource], properties) for resource, properties in found.items()]


def make_tables(endpoint: AwsJsonEndpoint, wanted: list[LocalTable]) -> None:
    """Creates the tables that do not exist. Raises StoreUnavailable, TablesDiffer for a table of other keys or indexes.

    An index that holds other attributes is another one.
    """
    for table in wanted:
        try:
            endpoint.call_operation("CreateTable", table.create)
        except AwsError as error:
            if error.name != "ResourceInUseException":
                raise
            _require_same_keys(endpoint, table)
        else:
            _enable_expiry(endpoint, table)


def _find_references(document: Any) -> list[tuple[str, str]]:
    """Name and resource of every environment variable `NAME: !Ref X` in the document."""
    if not isinstance(document, dict):
        return []
    given = document.get("Variables") or {}
    own = [(name, resource) for name, value in given.items() if (resource := _referred_resource(value))]
    return own + [pair for part in document.values() for pair in _find_references(part)]


def _referred_resource(value: Any) -> str:
    """The resource that a value refers to when nothing else is given; empty when it is no reference."""
    if not isinstance(value, dict):
        return ""
    return str(value["Ref"]) if "Ref" in value else _referred_resource(value["If"][1]) if "If" in value else ""


def _table_from_properties(name: str, properties: dict[str, Any]) -> LocalTable:
    create: dict[str, Any] = {part: properties[part] for part in _CREATE_PROPERTIES if part in properties}
    return LocalTable({"TableName": name, **create}, properties.get("TimeToLiveSpecification", {}).get("AttributeName"))


def _enable_expiry(endpoint: AwsJsonEndpoint, table: LocalTable) -> None:
    if table.expires_by:
        wanted = {"Enabled": True, "AttributeName": table.expires_by}
        endpoint.call_operation("UpdateTimeToLive", {"TableName": table.name, "TimeToLiveSpecification": wanted})


def describe_table(endpoint: AwsJsonEndpoint, name: str) -> dict[str, Any] | None:
    """Gives the table's description; None when there is none. Raises StoreUnavailable."""
    try:
        found: dict[str, Any] = endpoint.call_operation("DescribeTable", {"TableName": name})["Table"]
    except AwsError as error:
        if error.name != "ResourceNotFoundException":
            raise
        return None
    return found


def has_same_shape(there: dict[str, Any], table: LocalTable) -> bool:
    """True for the description of a table that has the wanted keys and indexes, which hold the wanted attributes."""
    return bool(_keys_and_indexes(there) == _keys_and_indexes(table.create))


def _require_same_keys(endpoint: AwsJsonEndpoint, table: LocalTable) -> None:
    there = endpoint.call_operation("DescribeTable", {"TableName": table.name})["Table"]
    if not has_same_shape(there, table):
        raise TablesDiffer(f"The table {table.name} was made by another version. Start empty with --fresh (FRESH=1).")


def _keys_and_indexes(description: dict[str, Any]) -> Any:
    def keys(part: dict[str, Any]) -> list[tuple[str, str]]:
        return [(key["AttributeName"], key["KeyType"]) for key in part["KeySchema"]]

    def held(index: dict[str, Any]) -> tuple[str, list[str]]:
        return index["Projection"]["ProjectionType"], sorted(index["Projection"].get("NonKeyAttributes") or [])

    indexes = [index for kind in _INDEX_PROPERTIES for index in description.get(kind) or []]
    return keys(description), sorted((index["IndexName"], keys(index), held(index)) for index in indexes)
