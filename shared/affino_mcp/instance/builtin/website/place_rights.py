"""Explains to operators what one person may do in each section or forum, and which right or group decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.port import ActionVerdict, Actor, PlaceRights


@dataclass(frozen=True)
class Deed:
    """An action in a place.

    `right` is what the person needs; `asks` are the guard attributes that must name one of the person's groups.
    """

    name: str
    right: str
    asks: tuple[str, ...]


DEEDS: Final[Mapping[str, tuple[Deed, ...]]] = {
    SECTION.family: (
        Deed("read", f"{Family.ARTICLES}.read", (record_security.READ,)),
        Deed("write", f"{Family.ARTICLES}.write", (record_security.READ, record_security.WRITE)),
        Deed(
            "publish",
            f"{Family.ARTICLES}.publish",
            (record_security.READ, record_security.WRITE, record_security.PUBLISH),
        ),
    ),
    FORUM.family: (
        Deed("read", f"{Family.FORUMS}.read", (record_security.READ,)),
        Deed("post", f"{Family.FORUMS}.post", (record_security.READ, record_security.POST)),
    ),
}
"""The actions in each kind of place."""


def places(records: Records, kind: str, person: Actor, at: datetime) -> list[PlaceRights]:
    """All places of a kind (a key of DEEDS) by code, with the person's rights in each: one query and one batch read."""
    found = operator_records.everything(records, kind)
    return [_explained(guard, DEEDS[kind], person, at) for guard in found]


def _explained(guard: Document, deeds: Sequence[Deed], person: Actor, at: datetime) -> PlaceRights:
    return PlaceRights(guard.code, str(guard.label), [explained(guard, deed, person, at) for deed in deeds])


def explained(guard: Document, deed: Deed, person: Actor, at: datetime) -> ActionVerdict:
    """Explains one action in one place for the person."""
    missing = [] if person.has(deed.right, at) else [f"needs the right {deed.right}"]
    missing += [_needed(guard, ask) for ask in deed.asks if not record_security.allows(person, guard, ask)]
    return ActionVerdict(deed.name, not missing, list(dict.fromkeys(missing)) or _reasons(person, guard, deed.asks[-1]))


def _needed(guard: Document, ask: str) -> str:
    named = guard.values.get(ask, ())
    return f"needs the group {' or '.join(named)}" if named else "is open to no group"


def _reasons(person: Actor, guard: Document, ask: str) -> list[str]:
    named = guard.values.get(ask, ())
    if record_security.EVERYBODY in named:
        return ["open to everybody"]
    return [f"group {group}" for group in person.groups if group in named]
