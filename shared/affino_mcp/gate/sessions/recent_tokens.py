"""The tokens that this process has resolved within the last minute: their calls are charged beside the session's read."""

from __future__ import annotations

from typing import Final

from affino_mcp.gate.sessions.session_rows import Session

RECENT_SECONDS: Final = 60
"""Seconds after which a token counts as new again."""
MAX_RECENT_TOKENS: Final = 10_000


class RecentTokens:
    """Digests of tokens, each with the moment until which it counts as recent. Knows no token that was refused since."""

    def __init__(self) -> None:
        self._until: dict[str, int] = {}

    def note(self, session: Session, now: int) -> None:
        """Takes note that the session's token was resolved at `now` (seconds since the epoch)."""
        if len(self._until) >= MAX_RECENT_TOKENS:
            self._until.clear()
        self._until[session.digest] = min(now + RECENT_SECONDS, session.expires)

    def forget(self, digest: str) -> None:
        """Takes note that the token was refused."""
        self._until.pop(digest, None)

    def holds(self, digest: str, now: int) -> bool:
        """True when the token was resolved within the last minute and has not expired since."""
        return now < self._until.get(digest, 0)
