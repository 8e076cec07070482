"""A row of the API Log: one call, allowed or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from affino_mcp.audit.changes import LEAST, Change, fitted, of_operator
from affino_mcp.audit.redact import digest, plain, weight
from affino_mcp.clock import seconds
from affino_mcp.store.ops import Item, Key

RETENTION_DAYS: Final = 400
"""Days for which a row is kept."""

EVERYBODY: Final = "E"
"""The partition of index ByTime: all calls (docs/decisions/0019 weighs why it is one)."""

CONTROL: Final = "control"
"""The channel of operators' actions, which are no calls; their rows' arguments hold `before` and `after`."""

ROOM: Final = 7500
"""The most bytes of a row without its keys, so that the whole row stays below 8 KB."""

_ROOMS: Final = ((200, 20, True), (60, 8, True), (60, 8, False), (20, 2, False))
"""Limits tried in turn until the row fits: length of a text, entries of a list, whether arguments are kept."""


class Outcome(StrEnum):
    """How the call ended: done, rejected by the tool, or refused before a tool ran."""

    OK = "ok"
    ERROR = "error"
    REFUSED = "refused"


class Stamp(NamedTuple):
    """The id and the moment of a new row: a ULID, and ISO 8601 in UTC."""

    id: str
    at: str


@dataclass(frozen=True)
class Row:
    """The record of one call.

    `arguments` and `changes` are redacted, `result` is a summary. `duration_ms` is the method's time, `gate_ms` the
    gate's time before it. `warnings` mean that arguments were partially ignored, `error` that the call was rejected.
    `confirmed` is how the person confirmed a call that needed it. `count` is above 1 only in the aggregate row of a
    storm of refusals.
    """

    id: str
    at: str
    profile_key: str
    profile_name: str
    method: str
    outcome: Outcome
    status: int
    family: str = ""
    access: str = ""
    person_code: int | None = None
    person_name: str = ""
    person_email: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    warnings: Sequence[dict[str, Any]] = ()
    record: str = ""
    records: Sequence[str] = ()
    result: str = ""
    changes: Sequence[Change] = ()
    duration_ms: int = 0
    gate_ms: int = 0
    request_id: str = ""
    fingerprint: str = ""
    client_name: str = ""
    client_version: str = ""
    source: str = ""
    channel: str = "mcp"
    dry_run: bool = False
    confirmed: str = ""
    count: int = 1

    def document(self) -> dict[str, Any]:
        """Gives the row as plain JSON values, with texts and lists truncated until the row fits its limit."""
        document: dict[str, Any] = {}
        needed = min(weight(self.changes), LEAST)
        for text, entries, with_arguments in _ROOMS:
            document = {f.name: _cut(getattr(self, f.name), text, entries) for f in fields(self) if f.name != "changes"}
            document["arguments"] = self.arguments if with_arguments else {"(left out)": digest(str(self.arguments))}
            document["changes"] = []
            if weight(document) + needed <= ROOM:
                break
        document["changes"] = fitted(self.changes, ROOM - weight(document))
        return document

    @classmethod
    def of(cls, document: Item) -> Row:
        """Makes the row from `document()` or from an item; an operator's action gets its changes from its arguments."""
        known = {f.name for f in fields(cls)}
        row = cls(**{name: value for name, value in document.items() if name in known})
        ref = row.record.removeprefix("R#")
        return replace(
            row,
            outcome=Outcome(row.outcome),
            record=ref,
            records=tuple(row.records),
            warnings=tuple(row.warnings),
            changes=tuple(row.changes) or (of_operator(ref, row.arguments) if row.channel == CONTROL else ()),
        )


def _cut(value: Any, text: int, entries: int) -> Any:
    match value:
        case None | bool() | int():
            return value
        case dict():
            return {_short(name, text): _flat(part, text) for name, part in list(value.items())[:entries]}
        case list() | tuple():
            return [_cut(part, text, entries) for part in value[:entries]]
    return _short(value, text)


def _flat(value: Any, text: int) -> Any:
    return value if isinstance(value, int | None) else _short(value, text)


def _short(value: Any, text: int) -> str:
    return plain(str(value))[:text]


def key(row: Row) -> Key:
    """Gives the row's key: one partition per profile, sorted by time, which the ULID contains."""
    return Key(profile(row.profile_key), row.id)


def item(row: Row) -> Item:
    """Gives the row as stored: its document, its keys, and the attributes of the three indexes."""
    place, moment = key(row), datetime.fromisoformat(row.at)
    found = row.document() | place._asdict() | {"everybody": EVERYBODY, "ttl": expiry(moment)}
    found.pop("record")
    if row.person_code is not None:
        found["person"] = person(row.person_code)
    if row.record:
        found["record"] = record(_short(row.record, 200))
    return found


def expiry(moment: datetime) -> int:
    """Gives the TTL of a row of this moment, in seconds since the epoch."""
    return seconds(moment) + RETENTION_DAYS * 86_400


def profile(key: str) -> str:
    """Gives the table's partition for a profile's calls."""
    return f"P#{key}"


def person(code: int) -> str:
    """Gives the partition of index ByPerson for a person's calls."""
    return f"U#{code}"


def totals(profile_key: str | None) -> str:
    """Gives the table's partition for the hourly totals of a profile, or of all profiles (None)."""
    return f"T#{profile_key or '*'}"


def record(name: str) -> str:
    """Gives the partition of index ByRecord for a record such as `accounts#12`."""
    return f"R#{name}"
