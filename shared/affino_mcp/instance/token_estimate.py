"""Estimates what a JSON text costs a language model, in tokens of the encoding o200k, without a tokenizer.

The estimate is meant to be too high: a text of any script, and one of random characters, costs at most what it says
(docs/decisions/0078-answers-are-bounded-in-tokens.md). Prose costs about half of it or less.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from math import ceil
from typing import Any, Final

from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.compact_json import to_json
from affino_mcp.late_pattern import late_pattern
from affino_mcp.letter_ranges import LetterRanges

_PIECE: Final = late_pattern(
    r"\\u[0-9a-f]{4}|\\.|[A-Z]?[a-z]{1,40}|[A-Z]{1,40}|[0-9]{1,3}|( )(?=[A-Za-z])|[^\x00-\x7f]|\s{1,40}"
    r"|[\x00-\x08\x0e-\x1b!-/:-@\[\]-`{-\x7f]{1,40}"
)
"""The pieces of a JSON text; no piece ends inside an escape, one outside ASCII is one character.

A blank before a letter is a group: it belongs to the word and costs nothing.
"""
_OUTSIDE_ASCII: Final = (
    (LetterRanges("\u00c0-\u00ff", "\u0410-\u044f", "\u05d0-\u05ea", "\u0627-\u064a"), 1.2),
    (LetterRanges("\x80-\u07ff", "\u0900-\u0e7f", "\u2010-\u203f", "\u3000-\u30ff", "\u4e00-\u9fff"), 2),
    (LetterRanges("\u0800-\uffff", "\U0001f300-\U0001faff"), 3),
)
"""Tokens of one character of these scripts; any other costs its four bytes. The first that fits counts."""
_JSON_SIGNS: Final = (
    '":"', '","', '":', ',"', '":{"', '"},{"', '":[{"', '":[', '"}', '},"', '"},"', '"}}', '"}]', '":[]', '],"',
)  # fmt: skip
_WORD_OF_NAME: Final = late_pattern("[A-Z]?[a-z]+")
_NICE_END: Final = late_pattern(r".*[\s>]", re.DOTALL)
_REACH_OF_NICE_ENDS: Final = 400
"""How many characters before its limit a part of a text may end, in order to end after a blank or a tag."""
_OPEN_ENTITY: Final = late_pattern(r"&[#0-9A-Za-z]{0,31}\Z")
_REACH_OF_ENTITIES: Final = 32
_REACH_OF_CLUSTERS: Final = 80
_ZERO_WIDTH_JOINER: Final = "\u200d"
_JOINED_SIGNS: Final = late_pattern("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
"""Skin tones and tags of flags, which belong to the emoji before them."""
_FLAG_LETTERS: Final = late_pattern("[\U0001f1e6-\U0001f1ff]*\\Z")


@cache
def _known_costs() -> dict[str, float]:
    """What is one token: JSON's own signs, and the English words of which the names of attributes are made."""
    names = [name for record in RECORDS.values() for f in record.attributes for name in (f.name, f.attribute)]
    words = {word for name in names for word in _WORD_OF_NAME.findall(name)}
    return dict.fromkeys((*_JSON_SIGNS, *words, "null", "true", "false"), 1.0)


def _piece_cost(piece: str) -> float:
    known = _known_costs().get(piece)
    if known is not None:
        return known
    first = piece[0]
    if first > "\x7f":
        return _cost_outside_ascii(first)
    if first.isalpha():
        return max(1.0, len(piece) * (0.58 if piece.isupper() else 0.52) + 0.4)
    if first.isdigit():
        return 1
    if first == "\\":
        return 3 if len(piece) > 2 else 1.3
    return max(1.0, len(piece) * (0.3 if first.isspace() else 0.67))


@lru_cache(maxsize=4096)
def _cost_outside_ascii(letter: str) -> float:
    return next((cost for letters, cost in _OUTSIDE_ASCII if letter in letters), 4)


def _piece_costs(text: str) -> Iterator[tuple[int, float]]:
    """The end and the cost of each piece of a JSON text."""
    for found in _PIECE.finditer(text):
        yield found.end(), 0 if found.lastindex else _piece_cost(found.group())


def estimate_tokens(value: Any) -> int:
    """The number of tokens that the JSON text of a value takes at most."""
    return ceil(sum(cost for _, cost in _piece_costs(to_json(value))))


def is_within(value: Any, limit: int) -> bool:
    """True when the value takes at most `limit` tokens. No token has less than one byte, so that most values need no estimate."""
    return len(to_json(value).encode("utf-8", "surrogatepass")) <= limit or estimate_tokens(value) <= limit


def cut_text(text: str, limit: int) -> str:
    """The beginning of a text that takes at most `limit` tokens in JSON; the whole text when that fits.

    The part ends after a blank or a tag where there is one near; it never ends inside a character, between a letter and its
    combining marks, inside a joined emoji, or inside an HTML entity that is no longer than 32 characters.
    """
    quoted = to_json(text)
    spent, end = 0.0, 1
    for place, cost in _piece_costs(quoted):
        spent += cost
        if spent > limit:
            part: str = json.loads(quoted[:end] + '"')
            return part[: _good_end(text, len(part))]
        end = place
    return text


def _good_end(text: str, at: int) -> int:
    """Where a part that may have `at` characters ends: as near before as a good end is, `at` itself where none is near."""
    near = max(0, at - _REACH_OF_NICE_ENDS)
    nice = _NICE_END.match(text, near, at)
    if nice is not None:
        return _cluster_start(text, nice.end())
    open_entity = _OPEN_ENTITY.search(text, max(0, at - _REACH_OF_ENTITIES), at)
    if open_entity is not None and open_entity.start() and ";" in text[at : open_entity.start() + _REACH_OF_ENTITIES]:
        at = open_entity.start()
    return _cluster_start(text, at)


def _cluster_start(text: str, at: int) -> int:
    """The beginning of the character, as people see it, that `at` lies in; `at` itself where that is far."""
    for place in range(at, max(0, at - _REACH_OF_CLUSTERS), -1):
        if not _is_inside_cluster(text, place):
            return place
    return at


def _is_inside_cluster(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at : at + 1]
    if not after:
        return False
    if (
        unicodedata.category(after).startswith("M")
        or _ZERO_WIDTH_JOINER in (before, after)
        or _JOINED_SIGNS.match(after)
    ):
        return True
    flags = _FLAG_LETTERS.search(text, max(0, at - _REACH_OF_CLUSTERS), at)
    return "\U0001f1e6" <= after <= "\U0001f1ff" and flags is not None and len(flags.group()) % 2 == 1
