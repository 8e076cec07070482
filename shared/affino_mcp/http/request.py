"""An HTTP request as the edges read it from an ASGI scope."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from affino_mcp.clock import utc_now
from affino_mcp.errors import TooLarge
from affino_mcp.http.api_gateway import client_address, find_request_id
from affino_mcp.http.own_address import own_base_url
from affino_mcp.ulids import UlidSource
from affino_mcp.value_class import value_class

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

HeaderPairs = list[tuple[bytes, bytes]]


@value_class
class HttpRequest:
    """An ASGI scope and what an edge reads from it; `headers` have names in lower case."""

    scope: Scope
    headers: HeaderPairs = field(repr=False)

    @property
    def path(self) -> str:
        """The path without its trailing slash."""
        path: str = self.scope["path"]
        return path.rstrip("/") or "/"

    @property
    def method(self) -> str:
        """The HTTP method."""
        method: str = self.scope["method"]
        return method

    def header(self, name: bytes) -> str:
        """A header's value; empty when it is absent."""
        return self.first_values.get(name, b"").decode("latin-1")

    @cached_property
    def first_values(self) -> dict[bytes, bytes]:
        """The first value of each header."""
        return dict(reversed(self.headers))

    @cached_property
    def id(self) -> str:
        """API Gateway's request id, or a ULID of our own when there is no gateway."""
        return find_request_id(self.scope, _new_ulid)

    @property
    def source(self) -> str:
        """The client's IP address as the gateway or the server saw it, never from a header."""
        return client_address(self.scope)

    @property
    def base(self) -> str:
        """The base URL of this service under which the caller reached it."""
        return own_base_url(self.scope)

    @property
    def client(self) -> tuple[str, str]:
        """Name and version in User-Agent (`name/version ...`); empty when it has none."""
        product = self.header(b"user-agent").partition(" ")[0][:100]
        name, _, version = product.partition("/")
        return (name, version) if product.isprintable() else ("", "")

    async def body(self, receive: Receive, limit: int) -> bytes:
        """The whole body. Raises TooLarge as soon as it exceeds so many bytes."""
        chunks = bytearray()
        more = True
        while more:
            message = await receive()
            chunks += message.get("body", b"")
            more = message.get("more_body", False)
            if len(chunks) > limit:
                raise TooLarge(rule=f"at most {limit} bytes")
        return bytes(chunks)


def _new_ulid() -> str:
    return UlidSource().make(utc_now())
