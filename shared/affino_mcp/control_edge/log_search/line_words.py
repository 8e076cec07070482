"""Splits a search line into words: without punctuation and possessive endings; what stands in quotes is one word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from affino_mcp.plain_text import plain

MAX_LINE_CHARACTERS: Final = 300
MAX_WORDS: Final = 40
_TOKEN: Final = re.compile(r"[\"“”„]([^\"“”„]+)[\"“”]|(\S+)")
_APOSTROPHES: Final = "'`\u2018\u2019\u00b4"
_POSSESSIVE: Final = re.compile(rf"[{_APOSTROPHES}][sS]?$")
_AROUND: Final = '.,;:!?()[]{}"\u201c\u201d\u201e'


class SearchWord(NamedTuple):
    """A word as typed, folded for comparing; `ends_run`: the next word belongs to another name (`Edith's agent`)."""

    text: str
    folded: str
    ends_run: bool = False
    is_quoted: bool = False


def split_line(line: str) -> Sequence[SearchWord]:
    """Gives the words of a line, at most 40."""
    found = [_read_word(match) for match in _TOKEN.finditer(line[:MAX_LINE_CHARACTERS])]
    return [word for word in found if word.folded][:MAX_WORDS]


def _read_word(match: re.Match[str]) -> SearchWord:
    quoted, bare = match.groups()
    if quoted is not None:
        return SearchWord(quoted.strip(), plain(quoted.strip()), ends_run=True, is_quoted=True)
    word = bare.strip(_AROUND)
    short = _POSSESSIVE.sub("", word).strip(_AROUND + _APOSTROPHES)
    return SearchWord(short, plain(short), ends_run=short != word or bare[-1] in ",;:")
