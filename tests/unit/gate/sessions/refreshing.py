"""Refreshes a session, says whether one lives, and lets another process be faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from affino_mcp.errors import SessionExpired, SessionUnknown
from affino_mcp.gate.sessions.refresh_tokens import RefreshTokens
from affino_mcp.gate.sessions.session_rows import (
    IssuedSession,
)
from tests.unit.gate.world import World


def rotate(world: World, issued: IssuedSession) -> IssuedSession:
    refreshes = RefreshTokens(world.db, world.settings, world.clock)
    return refreshes.rotate_tokens(issued.access_token, issued.refresh_token)


def lives(world: World, issued: IssuedSession) -> bool:
    try:
        return world.sessions.resolve_token(issued.access_token)[1].user_code == 7
    except (SessionUnknown, SessionExpired):
        return False


@dataclass
class OvertakenDatabase:
    """Passes everything on; before its call of this number it lets another process `overtake`."""

    inner: Any
    number: int
    overtake: Callable[[], object]

    def __getattr__(self, name: str) -> Any:
        self.number -= 1
        if self.number == -1:
            self.overtake()
        return getattr(self.inner, name)
