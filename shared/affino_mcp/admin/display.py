"""Formats times, numbers and switches for people, in the Control Centre and the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from affino_mcp.audit.log import describe_record
from affino_mcp.audit.row import Outcome
from affino_mcp.catalogue.capability import CRM_FAMILIES, SWITCHED_FAMILIES, Access, Capability
from affino_mcp.catalogue.titles import TITLES as FAMILY_TITLES
from affino_mcp.errors import AffinoError
from affino_mcp.gate.profiles.expiry_notice import find_expiry_notice
from affino_mcp.text import plural

DISPLAY_TITLES: Final = {str(family): title.name for family, title in FAMILY_TITLES.items()} | {
    "control": "Control Centre",
    "profiles": "API Profiles",
    "logs": "API Logs",
    "records": "Deleted records",
    "structure": "Structure",
}
"""The titles of the families, and of the groups of rights."""


def format_time(text: str) -> str:
    """`2026-11-23 09:00:12` from ISO 8601."""
    return text[:19].replace("T", " ")


def format_epoch_seconds(seconds: int) -> str:
    """`2026-11-23 09:00:12` from seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def format_count(number: int) -> str:
    """`1,240`."""
    return f"{number:,}"


def render_family_title(family: str) -> str:
    """The title of a family."""
    return DISPLAY_TITLES.get(family, family)


def render_switches(capability: Capability) -> list[str]:
    """`Articles: read, write` for every family that is on."""
    allowed = [(family, [a for a in Access if capability.allows(family, a)]) for family in SWITCHED_FAMILIES]
    return [f"{render_family_title(family)}: {', '.join(access)}" for family, access in allowed if access]


def describe_capability(capability: Capability) -> list[str]:
    """What a profile allows in words, the families that are on grouped by their switches: `all families: read and write`."""
    found: dict[tuple[Access, ...], list[str]] = {}
    for family in SWITCHED_FAMILIES:
        switched = tuple(access for access in Access if capability.allows(family, access))
        found.setdefault(switched, []).append(family)
    found.pop((), None)
    return [f"{_name_families(families)}: {_SWITCH_WORDS[switched]}" for switched, families in found.items()]


_SWITCH_WORDS: Final = {
    (Access.READ,): "read",
    (Access.WRITE,): "write only",
    (Access.READ, Access.WRITE): "read and write",
}


def _name_families(families: Sequence[str]) -> str:
    if len(families) == len(SWITCHED_FAMILIES):
        return "all families"
    if len(families) > len(SWITCHED_FAMILIES) - _MAX_LEFT_OUT:
        left = [render_family_title(family) for family in SWITCHED_FAMILIES if family not in families]
        return f"all families but {' and '.join(left)}"
    whole = [name for name, own in FAMILY_GROUPS.items() if set(own) <= set(families)]
    named = {family for name in whole for family in FAMILY_GROUPS[name]}
    return ", ".join([*whole, *(render_family_title(family) for family in families if family not in named)])


_MAX_LEFT_OUT: Final = 3
FAMILY_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {"all CRM families": CRM_FAMILIES}
"""The families that people name together."""


def render_age(then: datetime | None, now: datetime) -> str:
    """`3 minutes ago`; the date when it is more than two days ago; `never` for None."""
    if then is None:
        return "never"
    passed = max(0, int((now - then).total_seconds()))
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if passed >= size:
            number = passed // size
            return f"{then:%Y-%m-%d}" if word == "day" and number > 2 else f"{plural(number, word)} ago"
    return "just now"


def render_exact_age(then: datetime, now: datetime) -> str:
    """As `render_age`, in seconds within the first minute: `10 seconds ago`."""
    passed = max(0, int((now - then).total_seconds()))
    return f"{plural(passed, 'second')} ago" if passed < 60 else render_age(then, now)


def fault_by_field(error: AffinoError) -> dict[str, str]:
    """The text of an error by the field that it names, or "" for the whole form."""
    return {str(error.details.get("argument", "")): error.message}


def format_json(document: Any) -> str:
    """A document as indented JSON."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def status_tone(status: int) -> str:
    """The style class of a status code: `good`, `warn` (429) or `bad`."""
    if status < 400:
        return "good"
    return "warn" if status == 429 else "bad"


OUTCOME_TEXTS: Final[Mapping[Outcome, str]] = {
    Outcome.BEGUN: "begun; another row of this request says how it ended",
    Outcome.NOT_DONE: "not done",
    Outcome.UNKNOWN: "not known: it may have been done",
    Outcome.INCOMPLETE: "incomplete: the rest was not done",
}
"""What the outcomes mean whose names do not say it."""

CHANGES_TITLES: Final[Mapping[Outcome, str]] = {
    Outcome.OK: "What changed",
    Outcome.BEGUN: "What was to change",
    Outcome.UNKNOWN: "What may have changed",
}
_UNDONE_CHANGES_TITLE: Final = "What would have changed"


def describe_outcome(outcome: Outcome) -> str:
    """Gives an outcome in words."""
    return OUTCOME_TEXTS.get(outcome, str(outcome))


def describe_open_outcome(outcome: Outcome) -> str:
    """Gives the words of an outcome that a row's status does not show; empty for the others."""
    return OUTCOME_TEXTS.get(outcome, "")


def title_changes(outcome: Outcome) -> str:
    """Gives the title of a row's changes."""
    return CHANGES_TITLES.get(outcome, _UNDONE_CHANGES_TITLE)


TEMPLATE_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "ago": render_age,
    "ago_exactly": render_exact_age,
    "expiry": find_expiry_notice,
    "time": format_time,
    "moment": format_epoch_seconds,
    "count": format_count,
    "title_of": render_family_title,
    "switches": describe_capability,
    "plural": plural,
    "pretty": format_json,
    "tone": status_tone,
    "outcome": describe_outcome,
    "open_outcome": describe_open_outcome,
    "changes_title": title_changes,
    "record": describe_record,
}
"""The filters of the templates by name."""
