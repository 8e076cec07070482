"""What words mean in every search line: kinds of records, methods, statuses, outcomes, codes; derived from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from affino_mcp.admin.deeds import DEEDS
from affino_mcp.audit.row import Outcome
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.method import Effect
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.catalogue.warning import WarningCode

_NARROWING_NOTHING: Final = """
    a about agent agents all am an and any anything api are as at be been being by call called calls can could did do does
    doing done everything find for from give had happened happening has have he her hers his how i in is it its list log logs
    made make makes making mcp me method methods my of on or our out over people person please profile profiles record
    records row rows search see she show some tell that the their them there these they thing things this those through to us
    use used user users uses using via was we were what when where which who whom whose why will with you your affino only
    just ever also & + - \u2013 \u2014 ?
"""
STOP_WORDS: Final = frozenset(_NARROWING_NOTHING.split())
"""Words that narrow nothing."""

_WRITES: Final = frozenset(Effect) - {Effect.READ}
_VERBS: Final[Sequence[tuple[str, frozenset[Effect]]]] = (
    ("create creates created creating creation creations", frozenset({Effect.CREATE})),
    ("add adds added adding", frozenset({Effect.CREATE, Effect.ADD})),
    ("update updates updated updating edit edits edited editing modified", frozenset({Effect.UPDATE})),
    ("change changes changed changing write writes wrote written writing", _WRITES),
    (
        "delete deletes deleted deleting deletion deletions remove removes removed removing",
        frozenset({Effect.DELETE, Effect.REMOVE}),
    ),
    ("read reads reading looked viewed saw listed searched", frozenset({Effect.READ})),
)
_EFFECTS_BY_VERB: Final = {verb: effects for verbs, effects in _VERBS for verb in verbs.split()}

_STATUS_WORDS: Final[Sequence[tuple[str, tuple[int, int]]]] = (
    ("refused rejected refusal refusals", (400, 499)),
    ("denied forbidden", (403, 403)),
    ("error errors fail failed fails failing failure failures unsuccessful", (400, 599)),
    ("limited throttled rate-limited", (429, 429)),
    ("ok okay succeeded successful success", (200, 299)),
)
STATUS_CLASSES: Final[Mapping[str, tuple[int, int]]] = {
    **{f"{digit}xx": (digit * 100, digit * 100 + 99) for digit in range(1, 6)},
    **{word: statuses for words, statuses in _STATUS_WORDS for word in words.split()},
}
"""The first and the last status of each class, by the words for it."""

OUTCOMES: Final[Mapping[str, Outcome]] = {
    "begun": Outcome.BEGUN,
    "incomplete": Outcome.INCOMPLETE,
    "unfinished": Outcome.INCOMPLETE,
    "unknown": Outcome.UNKNOWN,
}

METHOD_NAMES: Final = (*METHODS, *DEEDS)
"""Every name that a row's method can have."""

_STATUS: Final = re.compile(r"[1-5][0-9]{2}")
_WARNING_WORDS: Final = frozenset(code.lower() for code in WarningCode)
_ERROR_WORD: Final = re.compile(r"[a-z]+(?:_[a-z]+)+")


class RecordKind(NamedTuple):
    """A kind of record that people name: the family of its references, and the family that its methods belong to."""

    family: str
    switched: str


def _name_kinds() -> dict[str, RecordKind]:
    found: dict[str, RecordKind] = {}
    for family, switched in HISTORY_FAMILIES.items():
        one = RECORDS[family].words
        many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
        for words in (one, many, family.replace("_", " "), family):
            found.setdefault(words, RecordKind(family, switched.value))
    return found


RECORD_KINDS: Final[Mapping[str, RecordKind]] = _name_kinds()
"""The kinds by the words for one and for several."""
MAX_KIND_WORDS: Final = max(len(words.split()) for words in RECORD_KINDS)


def read_status(word: str) -> tuple[int, int] | None:
    """The first and last status that a word means: `403`, `4xx`, `refused`; None for any other word."""
    return (int(word), int(word)) if _STATUS.fullmatch(word) else STATUS_CLASSES.get(word)


def find_verb_methods(word: str) -> tuple[str, ...]:
    """The methods that do what a verb says (`deleted`); empty for any other word."""
    effects = _EFFECTS_BY_VERB.get(word, frozenset())
    return tuple(name for name, method in METHODS.items() if method.effect in effects)


def find_methods(word: str) -> tuple[str, ...]:
    """The methods of this name, or whose names begin so when it ends with an underscore or a star; else empty."""
    if word in METHOD_NAMES:
        return (word,)
    start = word.rstrip("*")
    return (
        tuple(name for name in METHOD_NAMES if name.startswith(start)) if start.endswith("_") or start != word else ()
    )


def is_message_word(word: str) -> bool:
    """True for a code that stands in the warnings and errors of rows: `UNKNOWN_ARGUMENT`, `permission_denied`."""
    return word in _WARNING_WORDS or _ERROR_WORD.fullmatch(word) is not None
