"""References: codes that point to other records or to entries of lists.

References in arguments are checked; references in answers get names, and so does the record that is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from affino_mcp.catalogue.families.lists import LIST_RECORDS
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.record import LENGTH, STAMP_FIELDS, Field, Record
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, is_long_text, record_key
from affino_mcp.instance.builtin.engine.list_rows import is_list, whole_list
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.references.list_entries import (
    entry_name,
    find_list_code,
    is_choosable,
    unknown_entry,
    warn_of_synonym,
)
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.tool_errors import NotFound

OPERATOR_FAMILIES: Final = frozenset(
    ("sections", "securities", "article_types", "article_categories", "media_categories")
)
"""Kinds of records that operators own: no family of a profile switches them on, and some are open to some groups only.
"""
REFERENCE_FAMILIES: Final = {
    "accounts": "accounts",
    "contacts": "contacts",
    "staff": "contacts",
    **{f: f for f in (*OPERATOR_FAMILIES, *LIST_RECORDS)},
}
"""Maps the target of a reference to the family of its records, or of the entries of its list."""
STAFF_WORDS: Final = "member of staff"
_SUMMARY_STAMPS: Final = ("CreatedDate", "UpdatedDate")


def check_references(
    records: Records, change: Change, record: Record, values: Values, carried: Mapping[str, Any] | None = None
) -> tuple[Values, KnownRecords]:
    """Checks the references among the values; returns the values with codes for names, and the records they point to.

    Unknown topics are left out with a warning; the argument is left out when no topic is known. The change fails when a
    referenced record is deleted before the commit. `carried` are the record's values so far: an entry of a list that it
    carries may stay when it is switched off. Raises InvalidArgument or NotFound, naming the argument.
    """
    fields = [record.writable[name] for name in values if name in record.writable]
    found = {field.name: _resolve_operator_code(records, field, values[field.name]) for field in fields}
    pointing = [f for f in record.fields if found.get(f.name) is not None and _target_family(f)]
    known = records.load_documents(_reference(f, found[f.name]) for f in pointing)
    for field in pointing:
        if is_list(_target_family(field)):
            found[field.name] = _check_list(change.call, field, found[field.name], known, carried or {})
        else:
            _require_target(change, field, found[field.name], known)
    return {name: value for name, value in found.items() if value != [] or values[name] == []}, known


def _reference(field: Field, value: Any) -> RecordRef:
    """What a field's value points to: a record, or the whole list of an entry's code or name."""
    family = _target_family(field)
    return whole_list(family) if is_list(family) else RecordRef(family, value)


def _resolve_operator_code(records: Records, field: Field, value: Any) -> Any:
    family = _target_family(field)
    return find_operator_code(records, field.name, family, value) if family in OPERATOR_FAMILIES else value


def find_operator_code(records: Records, argument: str, family: str, wanted: int | str | None) -> int | None:
    """Finds the code for a code or an exact name of an operator's record. Raises NotFound for an unknown name."""
    if not isinstance(wanted, str):
        return wanted
    code = records.find_by_unique(family, RECORDS[family].unique[0], wanted)
    if code is None:
        raise NotFound(argument, RECORDS[family].words)
    return code


def _target_family(field: Field) -> str:
    """The family that a field points to; "" for a field that is no reference."""
    return REFERENCE_FAMILIES[field.reference.target] if field.reference else ""


def _check_list(call: Call, field: Field, value: Any, known: KnownRecords, carried: Mapping[str, Any]) -> Any:
    """The code, or codes, for what a field of a list was given; entries that cannot be chosen are left out of several."""
    family, had = _target_family(field), carried.get(field.name)
    if not isinstance(value, list):
        found = find_list_code(known, field.name, family, value, [had] if had else ())
        warn_of_synonym(call, field.name, known, RecordRef(family, found or 0), value)
        return found
    unknown = [code for code in value if not is_choosable(known, family, code, had or ()) and code not in (had or ())]
    if unknown and field.reference and field.reference.all_known:
        raise unknown_entry(field.name, unknown[0], known, family)
    if unknown:
        text = f"{field.name}: {', '.join(map(str, unknown))} not known; left out."
        call.warn(WarningCode.UNKNOWN_REFERENCE, field.name, text)
    return [code for code in value if code not in unknown]


def _require_target(change: Change, field: Field, code: int, known: KnownRecords) -> None:
    family, staff = _target_family(field), field.reference is not None and field.reference.target == "staff"
    found, what = known.get(RecordRef(family, code)), STAFF_WORDS if staff else RECORDS[family].words
    if found is None or not _is_open(change.call, found) or (staff and not found.system.get("Staff")):
        raise NotFound(field.name, what)
    change.require_existing(record_key(family, code), lambda _: NotFound(field.name, what))


def _is_open(call: Call, found: Document) -> bool:
    return record_security.READ_ACTION not in found.record.writable or record_security.may_read(call.actor, found)


def list_targets(document: Document) -> dict[str, RecordRef]:
    """The records that the references of a document point to, by attribute; entries of lists are no records."""
    fields = ((field.name, _target_family(field)) for field in document.record.fields)
    return {
        name: RecordRef(family, code)
        for name, family in fields
        if family and not is_list(family) and (code := document.values.get(name))
    }


def reference_targets(call: Call, documents: Iterable[Document], names: Iterable[str] | None = None) -> list[RecordRef]:
    """What the references of the documents point to: `(family, code)` of records, and lists; `names` limits the fields.

    The acting person is left out, because the call already has that person's name.
    """
    wanted = None if names is None else set(names)
    return [
        _reference(field, document.values[field.name])
        for document in documents
        for field in document.record.fields
        if _target_family(field) and document.values.get(field.name) and (wanted is None or field.name in wanted)
        if (_target_family(field), document.values[field.name]) != _acting_person(call)
    ]


def summary_lists(record: Record) -> list[RecordRef]:
    """The lists whose entries the rows of a list of such records name."""
    families = [_target_family(record.writable[name]) for name in record.summary]
    return [whole_list(family) for family in dict.fromkeys(families) if is_list(family)]


def render_reference(call: Call, field: Field, value: Any, known: KnownRecords) -> Any:
    """A reference as it appears in an answer: code and name; without the name where the call may not read the family."""
    assert field.reference is not None  # callers ask for references only
    if value is None:
        return None
    family = _target_family(field)
    if isinstance(value, list):
        return [{RECORDS[family].code: code, "Name": entry_name(known, family, code)} for code in value]
    if is_list(family):
        return {"Code": value, "Name": entry_name(known, family, value)}
    return render_code_and_name(
        call, family, value, known, always=field.reference.target in ("staff", *OPERATOR_FAMILIES)
    )


def render_code_and_name(
    call: Call, family: str, code: int, known: KnownRecords, always: bool = False
) -> dict[str, Any]:
    """A record as code and name in an answer; `always` gives the name even when the call may not read the family."""
    answer: dict[str, Any] = {RECORDS[family].code: code}
    if not (always or call.may_read(family)):
        return answer
    if (family, code) == _acting_person(call):
        return answer | {"Name": call.actor.name}
    found = known.get(RecordRef(family, code))
    return answer | {"Name": found.label if found else None}


def _acting_person(call: Call) -> RecordRef:
    return RecordRef(REFERENCE_FAMILIES["staff"], call.actor.user_code)


def may_show_family(call: Call, family: str, attribute: str) -> bool:
    """True when the call may show attributes that come from another family.

    Otherwise warns, once per attribute and call, that the attribute is left out.
    """
    if call.may_read(family):
        return True
    text = f"{attribute} left out: this profile or this person may not read {family}."
    if not any(found["Argument"] == attribute and found["Code"] == WarningCode.NOT_SHOWN for found in call.warnings):
        call.warn(WarningCode.NOT_SHOWN, attribute, text)
    return False


def render_record(call: Call, document: Document, known: KnownRecords, **derived: Any) -> dict[str, Any]:
    """Renders every attribute of a record; an attribute without a value is null. `derived` adds or replaces attributes."""
    record = document.record
    answer: dict[str, Any] = {record.code: document.code}
    for field in record.fields:
        answer[field.attribute] = _render_value(call, document, field, known)
    answer |= {field.name: document.system[field.name] for field in record.derived if field.name in document.system}
    answer |= derived
    return answer | {field.name: document.system.get(field.name) for field in STAMP_FIELDS}


def render_summary(
    call: Call, document: Document, known: KnownRecords, names: Sequence[str] = (), **derived: Any
) -> dict[str, Any]:
    """Renders a row of a list: the code, the named fields (default: the catalogue's summary), `derived`, and the dates."""
    return _render_row(call, document, known, names or document.record.summary, derived, _SUMMARY_STAMPS)


def render_asked_row(
    call: Call, document: Document, known: KnownRecords, names: Sequence[str], **derived: Any
) -> dict[str, Any]:
    """Renders a row with everything that a list can say of a record: also what the service itself writes into it."""
    system = {f.name: document.system[f.name] for f in document.record.derived if f.name in document.system}
    return _render_row(call, document, known, names, system | derived, [field.name for field in STAMP_FIELDS])


def _render_row(
    call: Call,
    document: Document,
    known: KnownRecords,
    names: Sequence[str],
    derived: Mapping[str, Any],
    stamps: Sequence[str],
) -> dict[str, Any]:
    record = document.record
    answer: dict[str, Any] = {record.code: document.code}
    for name in names:
        field, value = record.writable[name], document.values.get(name)
        if value is not None and is_long_text(value):
            answer[f"{field.attribute}{LENGTH}"] = value["Length"]
        else:
            answer[field.attribute] = _render_value(call, document, field, known)
    return {**answer, **derived, **{name: document.system.get(name) for name in stamps}}


def _render_value(call: Call, document: Document, field: Field, known: KnownRecords) -> Any:
    value = document.values.get(field.name)
    if value is None and field.kind.schema.get("type") == "array":
        return []
    return render_reference(call, field, value, known) if field.reference else value
