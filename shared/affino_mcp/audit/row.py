"""A row of the API Log: one call, allowed or refused (R120, R121)."""

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
"""How long a row is kept."""

EVERYBODY: Final = "E"
"""The partition of index ByTime: all calls (docs/decisions/0019 weighs why it is one)."""

CONTROL: Final = "control"
"""The channel of operators' own actions, which are in the log and are no calls; their arguments say before and after."""

ROOM: Final = 7500
"""Bytes of a row without its keys: the whole stays below 8 KB."""

_ROOMS: Final = ((200, 20, True), (60, 8, True), (60, 8, False), (20, 2, False))
"""What is tried in turn until the row fits: length of a text, entries of a list, whether the arguments are kept."""


class Outcome(StrEnum):
    """How the call ended: done, the tool said no, or refused before any tool ran."""

    OK = "ok"
    ERROR = "error"
    REFUSED = "refused"


class Stamp(NamedTuple):
    """The identity and the moment of a new row: a ULID and ISO 8601 in UTC."""

    id: str
    at: str


@dataclass(frozen=True)
class Row:
    """What is kept about one call.

    `arguments` come from `redact`, `changes` from `told`, `result` from `summary`. `duration_ms` is the method's time,
    `gate_ms` what the gate took before it. `warnings` mean that arguments were partially ignored, `error` that the call was
    rejected (R123). `confirmed` says how the person has confirmed a call that had to be. `count` is above 1 only on the one
    counting row of a storm of refused calls.
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
        """The row as plain JSON values, its texts and lists cut until the whole fits in its room."""
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
        """The row from `document()` or from an item of the table; an operator's action says what it changed like a call."""
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
    """Where the row lives: one partition per profile, in the order of time, which the ULID holds."""
    return Key(profile(row.profile_key), row.id)


def item(row: Row) -> Item:
    """The row as stored: its document, its keys, and the attributes that the three indexes read."""
    place, moment = key(row), datetime.fromisoformat(row.at)
    found = row.document() | place._asdict() | {"everybody": EVERYBODY, "ttl": expiry(moment)}
    found.pop("record")
    if row.person_code is not None:
        found["person"] = person(row.person_code)
    if row.record:
        found["record"] = record(_short(row.record, 200))
    return found


def expiry(moment: datetime) -> int:
    """When the table may forget what was written about this moment, in seconds since the epoch."""
    return seconds(moment) + RETENTION_DAYS * 86_400


def profile(key: str) -> str:
    """The table's partition for a profile's calls."""
    return f"P#{key}"


def person(code: int) -> str:
    """The partition of index ByPerson for a person's calls."""
    return f"U#{code}"


def totals(profile_key: str | None) -> str:
    """The table's partition for the hourly totals of a profile, or of everybody."""
    return f"T#{profile_key or '*'}"


def record(name: str) -> str:
    """The partition of index ByRecord for a record, named `accounts#12`."""
    return f"R#{name}"
