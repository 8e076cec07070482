"""Attributes of records that are secrets, as the catalogue marks them: tokens and signed addresses, which no row may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from affino_mcp.catalogue.registry import RECORDS

SECRET_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    record.code: names
    for record in RECORDS.values()
    if (names := tuple(field.name for field in record.attributes if field.secret))
}
"""The secret attributes of each kind of record that has some, by the name of its code, which every answer holds."""


def withhold_secrets(answer: Any) -> Any:
    """A copy of an answer, or of a part of it, in which every secret attribute of a record is null."""
    if isinstance(answer, list):
        return [withhold_secrets(part) for part in answer]
    if not isinstance(answer, dict):
        return answer
    secrets = [name for code, names in SECRET_ATTRIBUTES.items() if code in answer for name in names]
    return {name: None if name in secrets else withhold_secrets(part) for name, part in answer.items()}


def find_records(answer: Any, code: str) -> Iterator[dict[str, Any]]:
    """The records with secret attributes in an answer, by the name of their code."""
    parts = answer if isinstance(answer, list) else answer.values() if isinstance(answer, dict) else ()
    if isinstance(answer, dict) and code in answer and any(name in answer for name in SECRET_ATTRIBUTES[code]):
        yield answer
    for part in parts:
        yield from find_records(part, code)
