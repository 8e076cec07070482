"""A text in the form in which it is stored, and why there may be none."""

from __future__ import annotations

from typing import Final

from affino_mcp.value_class import value_class

JOINERS: Final = "\u200c\u200d\u034f"
DIRECTION_MARKS: Final = "\u200e\u200f\u061c"
_BLANKS: Final = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
NOT_AT_ENDS: Final = _BLANKS + JOINERS + DIRECTION_MARKS
"""Blanks, joiners and direction marks, which no text begins or ends with."""
FALSE_BREAKS: Final = "line separators other than line breaks"
DIRECTION: Final = "characters that turn the reading direction"
INVISIBLE: Final = "invisible characters"
PRIVATE: Final = "private or undefined characters"


class ForbiddenCharacters(ValueError):
    """A text holds characters that no text may hold; the message is a fixed text that follows the argument's name."""


@value_class
class TidyText:
    """A text in the form in which it is stored; `removed` says in words what was taken out."""

    text: str
    removed: tuple[str, ...] = ()
