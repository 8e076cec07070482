"""Formats times, numbers and switches for people, in the Control Centre and the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from affino_mcp.audit.summary import describe_record
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability
from affino_mcp.catalogue.titles import TITLES as FAMILY_TITLES
from affino_mcp.errors import AffinoError
from affino_mcp.text import plural

TITLES: Final = {str(family): title.name for family, title in FAMILY_TITLES.items()} | {
    "control": "Control Centre",
    "profiles": "API Profiles",
    "logs": "API Logs",
}
"""The titles of the families, and of the groups of rights."""


def time(text: str) -> str:
    """`2026-11-23 09:00:12` from ISO 8601."""
    return text[:19].replace("T", " ")


def moment(seconds: int) -> str:
    """`2026-11-23 09:00:12` from seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def count(number: int) -> str:
    """`1,240`."""
    return f"{number:,}"


def title(family: str) -> str:
    """The title of a family."""
    return TITLES.get(family, family)


def switches(capability: Capability) -> list[str]:
    """`Articles: read, write` for every family that is on."""
    allowed = [(family, [a for a in Access if capability.allows(family, a)]) for family in SWITCHED_FAMILIES]
    return [f"{title(family)}: {', '.join(access)}" for family, access in allowed if access]


def ago(then: datetime | None, now: datetime) -> str:
    """`3 minutes ago`; the date when it is more than two days ago; `never` for None."""
    if then is None:
        return "never"
    passed = max(0, int((now - then).total_seconds()))
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if passed >= size:
            number = passed // size
            return f"{then:%Y-%m-%d}" if word == "day" and number > 2 else f"{plural(number, word)} ago"
    return "just now"


def faults(error: AffinoError) -> dict[str, str]:
    """The text of an error by the field that it names, or "" for the whole form."""
    return {str(error.details.get("argument", "")): error.message}


def pretty(document: Any) -> str:
    """A document as indented JSON."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def tone(status: int) -> str:
    """The style class of a status code: `good`, `warn` (429) or `bad`."""
    return "good" if status < 400 else "warn" if status == 429 else "bad"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "ago": ago,
    "time": time,
    "moment": moment,
    "count": count,
    "title_of": title,
    "switches": switches,
    "plural": plural,
    "pretty": pretty,
    "tone": tone,
    "record": describe_record,
}
"""The filters of the templates by name."""
