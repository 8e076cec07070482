"""Finds tools by the words that people use for their work: punctuation, plurals and synonyms do not count."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import fold_name
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.synonyms import ALWAYS_WORDS, FAMILY_NOUNS, VERBS
from affino_mcp.catalogue.word_meanings import Meaning, fold_words, list_word_rows, read_meanings

_TOOL, _FAMILY, _TEXT, _LEADING, _SURPLUS = 6.0, 2.0, 1.0, 0.25, 0.5
"""What a word is worth that is the tool's own, in its family, in its text; what a name is worth that begins with a verb that
was asked for; and what a part of the name costs that was not asked for."""
_WRONG_EFFECT: Final = 2.0
"""What a tool loses that reads when a write was asked for, and the reverse."""
_READS: Final = frozenset({"list", "get"})
_FIRST_VERBS: Final = ("list", "get", "create", "update")


@lru_cache(maxsize=512)
def _name_parts(method: Method) -> frozenset[str]:
    """The parts of the tool's name: its verb and nouns, where several words are one noun (contact_list)."""
    words, found, place = fold_words(method.name.replace("_", " ")), set[str](), 0
    nouns = {fold_words(part.replace("_", " ")): part for part, _ in list_word_rows()}
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
    """The tools that fit the text, the best first, without those that fit less than half as well; none for no word.

    Of equals, the one for one record comes before the one for many.
    """
    meanings = read_meanings(fold_words(text))
    ranked = {method: _rank(method, meanings) for method in methods}
    best = max(ranked.values(), default=0.0)
    fit = [method for method, worth in ranked.items() if worth > 0 and worth * 2 >= best]
    return sorted(fit, key=lambda m: (not _is_named(m, text), -ranked[m], bool(m.each_by), _verb_place(m)))


def _is_named(method: Method, text: str) -> bool:
    """True when the text is the tool's own name: of two tools that differ in a plural alone, the one that is meant."""
    return fold_name(text.strip().replace(" ", "_")) == fold_name(method.name)


def find_namesake(methods: Iterable[Method], name: str) -> Method | None:
    """The tool whose name says the same in other words, as `create_company` says create_account; None when none does.

    Where one for one record and one for many say it, the one for one record.
    """
    meant = {part for meaning in read_meanings(fold_words(name.replace("_", " "))) for part in meaning.parts}
    found = [method for method in find_tools(methods, name.replace("_", " ")) if _name_parts(method) <= meant]
    return min(found, key=lambda method: bool(method.each_by), default=None)


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
