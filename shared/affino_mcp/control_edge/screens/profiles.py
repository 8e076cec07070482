"""API Profiles: the list, and one profile with its latest calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from starlette.responses import Response

from affino_mcp.audit.queries import Question, search
from affino_mcp.audit.row import Row
from affino_mcp.clock import seconds
from affino_mcp.control_edge import register
from affino_mcp.control_edge.ask import Ask
from affino_mcp.control_edge.journal import CHANNEL
from affino_mcp.control_edge.prices import price
from affino_mcp.control_edge.words import ago

COUNTED: Final = 499
"""Calls of today that are counted; more are shown as `499+`."""


def listed(ask: Ask) -> Response:
    """All profiles, a page at a time; with `calls=today` their calls of today are counted, a read for each."""
    found, counted = register.page(ask, ask.query.get("after")), ask.query.get("calls") == "today"
    calls = _calls(ask, [one.profile.key for one in found.profiles]) if counted else None
    used = {one.profile.key: used_of(ask, one) for one in found.profiles}
    return ask.page("profiles.html", here="/profiles", profiles=found.profiles, next=found.next, calls=calls, used=used)


def shown(ask: Ask) -> Response:
    """One profile, its figures and its calls of today."""
    one = register.the(ask)
    rows = _today(ask, one.profile.key)
    calls = [row for row in rows if row.channel != CHANNEL]
    return ask.page(
        "profile.html",
        here="/profiles",
        one=one,
        profile=one.profile,
        used=used_of(ask, one),
        calls=_counted(calls, len(rows)),
        recent=rows[:12],
        tokens=price(one.profile.capability),
        done=ask.query.get("done", ""),
    )


def used_of(ask: Ask, one: register.Listed) -> str:
    """When a profile was used last, in words."""
    return "never" if one.last_used is None else ago(one.last_used, seconds(ask.centre.clock()))


def _calls(ask: Ask, keys: Sequence[str]) -> dict[str, str]:
    def count(key: str) -> str:
        rows = _today(ask, key)
        return _counted([row for row in rows if row.channel != CHANNEL], len(rows))

    return dict(zip(keys, ask.centre.threads.map(count, keys), strict=True))


def _today(ask: Ask, key: str) -> list[Row]:
    """Today's rows of a profile, newest first, in one read."""
    now = ask.centre.clock()
    since = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo)
    question = Question(profile=key, since=since, limit=COUNTED)
    return search(ask.centre.database, ask.centre.settings.audit_table, question, now, reads=1).rows


def _counted(calls: list[Row], read: int) -> str:
    total = sum(row.count for row in calls)
    return f"{total:,}+" if read >= COUNTED else f"{total:,}"
