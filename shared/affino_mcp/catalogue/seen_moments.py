"""The kind of value that is a moment which the caller was given before, as exact as the caller sends it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from affino_mcp.catalogue.kinds import Kind
from affino_mcp.catalogue.reading import Reading, read_datetime
from affino_mcp.catalogue.time_kinds import datetime_kind
from affino_mcp.late_pattern import late_pattern

_MILLISECONDS: Final = late_pattern(r"\.\d{3}(?!\d)")
_SECONDS: Final = len("2026-12-24T09:30:00")


def seen_moment_kind() -> Kind:
    """A date and time; one with three decimals keeps three, because its client has cut it to milliseconds."""
    kind = datetime_kind()
    return replace(kind, annotation=Annotated[kind.annotation, WrapValidator(_parse_seen)], reader=_read_seen)


def _read_seen(value: Any, reading: Reading) -> Any:
    found = read_datetime(value, reading)
    return _keep_milliseconds(value, found) if isinstance(value, str) else found


def _parse_seen(value: Any, parse: ValidatorFunctionWrapHandler) -> str:
    return _keep_milliseconds(value, parse(value))


def _keep_milliseconds(sent: str, exact: str) -> str:
    """The moment as exact as it was sent, when that is to three decimals."""
    if _MILLISECONDS.search(sent) is None:
        return exact
    return f"{exact[:_SECONDS]}.{exact[_SECONDS + 1 : _SECONDS + 4].rstrip('Z').ljust(3, '0')}Z"
