"""Takes the words of a line that mean the same everywhere: references, statuses, methods, verbs, codes and kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from affino_mcp.audit.log import describe_record
from affino_mcp.audit.queries import is_record_ref
from affino_mcp.control_edge.log_search import vocabulary
from affino_mcp.control_edge.log_search.findings import Findings
from affino_mcp.control_edge.log_search.line_words import SearchWord
from affino_mcp.control_edge.log_search.vocabulary import RECORD_KINDS, RecordKind

_REQUEST_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|req-[0-9a-z-]{1,60}")
_NUMBER: Final = re.compile(r"#?([1-9][0-9]{0,15})")
_PERSON_WORDS: Final = frozenset({"person", "user", "usercode"})
Taker = Callable[[Findings, SearchWord], bool]


def take_plain_word(found: Findings, word: SearchWord) -> bool:
    """Takes one word; True when it is understood. A quoted word is a name, never one of these."""
    return not word.is_quoted and any(take(found, word) for take in _TAKERS)


def take_numbered(found: Findings, before: str, kind: RecordKind | None, word: SearchWord) -> bool:
    """Takes a number: the code of a record after its kind, of a person after `person`, else of any record."""
    number = _NUMBER.fullmatch(word.folded)
    if number is None:
        return False
    if kind is not None:
        _take_record(found, f"{kind.family}#{number[1]}")
    elif before in _PERSON_WORDS:
        found.people.append(int(number[1]))
        found.say("Person", f"code {number[1]}")
    else:
        families = dict.fromkeys(each.family for each in RECORD_KINDS.values())
        found.records += [f"{family}#{number[1]}" for family in families if family in _NUMBERED]
        found.say("Record", f"of any kind with code {number[1]}")
    return True


_NUMBERED: Final = frozenset(
    {"accounts", "contacts", "opportunities", "tasks", "notes", "articles", "media_items", "forum_threads"}
)
"""The kinds that a number alone is looked for in: a read of each."""


def find_kind(words: Sequence[SearchWord], place: int) -> tuple[int, RecordKind | None]:
    """The kind of record that is named at this place, and how many words name it."""
    for length in range(min(vocabulary.MAX_KIND_WORDS, len(words) - place), 0, -1):
        part = words[place : place + length]
        kind = RECORD_KINDS.get(" ".join(word.folded for word in part))
        if kind is not None and not any(word.is_quoted for word in part):
            return length, kind
    return 0, None


def _take_record(found: Findings, ref: str) -> None:
    found.records.append(ref)
    found.say("Record", describe_record(ref))


def _take_reference(found: Findings, word: SearchWord) -> bool:
    is_ref = is_record_ref(word.folded)
    if is_ref:
        family, _, code = word.text.partition("#")
        _take_record(found, f"{family.lower()}#{code}")
    return is_ref


def _take_status(found: Findings, word: SearchWord) -> bool:
    statuses = vocabulary.read_status(word.folded)
    if statuses is None:
        return False
    low, high = found.statuses or statuses
    found.statuses = max(low, statuses[0]), min(high, statuses[1])
    first, last = statuses
    found.say("Status", str(first) if first == last else f"{first} to {last}")
    return True


def _take_outcome(found: Findings, word: SearchWord) -> bool:
    outcome = vocabulary.OUTCOMES.get(word.folded)
    if outcome is not None:
        found.outcome = outcome
        found.say("Outcome", outcome.value.replace("_", " "))
    return outcome is not None


def _take_method(found: Findings, word: SearchWord) -> bool:
    names = vocabulary.find_methods(word.folded)
    if names:
        found.narrow_methods(names)
        found.say("Method", word.folded)
    return bool(names)


def _take_verb(found: Findings, word: SearchWord) -> bool:
    names = vocabulary.find_verb_methods(word.folded)
    if names:
        found.narrow_methods(names)
        found.say("What was done", word.text.lower())
    return bool(names)


def _take_message_word(found: Findings, word: SearchWord) -> bool:
    if vocabulary.is_message_word(word.folded):
        found.words.append(word.folded)
        found.say("In warnings and errors", word.text)
        return True
    return False


def _take_request(found: Findings, word: SearchWord) -> bool:
    if _REQUEST_ID.fullmatch(word.folded):
        found.request = word.text
        found.say("Request", word.text)
        return True
    return False


_TAKERS: Final[Sequence[Taker]] = (
    _take_reference,
    _take_status,
    _take_outcome,
    _take_method,
    _take_verb,
    _take_request,
    _take_message_word,
)
