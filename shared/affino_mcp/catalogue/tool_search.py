"""Finds tools by the words that people use for their work: punctuation, plurals and synonyms do not count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.synonyms import ALWAYS_WORDS, FAMILY_NOUNS, OTHER_NOUNS, TOOL_PHRASES, VERBS

MAX_SEARCH_WORDS: Final = 30
"""How many words of a search count."""
_WORD: Final = re.compile(r"[^\W_]+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ARTICLES: Final = frozenset({"a", "an", "the"})
_PREPOSITIONS: Final = frozenset(
    ["of", "about", "on", "in", "for", "from", "with", "by", "at", "to", "within", "under"]
)
_NO_PLURALS: Final = frozenset({"news", "this", "does", "has", "was"})
_IGNORED: Final = frozenset(
    [
        "of",
        "to",
        "in",
        "on",
        "for",
        "from",
        "with",
        "by",
        "at",
        "my",
        "our",
        "me",
        "i",
        "we",
        "you",
        "your",
        "it",
        "its",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "do",
        "does",
        "did",
        "can",
        "could",
        "may",
        "will",
        "would",
        "should",
        "shall",
        "want",
        "need",
        "wish",
        "please",
        "tool",
        "tools",
        "there",
        "here",
        "this",
        "that",
        "these",
        "those",
        "and",
        "or",
        "not",
        "have",
        "has",
        "had",
        "use",
        "using",
        "via",
        "about",
        "into",
        "as",
        "so",
        "how",
        "when",
        "where",
        "them",
        "they",
        "their",
        "he",
        "she",
        "his",
        "her",
        "some",
        "any",
        "affino",
        "crm",
        "record",
        "if",
        "whose",
        "go",
    ]
)
_TOOL, _NAME, _OTHER_WORD, _FAMILY, _TEXT, _LEADING, _SURPLUS = 6.0, 4.0, 3.8, 2.0, 1.0, 0.25, 0.5
"""What a word is worth that is the tool's own, in its name, a further word for that, in its family, in its text; what a name
is worth that begins with a verb that was asked for; and what a part of the name costs that was not asked for."""
_AFTER_PREPOSITION: Final = 0.8
_WRONG_EFFECT: Final = 2.0
"""What a tool loses that reads when a write was asked for, and the reverse."""
_READS: Final = frozenset({"list", "get"})
_FIRST_VERBS: Final = ("list", "get", "create", "update")
Tokens = tuple[str, ...]


@dataclass(frozen=True)
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
    for part, words in _word_rows():
        for word in (part.replace("_", " "), *_own_nouns(part)):
            parts.setdefault(fold_words(word), {}).setdefault(part, _NAME)
        for word in words:
            found = parts.setdefault(fold_words(word), {})
            found.setdefault(part, _OTHER_WORD - len(found) / 10)
    tools: dict[Tokens, set[str]] = {}
    for tool, words in TOOL_PHRASES.items():
        for word in words:
            tools.setdefault(fold_words(word), set()).add(tool)
    return {key: Meaning(parts.get(key, {}), frozenset(tools.get(key, ()))) for key in {**parts, **tools}}


def _own_nouns(part: str) -> list[str]:
    """The words within a longer noun that stand for it by themselves, as `thread` does for forum_thread."""
    return [word for word in part.split("_")[1:] if word not in VERBS]


def _word_rows() -> Iterator[tuple[str, Iterable[str]]]:
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
        elif words[place] not in _IGNORED:
            found.append(Meaning({words[place]: _NAME}, word=words[place], share=share))
        place += max(length, 1)
    return found


@lru_cache(maxsize=512)
def _name_parts(method: Method) -> frozenset[str]:
    """The parts of the tool's name: its verb and nouns, where several words are one noun (contact_list)."""
    words, found, place = fold_words(method.name.replace("_", " ")), set[str](), 0
    nouns = {fold_words(part.replace("_", " ")): part for part, _ in _word_rows()}
    while place < len(words):
        length = next(n for n in (2, 1) if n == 1 or (place > 0 and words[place : place + n] in nouns))
        key = words[place : place + length]
        found.add(nouns.get(key, key[0]))
        place += length
    return frozenset(found)


@lru_cache(maxsize=512)
def _text_words(method: Method) -> frozenset[str]:
    return frozenset(fold_words(f"{method.name.replace('_', ' ')} {method.description}")[:200])


def _score(method: Method, meaning: Meaning) -> float:
    if method.name in meaning.tools:
        return _TOOL
    named = [worth for part, worth in meaning.parts.items() if part in _name_parts(method)]
    if named:
        return max(named)
    if any(_is_near(method, part) for part in meaning.parts):
        return _FAMILY
    return _TEXT if meaning.word and any(word.startswith(meaning.word) for word in _text_words(method)) else 0.0


def _is_near(method: Method, part: str) -> bool:
    """True when the part is a noun of the tool's family, or within a longer noun of its name."""
    is_noun = part in FAMILY_NOUNS and method.family == FAMILY_NOUNS[part][0]
    return is_noun or any(part in whole.split("_") for whole in _name_parts(method))


def _rank(method: Method, meanings: list[Meaning]) -> float:
    """What the tool is worth for the words: their worths, less what in its name was not asked for."""
    found = sum(_score(method, meaning) * meaning.share for meaning in meanings)
    asked = {part for meaning in meanings for part in meaning.parts}
    surplus = len(_name_parts(method) - asked - _READS)
    verb = _LEADING if method.name.partition("_")[0] in asked else 0.0
    is_named = any(method.name in meaning.tools for meaning in meanings)
    wrong = _WRONG_EFFECT if not is_named and _asks_for_other(method, meanings) else 0.0
    return found + verb - wrong - _SURPLUS * surplus if found else 0.0


def _asks_for_other(method: Method, meanings: list[Meaning]) -> bool:
    """True when every verb of the words is for reading, or there is none, and the tool writes; or the reverse."""
    verbs = [meaning.parts.keys() & VERBS.keys() for meaning in meanings]
    reads = {bool(found & _READS) for found in verbs if found}
    return (reads or {True}) == {method.access is Access.WRITE}


def _verb_place(method: Method) -> int:
    verb = method.name.partition("_")[0]
    return _FIRST_VERBS.index(verb) if verb in _FIRST_VERBS else len(_FIRST_VERBS)


def find_tools(methods: Iterable[Method], text: str) -> list[Method]:
    """The tools that fit the text, the best first, without those that fit less than half as well; none for no word."""
    meanings = read_meanings(fold_words(text))
    ranked = {method: _rank(method, meanings) for method in methods}
    best = max(ranked.values(), default=0.0)
    fit = [method for method, worth in ranked.items() if worth > 0 and worth * 2 >= best]
    return sorted(fit, key=lambda method: (-ranked[method], _verb_place(method)))


def find_namesake(methods: Iterable[Method], name: str) -> Method | None:
    """The tool whose name says the same in other words, as `create_company` says create_account; None when none does."""
    meant = {part for meaning in read_meanings(fold_words(name.replace("_", " "))) for part in meaning.parts}
    return next(
        (method for method in find_tools(methods, name.replace("_", " ")) if _name_parts(method) <= meant), None
    )


def find_family(text: str) -> Family | None:
    """The family that a word names, as `company` names the accounts; None when it names none."""
    words = fold_words(text)
    own = {fold_words(family.replace("_", " ")): family for family in Family}
    if words in own:
        return own[words]
    named = {part for meaning in read_meanings(words) for part in meaning.parts} - VERBS.keys()
    of_noun = next((family for part, (family, _) in FAMILY_NOUNS.items() if part in named), None)
    of_tool = next((Family(method.family) for method in METHODS.values() if named & _name_parts(method)), None)
    return of_noun or of_tool or (Family.ALWAYS if words in map(fold_words, ALWAYS_WORDS) else None)
