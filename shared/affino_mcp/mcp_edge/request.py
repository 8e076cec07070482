"""One HTTP request as the gate reads it, and once it is admitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from affino_mcp.catalogue.toolset import InvalidToolset, Toolset
from affino_mcp.errors import BadRequest, NoSuchPath, Refusal
from affino_mcp.http.oauth_places import RESOURCE_PATH, OAuthPlaces
from affino_mcp.http.own_address import own_base_url
from affino_mcp.http.request import HttpRequest
from affino_mcp.value_class import value_class, work_class

if TYPE_CHECKING:
    from starlette.types import Scope

    from affino_mcp.dispatch import CallMeta, ToolAnswer
    from affino_mcp.gate.caller import Caller
    from affino_mcp.gate.confirmation import ConfirmationQuestion

ENDPOINT: Final = "/mcp"
TOOLSET_PREFIX: Final = f"{ENDPOINT}/x/"
"""The endpoint narrowed to the families that follow."""
TOOLSET_HEADER: Final = b"x-mcp-toolsets"
MAX_BODY: Final = 4 * 1024 * 1024 + 64 * 1024
"""Bytes of a request's body: 4 MiB of an inline file in base64, and the message around it."""
_STATE_KEY: Final = "admitted_request"
"""The name of the admitted request in the ASGI scope's state."""


@value_class
class Request(HttpRequest):
    """A request to the MCP endpoint, which may narrow its tools. `is_app`: it came to the OAuth door."""

    is_app: bool = False

    @classmethod
    def from_scope(cls, scope: Scope, places: OAuthPlaces | None = None) -> Request:
        """The request of a scope; `mcp-*` headers lose the blanks that some proxies leave around their values.

        With `places` there is an OAuth door, at the public address alone.
        """
        lower = [(name.lower(), value) for name, value in scope["headers"]]
        headers = [(name, value.strip(b" \t") if name.startswith(b"mcp-") else value) for name, value in lower]
        is_app = places is not None and scope["path"].rstrip("/") == RESOURCE_PATH and places.is_at(own_base_url(scope))
        return cls(scope, headers, is_app)

    @property
    def path_toolset(self) -> Toolset | None:
        """The toolset that the path names, as /mcp/x/accounts does; None for the endpoint itself. Raises NoSuchPath."""
        if self.path == ENDPOINT or self.is_app:
            return None
        if not f"{self.path}/".startswith(TOOLSET_PREFIX):
            raise NoSuchPath
        try:
            return Toolset.from_text(self.path[len(TOOLSET_PREFIX) :])
        except InvalidToolset as error:
            raise NoSuchPath(str(error)) from None

    @property
    def header_toolset(self) -> Toolset | None:
        """The toolset of the header X-MCP-Toolsets; None without one. Raises BadRequest."""
        if TOOLSET_HEADER not in self.first_values:
            return None
        try:
            return Toolset.from_text(self.header(TOOLSET_HEADER))
        except InvalidToolset as error:
            raise BadRequest(f"The header X-MCP-Toolsets cannot be read. {error}") from None

    @property
    def toolset(self) -> Toolset | None:
        """What path and header leave of the families: both given, what both leave; None when neither is given.

        Raises NoSuchPath for the path, BadRequest for the header.
        """
        of_path, of_header = self.path_toolset, self.header_toolset
        return of_path & of_header if of_path and of_header else of_path or of_header


class Dispatch(Protocol):
    """The part of `affino_mcp.dispatch.Dispatch` that the edge uses."""

    def call_tool(self, caller: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta) -> ToolAnswer:
        """Carries out a tool call and writes its audit row. Raises UnknownTool, and Refusal when a store is down."""

    def with_offer(self, caller: Caller) -> Caller:
        """The caller with what the instance offers. Raises Refusal when it does not say."""

    def audit_refusal(self, refusal: Refusal, meta: CallMeta, tool: str, arguments: dict[str, Any]) -> None:
        """Writes the audit row of a call that the gate refused."""


@work_class
class AdmittedRequest:
    """The caller, what gives the call's meta data, and the dispatch that carries it out, kept in the ASGI scope for the tool.

    The tool leaves in it what the MCP server cannot express: the gate makes the whole HTTP answer of a `refusal`, and the
    result of a `question`. `is_heard` is False for a call that the MCP server refused itself, which has no row yet.
    """

    caller: Caller
    describe: Callable[[], CallMeta]
    dispatch: Dispatch
    refusal: Refusal | None = None
    question: ConfirmationQuestion | None = None
    is_heard: bool = False

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any]) -> AdmittedRequest:
        """The admitted request that `as_state` put into this ASGI scope's state."""
        admitted: AdmittedRequest = scope["state"][_STATE_KEY]
        return admitted

    def as_state(self) -> dict[str, AdmittedRequest]:
        """The entry of an ASGI scope's state that holds this request."""
        return {_STATE_KEY: self}

    def call_tool(self, tool: str, arguments: dict[str, Any]) -> ToolAnswer:
        """Calls a tool as this caller and keeps a question to the person. Raises Refusal, which it keeps too."""
        self.is_heard = True
        try:
            answer = self.dispatch.call_tool(self.caller, tool, arguments, self.describe())
        except Refusal as refusal:
            self.refusal = refusal
            raise
        self.question = answer.question
        return answer
