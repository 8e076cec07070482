"""Documents as callers see them: Affino's attribute names, references resolved, nothing internal."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.record import STAMPS
from affino_mcp.instance.builtin.document import Document
from affino_mcp.instance.builtin.records import Known
from affino_mcp.instance.builtin.references import resolved
from affino_mcp.instance.port import Call

_SUMMARY_STAMPS: Final = ("CreatedDate", "UpdatedDate")


def full(call: Call, document: Document, known: Known, **derived: Any) -> dict[str, Any]:
    """Every attribute of the record; what is not set is null. `derived` gives or replaces attributes."""
    record = document.record
    answer: dict[str, Any] = {record.code: document.code}
    for field in record.fields:
        value = document.values.get(field.name)
        answer[field.attribute] = resolved(call, field, value, known) if field.reference else value
    answer |= {field.name: document.system[field.name] for field in record.derived if field.name in document.system}
    answer |= derived
    return answer | {field.name: document.system.get(field.name) for field in STAMPS}


def summary(call: Call, document: Document, known: Known, **derived: Any) -> dict[str, Any]:
    """A list's row: code, the attributes that the catalogue names as the summary, and the dates."""
    record = document.record
    answer: dict[str, Any] = {record.code: document.code}
    for name in record.summary:
        field, value = record.writable[name], document.values.get(name)
        answer[field.attribute] = resolved(call, field, value, known) if field.reference else value
    return answer | derived | {name: document.system.get(name) for name in _SUMMARY_STAMPS}
