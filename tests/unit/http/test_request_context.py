"""Source and id of a request: the gateway's word first, then the server's, never a header's."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.http.api_gateway import client_address, find_request_id
from affino_mcp.http.retry_after import retry_after_value

GATEWAY = {"aws.event": {"requestContext": {"identity": {"sourceIp": "198.51.100.7"}, "requestId": "req-1"}}}
HEADERS = {"headers": [(b"x-forwarded-for", b"203.0.113.9"), (b"x-request-id", b"mine")]}


@pytest.mark.parametrize(
    ("scope", "address"),
    [
        (GATEWAY | {"client": ("192.0.2.1", 5)}, "198.51.100.7"),
        (HEADERS | {"client": ("192.0.2.1", 5)}, "192.0.2.1"),
        ({"client": None}, ""),
        ({"aws.event": {"requestContext": {"identity": None}}, "client": ("192.0.2.1", 5)}, "192.0.2.1"),
        ({"aws.event": {}}, ""),
    ],
    ids=str,
)
def test_the_address(scope: dict[str, Any], address: str) -> None:
    assert client_address(scope) == address


def test_the_request_id() -> None:
    assert find_request_id(GATEWAY | HEADERS, lambda: "made") == "req-1"
    assert find_request_id(HEADERS, lambda: "made") == "made"
    assert find_request_id({}) != find_request_id({})


@pytest.mark.parametrize(("wait", "value"), [(0, "1"), (0.2, "1"), (1, "1"), (1.01, "2"), (899.5, "900")])
def test_a_wait_is_in_whole_seconds_and_never_none(wait: float, value: str) -> None:
    assert retry_after_value(wait) == value
