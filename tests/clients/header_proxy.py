"""A loopback proxy that adds headers to every request and records the requests.

The conformance suite cannot send headers of its own, so it reaches the service through this proxy; the client tests use
the record to see which protocol revision a client speaks. The proxy replaces its own authority in `Host` and `Origin` by
the service's, as a reverse proxy does; a foreign one is passed on unchanged.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from affino_mcp.http.oauth_places import is_oauth_path
from affino_mcp.local.network import NO_TLS_CONTEXT
from tests.clients.loopback import serving

NOT_FORWARDED = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "content-length"}
NOT_RETURNED = NOT_FORWARDED | {"content-encoding", "date", "server"}


@dataclass(frozen=True)
class Exchange:
    """One recorded request: HTTP method, JSON-RPC method, revision in the header, status of the answer, and the path."""

    http: str
    rpc: str | None
    revision: str | None
    status: int
    path: str


@dataclass
class HeaderProxy:
    """The ASGI application; `tape` lists the exchanges in order."""

    target: str
    extra: Mapping[str, str]
    tape: list[Exchange] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forwards one request to the service, and gives its answer back."""
        request = Request(scope, receive)
        body = await request.body()
        async with httpx.AsyncClient(
            base_url=self.target, verify=NO_TLS_CONTEXT, timeout=60, trust_env=False
        ) as client:
            answer = await client.request(request.method, _path(request), headers=self._headers(request), content=body)
        revision = request.headers.get("mcp-protocol-version")
        self.tape.append(Exchange(request.method, _rpc_method(body), revision, answer.status_code, request.url.path))
        response = Response(answer.content, answer.status_code)
        for name, value in answer.headers.multi_items():
            if name.lower() not in NOT_RETURNED:
                response.headers.append(name, value)
        await response(scope, receive, send)

    def revisions(self, rpc: str) -> set[str | None]:
        """The revisions in the headers of the requests for one JSON-RPC method."""
        return {exchange.revision for exchange in self.tape if exchange.rpc == rpc}

    def asked_for_oauth(self) -> list[Exchange]:
        """The requests for an address of the OAuth door, and those that were answered at any address but the MCP endpoint's."""
        return [one for one in self.tape if is_oauth_path(one.path) or (one.path != "/mcp" and one.status != 404)]

    def _headers(self, request: Request) -> list[tuple[str, str]]:
        own = "{}:{}".format(*request.scope["server"])
        service = urlsplit(self.target).netloc
        added = {name.lower() for name in self.extra}
        kept = [
            (name, _moved(name, value, own, service))
            for name, value in request.headers.items()
            if name not in NOT_FORWARDED | added
        ]
        return [*kept, *self.extra.items()]


@contextmanager
def header_proxy(url: str, extra: Mapping[str, str]) -> Iterator[tuple[str, HeaderProxy]]:
    """Runs a proxy before the MCP endpoint `url` during the body; gives the proxied URL and the proxy."""
    parts = urlsplit(url)
    proxy = HeaderProxy(f"{parts.scheme}://{parts.netloc}", extra)
    with serving(proxy) as origin:
        yield f"{origin}{parts.path}", proxy


def _moved(name: str, value: str, own: str, service: str) -> str:
    if name == "host":
        return service if value == own else value
    if name == "origin":
        return f"http://{service}" if value == f"http://{own}" else value
    return value


def _path(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _rpc_method(body: bytes) -> str | None:
    try:
        message = json.loads(body)
    except ValueError:
        return None
    return message.get("method") if isinstance(message, dict) else None
