"""Whom a person filter without a hit may have meant: people with these words in the name, or with the nearest names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from affino_mcp.control_edge.gate_row_page import list_gate_rows
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person, is_user_code
from affino_mcp.plain_text import plain

MAX_PAGES: Final = 5
MAX_SHOWN: Final = 3
_PAGE_ROWS: Final = 100
_MIN_LIKENESS: Final = 0.6
_MAX_COMPARED: Final = 60


@dataclass(frozen=True)
class SimilarPeople:
    """What is said about a filter that names nobody, and whom it may have meant."""

    text: str
    people: Sequence[Person]


def find_similar_people(ask: ScreenRequest, given: str) -> SimilarPeople | None:
    """Looks for the words of a person filter that named nobody among the names of the first 500 people.

    None for a code or an e-mail address, which are looked up and not searched.
    """
    if is_user_code(given) or "@" in given:
        return None
    people, is_all = _read_people(ask)
    wanted = plain(given)[:_MAX_COMPARED]
    named = [person for person in people if all(word in plain(person.name) for word in wanted.split())]
    if named:
        return SimilarPeople(
            f"'{given}' is no e-mail address and no code. People with it in the name:", named[:MAX_SHOWN]
        )
    likely = sorted(((_likeness(wanted, person.name), person) for person in people), key=lambda pair: -pair[0])
    near = [person for likeness, person in likely[:MAX_SHOWN] if likeness >= _MIN_LIKENESS]
    among = "" if is_all else f"Among the first {len(people)}: "
    return SimilarPeople(f"{among}No person has '{given}' in the name.{' The nearest:' if near else ''}", near)


def _read_people(ask: ScreenRequest) -> tuple[list[Person], bool]:
    """The first people by code, and whether they are all."""
    found, after = list[Person](), None
    for _ in range(MAX_PAGES):
        page = list_gate_rows(
            ask.centre,
            row_keys.PERSON_LIST_PARTITION,
            lambda item: row_keys.person_key(item["user_code"]),
            _PAGE_ROWS,
            after,
        )
        found += [Person.from_json(row) for row in page.rows.values()]
        after = page.next
        if after is None:
            return found, True
    return found, False


def _likeness(wanted: str, name: str) -> float:
    """From 0 to 1: how like the name, or the likest of its words, is to the text."""
    parts = [plain(part)[:_MAX_COMPARED] for part in (name, *name.split()[:4])]
    return max(SequenceMatcher(None, wanted, part).ratio() for part in parts)
