"""Words that people and programs use for the words of the catalogue's choices: kept once, for every choice.

A synonym counts where exactly one of its meanings is among the words that can be chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

_MEANINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "low": ("minor", "lowest", "trivial"),
    "normal": ("medium", "middle", "standard", "default", "moderate"),
    "high": ("important", "major"),
    "urgent": ("critical", "highest", "immediate", "asap", "emergency", "blocker"),
    "pending": ("open", "todo", "new", "notstarted", "waiting", "planned", "outstanding"),
    "in_progress": ("doing", "started", "active", "ongoing", "working", "underway"),
    "completed": ("done", "finished", "complete", "closed", "resolved"),
    "cancelled": ("canceled", "abandoned", "dropped"),
    "asc": ("ascending", "up", "oldestfirst"),
    "desc": ("descending", "down", "newestfirst"),
    "overdue": ("late", "pastdue"),
    "upcoming": ("future", "later"),
    "Due": ("duedate",),
    "CloseDate": ("closingdate", "close"),
    "Created": ("createddate", "createdat", "creation"),
    "Updated": ("updateddate", "updatedat", "modified", "lastmodified", "changed"),
    "Name": ("lastname", "fullname"),
    "Title": ("name", "subject"),
    "Code": ("id",),
    "GBP": ("£", "pound", "pounds", "sterling", "poundsterling"),
    "EUR": ("€", "euro", "euros"),
    "USD": ("$", "us$", "dollar", "dollars", "usdollar", "usdollars"),
    "decision_maker": ("decider", "buyer"),
    "evaluator": ("technicalevaluator",),
    "Closed Won": ("won",),
    "Closed": ("closedlost", "lost"),
    "Non-profit": ("charity", "ngo"),
}
_SYNONYMS: Final[dict[str, tuple[str, ...]]] = {}
for _word, _others in _MEANINGS.items():
    for _other in _others:
        _SYNONYMS[_other] = (*_SYNONYMS.get(_other, ()), _word)
_SEPARATORS: Final = re.compile(r"[\s_\-./]+")
MAX_WORD_CHARACTERS: Final = 60


def fold_word(word: str) -> str:
    """The form in which words of choices are compared: without case, blanks, strokes and points."""
    return _SEPARATORS.sub("", word[: MAX_WORD_CHARACTERS + 1]).casefold()


def find_synonym(word: str, choices: Iterable[str]) -> str | None:
    """The only one of the choices that a synonym can mean; None when it means none of them, or several."""
    if len(word) > MAX_WORD_CHARACTERS:
        return None
    by_fold = {fold_word(choice): choice for choice in choices}
    meant = {by_fold[fold_word(each)] for each in _SYNONYMS.get(fold_word(word), ()) if fold_word(each) in by_fold}
    return meant.pop() if len(meant) == 1 else None
