"""The schema of every tool's answer, derived from the catalogue: each key typed, no key that the catalogue does not name.

`World` holds every answer of a successful call against it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import LENGTH, NEXT, Field, Record
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.catalogue.tool_view import GUIDES
from affino_mcp.catalogue.warning import WarningCode

Schema = dict[str, Any]
LONG_TEXT: Final = 500
"""A text of more characters may come in parts, or as its length."""
_NULL: Final[Schema] = {"type": "null"}
_ATTRIBUTE: Final = re.compile(r"\b[A-Z][A-Za-z0-9]+\b")
_BY_KEY: Final = {
    "".join(word[:1].upper() + word[1:] for word in record.name.split()): record for record in RECORDS.values()
}
_ROWS: Final = {
    "list_account_list_members": RECORDS["accounts"],
    "list_contact_list_members": RECORDS["contacts"],
    "list_media_files": RECORDS["media_files"],
}
"""The record of a list's rows, where it is not the method's own."""
_PLURAL: Final = ("Items", "Added", "Removed", "AlreadyMembers", "NotMembers")
_WARNINGS: Final[Schema] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "Code": {"enum": list(WarningCode)},
            "Argument": {"type": "string"},
            "Message": {"type": "string"},
        },
        "required": ["Code", "Argument", "Message"],
    },
}
_MOMENT: Final[Schema] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
_AMOUNTS: Final[Schema] = {
    "type": "array",
    "items": {"type": "object", "properties": {"Currency": {"type": "string"}, "Value": {"type": "number"}}},
}
_GROUP: Final[Schema] = {
    "type": "object",
    "properties": {
        "Code": {"type": ["integer", "null"]},
        "Name": {"type": ["string", "null"]},
        "Count": {"type": "integer"},
        "Values": _AMOUNTS,
        "WithoutValue": {"type": "integer"},
    },
    "required": ["Code", "Name", "Count"],
    "additionalProperties": False,
}
_PLAIN: Final[dict[str, Schema]] = {
    "TotalRecords": {"type": ["integer", "null"]},
    "LastRecordCode": {"type": ["integer", "null"]},
    "NextCursor": {"type": ["string", "null"]},
    "CurrentDate": _MOMENT,
    "SessionExpires": _MOMENT,
    "ExpiresAt": _MOMENT,
    "RateLimit": {"type": "integer"},
    "Families": {
        "type": "object",
        "additionalProperties": {"type": ["array", "integer"], "items": {"enum": ["read", "write"]}},
    },
    "NotAllowed": {"type": "object", "additionalProperties": {"type": "array", "items": {"enum": ["read", "write"]}}},
    "Rights": {"type": "array", "items": {"type": "string"}},
    "Staff": {"type": "boolean"},
    "Hanging": {"type": "object", "additionalProperties": {"type": "integer"}},
    "Moved": {"type": "object", "additionalProperties": {"type": "integer"}},
    "Filled": {"type": "array", "items": {"type": "string"}},
    "Different": {"type": "object"},
    "Groups": {"type": ["array", "null"], "items": _GROUP},
    "Totals": {"type": "object", "additionalProperties": {"type": "integer"}},
    "TotalValue": {"type": ["number", "null"]},
    "TotalValues": {
        "type": ["array", "null"],
        "items": {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}},
    },
    "Headers": {"type": "object", "additionalProperties": {"type": "string"}},
    "NotFound": {"type": "array", "items": {"type": "integer"}},
    "NotProcessed": {"type": "array", "items": {"type": "integer"}},
}
_BY_ENDING: Final[tuple[tuple[str, Schema], ...]] = (
    (
        "Item|After|Code|Number|Version|Count|Size|Width|Height|Probability|SortOrder|Split",
        {"type": ["integer", "null"]},
    ),
    ("Schema|Annotations|Error", {"type": "object"}),
    ("Reasons", {"type": "array", "items": {"type": "string"}}),
    ("Date|At|Since", {"anyOf": [_MOMENT, _NULL]}),
    ("By|Author", {"type": ["object", "null"], "properties": {"UserCode": {"type": "integer"}}}),
    (
        "Primary|LeftCompany|MarketingPermission|Open|Won|Closed|Active|Hidden|Pinned|Locked|(Can|Is)[A-Z][A-Za-z]*",
        {"type": "boolean"},
    ),
)
"""The types of attributes that stand in no record, by the end of their names; any other one is a text."""


@cache
def answer_validator(name: str) -> Draft202012Validator:
    """The validator of the answers of one tool."""
    return Draft202012Validator(answer_schema({**METHODS, **GUIDES}[name]))


def check_answer(name: str, answer: Any) -> None:
    """Raises AssertionError, with the place, for an answer that the catalogue does not describe."""
    faults = [f"{fault.json_path}: {fault.message[:300]}" for fault in answer_validator(name).iter_errors(answer)]
    assert not faults, f"{name} answered what the catalogue does not say: {faults[:5]}"


def answer_schema(method: Method) -> Schema:
    """The schema of the structured content of a successful call; a key that is told to come only at times may be missing."""
    properties = _returned_keys(method)
    needed = [key for key, told in method.returns.items() if not told.startswith(("only ", "or "))]
    if method.undoes:  # its answer is that of the tool which the undo calls
        properties = {
            key: schema for each in METHODS.values() for key, schema in _returned_keys(each).items()
        } | properties
    tried = {"DryRun": {"const": True}, "Changed": {"type": "array", "items": {"type": "string"}}}
    more = tried if method.access is Access.WRITE else {"NextCursor": {"type": ["string", "null"]}}
    return _object({**properties, "Warnings": _WARNINGS, **more}) | {"required": [*needed, "Warnings"]}


def _returned_keys(method: Method) -> dict[str, Schema]:
    keys = {key: _returned(method, key, told) for key, told in method.returns.items()}
    if method.secret_returns:  # a dry run makes no ticket
        return {key: {"anyOf": [schema, _NULL]} for key, schema in keys.items()}
    return keys


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _returned(method: Method, key: str, told: str) -> Schema:
    """The schema of one key of the answer: of attributes that its sentence names, of a record, or of a plain value."""
    if told in ("true", "false"):
        return {"type": "boolean"}
    if key in _PLAIN:
        return _PLAIN[key]
    named = _ATTRIBUTE.findall(told)
    several = key in _PLURAL or key.endswith("s")
    record = _ROWS.get(method.name) or _BY_KEY.get(key) or method.record
    whole = record_schema(record)["properties"] if record and (told.endswith("...") or len(named) < 2) else {}
    if len(named) > 1 or (whole and (several or key in _BY_KEY)):
        part = _object({**whole, **{name: _value_of(record, name) for name in named}})
    elif several:
        part = {"type": "object"}
    else:
        return {"type": "integer"} if key.endswith("Code") else {"type": "string"}
    return {"type": "array", "items": part} if several else part


def _value_of(record: Record | None, name: str) -> Schema:
    """The schema of an attribute that a sentence names: as in the record, or by the end of its name."""
    known: Schema | None = record_schema(record)["properties"].get(name) if record else None
    if known is not None:
        return known
    endings = (schema for ending, schema in _BY_ENDING if re.search(f"({ending})$", name))
    return next(endings, {"type": ["string", "null"]})


@cache
def record_schema(record: Record) -> Schema:
    """The schema of a record in an answer, whole or in part: every attribute may be null or left out."""
    texts = [field.name for field in record.attributes if field.max_length > LONG_TEXT]
    parts = {f"{name}{end}": {"type": ["integer", "null"]} for name in texts for end in (NEXT, LENGTH)}
    return _object({**parts, **{field.attribute: attribute_schema(field) for field in record.attributes}})


def attribute_schema(field: Field) -> Schema:
    """The schema of an attribute's value."""
    if field.reference:
        named = {
            "type": "object",
            "properties": {"Name": {"type": ["string", "null"]}},
            "additionalProperties": {"type": ["integer", "boolean", "null"]},  # a dry run gives no code
        }
        value = {"type": "array", "items": named} if field.kind.schema["type"] == "array" else named
    else:
        value = _value_schema(field)
    return {"anyOf": [value, _NULL]}


def _value_schema(field: Field) -> Schema:
    schema = field.kind.schema
    if schema.get("format") == "date-time":
        return _MOMENT
    return {word: value for word, value in schema.items() if word in ("type", "enum", "items", "properties")}
