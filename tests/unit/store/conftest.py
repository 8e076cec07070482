"""A DynamoDB database behind an endpoint that gives the answers it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from affino_mcp.local.stores import EmulatorCredentials
from affino_mcp.store import dynamodb, wire
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, DynamoDatabase
from affino_mcp.store.given_up import GivenUpCall
from affino_mcp.store.ops import (
    Database,
)
from affino_mcp.store.wire import AwsJsonEndpoint
from tests.unit.store.endpoint import Endpoint


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def address(endpoint: Endpoint) -> Iterator[str]:
    """The address of the endpoint."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            endpoint.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            endpoint.headers.append(dict(self.headers.items()))
            status, answer = endpoint.next()
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def given_up() -> list[GivenUpCall]:
    """The calls that the database has given up."""
    return []


@pytest.fixture
def dynamo(address: str, given_up: list[GivenUpCall], monkeypatch: pytest.MonkeyPatch) -> Database:
    for module in (wire, dynamodb):
        monkeypatch.setattr(module, "pause_before_attempt", lambda attempt: None)
    return DynamoDatabase(
        AwsJsonEndpoint(
            "dynamodb", DYNAMODB_TARGET, "1.0", address, "eu-west-1", EmulatorCredentials(), given_up.append
        )
    )
