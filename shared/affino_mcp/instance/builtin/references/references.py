"""References: codes that point to other records or to fixed lists.

References in arguments are checked; references in answers get names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from affino_mcp.catalogue.field import Field
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, record_key
from affino_mcp.instance.builtin.engine.records import Known, Place, Records
from affino_mcp.instance.builtin.references.fixed_lists import LISTS, look_up
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import InvalidArgument, NotFound

OPERATORS: Final = frozenset(("sections", "securities", "article_types", "article_categories", "media_categories"))
"""Kinds of records that operators own: no family of a profile switches them on, and some are open to some groups only.
"""

FAMILY_OF: Final = {"accounts": "accounts", "contacts": "contacts", "staff": "contacts", **{f: f for f in OPERATORS}}
"""Maps the target of a reference to the family of its records; any other target is a fixed list."""


def check(records: Records, change: Change, record: Record, values: Values) -> tuple[Values, Known]:
    """Checks the references among the values; returns the values with codes for names, and the records they point to.

    Unknown topics are left out with a warning; the argument is left out when no topic is known. The change fails when a
    referenced record is deleted before the commit. Raises InvalidArgument or NotFound, naming the argument.
    """
    found = {
        name: _from_list(change.call, record, name, _coded(records, record.writable[name], value))
        for name, value in values.items()
        if name in record.writable
    }
    checked = {name: value for name, value in found.items() if value != [] or values[name] == []}
    pointing = [f for f in record.fields if f.name in checked and checked[f.name] is not None and _family(f)]
    known = records.documents((_family(f), checked[f.name]) for f in pointing)
    for field in pointing:
        _must_be_there(change, field, checked[field.name], known)
    return checked, known


def _coded(records: Records, field: Field, value: Any) -> Any:
    family = _family(field)
    return code_of(records, field.name, family, value) if family in OPERATORS else value


def code_of(records: Records, argument: str, family: str, wanted: int | str | None) -> int | None:
    """Finds the code for a code or an exact name of an operator's record. Raises NotFound for an unknown name."""
    if not isinstance(wanted, str):
        return wanted
    code = records.taken(family, RECORDS[family].unique[0], wanted)
    if code is None:
        raise NotFound(argument, RECORDS[family].words)
    return code


def _family(field: Field) -> str:
    """The family that a field points to; "" for a fixed list, and for a field that is no reference."""
    if field.reference is None or field.reference.to in LISTS:
        return ""
    return FAMILY_OF[field.reference.to]


def _from_list(call: Call, record: Record, name: str, value: Any) -> Any:
    reference = record.writable[name].reference
    if reference is None or value is None or reference.to not in LISTS:
        return value
    if not isinstance(value, list):
        return look_up(name, reference.to, value)
    unknown = [code for code in value if code not in LISTS[reference.to]]
    if unknown:
        text = f"{name}: {', '.join(map(str, unknown))} not known; left out."
        call.warn(WarningCode.UNKNOWN_REFERENCE, name, text)
    return [code for code in value if code not in unknown]


def _must_be_there(change: Change, field: Field, code: int, known: Known) -> None:
    family = _family(field)
    found, what = known.get((family, code)), RECORDS[family].words
    if found is None or not _open(change.call, found):
        raise NotFound(field.name, what)
    if field.reference and field.reference.to == "staff" and not found.system.get("Staff"):
        raise InvalidArgument(field.name, f"{field.name} must be the UserCode of a member of staff.")
    change.must_exist(record_key(family, code), lambda _: NotFound(field.name, what))


def _open(call: Call, found: Document) -> bool:
    return record_security.READ not in found.record.writable or record_security.may_read(call.actor, found)


def pointed_to(call: Call, documents: Iterable[Document], names: Iterable[str] | None = None) -> list[Place]:
    """All `(family, code)` that the references of the documents point to; `names` limits the fields.

    The acting person is left out, because the call already has that person's name.
    """
    wanted = None if names is None else set(names)
    return [
        (_family(field), document.values[field.name])
        for document in documents
        for field in document.record.fields
        if _family(field) and document.values.get(field.name) and (wanted is None or field.name in wanted)
        if (_family(field), document.values[field.name]) != _myself(call)
    ]


def resolved(call: Call, field: Field, value: Any, known: Known) -> Any:
    """A reference as it appears in an answer: code and name; without the name where the call may not read the family."""
    assert field.reference is not None  # callers ask for references only
    if value is None:
        return None
    if field.reference.to == "topics":
        return [{"TopicCode": code, "Name": LISTS["topics"].get(code)} for code in value]
    if field.reference.to in LISTS:
        return {"Code": value, "Name": LISTS[field.reference.to].get(value)}
    return named(call, _family(field), value, known, always=field.reference.to in ("staff", *OPERATORS))


def named(call: Call, family: str, code: int, known: Known, always: bool = False) -> dict[str, Any]:
    """A record as code and name in an answer; `always` gives the name even when the call may not read the family."""
    answer: dict[str, Any] = {RECORDS[family].code: code}
    if not (always or call.reads(family)):
        return answer
    if (family, code) == _myself(call):
        return answer | {"Name": call.actor.name}
    found = known.get((family, code))
    return answer | {"Name": found.label if found else None}


def _myself(call: Call) -> Place:
    return FAMILY_OF["staff"], call.actor.user_code
