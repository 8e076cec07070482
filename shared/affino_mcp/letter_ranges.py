"""Sets of letters given as ranges, such as the letters of a script.

They are made at once; a regular expression's class of as many letters takes milliseconds to compile, at every start.
"""

from __future__ import annotations

from bisect import bisect_right


class LetterRanges:
    """A set of characters: takes ranges such as `"a-z"` that do not overlap, in any order; answers `letter in ranges`."""

    def __init__(self, *ranges: str) -> None:
        ordered = sorted(ranges)
        self._firsts = [each[0] for each in ordered]
        self._lasts = [each[-1] for each in ordered]

    def __contains__(self, letter: str) -> bool:
        place = bisect_right(self._firsts, letter)
        return place > 0 and letter <= self._lasts[place - 1]
