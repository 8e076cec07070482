"""What an entry of a list may be: checked values, a name of its own, a sound parent, and what is fixed once it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.catalogue.families.lists import (
    ACTIVE,
    LIST_RECORDS,
    MARKETING_PERMISSION,
    NAME,
    ORDER,
    ORDER_STEP,
    PARENT,
    PERMISSION,
    STAGE,
    STAGE_FLAGS,
)
from affino_mcp.catalogue.matching import Values, normalise_values
from affino_mcp.catalogue.record import Record
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.list_rows import StoredList
from affino_mcp.plain_text import plain
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

MAX_ENTRIES: Final = 300
"""Most entries of one list."""
MAX_PARENT_LEVELS: Final = 10
"""Most levels of entries above an entry."""


def find_entry(stored: StoredList, code: int) -> Document:
    """The entry of this code. Raises NotFound."""
    if code not in stored.entries:
        record = LIST_RECORDS[stored.family]
        raise NotFound(record.code, record.words)
    return stored.entries[code]


def complete_values(stored: StoredList, before: Document | None, given: Mapping[str, Any]) -> Values:
    """All values of the entry with the given ones; without `before`, those of a new entry.

    Raises InvalidArgument, naming the field, and Conflict (the name is taken, the list is full, the entry must stay).
    """
    record = LIST_RECORDS[stored.family]
    base = dict(before.values) if before else {**record.defaults, ORDER: _next_order(stored)}
    after = {**base, **normalise_values(record, given)}
    _require_filled(record, after)
    _require_own_name(stored, before, after)
    if after.get(PARENT) is not None:
        _require_parent(stored, before, after[PARENT])
    if stored.family == STAGE.family:
        _require_sound_flags(before, after)
    if before is None and len(stored.entries) >= MAX_ENTRIES:
        raise Conflict(f"There are {MAX_ENTRIES} {record.family} already; that is as many as one list can hold.")
    if before is not None and not after[ACTIVE]:
        require_removable(stored, before)
    return {name: value for name, value in after.items() if value is not None}


def require_removable(stored: StoredList, entry: Document) -> None:
    """Raises Conflict for an entry that cannot be switched off, because the service itself goes by it."""
    if stored.family == PERMISSION.family and entry.code == MARKETING_PERMISSION:
        text = "This permission cannot be switched off: adding people to a mailing list asks for it. It can be renamed."
        raise Conflict(text, argument=ACTIVE)
    others = [each for each in stored.entries.values() if each.values[ACTIVE] and each.code != entry.code]
    if stored.family == STAGE.family and not others:
        raise Conflict("The last stage cannot be switched off: a new opportunity needs one.", argument=ACTIVE)


def _next_order(stored: StoredList) -> int:
    last = stored.in_order[-1].values.get(ORDER, 0) if stored.entries else 0
    return min(int(last) + ORDER_STEP, 10**9)


def _require_filled(record: Record, values: Values) -> None:
    for name in dict.fromkeys((*record.required, ORDER, *record.defaults)):
        if values.get(name) in (None, ""):
            raise InvalidArgument(name, f"{name} must not be empty.")


def _require_own_name(stored: StoredList, before: Document | None, values: Values) -> None:
    """Names differ in more than case and accents, also from those that are switched off: they may be switched on again."""
    wanted = plain(values[NAME])
    if not wanted:
        raise InvalidArgument(NAME, f"{NAME} must hold something that can be seen.")
    others = (entry for entry in stored.entries.values() if before is None or entry.code != before.code)
    taken = next((entry for entry in others if plain(entry.values[NAME]) == wanted), None)
    if taken is not None:
        record = LIST_RECORDS[stored.family]
        off = "" if taken.values[ACTIVE] else " It is switched off; it can be switched on again."
        text = f"Another {record.words} has this name already.{off}"
        raise Conflict(text, argument=NAME, existing={record.code: taken.code})


def _require_parent(stored: StoredList, before: Document | None, parent: int) -> None:
    if parent not in stored.entries:
        raise InvalidArgument(PARENT, f"{PARENT}: there is no entry {parent} in this list.")
    above: int | None = parent
    for _ in range(MAX_PARENT_LEVELS):
        if above is None:
            return
        if before is not None and above == before.code:
            break
        above = stored.entries[above].values.get(PARENT)
    raise InvalidArgument(
        PARENT, f"{PARENT} lies below this entry itself, or more than {MAX_PARENT_LEVELS} levels deep."
    )


def _require_sound_flags(before: Document | None, values: Values) -> None:
    fixed = [flag for flag in STAGE_FLAGS if before is not None and values[flag] != before.values[flag]]
    if fixed:
        text = f"{fixed[0]} is fixed once a stage is made: opportunities are listed and counted by it."
        raise InvalidArgument(fixed[0], f"{text} Make another stage and switch this one off.")
    if values["Won"] and not values["Closed"]:
        raise InvalidArgument("Closed", "A stage in which opportunities are won must be closed.")
    if values["Open"] and values["Closed"]:
        raise InvalidArgument("Open", "A stage is open or closed, or neither; it cannot be both.")
