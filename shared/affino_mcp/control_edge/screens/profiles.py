"""The screens of API Profiles: the list, and one profile with its latest calls."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from affino_mcp.admin.tool_price import price
from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.audit.row import AuditRow
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.screen_request import Ask
from affino_mcp.gate.identity.permissions import LOGS_READ

LATEST: Final = 12
"""Rows of the API Log that a profile's page shows."""


def listed(ask: Ask) -> Response:
    """A page of the profiles; with `q`, the profile of this API Key, or those whose names begin with it."""
    wanted, one = ask.query.get("q", "").strip(), profile_list.named(ask)
    found = profile_list.Page([one], None) if one else profile_list.page(ask, ask.query.get("after"), wanted)
    shown: dict[str, Any] = {"profiles": found.profiles, "next": found.next, "later": "after" in ask.query, "q": wanted}
    return ask.page("profiles.html", here="/profiles", now=ask.centre.clock(), **shown)


def shown(ask: Ask) -> Response:
    """The page of one profile, with the uses of its previous secret and, for readers of the log, its latest calls."""
    one, now = profile_list.the(ask), ask.centre.clock()
    former = one.profile.former
    return ask.page(
        "profile.html",
        here="/profiles",
        one=one,
        profile=one.profile,
        now=now,
        former_accepted=former is not None and former.is_accepted(now),
        former_uses=ask.centre.former_uses.list_uses(one.profile),
        recent=_latest(ask, one.profile.key) if ask.may(LOGS_READ) else None,
        tokens=price(one.profile.capability),
        done=ask.query.get("done", ""),
    )


def _latest(ask: Ask, key: str) -> list[AuditRow]:
    """The newest rows of a profile in the API Log, in one read."""
    asked = LogQuery(profile=key, limit=LATEST)
    return search_log(ask.centre.database, ask.centre.settings.audit_table, asked, ask.centre.clock(), reads=1).rows
