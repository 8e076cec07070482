"""The people whom a profile's terms name: from what an operator enters to user codes, and back to e-mail addresses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.emails import fold_email, is_plausible_email
from affino_mcp.gate.identity.person import Person, is_user_code
from affino_mcp.gate.profiles.terms_form import require_few_people
from affino_mcp.store.ops import Database, Key
from affino_mcp.tool_errors import InvalidArgument

_MAX_SHOWN_CHARACTERS: Final = 100


def find_people(db: Database, table: str, codes: Collection[int]) -> dict[int, Person]:
    """Gives the people of these codes in the Gate `table`, as far as there are any, by code; reads nothing for no code."""
    keys = {row_keys.person_key(code): code for code in codes}
    found = db.get_many(table, list(keys)) if keys else {}
    return {keys[key]: Person.from_json(row) for key, row in found.items()}


def name_people(db: Database, table: str, codes: Sequence[int]) -> list[str]:
    """Gives the e-mail address of each person, or the code where there is no such person."""
    known = find_people(db, table, codes)
    return [known[code].email if code in known else str(code) for code in codes]


def find_user_codes(db: Database, table: str, entries: Sequence[str]) -> tuple[int, ...]:
    """Gives the code for each e-mail address or code, each once, in one read. Raises InvalidArgument (people)."""
    require_few_people(entries)
    places = {entry: _person_place(entry) for entry in entries}
    asked = list(dict.fromkeys(places.values()))
    found = db.get_many(table, asked) if asked else {}
    for entry, place in places.items():
        if place not in found:
            raise InvalidArgument("people", f"Nobody has the e-mail address or code {entry[:_MAX_SHOWN_CHARACTERS]}.")
    return tuple(dict.fromkeys(int(found[place]["user_code"]) for place in places.values()))


def _person_place(entry: str) -> Key:
    """The key of the row that tells a person's code. Raises InvalidArgument (people)."""
    if is_user_code(entry):
        return row_keys.person_key(int(entry))
    if is_plausible_email(entry):
        return row_keys.email_key(fold_email(entry))
    raise InvalidArgument("people", f"{entry[:_MAX_SHOWN_CHARACTERS]} is no e-mail address and no code of a person.")
