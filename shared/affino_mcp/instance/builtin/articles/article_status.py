"""The status of an article at a moment: a draft, scheduled, live or expired. Only what is live is seen by readers.

Scheduled articles go live, and live ones expire, by the clock alone. So the index rows of an article hold the dates, and
a list decides when it reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from affino_mcp.catalogue.families.articles import (
    ARTICLE_STATUS,
    DRAFT,
    EXPIRED,
    EXPIRY_DATE,
    LIVE,
    LIVE_DATE,
    LIVE_FILTER,
    SCHEDULED,
)
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import LIVE_FIELD
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import format_iso, with_microseconds
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Item

_FROM: Final = "from="
_TO: Final = "to="
_NEVER: Final = "~"
"""Sorts after every time."""
_DATES: Final = frozenset({LIVE_FIELD.name, LIVE_DATE.name, EXPIRY_DATE.name})


def status_tags(values: Mapping[str, Any]) -> list[str]:
    """The facets by which lists decide about the status of an article with these values."""
    if not values.get(LIVE_FIELD.name):
        return ["live=no"]
    begins, ends = _span(values)
    return ["live=yes", f"{_FROM}{begins}", f"{_TO}{ends}"]


def _span(values: Mapping[str, Any]) -> tuple[str, str]:
    begins, ends = values.get(LIVE_DATE.name), values.get(EXPIRY_DATE.name)
    return with_microseconds(begins) if begins else "", with_microseconds(ends) if ends else _NEVER


def find_status(call: Call, document: Document) -> str:
    """The status of an article at the moment of the call."""
    return _status_at(call, *_span(document.values)) if document.values.get(LIVE_FIELD.name) else DRAFT


def _status_at(call: Call, begins: str, ends: str) -> str:
    now = format_iso(call.at)
    if ends <= now:
        return EXPIRED
    return LIVE if begins <= now else SCHEDULED


def _row_status(call: Call, row: Item) -> str | None:
    """The status of the article of an index row; None for a live article whose row was written before rows had dates."""
    facets = row["facets"]
    if "live=no" in facets:
        return DRAFT
    begins, ends = (next(_values_of(facets, name), None) for name in (_FROM, _TO))
    return None if begins is None or ends is None else _status_at(call, begins, ends)


def _values_of(facets: list[str], name: str) -> Iterator[str]:
    return (facet.removeprefix(name) for facet in facets if facet.startswith(name))


def asked_tags(values: Values) -> list[tuple[str, ...]]:
    """The facets that every article of a list has which narrows by status, as far as they do not depend on the clock."""
    status, live = values.get(ARTICLE_STATUS.name), values.get(LIVE_FILTER.name)
    tags = [("live=no" if status == DRAFT else "live=yes",)] if status else []
    return [*tags, *([("live=yes",)] if live else [])]


def _is_asked(values: Values, status: str) -> bool:
    wanted, live = values.get(ARTICLE_STATUS.name), values.get(LIVE_FILTER.name)
    return wanted in (None, status) and live in (None, status == LIVE)


def is_asked_document(call: Call, values: Values, document: Document) -> bool:
    """True when the article has the status that a list narrows to."""
    return _is_asked(values, find_status(call, document))


def make_row_check(call: Call, values: Values, *, drafts: bool) -> Callable[[Item], bool]:
    """Makes the check of an index row: it has the status that a list narrows to, and the person may see that status.

    `drafts` says that the person sees every status. A row that does not tell its status passes.
    """
    own = f"mine={call.actor.user_code}"

    def passes(row: Item) -> bool:
        status = _row_status(call, row)
        return status is None or (_is_asked(values, status) and (drafts or status == LIVE or own in row["facets"]))

    return passes


def warn_of_dates(call: Call, document: Document, values: Values) -> None:
    """Warns when a call sets Live or a date and readers do not see the article afterwards, and says when they will."""
    if not values.keys() & _DATES:
        return
    status, begins, ends = find_status(call, document), *_span(document.values)
    if status == SCHEDULED:
        text = f"Scheduled: it goes out on {begins}, and readers do not see it before. LiveDate null shows it at once."
        call.warn(WarningCode.NOT_LIVE, LIVE_DATE.name, text)
    elif status == EXPIRED:
        text = f"Expired: ExpiryDate {ends} has passed, so readers do not see it. Set a later one, or null."
        call.warn(WarningCode.NOT_LIVE, EXPIRY_DATE.name, text)
    elif status == DRAFT and values.get(LIVE_DATE.name) and not values.get(LIVE_FIELD.name):
        text = "It is a draft, and LiveDate does not change that: it goes out only with Live true."
        call.warn(WarningCode.NOT_LIVE, LIVE_DATE.name, text)
