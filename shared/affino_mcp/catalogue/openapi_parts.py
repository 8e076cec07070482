"""The parts that every operation of the REST API has in its OpenAPI document, whichever version it is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]
FAULTS: Final = {
    "400": "The request cannot be read, or an argument is not valid.",
    "401": "Not believed: key, signature, time or AccessToken.",
    "403": "Believed, and not allowed: by the API Profile, or for want of a right of the person.",
    "404": "No such path, or no record with this code for this person.",
    "405": "Another verb is served here.",
    "409": "A conflict, or the record's state forbids it.",
    "413": "The request, or a file in it, is too large.",
    "415": "The body is not said to be JSON, or a file has no allowed format.",
    "429": "The profile's budget is used up, or too many wrong credentials came from this source.",
    "500": "A fault of the service.",
    "503": "A store does not answer; the error says whether something may have been carried out.",
    "507": "There is no room for more records of this kind.",
}
_ACTED_AS: Final = {"ActedAs": {"description": "The person's code.", "schema": {"type": "string"}}}


def describe_operation(
    name: str, summary: str, parameters: list[Schema], tags: list[str] | None = None
) -> dict[str, Any]:
    """An operation, without its body and its answers."""
    found = {"operationId": name, "summary": summary, "parameters": list(parameters)}
    return found | ({"tags": tags} if tags else {})


def path_parameter(name: str, schema: Schema) -> dict[str, Any]:
    """A code in the path."""
    return {"name": name, "in": "path", "required": True, "schema": dict(schema)}


def query_parameter(name: str, schema: Schema, *, required: bool) -> dict[str, Any]:
    """An argument in the query; a list's values are separated by commas."""
    listed = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    return {"name": name, "in": "query", "required": required, "schema": dict(schema), **listed}


def describe_body(properties: Mapping[str, Schema], required: list[str]) -> dict[str, Any]:
    """One JSON object with these properties; it may be left out when none is required."""
    schema = {"type": "object", "properties": dict(properties)} | ({"required": required} if required else {})
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}


def describe_success(text: str, schema: str = "") -> dict[str, Any]:
    """The answer of a success: a document of the schema of this name, or no body."""
    return {"description": text, "headers": dict(_ACTED_AS)} | ({"content": _json(schema)} if schema else {})


def describe_faults() -> dict[str, Any]:
    """What every call may be refused with, by status: each stands once among the document's responses."""
    return {status: {"$ref": f"#/components/responses/Fault{status}"} for status in FAULTS}


def describe_fault_responses(schema: str) -> dict[str, Any]:
    """The responses that `describe_faults` refers to, by their names; the bodies are of the schema of this name."""
    return {f"Fault{status}": {"description": text, "content": _json(schema)} for status, text in FAULTS.items()}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
