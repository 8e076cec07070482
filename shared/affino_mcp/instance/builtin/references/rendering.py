"""Renders documents for callers: Affino's attribute names, references with names, nothing internal."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.field import Field
from affino_mcp.catalogue.record import STAMP_FIELDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import KnownRecords
from affino_mcp.instance.builtin.references.references import render_reference
from affino_mcp.instance.port import Call

_SUMMARY_STAMPS: Final = ("CreatedDate", "UpdatedDate")


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


def render_summary(call: Call, document: Document, known: KnownRecords, **derived: Any) -> dict[str, Any]:
    """Renders a row of a list: the code, the summary attributes of the catalogue, `derived` attributes, and the dates."""
    record = document.record
    answer: dict[str, Any] = {record.code: document.code}
    for name in record.summary:
        field = record.writable[name]
        answer[field.attribute] = _render_value(call, document, field, known)
    return answer | derived | {name: document.system.get(name) for name in _SUMMARY_STAMPS}


def _render_value(call: Call, document: Document, field: Field, known: KnownRecords) -> Any:
    value = document.values.get(field.name)
    if value is None and field.kind.schema.get("type") == "array":
        return []
    return render_reference(call, field, value, known) if field.reference else value
