"""Says in sentences what follows from a change of an entry: who gains and who loses what, and which records show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.structure import StructureKind
from affino_mcp.instance.builtin.access.record_security import (
    EVERYBODY,
    POST_ACTION,
    PUBLISH_ACTION,
    READ_ACTION,
    WRITE_ACTION,
)

ACTION_VERBS: Final = {
    READ_ACTION: "see what is in it",
    WRITE_ACTION: "write in it",
    PUBLISH_ACTION: "publish in it",
    POST_ACTION: "post in it",
}
_COMMENTS_TEXTS: Final = {
    "open": "Comments on its articles are shown at once.",
    "moderated": "Comments on its articles wait until a moderator approves them.",
    "closed": "Its articles take no more comments.",
}


def list_consequences(kind: StructureKind, before: Mapping[str, Any], after: Mapping[str, Any], uses: str) -> list[str]:
    """What follows from new values for an entry that exists; `uses` says which records use it, with their numbers."""
    return [
        *_shown_elsewhere(before, after, uses),
        *_group_changes(before, after),
        *_switch_changes(kind, before, after),
    ]


def list_access(after: Mapping[str, Any]) -> list[str]:
    """Who may do what under a new entry that names groups."""
    return [
        f"May {verb}: {_name_groups(after[name])}."
        for name, verb in ACTION_VERBS.items()
        if after.get(name) is not None
    ]


def _shown_elsewhere(before: Mapping[str, Any], after: Mapping[str, Any], uses: str) -> Iterator[str]:
    if uses and "Name" in after:
        yield f"Its name changes for {uses}."
    if uses and "Channel" in after:
        yield f"It moves from the channel {before['Channel']} to {after['Channel']}, with {uses}."


def _group_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name, verb in ACTION_VERBS.items():
        if name in after:
            old, new = set(before.get(name) or ()), set(after[name] or ())
            if EVERYBODY not in new and (lost := old - new):
                yield f"Can no longer {verb}: {_name_groups(lost)}."
            if EVERYBODY not in old and (gained := new - old):
                yield f"Can {verb} from now on: {_name_groups(gained)}."


def _switch_changes(kind: StructureKind, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if "Open" in after:
        does = "posts" if kind.record is FORUM else "writes or publishes"
        yield f"It is {'opened again' if after['Open'] else f'closed: nobody {does} in it'}."
    if "Moderated" in after:
        yield f"Posts {'wait until a moderator approves them' if after['Moderated'] else 'are shown at once'}."
    if "Comments" in after:
        yield _COMMENTS_TEXTS[after["Comments"]]


def _name_groups(groups: Iterable[str]) -> str:
    return ", ".join(sorted(groups)) or "nobody"
