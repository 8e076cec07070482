"""Credentials that were never filled in: the quick look finds the same as the whole one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.gate.identity import placeholders
from affino_mcp.gate.identity.placeholders import find_placeholder

PIECES = st.sampled_from(
    [
        "Bearer ",
        "bearer",
        " ",
        "a",
        "Z9",
        "0",
        "7f",
        ".",
        ":",
        "-",
        "_",
        "$",
        "{",
        "}",
        "*",
        "token",
        "your_key",
        "null",
    ]
)
VALUES = st.lists(PIECES, max_size=8).map(lambda found: "".join(found).encode())


def look_closely(value: bytes) -> str | None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(placeholders, "_FILLED_IN", re.compile(rb"(?!)"))
        return find_placeholder({b"authorization": value})


@settings(deadline=None, max_examples=300)
@given(VALUES)
def test_a_quick_look_finds_what_a_close_one_finds(value: bytes) -> None:
    assert find_placeholder({b"authorization": value}) == look_closely(value)
