"""A person's live sessions: through which profile each was made, and when it was last used."""

from __future__ import annotations

from typing import NamedTuple

from affino_mcp.control_edge.ask import Ask
from affino_mcp.gate import rows
from affino_mcp.gate.person import Person
from affino_mcp.gate.session_rows import Session


class Live(NamedTuple):
    """One session; `used` is in seconds since the epoch, None for never."""

    session: Session
    profile: str
    used: int | None


def live(ask: Ask, person: Person) -> list[Live]:
    """The live sessions, latest first, in two reads. A profile without a name any more is named by its key."""
    found = sorted(ask.centre.sessions.list_of(person.user_code), key=lambda session: session.issued, reverse=True)
    places = [place for one in found for place in (rows.used(one.digest), rows.profile(one.profile))]
    items = ask.centre.database.get_many(ask.centre.settings.gate_table, list(dict.fromkeys(places))) if places else {}
    names = {one.profile: items.get(rows.profile(one.profile), {}).get("name", one.profile) for one in found}
    uses = {one.digest: items.get(rows.used(one.digest), {}).get("at") for one in found}
    return [Live(one, names[one.profile], uses[one.digest]) for one in found]
