"""Tells a `<` that is part of a sentence ("x<y we ship") from one that begins a tag.

HTML's own rule takes every `<` before a letter for a tag, and everything up to the next `>` would be gone.
"""

from __future__ import annotations

import re
from typing import Final

from affino_mcp.instance.builtin.engine.html_elements import ELEMENTS, FORMATTING_WITH_END
from affino_mcp.late_pattern import late_pattern

_NAME: Final = late_pattern(r"([a-zA-Z][^ \t\r\n/>]{0,63})(?=[ \t\r\n/>])")
_LETTER: Final = late_pattern(r"/?[a-zA-Z]")
_OWN_ELEMENT: Final = late_pattern(r"[a-z][a-z0-9._]*-[a-z0-9._-]*|[a-z][a-z0-9]*:[a-z][a-z0-9-]*")
"""Names of custom elements and of elements with a namespace, as word processors write them (`o:p`)."""
_END_TAG: Final = late_pattern(r"</([a-zA-Z][^ \t\r\n/>]{0,63})(?=[ \t\r\n/>])")
_FIRST_ATTRIBUTE: Final = late_pattern(r"[ \t\r\n/]*([^ \t\r\n/>][^ \t\r\n/>=]{0,63})([ \t\r\n]*=)?")
_FLAGS: Final = """
allowfullscreen alt async autofocus autoplay checked compact controls declare default defer disabled download formnovalidate
hidden href id inert inline ismap itemscope loop multiple muted nohref nomodule noresize noshade novalidate nowrap open
playsinline readonly required reversed selected sortable src title truespeed value
"""
_WITHOUT_VALUE: Final = frozenset(_FLAGS.split())
"""Attributes that are written without a value."""
_PREFIXED: Final = ("on", "data-", "aria-", "x-", "v-", "ng-", ":", "@", "*", "#", "[", "(")


class BareSigns:
    """Decides about the signs `<` of one text, each in constant time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._last_end = text.rfind(">")
        self._ended = {name.lower() for name in _END_TAG.findall(text)}

    def is_bare(self, place: int) -> bool:
        """True when the `<` at this place, outside of SVG and MathML, is text, though a parser would take it for a tag."""
        if place > self._last_end:
            return not self._text.startswith("<!--", place)
        if not _LETTER.match(self._text, place + 1):
            return False
        if self._text[place + 1] == "/":
            return False
        found = _NAME.match(self._text, place + 1)
        return found is None or self._is_sentence(place, found)

    def _is_sentence(self, place: int, found: re.Match[str]) -> bool:
        name, glued = found[1].lower(), self._text[place - 1 : place].isalnum()
        if name in ELEMENTS:
            left_open = name in FORMATTING_WITH_END and name not in self._ended
            return (glued or left_open) and self._has_plain_word(found.end(), alone=glued and left_open)
        if name in self._ended or _OWN_ELEMENT.fullmatch(name):
            return False
        attribute = _FIRST_ATTRIBUTE.match(self._text, found.end())
        return glued or attribute is None or not attribute[2]

    def _has_plain_word(self, place: int, *, alone: bool) -> bool:
        """True when what follows a tag's name is a word of a sentence, not an attribute; `alone` for no word."""
        found = _FIRST_ATTRIBUTE.match(self._text, place)
        if found is None:
            return alone
        if found[2]:
            return False
        word = found[1].lower()
        return word not in _WITHOUT_VALUE and not word.startswith(_PREFIXED)
