"""Refreshes that race on the emulator, as two processes of one client do: all of them get one pair."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from affino_mcp.clock import utc_now
from affino_mcp.gate.people.people import People
from affino_mcp.gate.sessions.refresh_tokens import RefreshTokens
from affino_mcp.gate.sessions.session_rows import IssuedSession
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database
from tests.contract.conftest import EMULATED

RACER = 990_001
pytestmark = EMULATED


def test_racing_refreshes_get_one_pair(dynamo: Database) -> None:
    settings = Settings()
    People(dynamo, settings, utc_now).create(RACER, "Racing Client", "racing.client@orbital.example")
    sessions = Sessions(dynamo, settings, utc_now)
    first = sessions.create_session(RACER, "login")

    def refresh(_: int) -> IssuedSession:
        return RefreshTokens(dynamo, settings, utc_now).rotate_tokens(first.access_token, first.refresh_token)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(refresh, range(8)))
    assert len({(issued.access_token, issued.refresh_token) for issued in made}) == 1
    assert sessions.list_sessions(RACER) == [made[0].session]
