"""The requests of version 2 that methods are: verb, path, query and body, derived from the catalogue's routes."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote, urlencode

from affino_mcp.catalogue.call_log import PREFERENCE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.routes import route_of
from affino_mcp.instance.remote.exchange import InstanceRequest

_BASE: Final = "/v2"


def method_request(method: Method, values: Values, request_id: str) -> InstanceRequest:
    """Gives the request that carries out a method with these values."""
    route = route_of(method)
    given = {name: value for name, value in values.items() if name in route.places and isinstance(value, int)}
    rest = {name: value for name, value in values.items() if name not in given}
    path, headers = _BASE + route.fill(given), {"X-Request-Id": request_id, "Prefer": PREFERENCE}
    if route.verb != "GET":
        return InstanceRequest(route.verb, path, rest, headers)
    query = urlencode([(name, _query_text(value)) for name, value in rest.items()], quote_via=quote)
    return InstanceRequest(route.verb, f"{path}?{query}" if query else path, None, headers)


def outcome_request(key: str, request_id: str, user_code: int | None = None) -> InstanceRequest:
    """Gives the request that asks what became of the request with this key and id, of those that had the key.

    Without a token, `user_code` names the person.
    """
    named = {} if user_code is None else {"UserCode": user_code}
    query = urlencode({"RequestId": request_id, **named}, quote_via=quote)
    return InstanceRequest(
        "GET", f"{_BASE}/requests/{quote(key, safe='')}?{query}", signed_path=f"{_BASE}/requests/{key}"
    )


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(each, int) for each in value):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)
