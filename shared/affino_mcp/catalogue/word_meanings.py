"""What words mean in tools' names: folded, with their synonyms, the longest known phrase first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from affino_mcp.catalogue.synonyms import FAMILY_NOUNS, IGNORED_WORDS, OTHER_NOUNS, TOOL_PHRASES, VERBS
from affino_mcp.late_pattern import late_pattern
from affino_mcp.value_class import value_class

MAX_SEARCH_WORDS: Final = 30
"""How many words of a search count."""
_WORD: Final = late_pattern(r"[^\W_]+")
_HUMP: Final = late_pattern(r"(?<=[a-z])(?=[A-Z])")
_ARTICLES: Final = frozenset({"a", "an", "the"})
_PREPOSITIONS: Final = frozenset(
    ["of", "about", "on", "in", "for", "from", "with", "by", "at", "to", "within", "under"]
)
_NO_PLURALS: Final = frozenset({"news", "this", "does", "has", "was"})
OWN_WORTH: Final = 4.0
OTHER_WORTH: Final = 3.8
"""What a word is worth that stands in a tool's name, and a further word for that."""
_AFTER_PREPOSITION: Final = 0.8
Tokens = tuple[str, ...]


@value_class
class Meaning:
    """What a word or phrase may mean: parts of tools' names with what each is worth, and tools that it is a word for.

    `share` is what of it counts: less for what stands after a preposition (notes *of a company* are notes).
    """

    parts: Mapping[str, float]
    tools: frozenset[str] = frozenset()
    word: str = ""
    share: float = 1.0


def fold_words(text: str) -> Tokens:
    """The words of a text without accents, case, punctuation, plurals and articles, at most MAX_SEARCH_WORDS."""
    plain = unicodedata.normalize("NFKD", _HUMP.sub(" ", text.replace("'", ""))).casefold()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = [word for word in _WORD.findall(bare) if word not in _ARTICLES]
    return tuple(_fold_plural(word) for word in words[:MAX_SEARCH_WORDS])


def _fold_plural(word: str) -> str:
    if word in _NO_PLURALS:
        return word
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@cache
def _meanings() -> Mapping[Tokens, Meaning]:
    """The meaning of every known word and phrase, by its folded words."""
    parts: dict[Tokens, dict[str, float]] = {}
    for part, words in list_word_rows():
        for word in (part.replace("_", " "), *_own_nouns(part)):
            parts.setdefault(fold_words(word), {}).setdefault(part, OWN_WORTH)
        for word in words:
            found = parts.setdefault(fold_words(word), {})
            found.setdefault(part, OTHER_WORTH - len(found) / 10)
    tools: dict[Tokens, set[str]] = {}
    for tool, words in TOOL_PHRASES.items():
        for word in words:
            tools.setdefault(fold_words(word), set()).add(tool)
    return {key: Meaning(parts.get(key, {}), frozenset(tools.get(key, ()))) for key in {**parts, **tools}}


def _own_nouns(part: str) -> list[str]:
    """The words within a longer noun that stand for it by themselves, as `thread` does for forum_thread."""
    return [word for word in part.split("_")[1:] if word not in VERBS]


def list_word_rows() -> Iterator[tuple[str, Iterable[str]]]:
    """Yields every part of a tool's name with the words for it."""
    yield from ((part, words) for part, (_, words) in FAMILY_NOUNS.items())
    yield from OTHER_NOUNS.items()
    yield from VERBS.items()


@cache
def _longest_phrase() -> int:
    return max(map(len, _meanings()))


def read_meanings(words: Tokens) -> list[Meaning]:
    """What the words mean, the longest known phrase at each place first; words that say nothing are left out."""
    found, place, share = list[Meaning](), 0, 1.0
    while place < len(words):
        length = next((n for n in range(_longest_phrase(), 0, -1) if words[place : place + n] in _meanings()), 0)
        if length:
            found.append(replace(_meanings()[words[place : place + length]], share=share))
        elif words[place] in _PREPOSITIONS:
            share = _AFTER_PREPOSITION
        elif words[place] not in IGNORED_WORDS:
            found.append(Meaning({words[place]: OWN_WORTH}, word=words[place], share=share))
        place += max(length, 1)
    return found
