"""Version 2 of the REST API as paths of an OpenAPI document, derived from the catalogue and its routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.routes import ROUTES, Route

Schema = Mapping[str, Any]
VERSION_2_PATH: Final = "/v2"
_FAULTS: Final = {
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


def list_paths(headers: list[Schema], answers: str, errors: str) -> dict[str, dict[str, Any]]:
    """Gives the paths of version 2. `headers` are the parameters of every call, `answers` and `errors` name the schemas."""
    common = _answers(errors)
    offer = _operation("describeInstance", "What there is: contract, families, methods and limits.", headers)
    offer["responses"] = {"200": _told("Done.", answers), "304": {"description": "Unchanged."}, **common}
    asked = _operation("readOutcome", "What became of a write whose answer was lost.", [*headers, _ID])
    asked["responses"] = {"200": _told("Done.", answers), **common}
    paths: dict[str, dict[str, Any]] = {
        VERSION_2_PATH: {"get": offer},
        f"{VERSION_2_PATH}/requests/{{id}}": {"get": asked},
    }
    for route in ROUTES:
        operation = _describe_route(route, headers)
        operation["responses"] = {**_success(route.method, answers), **common}
        paths.setdefault(VERSION_2_PATH + route.path, {})[route.verb.lower()] = operation
    return paths


_ID: Final = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def _describe_route(route: Route, headers: list[Schema]) -> dict[str, Any]:
    method, schema = route.method, route.method.input_schema()
    places = [_place(name, schema["properties"][name]) for name in route.places]
    own = {name: found for name, found in schema["properties"].items() if name not in route.places}
    needed = [name for name in schema.get("required", ()) if name in own]
    operation = _operation(method.name, method.summary, [*headers, *places], [str(method.family)])
    if route.verb == "GET":
        operation["parameters"] += [_query(name, found, required=name in needed) for name, found in own.items()]
        return operation
    body = {"type": "object", "properties": own} | ({"required": needed} if needed else {})
    operation["requestBody"] = {"required": bool(needed), "content": {"application/json": {"schema": body}}}
    return operation


def _operation(name: str, summary: str, parameters: list[Schema], tags: list[str] | None = None) -> dict[str, Any]:
    found = {"operationId": name, "summary": summary, "parameters": list(parameters)}
    return found | ({"tags": tags} if tags else {})


def _place(name: str, schema: Schema) -> dict[str, Any]:
    """A code in the path."""
    return {"name": name, "in": "path", "required": True, "schema": dict(schema)}


def _query(name: str, schema: Schema, *, required: bool) -> dict[str, Any]:
    listed = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    return {"name": name, "in": "query", "required": required, "schema": dict(schema), **listed}


def _success(method: Method, answers: str) -> dict[str, Any]:
    done = {"200": _told("Done.", answers)}
    if method.effect is not Effect.CREATE or method.each_by or method.record is None:
        return done
    made = _told("A new record.", answers)
    made["headers"] = made["headers"] | {"Location": {"description": "The record.", "schema": {"type": "string"}}}
    return done | {"201": made}


def _told(text: str, answers: str) -> dict[str, Any]:
    return {"description": text, "headers": dict(_ACTED_AS), "content": _json(answers)}


def _answers(errors: str) -> dict[str, Any]:
    return {status: {"description": text, "content": _json(errors)} for status, text in _FAULTS.items()}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
