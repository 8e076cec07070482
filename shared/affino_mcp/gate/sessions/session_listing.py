"""Lists a person's live sessions with the profile that each was made through and its last use.

Those of apps are not among them: they end with their grant, and come again while it lasts.
"""

from __future__ import annotations

from typing import NamedTuple

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.sessions.session_rows import Door, Session
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item


class LiveSession(NamedTuple):
    """One live session.

    `profile` is a name, empty for the Hub; `used` is in seconds since the epoch, None for never; `agent` and `source` are
    what the client called itself at that use, and from which address, empty where they are not known.
    """

    session: Session
    profile: str
    used: int | None
    agent: str = ""
    source: str = ""


def list_live_sessions(db: Database, settings: Settings, sessions: Sessions, user_code: int) -> list[LiveSession]:
    """Gives the person's live sessions, latest first, in two reads. A profile that has no row is named by its key."""
    own = (session for session in sessions.list_sessions(user_code) if session.door is not Door.OAUTH)
    found = sorted(own, key=lambda session: session.issued, reverse=True)
    places = [
        place for one in found for place in (row_keys.last_use_key(one.digest), row_keys.profile_key(one.profile))
    ]
    items = db.get_many(settings.gate_table, list(dict.fromkeys(places))) if places else {}
    names = {one.profile: items.get(row_keys.profile_key(one.profile), {}).get("name", one.profile) for one in found}
    uses = {one.digest: items.get(row_keys.last_use_key(one.digest), {}) for one in found}
    return [_describe_session(one, names[one.profile], uses[one.digest]) for one in found]


def _describe_session(session: Session, profile: str, use: Item) -> LiveSession:
    return LiveSession(session, profile, use.get("at"), use.get("agent", ""), use.get("source", ""))
