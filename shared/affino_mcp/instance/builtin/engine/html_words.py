"""The visible words of an HTML text, as its readers see them, and which of them another form of the text has lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from affino_mcp.characters import tidy_text
from affino_mcp.instance.builtin.engine.html_elements import separates_words
from affino_mcp.instance.builtin.engine.html_tokens import TokenKind, read_tokens
from affino_mcp.late_pattern import late_pattern
from affino_mcp.tidied_text import ForbiddenCharacters

_LONG_NUMBER: Final = late_pattern(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")
_JOINED: Final = "\u0338"
"""The stroke that is dropped behind a tag, where it would become one character with the tag's last sign."""


def read_words(html: str) -> list[str]:
    """The visible words of a text, in order: blocks, cells and line breaks separate words, formatting does not."""
    from html import unescape  # noqa: PLC0415 (its table of names takes 1 ms of a start)

    text = unescape(_LONG_NUMBER.sub("\ufffd", "".join(_visible_parts(html))))
    return _tidied(text.replace(_JOINED, "")).split()


def _tidied(text: str) -> str:
    try:
        return tidy_text(text, lines=True).text
    except ForbiddenCharacters:
        return text


def _visible_parts(html: str) -> Iterator[str]:
    end = 0
    for token in read_tokens(html):
        yield html[end : token.start]
        if token.kind is TokenKind.BARE:
            yield "&lt;"
        elif separates_words(token.name):
            yield " "
        end = token.end
    yield html[end:]


def find_lost_words(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The words that are missing afterwards, in order; those between the first and the last one out of place when none is."""
    if before == after:
        return []
    left, lost = Counter(after), list[str]()
    for word in before:
        if left[word]:
            left[word] -= 1
        else:
            lost.append(word)
    return lost or _moved_words(before, after)


def _moved_words(before: Sequence[str], after: Sequence[str]) -> list[str]:
    shorter = min(len(before), len(after))
    first = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    last = next((n for n in range(shorter) if before[-1 - n] != after[-1 - n]), shorter)
    return list(before[first : max(first, len(before) - last)])
