"""Version 1 of the REST API as paths of an OpenAPI document: its calls are methods of the catalogue under its own names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from affino_mcp.catalogue.openapi_parts import (
    Schema,
    describe_body,
    describe_faults,
    describe_operation,
    describe_success,
    path_parameter,
    query_parameter,
)
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.version1 import ACCOUNT_NAMES, CONTACT_NAMES
from affino_mcp.value_class import value_class

VERSION_1_PATH: Final = "/crm/v1"
_CODE: Final[Schema] = {"type": "string", "pattern": "^[1-9][0-9]{0,15}$"}
_LINK_CODE: Final[Schema] = {"type": "string", "pattern": "^[1-9][0-9]{3,33}$"}
_BIT: Final[Schema] = {"enum": [0, 1, "0", "1"]}
_TEXT: Final[Schema] = {"type": "string"}
_FILTER: Final = {
    "name": "Filter",
    "in": "header",
    "required": False,
    "description": "Names of attributes, separated by commas; without it all of them.",
    "schema": dict(_TEXT),
}
_LISTED: Final = {
    "StartCode": "Rows after this code; at most 20 are answered.",
    "Search": "Words in the record.",
    "DateFilter": "Changed since then, as 2026-Nov-22 09:00:00, UTC.",
}


@value_class
class Version1Call:
    """One call: its verb, its path, and the method that it is. `renamed` are the names that version 1 has of its own."""

    verb: str
    path: str
    method: str
    renamed: Mapping[str, str] = field(default_factory=dict)


def _record_calls(kind: str, code: str, method: str, renamed: Mapping[str, str]) -> tuple[Version1Call, ...]:
    """The five calls of one kind of record."""
    one = f"/{kind}/{{{code}}}"
    return (
        Version1Call("GET", f"/{kind}", f"list_{method}s"),
        Version1Call("POST", f"/{kind}", f"create_{method}", renamed),
        Version1Call("GET", one, f"get_{method}"),
        Version1Call("PUT", one, f"update_{method}", renamed),
        Version1Call("DELETE", one, f"delete_{method}"),
    )


VERSION_1_CALLS: Final = (
    *_record_calls("accounts", "AccountCode", "account", ACCOUNT_NAMES),
    *_record_calls("users", "UserCode", "contact", CONTACT_NAMES),
    Version1Call("POST", "/users/{UserCode}", "grant_contact_permission"),
    Version1Call("POST", "/useraccounts", "link_contact_to_account"),
    Version1Call("PUT", "/useraccounts/{UserAccountCode}", "update_contact_account_link"),
    Version1Call("DELETE", "/useraccounts/{UserAccountCode}", "unlink_contact_from_account"),
)
"""Every call but one: DELETE of a user with `permissions` in the query is `revoke_contact_permission`."""


def list_version1_paths(headers: list[Schema], answers: str) -> dict[str, dict[str, Any]]:
    """Gives the paths of version 1. `headers` are the parameters of every call, `answers` names the schema."""
    paths: dict[str, dict[str, Any]] = {}
    for call in VERSION_1_CALLS:
        operation = describe_operation(
            f"version1_{call.method}", METHODS[call.method].summary, [*headers, *_list_parameters(call)], ["version 1"]
        )
        if call.verb in {"POST", "PUT"} and "permission" not in call.method:
            operation["requestBody"] = _describe_body(call)
        operation["responses"] = {**_describe_answer(call, answers), **describe_faults()}
        paths.setdefault(VERSION_1_PATH + call.path, {})[call.verb.lower()] = operation
    return paths


def _list_parameters(call: Version1Call) -> list[Schema]:
    """What of the call stands in its path, its query and the header Filter."""
    found: list[Schema] = []
    if "{" in call.path:
        name = call.path.partition("{")[2].rstrip("}")
        found.append(path_parameter(name, _LINK_CODE if name == "UserAccountCode" else _CODE))
    if call.verb == "GET":
        found.append(_FILTER)
    if call.method.startswith("list_"):
        found += [
            query_parameter(name, {**_TEXT, "description": text}, required=False) for name, text in _LISTED.items()
        ]
    if call.path == "/users/{UserCode}" and call.verb in {"POST", "DELETE"}:
        found.append(query_parameter("permissions", _CODE, required=call.verb == "POST"))
    return found


def _describe_body(call: Version1Call) -> dict[str, Any]:
    """The method's arguments under version 1's names; what is in the path is not repeated, and bits are good too."""
    schema = METHODS[call.method].input_schema()
    placed = {"AccountCode", "UserCode"} if "{" in call.path else set[str]()
    own = {name: found for name, found in schema["properties"].items() if name not in placed}
    properties = {call.renamed.get(name, name): _with_bits(found) for name, found in own.items()}
    needed = [call.renamed.get(name, name) for name in schema.get("required", ()) if name in own]
    return describe_body(properties, needed)


def _with_bits(schema: Schema) -> Schema:
    return {"anyOf": [schema, _BIT]} if schema.get("type") == "boolean" else schema


def _describe_answer(call: Version1Call, answers: str) -> dict[str, Any]:
    if call.verb == "GET":
        return {"200": describe_success("Done.", answers)}
    if call.verb == "POST" and "permission" not in call.method:
        return {"201": describe_success("The new record's code.", answers)}
    return {"200": describe_success("Done; there is no body.")}
