"""Refreshes a session, and says whether one lives."""

from __future__ import annotations

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
