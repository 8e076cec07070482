"""Sets of letters given as ranges: which characters are in them."""

from __future__ import annotations

import pytest

from affino_mcp.letter_ranges import LetterRanges

RANGES = LetterRanges("x-z", "\u0e00-\u0eff", "c", "\U00020000-\U0003fffd")


@pytest.mark.parametrize("letter", ["x", "y", "z", "c", "\u0e00", "\u0eff", "\U00020000", "\U0003fffd"])
def test_inside(letter: str) -> None:
    assert letter in RANGES


@pytest.mark.parametrize("letter", ["", "\0", "b", "d", "w", "{", "\u0dff", "\u0f00", "\U0001ffff", "\U0003fffe"])
def test_outside(letter: str) -> None:
    assert letter not in RANGES
