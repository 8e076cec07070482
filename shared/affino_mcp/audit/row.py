"""A row of the API Log: one call, allowed or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, NamedTuple

from affino_mcp.audit.changes import MIN_CHANGES_BYTES, Change, operator_changes, truncate_changes
from affino_mcp.audit.channels import CALL_CHANNEL, CONTROL_CHANNEL, IMPORT_CHANNEL
from affino_mcp.audit.redact import digest_text, json_bytes, truncate_text, truncate_value
from affino_mcp.clock import epoch_seconds, format_iso
from affino_mcp.store.ops import Item, Key
from affino_mcp.ulids import ulid_moment
from affino_mcp.value_class import value_class

RETENTION_DAYS: Final = 400
"""Days for which a row is kept."""

ALL_CALLS_PARTITIONS: Final = ("E0", "E1", "E2", "E3")
"""The partitions of index ByTime, which together hold all calls: one would take too few writes (docs/decisions/0064)."""

STORM_METHOD: Final = "(many)"
"""The method of the row that counts a storm's refusals; its count is raised until the storm's minute is over."""

MAX_ROW_BYTES: Final = 7500
"""The most bytes of a row without its keys, so that the whole row stays below 8 KB."""

_TRUNCATION_STEPS: Final = ((200, 20, True), (60, 8, True), (60, 8, False), (20, 2, False))
"""Limits tried in turn until the row fits: length of a text, entries of a list, whether arguments are kept."""
TEXT_LENGTHS: Final = frozenset(length for length, _, _ in _TRUNCATION_STEPS)
"""The lengths of texts that a row may hold the beginning of."""


FIRST_SHARE: Final = "1 of "
"""How the share of a change in shares begins whose row counts as the call."""


class Outcome(StrEnum):
    """How the call ended.

    Done; rejected by the tool; refused before a tool ran; not known, as a write was sent and not answered; the rest of a change
    in shares, not made. An operator's action may be begun: a second row of its request says done, not done, or not known.
    """

    OK = "ok"
    ERROR = "error"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    INCOMPLETE = "incomplete"
    BEGUN = "begun"
    NOT_DONE = "not_done"


class RowStamp(NamedTuple):
    """The id and the moment of a new row: a ULID, and ISO 8601 in UTC."""

    id: str
    at: str


@value_class
class AuditRow:
    """The record of one call.

    `arguments` and `changes` are redacted, `result` is a summary. `duration_ms` is the method's time, `gate_ms` the gate's
    before it. `warnings` mean that arguments were partially ignored, `error` that the call was rejected. `confirmed` is how
    the person confirmed a call that needed it. `share` is "2 of 3" for the second part of a change in three transactions, with a
    row each. `profile_version` is that of the profile that decided, `toolset` what the connection narrows it to. `denied_by` is
    what denies what a report is about. `door` is the form of the credentials: headers, packed, connect or oauth; of an app
    at the OAuth door, `client_id` names it as `client_proof` (cimd, secret, none) has proven, and `grant` is a fingerprint.
    `count` is above 1 only in the row of a storm of refusals.
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
    channel: str = CALL_CHANNEL
    dry_run: bool = False
    confirmed: str = ""
    share: str = ""
    profile_version: str = ""
    toolset: str = ""
    denied_by: str = ""
    door: str = ""
    client_id: str = ""
    client_proof: str = ""
    grant: str = ""
    count: int = 1

    @property
    def calls(self) -> int:
        """The number of calls that the row stands for: 0 for what no agent called, and where another row counts its call.

        A change in shares is counted by the row of its first share, a call that was begun by its closing row.
        """
        is_first_share = not self.share or self.share.startswith(FIRST_SHARE)
        is_call = self.channel not in (CONTROL_CHANNEL, IMPORT_CHANNEL) and self.outcome is not Outcome.BEGUN
        return self.count if is_call and is_first_share else 0

    def to_document(self) -> dict[str, Any]:
        """Gives the row as plain JSON values, with texts and lists truncated until the row fits its limit."""
        return _USUAL | self.said

    @cached_property
    def said(self) -> dict[str, Any]:
        """The fields of the document that may have another value than the usual one."""
        said: dict[str, Any] = {}
        needed, size = min(json_bytes(self.changes), MIN_CHANGES_BYTES) if self.changes else 0, 0
        for text, entries, with_arguments in _TRUNCATION_STEPS:
            brief = zip(_BRIEF_FIELDS, _read_brief_fields(self), _DEFAULTS, strict=True)
            said = {n: truncate_value(value, text, entries) for n, value, usual in brief if value is not usual}
            said["arguments"] = self.arguments if with_arguments else {"(left out)": digest_text(str(self.arguments))}
            size = json_bytes(_USUAL | said)
            if size + needed <= MAX_ROW_BYTES:
                break
        if self.changes:
            said["changes"] = truncate_changes(self.changes, MAX_ROW_BYTES - size)
        return said

    @classmethod
    def from_document(cls, document: Item) -> AuditRow:
        """Makes the row from `to_document()`, an item or an index's entry, which lacks much; an operator's gets its changes."""
        known = {f.name for f in fields(cls)}
        stored = {**_read_keys(document), **document} if "sk" in document else document
        row = cls(**{name: value for name, value in stored.items() if name in known})
        ref = row.record.removeprefix("R#")
        return replace(
            row,
            outcome=Outcome(row.outcome),
            record=ref,
            records=tuple(row.records),
            warnings=tuple(row.warnings),
            changes=tuple(row.changes)
            or (operator_changes(ref, row.arguments) if row.channel == CONTROL_CHANNEL else ()),
        )


def row_key(row: AuditRow) -> Key:
    """Gives the row's key: one partition per profile, sorted by time, which the ULID contains."""
    return Key(profile_partition(row.profile_key), row.id)


def row_item(row: AuditRow) -> Item:
    """Gives the row as stored: its keys, the attributes of the three indexes, and of its document what they do not say.

    A field that has its usual value is not stored.
    """
    place, moment = row_key(row), datetime.fromisoformat(row.at)
    said = row.said.items()
    found = {name: value for name, value in said if value != _USUAL[name] and name not in _KEY_FIELDS}
    found |= place._asdict() | {"everybody": all_calls_partition(row.id), "ttl": expires_at(moment)}
    if row.person_code is not None:
        found["person"] = person_partition(row.person_code)
    if row.record:
        found["record"] = record_partition(truncate_text(row.record, 200))
    return found


_OWN_RULE: Final = ("arguments", "changes")
"""The fields that are truncated by a rule of their own."""
_BRIEF_FIELDS: Final = tuple(f.name for f in fields(AuditRow) if f.name not in _OWN_RULE)
_DEFAULTS: Final = tuple(f.default for f in fields(AuditRow) if f.name not in _OWN_RULE)
_read_brief_fields: Final = attrgetter(*_BRIEF_FIELDS)
_KEY_FIELDS: Final = frozenset({"id", "profile_key", "person_code", "record"})
"""The fields that a stored row's keys hold."""
_USUAL: Final[dict[str, Any]] = {
    **{f.name: [] if f.default == () else f.default for f in fields(AuditRow) if f.name != "changes"},
    "arguments": {},
    "changes": [],
}
"""The usual value of each field that has one, as a document holds it, which ends with the changes."""


def _read_keys(item: Item) -> dict[str, Any]:
    """The fields that a stored row's keys say, and a time and a name for an index's entry, which has none."""
    id_, person = str(item["sk"]), str(item.get("person", ""))
    found: dict[str, Any] = {"id": id_, "profile_key": str(item["pk"]).removeprefix("P#"), "profile_name": ""}
    found["person_code"] = int(person.removeprefix("U#")) if person else None
    return found if "at" in item else found | {"at": format_iso(ulid_moment(id_))}


def expires_at(moment: datetime) -> int:
    """Gives the TTL of a row of this moment, in seconds since the epoch."""
    return epoch_seconds(moment) + RETENTION_DAYS * 86_400


def all_calls_partition(id_: str) -> str:
    """Gives the partition of index ByTime for the row of this id, by its last character, which is random."""
    return ALL_CALLS_PARTITIONS[ord(id_[-1]) % len(ALL_CALLS_PARTITIONS)]


def is_signed(item: Item) -> bool:
    """True for a row of index ByTime, whose rows the log's digests list. No other row is one of the log's, nor shown."""
    return bool(item.get("everybody") == all_calls_partition(str(item["sk"])))


def profile_partition(key: str) -> str:
    """Gives the table's partition for a profile's calls."""
    return f"P#{key}"


def person_partition(code: int) -> str:
    """Gives the partition of index ByPerson for a person's calls."""
    return f"U#{code}"


def totals_partition(profile_key: str | None) -> str:
    """Gives the table's partition for the hourly totals of a profile, or of all profiles (None)."""
    return f"T#{profile_key or '*'}"


def job_partition(job: str) -> str:
    """Gives the table's partition for what a job of housekeeping notes between its turns."""
    return f"H#{job}"


def record_partition(name: str) -> str:
    """Gives the partition of index ByRecord for a record such as `accounts#12`."""
    return f"R#{name}"
