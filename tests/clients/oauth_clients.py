"""How each hosted client connects by OAuth: what differs between them, from their pages, their issues and their sources.

Ids of documents and callbacks are those that the vendors publish.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

MODERN: Final = "2026-07-28"
LEGACY: Final = "2025-06-18"


class Proof(Enum):
    """How a client proves itself at the token endpoint."""

    NONE = auto()
    BASIC = auto()
    POST = auto()


class Scope(Enum):
    """From where a client takes the scopes that it asks for."""

    METADATA = auto()
    CHALLENGE = auto()
    TYPED = auto()


class Resource(Enum):
    """How a client names the resource (RFC 8707)."""

    AS_DOCUMENTED = auto()
    WITH_SLASH = auto()
    NOT_AT_ALL = auto()


@dataclass(frozen=True)
class DoorState:
    """What a client knows of the door, by discovery or because somebody has typed it."""

    resource: str = ""
    issuer: str = ""
    authorize: str = ""
    token: str = ""
    offered: tuple[str, ...] = ()
    challenged: str = ""

    @classmethod
    def typed(cls, origin: str) -> DoorState:
        """The door of a client that discovers nothing: its operator types the addresses."""
        issuer = f"{origin}/oauth"
        return cls(f"{issuer}/mcp", issuer, f"{issuer}/authorize", f"{issuer}/token")


@dataclass(frozen=True)
class Discovery:
    """How a client finds the documents; `probes` are further paths that it asks, with the status that each must have."""

    by_challenge: bool = True
    probes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class HostedClient:
    """One client. `document_id` is its client id where it has a document of its own."""

    name: str
    redirect_uri: str
    document_id: str = ""
    discovery: Discovery | None = field(default_factory=Discovery)
    first_requests: tuple[tuple[str, ...], ...] = (("POST", LEGACY, "initialize"),)
    scope: Scope = Scope.CHALLENGE
    resource: Resource = Resource.AS_DOCUMENTED
    proof: Proof = Proof.NONE
    eras: tuple[str, ...] = (LEGACY,)
    own_parameters: tuple[tuple[str, str], ...] = ()
    registered_uri: str = ""

    @property
    def user_agent(self) -> str:
        """Its User-Agent."""
        return f"{self.name}/1.0"

    @property
    def listed_uri(self) -> str:
        """The redirect URI of its document or registration; a loopback one may then have another port."""
        return self.registered_uri or self.redirect_uri

    def wanted_scope(self, door: DoorState) -> dict[str, str]:
        """The parameter `scope` of its requests."""
        offered = {Scope.METADATA: " ".join(door.offered), Scope.CHALLENGE: door.challenged, Scope.TYPED: "read write"}
        return {"scope": offered[self.scope]}

    def named_resource(self, door: DoorState) -> dict[str, str]:
        """The parameter `resource` of its requests."""
        if self.resource is Resource.NOT_AT_ALL:
            return {}
        return {"resource": f"{door.resource}/" if self.resource is Resource.WITH_SLASH else door.resource}


_GREETINGS: Final = (("POST", MODERN, "server/discover"), ("POST", LEGACY, "initialize"))
_PATHS_THAT_ARE_THERE: Final = (
    ("/.well-known/oauth-protected-resource/oauth/mcp", 200),
    ("/.well-known/oauth-authorization-server/oauth", 200),
)

CLAUDE_AI: Final = HostedClient(
    "claude.ai",
    "https://claude.ai/api/mcp/auth_callback",
    document_id="https://claude.ai/oauth/mcp-oauth-client-metadata",
    first_requests=_GREETINGS,
    scope=Scope.METADATA,
    eras=(LEGACY, MODERN),
)
CLAUDE_CODE: Final = HostedClient(
    "claude-code",
    "http://localhost:51763/callback",
    document_id="https://claude.ai/oauth/claude-code-client-metadata",
    discovery=Discovery(probes=_PATHS_THAT_ARE_THERE[:1]),
    first_requests=_GREETINGS,
    scope=Scope.METADATA,
    resource=Resource.WITH_SLASH,
    eras=(MODERN,),
    own_parameters=(("prompt", "consent"),),
    registered_uri="http://localhost/callback",
)
CHATGPT: Final = HostedClient(
    "chatgpt",
    "https://chatgpt.com/connector/oauth/p3rK0q8xY1",
    proof=Proof.POST,
    eras=(LEGACY,),
)
CHATGPT_BY_DOCUMENT: Final = HostedClient(
    "chatgpt-by-document",
    "https://chatgpt.com/connector/oauth/p3rK0q8xY1",
    document_id="https://chatgpt.com/oauth/client.json",
)
_VSCODE_ID: Final = "https://vscode.dev/oauth/client-metadata.json"
_BY_PATH: Final = Discovery(by_challenge=False)
VSCODE: Final = HostedClient(
    "vscode", "https://vscode.dev/redirect", document_id=_VSCODE_ID, discovery=_BY_PATH, scope=Scope.METADATA
)
VSCODE_ON_ANOTHER_PORT: Final = HostedClient(
    "vscode-loopback",
    "http://127.0.0.1:59656/",
    document_id=_VSCODE_ID,
    discovery=_BY_PATH,
    scope=Scope.METADATA,
    eras=(LEGACY, MODERN),
    registered_uri="http://127.0.0.1:33418/",
)
CODEX: Final = HostedClient(
    "codex",
    "http://127.0.0.1:42979/callback/92Nq0l9H0mCs",
    discovery=Discovery(
        by_challenge=False,
        probes=(
            *_PATHS_THAT_ARE_THERE,
            ("/.well-known/oauth-protected-resource", 404),
            ("/.well-known/oauth-authorization-server", 404),
            ("/.well-known/openid-configuration/oauth", 404),
            ("/oauth/.well-known/openid-configuration", 404),
        ),
    ),
    first_requests=(("GET",),),
    scope=Scope.METADATA,
    registered_uri="http://127.0.0.1/callback/92Nq0l9H0mCs",
)
GEMINI_ENTERPRISE: Final = HostedClient(
    "gemini-enterprise",
    "https://vertexaisearch.cloud.google.com/oauth-redirect",
    discovery=None,
    first_requests=(),
    scope=Scope.TYPED,
    resource=Resource.NOT_AT_ALL,
    proof=Proof.BASIC,
)

ALL_CLIENTS: Final = (
    CLAUDE_AI,
    CLAUDE_CODE,
    CHATGPT,
    CHATGPT_BY_DOCUMENT,
    VSCODE,
    VSCODE_ON_ANOTHER_PORT,
    CODEX,
    GEMINI_ENTERPRISE,
)
