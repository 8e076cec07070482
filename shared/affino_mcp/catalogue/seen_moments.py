"""The kind of value that is a moment which the caller was given before, as exact as the caller sends it back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from affino_mcp.catalogue.kinds import Kind, datetime_kind

_MILLISECONDS: Final = re.compile(r"\.\d{3}(?!\d)")
_SECONDS: Final = len("2026-12-24T09:30:00")


def seen_moment_kind() -> Kind:
    """A date and time; one with three decimals keeps three, because its client has cut it to milliseconds."""
    kind = datetime_kind()
    return replace(kind, annotation=Annotated[kind.annotation, WrapValidator(_keep_milliseconds)])


def _keep_milliseconds(value: Any, parse: ValidatorFunctionWrapHandler) -> str:
    exact: str = parse(value)
    if _MILLISECONDS.search(value) is None:
        return exact
    return f"{exact[:_SECONDS]}.{exact[_SECONDS + 1 : _SECONDS + 4].rstrip('Z').ljust(3, '0')}Z"
