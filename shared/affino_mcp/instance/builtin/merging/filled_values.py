"""The attributes of a merge: what the kept record has not is taken from the other one, and nothing of it is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from affino_mcp.catalogue.record import Record
from affino_mcp.plain_text import plain
from affino_mcp.telephone_numbers import phone_digits
from affino_mcp.value_class import work_class


@work_class
class FilledValues:
    """The values that the kept record takes over, and those of the other one that it does not take, by attribute."""

    filled: dict[str, Any] = field(default_factory=dict)
    different: dict[str, Any] = field(default_factory=dict)


def fill_values(record: Record, kept: Mapping[str, Any], merged: Mapping[str, Any]) -> FilledValues:
    """Compares two records of a kind, attribute by attribute; lists of codes are joined as far as they have room."""
    found = FilledValues()
    for name, theirs in merged.items():
        ours = kept.get(name)
        if theirs in ("", []) or name not in record.writable or _is_same(record, name, ours, theirs):
            continue
        if ours in (None, "", []):
            found.filled[name] = theirs
        elif isinstance(theirs, list):
            _join_codes(record, name, ours, theirs, found)
        else:
            found.different[name] = theirs
    _spread_addresses(record, kept, found)
    return found


def _is_same(record: Record, name: str, ours: Any, theirs: Any) -> bool:
    if ours == theirs:
        return True
    if not (isinstance(ours, str) and isinstance(theirs, str)):
        return False
    is_number = name in record.phones and phone_digits(ours) and phone_digits(ours) == phone_digits(theirs)
    return bool(is_number) or plain(ours) == plain(theirs)


def _join_codes(record: Record, name: str, ours: list[int], theirs: list[int], found: FilledValues) -> None:
    more = [code for code in theirs if code not in ours]
    most = record.writable[name].kind.schema.get("maxItems", len(ours) + len(more))
    room = most - len(ours)
    if taken := more[:room]:
        found.filled[name] = [*ours, *taken]
    if left := more[room:]:
        found.different[name] = left


def _spread_addresses(record: Record, kept: Mapping[str, Any], found: FilledValues) -> None:
    """An address that has no room in its own attribute goes into the further one that counts with it, when that is empty."""
    for further, main in record.same_values.items():
        if main not in found.different or kept.get(further):
            continue
        own = found.filled.pop(further, None)
        found.filled[further] = found.different.pop(main)
        if own is not None:
            found.different[further] = own
