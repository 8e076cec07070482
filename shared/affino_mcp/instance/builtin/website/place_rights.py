"""Explains to operators what one person may do in each section or forum, and which right or group decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.places import ActionVerdict, PlaceRights
from affino_mcp.instance.port import Actor
from affino_mcp.value_class import value_class


@value_class
class PlaceAction:
    """An action in a place.

    `right` is what the person needs; `guard_attributes` are the guard attributes that must name one of the person's groups.
    """

    name: str
    right: str
    guard_attributes: tuple[str, ...]


PLACE_ACTIONS: Final[Mapping[str, tuple[PlaceAction, ...]]] = {
    SECTION.family: (
        PlaceAction("read", f"{Family.ARTICLES}.read", (record_security.READ_ACTION,)),
        PlaceAction("write", f"{Family.ARTICLES}.write", (record_security.READ_ACTION, record_security.WRITE_ACTION)),
        PlaceAction(
            "publish",
            f"{Family.ARTICLES}.publish",
            (record_security.READ_ACTION, record_security.WRITE_ACTION, record_security.PUBLISH_ACTION),
        ),
    ),
    FORUM.family: (
        PlaceAction("read", f"{Family.FORUMS}.read", (record_security.READ_ACTION,)),
        PlaceAction("post", f"{Family.FORUMS}.post", (record_security.READ_ACTION, record_security.POST_ACTION)),
    ),
}
"""The actions in each kind of place."""


def list_place_rights(records: Records, kind: str, person: Actor, at: datetime) -> list[PlaceRights]:
    """All places of a kind (a key of DEEDS) by code, with the person's rights in each: one query and one batch read."""
    found = operator_records.list_operator_records(records, kind)
    return [_explain_place(guard, PLACE_ACTIONS[kind], person, at) for guard in found]


def _explain_place(guard: Document, deeds: Sequence[PlaceAction], person: Actor, at: datetime) -> PlaceRights:
    return PlaceRights(guard.code, str(guard.label), [explain_action(guard, deed, person, at) for deed in deeds])


def explain_action(guard: Document, deed: PlaceAction, person: Actor, at: datetime) -> ActionVerdict:
    """Explains one action in one place for the person."""
    missing = [] if person.has_right(deed.right, at) else [f"needs the right {deed.right}"]
    missing += [
        _missing_group(guard, ask) for ask in deed.guard_attributes if not record_security.may_act(person, guard, ask)
    ]
    return ActionVerdict(
        deed.name, not missing, list(dict.fromkeys(missing)) or _reasons(person, guard, deed.guard_attributes[-1])
    )


def _missing_group(guard: Document, ask: str) -> str:
    if record_security.is_closed(guard, ask):
        return "is closed"
    named = guard.values.get(ask, ())
    return f"needs the group {' or '.join(named)}" if named else "is open to no group"


def _reasons(person: Actor, guard: Document, ask: str) -> list[str]:
    named = guard.values.get(ask, ())
    if record_security.EVERYBODY in named:
        return ["open to everybody"]
    return [f"group {group}" for group in person.groups if group in named]
