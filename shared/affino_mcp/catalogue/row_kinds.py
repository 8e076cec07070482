"""Arguments that are lists of parts with fields of their own: the steps of a new article.

Names of fields match as those of arguments do. A field that a part does not have is ignored with a warning.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, create_model
from pydantic import Field as PydanticField

from affino_mcp.catalogue.kinds import Kind, fixed_error, is_empty_text
from affino_mcp.catalogue.plain_values import parse_json_text
from affino_mcp.catalogue.reading import Reading, ReadingRefused
from affino_mcp.catalogue.record import Field, fold_name
from affino_mcp.catalogue.warning import WarningCode

MAX_NAMED_STRANGERS: Final = 5
"""How many unknown names of one part a warning names."""
Row = dict[str, Any]


def rows_kind(limit: int, *fields: Field) -> Kind:
    """A list of at most `limit` parts, each with these fields; the required ones may not be empty."""
    shapes: Any = {field.python_name: _model_field(field) for field in fields}
    model = create_model("Row", __config__=ConfigDict(extra="forbid", frozen=True, defer_build=True), **shapes)
    required = [field.name for field in fields if field.required]
    part = {"type": "object", "properties": {field.name: field.schema() for field in fields}, "required": required}
    return Kind(
        f"list of {', '.join(field.name for field in fields)}, at most {limit}",
        {"type": "array", "items": part, "maxItems": limit},
        Annotated[list[model], PydanticField(max_length=limit)],
        reader=partial(_read_rows, fields, limit),
    )


def _model_field(field: Field) -> tuple[Any, Any]:
    if field.required:
        return Annotated[field.kind.annotation, AfterValidator(_require_filled)], PydanticField(alias=field.name)
    return field.kind.annotation, PydanticField(default=None, alias=field.name)


def _require_filled(value: Any) -> Any:
    if value in ("", []):
        raise fixed_error("must not be empty")
    return value


def _read_rows(fields: tuple[Field, ...], limit: int, value: Any, reading: Reading) -> Any:
    """The parts that were meant: JSON as text, one part for a list of one; what cannot be read is for the check."""
    found = parse_json_text(value)
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or len(found) > limit:
        return found
    argument, by_fold = reading.argument, {fold_name(field.name): field for field in fields}
    rows = []
    for place, row in enumerate(found, 1):
        rows.append(_read_row(by_fold, f"{argument}, entry {place}", row, reading) if isinstance(row, dict) else row)
    reading.argument = argument
    return rows


def _read_row(by_fold: dict[str, Field], where: str, row: Row, reading: Reading) -> Row:
    kept, strangers = Row(), list[str]()
    for name, value in row.items():
        field = by_fold.get(fold_name(name))
        if field is None:
            strangers.append(name)
        elif field.name in kept:
            raise ReadingRefused(f"has {field.name} twice in one entry, under different spellings")
        elif field.required or not (value is None or is_empty_text(value, field.kind.reader is not None)):
            kept[field.name] = _read_field(field, where, value, reading)
    if strangers:
        _warn_of_strangers(by_fold, where, strangers, reading)
    return kept


def _read_field(field: Field, where: str, value: Any, reading: Reading) -> Any:
    reading.argument, reading.takes_names = f"{where}, {field.name}", False
    try:
        return field.kind.reader(value, reading) if field.kind.reader else value
    except ReadingRefused as refusal:
        raise ReadingRefused(f"has an entry whose {field.name} {refusal}") from None


def _warn_of_strangers(by_fold: dict[str, Field], where: str, strangers: list[str], reading: Reading) -> None:
    shown = [name[:60].encode("utf-8", "replace").decode() for name in strangers[:MAX_NAMED_STRANGERS]]
    more = f" and {len(strangers) - len(shown)} more" if len(strangers) > len(shown) else ""
    takes = ", ".join(field.name for field in by_fold.values())
    reading.argument = where
    reading.note(f"holds {', '.join(shown)}{more}, which was ignored. It takes {takes}", WarningCode.UNKNOWN_ARGUMENT)
