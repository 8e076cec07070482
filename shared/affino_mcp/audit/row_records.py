"""Which records a row concerns: its own, those that it changed, and those that its arguments name. And whose app called."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from affino_mcp.audit.channels import CALL_CHANNEL
from affino_mcp.audit.row import TEXT_LENGTHS
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.plain_text import plain
from affino_mcp.store.ops import Item

_FAMILIES_BY_ARGUMENT: Final[Mapping[str, str]] = {
    argument: record.family for record in RECORDS.values() for argument in (record.code, f"{record.code}s")
}
"""The kind of record that an argument names by its code, or by several."""


def concerns(row: Item, refs: Collection[str], names: Collection[str] = ()) -> bool:
    """True for a row, stored whole, that concerns one of these records (`accounts#12`), or names one in an argument.

    `names` are the records' names, folded by `plain`.
    """
    own = {str(row.get("record", "")).removeprefix("R#"), *row.get("records", ())}
    changed = {change["record"] for change in row.get("changes", ())}
    return not (own | changed).isdisjoint(refs) or any(
        place in refs or (isinstance(code, str) and plain(code) in names)
        for place, code in _named_in(row.get("arguments", {}))
    )


def is_of_call(row: Item, client_id: str | None, channel: str | None) -> bool:
    """True for a row, stored whole, of a call of this app and on this channel; None is any."""
    fits = client_id is None or is_of_client(row, client_id)
    return fits and channel in (None, row.get("channel", CALL_CHANNEL))


def is_of_client(row: Item, client_id: str) -> bool:
    """True for a row, stored whole, of a call of this app, whose id a row may hold the beginning of."""
    kept = str(row.get("client_id", ""))
    return kept == client_id or (len(kept) in TEXT_LENGTHS and client_id.startswith(kept))


def _named_in(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in arguments.items():
        if family := _FAMILIES_BY_ARGUMENT.get(name):
            for code in value if isinstance(value, list) else [value]:
                yield f"{family}#{code}", code
