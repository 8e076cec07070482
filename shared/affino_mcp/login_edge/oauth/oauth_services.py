"""What the OAuth door's addresses work with: stores, settings, the login and its guards; one of each per process."""

from __future__ import annotations

from collections.abc import Callable

from affino_mcp.clock import Clock
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.login_edge.http_answer import HttpAnswer
from affino_mcp.login_edge.login import GuardedLogin
from affino_mcp.login_edge.oauth.fetch import DocumentFetcher
from affino_mcp.login_edge.request import LoginRequest
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database
from affino_mcp.value_class import value_class


@value_class
class OAuthServices:
    """The parts that the OAuth door's addresses share. `fetcher` fetches clients' documents; None for the usual one."""

    db: Database
    reader: ProfileReader
    settings: Settings
    clock: Clock
    login: GuardedLogin
    fetcher: DocumentFetcher | None = None

    @property
    def places(self) -> OAuthPlaces:
        """The door's addresses."""
        return OAuthPlaces(self.settings.public_url)


OAuthHandler = Callable[[LoginRequest], HttpAnswer]
"""Answers the requests of one HTTP method at one address."""
HandlerMaker = Callable[[OAuthServices], OAuthHandler]
