"""The kinds of value that are days and moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field, StrictStr

from affino_mcp.catalogue import reading
from affino_mcp.catalogue.kinds import Kind, fixed_error
from affino_mcp.catalogue.moments import DAY, FORM_OF_DATE, MAX_MOMENT_CHARACTERS, MomentRefused, read_moment
from affino_mcp.catalogue.reading import Reader


def _parse_date(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise fixed_error(FORM_OF_DATE) from None


def _parse_datetime(value: str) -> str:
    try:
        return read_moment(value, UTC).text
    except MomentRefused as refusal:
        raise fixed_error(str(refusal)) from None


def _parse_day_or_datetime(value: str) -> str:
    return _parse_date(value) if DAY.fullmatch(value) else _parse_datetime(value)


def _time_kind(name: str, schema: dict[str, str], parse: Callable[[str], str], reader: Reader) -> Kind:
    sent = Annotated[StrictStr, Field(max_length=MAX_MOMENT_CHARACTERS), AfterValidator(parse)]
    return Kind(name, {"type": "string", **schema}, sent, reader=reader)


@cache
def date_kind() -> Kind:
    """A calendar date, ISO 8601."""
    return _time_kind("date", {"format": "date"}, _parse_date, reading.read_date)


@cache
def datetime_kind() -> Kind:
    """A date and time, ISO 8601; without a zone it is in the person's. Answers are in UTC."""
    return _time_kind("date and time", {"format": "date-time"}, _parse_datetime, reading.read_datetime)


def due_kind() -> Kind:
    """A calendar date, which stays one, or a date and time: when something is due."""
    return _time_kind("date, or date and time", {}, _parse_day_or_datetime, reading.read_day_or_datetime)
