"""Docs are held to the code: what can be answered is explained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.errors import AffinoError, Refusal
from affino_mcp.tool_errors import ToolError

ERRORS = Path("docs/errors.md").read_text(encoding="utf-8")


def every(kind: type[AffinoError]) -> Iterator[type[AffinoError]]:
    for found in kind.__subclasses__():
        yield found
        yield from every(found)


@pytest.mark.parametrize("code", list(WarningCode))
def test_every_warning_is_explained(code: WarningCode) -> None:
    assert code.value in ERRORS


OURS = dict.fromkeys(
    e
    for kind in (Refusal, ToolError)
    for e in every(kind)
    if not any(word in e.__module__ for word in ("local", "cli"))
)


@pytest.mark.parametrize("error", OURS, ids=lambda error: error.__name__)
def test_every_error_is_listed(error: type[AffinoError]) -> None:
    assert error.type in ERRORS
