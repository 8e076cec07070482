"""Reads people for the screens, a page of the list at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from affino_mcp.control_edge import gate_row_page
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.plain_text import plain
from affino_mcp.store.ops import Item, Key

PEOPLE_PER_PAGE: Final = 100
"""People on one page of the list."""


def list_people_page(ask: ScreenRequest, words: Sequence[str]) -> tuple[list[Person], str | None]:
    """One page of the people in whose name, address or code all these words stand."""
    found = gate_row_page.list_gate_rows(
        ask.centre,
        row_keys.PERSON_LIST_PARTITION,
        _named_person_key,
        PEOPLE_PER_PAGE,
        ask.query_values.get("after"),
        accepts=(lambda item: "name" not in item or _has_words(item, words)) if words else None,
    )
    kept = [row for row in found.rows.values() if _has_words(row, words)]
    return [ask.web_session.groups.grant(Person.from_json(row)) for row in kept], found.next


def _has_words(row: Item, words: Sequence[str]) -> bool:
    """Whether the words stand in a person's row, or in the row that lists the person."""
    return all(word in plain(f"{row['name']} {row['email']} {row['user_code']}") for word in words)


def _named_person_key(item: Item) -> Key:
    return row_keys.person_key(item["user_code"])
