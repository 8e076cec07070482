"""One request to the REST API: its instance, its version, the path behind it, and what of it is signed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import Scope

from affino_mcp.gate.signed_requests import SignedRequest
from affino_mcp.http.request import HttpRequest
from affino_mcp.http.signing_headers import single_header
from affino_mcp.rest_edge.refusals import BadCall
from affino_mcp.rest_edge.uri_spellings import spell_uris
from affino_mcp.value_class import value_class

MAX_BODY: Final = 4 * 1024 * 1024 + 64 * 1024
"""Bytes of a request's body: 4 MiB of an inline file in Base64, and what is around it."""
MAX_QUERY_FIELDS: Final = 200
REQUEST_ID_HEADER: Final = "X-Request-Id"
KEY_HEADER: Final = "Idempotency-Key"
_PATH: Final = re.compile(r"/rest/(?P<dbname>[^/]{1,100})/(?P<version>v2|crm/v1)(?P<rest>/.*)?", re.DOTALL)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


def is_rest_path(path: str) -> bool:
    """True for a path of this API, and not one of the calls about a person."""
    return _PATH.fullmatch(path) is not None


@value_class
class RestRequest(HttpRequest):
    """A request below `/rest/{dbname}`."""

    @classmethod
    def from_scope(cls, scope: Scope) -> RestRequest:
        """The request of a scope."""
        return cls(scope, [(name.lower(), value) for name, value in scope["headers"]])

    @cached_property
    def place(self) -> tuple[str, str, str]:
        """The instance, the version and the path behind it; three empty texts for a path of another form."""
        found = _PATH.fullmatch(self.path)
        return (found["dbname"], found["version"], found["rest"] or "") if found else ("", "", "")

    @cached_property
    def id(self) -> str:
        """The id that the caller gives the request in X-Request-Id; without a sound one, an id of our own."""
        given = single_header(self.headers, REQUEST_ID_HEADER) or ""
        return given if _REQUEST_ID.fullmatch(given) else super().id

    @property
    def query_text(self) -> str:
        """The query as it came."""
        return str(self.scope.get("query_string", b"").decode("latin-1"))

    def read_query(self) -> list[tuple[str, str]]:
        """The names and values of the query. Raises BadCall for too many of them."""
        try:
            return parse_qsl(self.query_text, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
        except ValueError:
            raise BadCall("The query has too many fields.", rule=f"at most {MAX_QUERY_FIELDS}") from None

    def signed(self, body: bytes) -> SignedRequest:
        """What the signature covers: verb, path and body, with the query or without it, in any usual spelling."""

        def spell() -> Iterator[str]:
            return spell_uris(self.path, self.query_text, self.read_query())

        return SignedRequest(self.method, (self.path,), self.headers, body, self.source, spell)
