"""The changes of a call for its audit row: per record the action, and per field the values before and after.

Every value is redacted like an argument and is one short text, number or flag; a link or another document becomes one
field for each of its parts. A row has little room, so values are shortened first; then fields are left out and counted,
then records.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from affino_mcp.audit.redact import WITHHELD_TEXT, is_digest, json_bytes, redact_name, redact_value, storable_text
from affino_mcp.late_pattern import late_pattern

if TYPE_CHECKING:
    from affino_mcp.instance.port import RecordChange

Change = dict[str, Any]
"""`{"record": "accounts#12", "deed": "changed", "fields": {"City": {"before": "Leeds", "after": "York"}}}`; an empty
side is missing, `left_out` counts the fields for which there was no room."""

MIN_CHANGES_BYTES: Final = 1500
"""Bytes that a row reserves for changes; changes may also use what the rest of the row leaves."""

_VALUE_CHARACTERS: Final = (120, 60, 20)
_MAX_FIELDS: Final = 60
_MAX_CODES: Final = 500
_CODES_IN_TEXT: Final = late_pattern(r"[0-9]{1,16}(?:, [0-9]{1,16})+")
_BEFORE_AND_AFTER: Final = ("before", "after")


class CodeList(str):
    """Record codes in one text, which is shortened only where the row has no room for it."""

    __slots__ = ()


def redact_changes(changed: Iterable[RecordChange], known: Iterable[str] = ()) -> tuple[Change, ...]:
    """Gives the redacted changes for a row, which truncates them later. `known` are secrets of this call, withheld."""
    secrets = tuple(known)
    return tuple(_build_change(each.record, each.kind, each.before, each.after, secrets) for each in changed)


def redact_told_changes(told: Iterable[Mapping[str, Any]], known: Iterable[str] = ()) -> tuple[Change, ...]:
    """Gives changes that an instance elsewhere tells in a row's form, redacted here once more; see `redact_changes`."""
    secrets = tuple(known)
    return tuple(_redact_told_change(each, secrets) for each in told)


def operator_changes(record: str, arguments: Mapping[str, Any]) -> tuple[Change, ...]:
    """Gives the changes of an operator's action from the `before` and `after` in the arguments of its row."""
    before, after = (arguments.get(side) for side in _BEFORE_AND_AFTER)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ()
    change = _build_change(record, "", before, after, ())
    return (change,) if change["fields"] else ()


def keep_shown_fields(change: Change, shows: Callable[[str], bool]) -> Change:
    """Gives the change with only the fields whose names `shows` accepts; the others are counted in `left_out`."""
    fields = {name: pair for name, pair in change["fields"].items() if shows(name)}
    return _count_left_out(change | {"fields": fields}, len(change["fields"]) - len(fields))


def change_lines(changes: Iterable[Change]) -> Iterator[tuple[str, str, str, Any, Any]]:
    """Yields one line per field: record, deed, field, before, after.

    One line without them for a record without fields.
    """
    for change in changes:
        head = change["record"], change["deed"]
        for name, pair in change["fields"].items():
            yield (*head, name, *(pair.get(side) for side in _BEFORE_AND_AFTER))
        if more := change.get("left_out"):
            yield (*head, f"(and {more} more)", None, None)
        elif not change["fields"]:
            yield (*head, "", None, None)


def truncate_changes(changes: Sequence[Change], room: int) -> list[Change]:
    """Gives the changes, truncated until they take at most `room` bytes (`room` is at least 2)."""
    kept = list(changes)
    for length in _VALUE_CHARACTERS:
        if json_bytes(kept) <= room:
            return kept
        kept = [_truncate_values(change, length) for change in changes]
    return kept if json_bytes(kept) <= room else _drop_to_fit(kept, room)


def _build_change(
    record: str, deed: str, before: Mapping[str, Any], after: Mapping[str, Any], secrets: Sequence[str]
) -> Change:
    names = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    pairs: list[tuple[str, Change]] = []
    for name in names[:_MAX_FIELDS]:
        old, new = (_redact_side(name, side.get(name), secrets) for side in (before, after))
        pairs += [
            (part, _before_and_after(*sides))
            for part, sides in _split_document(redact_name(name, secrets), old, new).items()
        ]
    return _count_left_out(
        _with_fields({"record": storable_text(record), "deed": storable_text(deed)}, pairs), len(names[_MAX_FIELDS:])
    )


def _redact_told_change(told: Mapping[str, Any], secrets: Sequence[str]) -> Change:
    pairs = [
        (
            redact_name(name, secrets),
            _before_and_after(*(_redact_told(name, pair.get(s), secrets) for s in _BEFORE_AND_AFTER)),
        )
        for name, pair in told["fields"].items()
    ]
    head = {"record": storable_text(told["record"]), "deed": storable_text(told["deed"])}
    return _count_left_out(_with_fields(head, pairs), told.get("left_out", 0))


def _redact_told(name: str, value: Any, secrets: Sequence[str]) -> Any:
    """A told value, redacted; codes in one text stay whole, as in a row of one's own."""
    if isinstance(value, str) and _CODES_IN_TEXT.fullmatch(value):
        return CodeList(value)
    return redact_value(name, value, 2 * _VALUE_CHARACTERS[0] + 1, secrets)


def _redact_side(name: str, value: Any, secrets: Sequence[str]) -> Any:
    """The redacted value; a list of codes is named in full, because a row says which members its call changed."""
    if isinstance(value, list) and value and all(type(part) is int for part in value[:_MAX_CODES]):
        return CodeList(", ".join(map(str, value[:_MAX_CODES])))
    return redact_value(name, value, _VALUE_CHARACTERS[0], secrets)


def _with_fields(change: Change, pairs: Sequence[tuple[str, Change]]) -> Change:
    """The change with those fields; of two fields with the same shortened name one is left out and counted."""
    fields = dict(pairs)
    return _count_left_out(change | {"fields": fields}, len(pairs) - len(fields))


def _split_document(name: str, before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    """The field, or one field for each part of a document that differs, or may differ because it is withheld."""
    if not all(side is None or (isinstance(side, dict) and not is_digest(side)) for side in (before, after)):
        return {name: (before, after)}
    pairs = {
        part: tuple((side or {}).get(part) for side in (before, after)) for part in {**(before or {}), **(after or {})}
    }
    differ = {f"{name} {part}": (old, new) for part, (old, new) in pairs.items() if old != new or old == WITHHELD_TEXT}
    return differ or {name: (before, after)}


def _before_and_after(before: Any, after: Any) -> Change:
    """The two sides, without an empty one."""
    sides = zip(_BEFORE_AND_AFTER, (_as_scalar(before), _as_scalar(after)), strict=True)
    return {side: value for side, value in sides if value is not None}


def _as_scalar(value: Any) -> Any:
    """A redacted value as one text, number or flag."""
    if is_digest(value):
        return f"{value['start']}… ({value['length']:,} characters)" if "start" in value else _render_length(value)
    if isinstance(value, list) and not any(isinstance(part, list | dict) for part in value):
        value = ", ".join(str(part) for part in value)
    elif isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, CodeList) else _truncate_text(value, 2 * _VALUE_CHARACTERS[0])


def _render_length(value: Change) -> str:
    return f"({value['length']:,} characters)"


def _truncate_text(value: Any, length: int) -> Any:
    return f"{value[:length]}…" if isinstance(value, str) and len(value) > length + 1 else value


def _truncate_values(change: Change, length: int) -> Change:
    pairs = change["fields"].items()
    shorter = [
        (_truncate_text(n, 60), {side: _truncate_text(v, length) for side, v in pair.items()}) for n, pair in pairs
    ]
    return _with_fields(change, shorter)


def _drop_to_fit(changes: Sequence[Change], room: int) -> list[Change]:
    """As many records as there is room for, by record and deed, then as many of their fields, in order."""
    kept = [_count_left_out(change | {"fields": {}}, len(change["fields"])) for change in changes]
    while kept and json_bytes([*kept, _more_records(len(changes))]) > room:
        kept.pop()
    ends = [_more_records(len(changes) - len(kept))] if len(kept) < len(changes) else []
    left = room - json_bytes(kept + ends)
    for place, (bare, change) in enumerate(zip(kept, changes, strict=False)):
        kept[place], left = _add_fitting_fields(bare, change["fields"], left)
    return kept + (ends if json_bytes(kept + ends) <= room else [])


def _add_fitting_fields(bare: Change, fields: Mapping[str, Change], left: int) -> tuple[Change, int]:
    """The record with as many of its fields, in order, as fit, and the bytes left after them."""
    taken: dict[str, Change] = {}
    for name, pair in fields.items():
        needed = json_bytes({name: pair})
        if needed > left:
            break
        taken[name], left = pair, left - needed
    return _count_left_out(bare | {"fields": taken}, -len(taken)), left


def _count_left_out(change: Change, more: int) -> Change:
    """The change with its count of left-out fields raised by `more`."""
    count = change.get("left_out", 0) + more
    rest = {name: value for name, value in change.items() if name != "left_out"}
    return rest | ({"left_out": count} if count else {})


def _more_records(count: int) -> Change:
    return {"record": f"(and {count} more)", "deed": "", "fields": {}}
