"""The addresses of the OAuth door below the service's public address, and the challenges that lead clients to it.

The document of a protected resource stands at the host's root with the resource's path behind it (RFC 9728, section 3.1), and
that of an authorization server likewise (RFC 8414, section 3.1); so a service below a path of its host has no OAuth door.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from affino_mcp.late_pattern import late_pattern
from affino_mcp.value_class import value_class

OAUTH_PREFIX: Final = "/oauth"
"""What the path of every OAuth address begins with, but those of the two documents."""
RESOURCE_PATH: Final = f"{OAUTH_PREFIX}/mcp"
AUTHORIZE_PATH: Final = f"{OAUTH_PREFIX}/authorize"
CONSENT_PATH: Final = f"{OAUTH_PREFIX}/consent"
TOKEN_PATH: Final = f"{OAUTH_PREFIX}/token"
REVOKE_PATH: Final = f"{OAUTH_PREFIX}/revoke"
REGISTER_PATH: Final = f"{OAUTH_PREFIX}/register"
RESOURCE_METADATA_PATH: Final = f"/.well-known/oauth-protected-resource{RESOURCE_PATH}"
SERVER_METADATA_PATH: Final = f"/.well-known/oauth-authorization-server{OAUTH_PREFIX}"
LOGIN_PATHS: Final = frozenset(
    {AUTHORIZE_PATH, CONSENT_PATH, TOKEN_PATH, REVOKE_PATH, REGISTER_PATH, RESOURCE_METADATA_PATH, SERVER_METADATA_PATH}
)
"""The paths that the login function answers; `RESOURCE_PATH` is the MCP endpoint's."""
DEFAULT_SCOPES: Final = ("read", "write")
"""The scopes that a client without a wish of its own gets."""
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_BARE_URL: Final = late_pattern(r"[!\"$->@-~]+")


def is_oauth_path(path: str) -> bool:
    """True for a path that belongs to the OAuth door, where there is one."""
    return path in LOGIN_PATHS or path.startswith(f"{OAUTH_PREFIX}/")


@value_class
class OAuthPlaces:
    """The OAuth addresses of the service whose public address is `public_url`: scheme and host, without a path."""

    public_url: str

    @property
    def resource(self) -> str:
        """The protected resource's identifier: the URL that people type into their client."""
        return self.public_url + RESOURCE_PATH

    @property
    def issuer(self) -> str:
        """The authorization server's identifier: the same in its metadata, in `iss` and in the resource's metadata."""
        return self.public_url + OAUTH_PREFIX

    @property
    def authorization(self) -> str:
        """The address to which a client leads its person."""
        return self.public_url + AUTHORIZE_PATH

    @property
    def token(self) -> str:
        """The address at which codes and refresh tokens are exchanged."""
        return self.public_url + TOKEN_PATH

    @property
    def resource_metadata(self) -> str:
        """The address of the protected resource's metadata."""
        return self.public_url + RESOURCE_METADATA_PATH

    def is_at(self, base: str) -> bool:
        """True when `base`, the address under which a request reached the service, is the public one."""
        return base.casefold() == self.public_url.casefold()

    def is_resource(self, named: str) -> bool:
        """True when a client's `resource` parameter (RFC 8707) names this resource.

        Scheme and host count in any case; the scheme's own port, and one slash at the end, are allowed.
        """
        try:
            return _comparable(named) == _comparable(self.resource)
        except ValueError:
            return False

    def challenge(self) -> str:
        """Gives WWW-Authenticate for a request without a token that is valid here (RFC 6750, 3; RFC 9728, 5.1)."""
        return f'Bearer resource_metadata="{self.resource_metadata}", scope="{" ".join(DEFAULT_SCOPES)}"'

    def step_up_challenge(self, scopes: Iterable[str]) -> str:
        """Gives WWW-Authenticate for a call that needs these scopes, all of them, and was granted fewer (RFC 6750, 3.1)."""
        needed = " ".join(sorted(scopes))
        return f'Bearer error="insufficient_scope", scope="{needed}", resource_metadata="{self.resource_metadata}"'


def _comparable(url: str) -> tuple[str, ...]:
    """The parts of an address as they are compared. Raises ValueError for what is no address, or has a query or fragment."""
    parts = urlsplit(url)
    if not _BARE_URL.fullmatch(url) or parts.scheme not in _DEFAULT_PORTS:
        raise ValueError
    return parts.scheme, _comparable_host(parts), parts.path.removesuffix("/")


def _comparable_host(parts: SplitResult) -> str:
    """Who is asked, without the scheme's own port; a name or password before the host stays, and compares as unequal."""
    return parts.netloc.casefold().removesuffix(f":{_DEFAULT_PORTS[parts.scheme]}")
