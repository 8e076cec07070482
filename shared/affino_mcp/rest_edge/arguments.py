"""The arguments of a call from its path, its query and its body; which values are right, the method's own models say."""

from __future__ import annotations

import json
from typing import Any

from affino_mcp.catalogue.method import IDEMPOTENCY_KEY, Method
from affino_mcp.catalogue.record import fold_name
from affino_mcp.catalogue.routes import Route
from affino_mcp.http.json_bounds import HALF_PAIR_ESCAPE, find_excess, has_too_many_parts, too_many_parts
from affino_mcp.http.signing_headers import single_header
from affino_mcp.rest_edge.refusals import BadCall, NoJsonBody
from affino_mcp.rest_edge.request import KEY_HEADER, RestRequest

Arguments = dict[str, Any]


def read_arguments(request: RestRequest, route: Route, places: dict[str, str], body: bytes) -> Arguments:
    """Gives the arguments under the names that the caller used, those of the path under their own.

    A GET takes them from its query, every other verb from one JSON object; a write has the caller's Idempotency-Key, or
    else the request's id, as its key. Raises BadCall, NoJsonBody.
    """
    given = _read_query(request, route.method, body) if route.verb == "GET" else _read_body(request, body)
    for name, text in places.items():
        given = _put(given, name, text)
    if fold_name(IDEMPOTENCY_KEY.name) in route.method.argument_names:
        given = _with_key(request, given)
    return given


def _read_query(request: RestRequest, method: Method, body: bytes) -> Arguments:
    if body.strip():
        raise BadCall("A GET has no body: its arguments stand in the query.")
    given: Arguments = {}
    for name, text in request.read_query():
        if name in given:
            raise BadCall(f"{name[:100]} stands twice in the query. Separate the values of a list by commas.")
        given[name] = _read_value(method, name, text)
    return given


def _read_value(method: Method, name: str, text: str) -> Any:
    """A value of the query: of a list its parts, unless it is JSON; everything else is read by the argument's kind."""
    known = method.argument_names.get(fold_name(name))
    kind = next((field.kind for field in method.all_arguments if field.name == known), None)
    if kind is None or kind.schema.get("type") != "array" or text.lstrip().startswith("["):
        return text
    return [part.strip() for part in text.split(",")] if text.strip() else []


def _read_body(request: RestRequest, body: bytes) -> Arguments:
    if request.query_text:
        raise BadCall("This call takes no query: its arguments stand in the JSON body.")
    return read_object(request, body)


def read_object(request: RestRequest, body: bytes) -> Arguments:
    """Gives the JSON object that is the body; an empty one without a body. Raises BadCall, NoJsonBody."""
    if not body.strip():
        return {}
    if request.header(b"content-type").partition(";")[0].strip().lower() != "application/json":
        raise NoJsonBody
    if has_too_many_parts(body):
        raise too_many_parts()
    try:
        given = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise BadCall("The body is not valid JSON.") from None
    if not isinstance(given, dict):
        raise BadCall("The body must be one JSON object with the arguments.")
    excess = find_excess(given, may_hold_half_pairs=HALF_PAIR_ESCAPE.search(body) is not None)
    if excess is not None:
        raise excess
    return given


def _with_key(request: RestRequest, given: Arguments) -> Arguments:
    key = single_header(request.headers, KEY_HEADER)
    if key is not None:
        return _put(given, IDEMPOTENCY_KEY.name, key)
    has_own = any(fold_name(name) == fold_name(IDEMPOTENCY_KEY.name) for name in given)
    return given if has_own else given | {IDEMPOTENCY_KEY.name: request.id}


def _put(given: Arguments, name: str, text: str) -> Arguments:
    """The arguments with this one, which stands outside of query and body. Raises BadCall when they say another value."""
    same = [other for other in given if fold_name(other) == fold_name(name)]
    if any(str(given[other]) != text for other in same):
        raise BadCall(f"{name} stands twice in the request, with different values.", argument=name)
    return {other: value for other, value in given.items() if other not in same} | {name: text}
