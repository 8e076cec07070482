"""Cuts texts into the words that searches compare: one way for what is stored and for what is asked.

Most scripts have blanks between words. In the others (Unicode's UAX #14: line breaking classes SA and ID, here with kana and
Hangul, whose compounds have none) a word may begin at every letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from affino_mcp.late_pattern import late_pattern
from affino_mcp.letter_ranges import LetterRanges
from affino_mcp.plain_text import is_in_word, plain, spell_out

MAX_WORD_LETTERS: Final = 30
"""How many letters of a word count."""

MAX_ASKED_WORDS: Final = 25

_UNSPACED: Final = LetterRanges(
    "\u0e00-\u0eff",  # Thai, Lao
    "\u1000-\u109f", "\ua9e0-\ua9ff", "\uaa60-\uaa7f",  # Myanmar
    "\u1780-\u17ff",  # Khmer
    "\u1950-\u19df", "\u1a20-\u1aaf", "\uaa80-\uaadf",  # Tai scripts
    "\u1100-\u11ff",  # Hangul, decomposed
    "\u3005-\u3007", "\u3021-\u3029", "\u3040-\u312f", "\u31a0-\u31bf", "\u31f0-\u31ff",  # kana, bopomofo
    "\u2e80-\u2fdf", "\u3400-\u4dbf", "\u4e00-\u9fff", "\ua000-\ua48f", "\uf900-\ufaff",
    "\U00017000-\U00018d8f", "\U00020000-\U0003fffd",
)  # fmt: skip
"""Letters of scripts without blanks between words; the last two lines have Han, Yi and Tangut."""
_VERSION: Final = late_pattern(r"v[0-9]+")
_ASCII_WORD: Final = late_pattern(r"[a-z0-9]+")
_LATER_JAMO: Final = late_pattern(r"[\u1160-\u11ff]")
"""Vowels and final consonants of Hangul, with which no syllable begins."""


def ask_words(text: str) -> list[str]:
    """The different words of a search, at most 25."""
    return list(dict.fromkeys(split_words(text)))[:MAX_ASKED_WORDS]


def split_words(text: str) -> list[str]:
    """The words of a text in their order, in plain form, each cut at 30 letters."""
    return [word[:MAX_WORD_LETTERS] for word in _cut(text)]


def split_findable(text: str) -> list[str]:
    """The beginnings that lead to a text, in order: its words, and of an unspaced one what follows each of its letters.

    Whoever looks for texts that begin like a search word finds an unspaced word from within, too. Words with letters that are
    spelt as two where they cannot be written come last in that spelling, too.
    """
    found = [part[:MAX_WORD_LETTERS] for word in _cut(text) for part in _ends_of(word)]
    spelt_out = spell_out(text)
    return found if spelt_out == text else list(dict.fromkeys([*found, *split_words(spelt_out)]))


def is_beginning(asked: str, part: str) -> bool:
    """True when a part of a text, from `split_findable`, begins like a search word, or holds one unspaced letter.

    The number of a version is the same with and without the `v` before it.
    """
    if part.startswith(asked):
        return True
    is_letter = len(asked) == 1 and asked in part and _is_unspaced(asked)
    return is_letter or _without_v(part).startswith(_without_v(asked))


def _without_v(word: str) -> str:
    """The number of a version without its `v`; any other word as it is."""
    return word[1:] if _VERSION.fullmatch(word) else word


def _cut(text: str) -> Iterator[str]:
    folded = plain(text)
    if folded.isascii():
        yield from _ASCII_WORD.findall(folded)
        return
    for inside, letters in groupby(folded, is_in_word):
        if inside:
            parts = ("".join(part) for _, part in groupby(letters, _UNSPACED.__contains__))
            yield from filter(None, map(_without_first_signs, parts))


def _without_first_signs(word: str) -> str:
    """The word from its first letter on: a sign that is written on a letter begins no word."""
    return word[next((n for n, letter in enumerate(word) if _begins_word(letter)), len(word)) :]


def _is_unspaced(word: str) -> bool:
    return word[:1] in _UNSPACED


def _begins_word(letter: str) -> bool:
    return letter.isalnum() and not _LATER_JAMO.match(letter)


def _ends_of(word: str) -> list[str]:
    if not _is_unspaced(word):
        return [word]
    ends = [word[n:] for n, letter in enumerate(word) if _begins_word(letter)]
    return [end for end in ends if len(end) > 1] or ends
