"""Version 2 of the REST API as paths of an OpenAPI document, derived from the catalogue and its routes."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.method import CONFIRM, Effect, Method
from affino_mcp.catalogue.openapi_parts import (
    Schema,
    describe_body,
    describe_faults,
    describe_operation,
    describe_success,
    path_parameter,
    query_parameter,
)
from affino_mcp.catalogue.routes import ROUTES, Route

VERSION_2_PATH: Final = "/v2"


def list_paths(headers: list[Schema], answers: str) -> dict[str, dict[str, Any]]:
    """Gives the paths of version 2. `headers` are the parameters of every call, `answers` names the schema."""
    common = describe_faults()
    offer = describe_operation("describeInstance", "What there is: contract, families, methods and limits.", headers)
    offer["responses"] = {"200": describe_success("Done.", answers), "304": {"description": "Unchanged."}, **common}
    asked = describe_operation(
        "readOutcome", "What became of a write whose answer was lost.", [*headers, _ID, _REQUEST]
    )
    asked["responses"] = {"200": describe_success("Done.", answers), **common}
    paths: dict[str, dict[str, Any]] = {
        VERSION_2_PATH: {"get": offer},
        f"{VERSION_2_PATH}/requests/{{id}}": {"get": asked},
    }
    for route in ROUTES:
        operation = _describe_route(route, headers)
        operation["responses"] = {**_success(route.method, answers), **common}
        paths.setdefault(VERSION_2_PATH + route.path, {})[route.verb.lower()] = operation
    return paths


_REQUEST: Final = query_parameter("RequestId", {"type": "string", "maxLength": 255}, required=False)
_ID: Final = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


_PREFER: Final = {"$ref": "#/components/parameters/Prefer"}


def _describe_route(route: Route, headers: list[Schema]) -> dict[str, Any]:
    method, schema = route.method, _describe_arguments(route.method)
    places = [path_parameter(name, schema["properties"][name]) for name in route.places]
    own = {name: found for name, found in schema["properties"].items() if name not in route.places}
    needed = [name for name in schema.get("required", ()) if name in own]
    operation = describe_operation(method.name, method.summary, [*headers, *places, _PREFER], [str(method.family)])
    if route.verb == "GET":
        operation["parameters"] += [
            query_parameter(name, found, required=name in needed) for name, found in own.items()
        ]
        return operation
    operation["requestBody"] = describe_body(own, needed)
    return operation


def _describe_arguments(method: Method) -> dict[str, Any]:
    """The schema of a method's arguments, Confirm among them where a call may be grave."""
    schema = method.for_profile(confirm=True).input_schema()
    if CONFIRM.name in schema["properties"]:
        schema["properties"][CONFIRM.name] = {**CONFIRM.kind.schema, "description": _CONFIRM}
    return schema


_CONFIRM: Final = (
    "true: the person has agreed to this very call. false: they have not been asked; a call that deletes, moderates or "
    "publishes is refused as confirmation_required, and the error's details say in about which record it is about."
)


def _success(method: Method, answers: str) -> dict[str, Any]:
    done = {"200": describe_success("Done.", answers)}
    if method.effect is not Effect.CREATE or method.each_by or method.record is None:
        return done
    made = describe_success("A new record.", answers)
    made["headers"] = made["headers"] | {"Location": {"description": "The record.", "schema": {"type": "string"}}}
    return done | {"201": made}
