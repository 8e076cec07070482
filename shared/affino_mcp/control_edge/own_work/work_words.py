"""Says in words what a call did, for the person in whose name it was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from affino_mcp.audit.changes import Change
from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.log import describe_record
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.catalogue.capability import Access
from affino_mcp.text import plural

_OWN_DEEDS: Final[Mapping[str, str]] = {
    "take_back_change": "You took back a change of {record}",
    "end_session": "You ended a session",
    "end_app": "You ended an app",
    "end_all_sessions": "You ended all your sessions",
    "change_password": "You changed your password",
    "open_session": "You connected a client",
    "import_records": "You imported a file",
    "export_records": "You exported records",
}
"""What a person does at the Hub, by the name in the row."""
_READ_VERBS: Final[Mapping[str, str]] = {"list": "Listed", "get": "Looked at", "search": "Searched", "find": "Searched"}
_NAME_FIELDS: Final = ("Name", "Title", "Subject", "FileName")
_MOST_NAMED_FIELDS: Final = 3
_MOST_NAME_CHARACTERS: Final = 80


def describe_work(row: AuditRow, names: Mapping[str, str]) -> str:
    """Gives what the row's call did, as a sentence without a full stop; `names` are names of records by reference."""
    if row.channel == CONTROL_CHANNEL:
        return _describe_deed(row)
    if row.outcome is not Outcome.OK:
        return f"Tried to {_humanise(row.method)}"
    if row.changes and not row.dry_run:
        return _describe_changes(row, names)
    if row.access == Access.WRITE:
        return f"{_capitalise(_humanise(row.method))}: {row.result or 'nothing changed'}"
    return _describe_read(row)


def collect_names(rows: Iterable[AuditRow]) -> dict[str, str]:
    """Gives the names of records as far as these rows, newest first, tell them: by reference, the latest name."""
    found: dict[str, str] = {}
    for row in rows:
        for change in row.changes:
            if name := _find_name(change["fields"]):
                found.setdefault(change["record"], name)
    return found


def name_record(ref: str, names: Mapping[str, str]) -> str:
    """Gives a record for running text: `opportunity 12 (Q2 upsell)`, without the name where it is not known."""
    return f"{describe_record(ref)} ({names[ref]})" if ref in names else describe_record(ref)


def _describe_deed(row: AuditRow) -> str:
    words = _OWN_DEEDS.get(row.method, "You did: " + _humanise(row.method)).format(record=describe_record(row.record))
    return words if row.outcome is Outcome.OK else f"{words}: {_OUTCOMES.get(row.outcome, 'not done')}"


_OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.UNKNOWN: "it is not known whether it was done",
}


def _describe_changes(row: AuditRow, names: Mapping[str, str]) -> str:
    whole = [change for change in row.changes if change["deed"] != "changed"]
    own = [change for change in row.changes if change["record"] == row.record]
    main = next(iter([*(change for change in own if change in whole), *whole, *own, *row.changes]))
    others = len(row.changes) - 1
    words = _describe_change(main, names)
    return f"{words}, and {plural(others, 'other record')} with it" if others else words


def _describe_change(change: Change, names: Mapping[str, str]) -> str:
    record = name_record(change["record"], names)
    fields = list(dict.fromkeys(_name_field(name) for name in change["fields"]))
    if change["deed"] != "changed" or not fields:
        return f"{_capitalise(change['deed'] or 'changed')} {record}"
    more = len(fields) - _MOST_NAMED_FIELDS + change.get("left_out", 0)
    named = fields if more <= 1 and not change.get("left_out") else fields[:_MOST_NAMED_FIELDS]
    rest = [plural(more, "other attribute")] if len(named) < len(fields) or change.get("left_out") else []
    return f"Changed {_join_words([*named, *rest])} of {record}"


def _name_field(name: str) -> str:
    """An attribute by its name, and a part of a link to another record by that record: `media file 2`."""
    ref = name.partition(" ")[0]
    return describe_record(ref) if "#" in ref else name


def _describe_read(row: AuditRow) -> str:
    verb, _, noun = row.method.partition("_")
    if verb not in _READ_VERBS:
        return f"{_capitalise(_humanise(row.method))}{f': {row.result}' if row.result else ''}"
    if row.record and row.result.endswith(" read"):
        return f"{_READ_VERBS[verb]} {describe_record(row.record)}"
    return f"{_READ_VERBS[verb]} {noun.replace('_', ' ')}{f': {row.result}' if row.result else ''}"


def _find_name(fields: Mapping[str, Any]) -> str:
    for name in _NAME_FIELDS:
        if text := _side(fields, name):
            return text
    whole = " ".join(part for part in (_side(fields, "FirstName"), _side(fields, "LastName")) if part)
    return whole or _side(fields, "Email")


def _side(fields: Mapping[str, Any], name: str) -> str:
    """The value after the change, or before it where it is gone; empty for none."""
    pair = fields.get(name, {})
    return str(pair.get("after") or pair.get("before") or "")[:_MOST_NAME_CHARACTERS]


def _humanise(method: str) -> str:
    return method.replace("_", " ")


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _join_words(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
