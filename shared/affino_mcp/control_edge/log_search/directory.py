"""The names of all people and API Profiles, for finding them by any part of any word: one read of each list.

Rows of people from before their names stood in the list are read one by one, a limited number of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from difflib import SequenceMatcher
from enum import IntEnum
from typing import Final

from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.gate.identity import row_keys
from affino_mcp.plain_text import plain
from affino_mcp.store.ops import Item, Query
from affino_mcp.value_class import value_class

MAX_LISTED_NAMES: Final = 5000
"""Names of one list that are looked at, as far as one read holds them."""
MAX_TAKEN: Final = 4
"""People, or profiles, that one name may mean; their partitions are read together."""
MAX_NAMELESS_ROWS: Final = 300
_MIN_PART_CHARACTERS: Final = 3
_MIN_LIKENESS: Final = 0.6
_MAX_NEAREST: Final = 3
_MAX_COMPARED: Final = 40


class Likeness(IntEnum):
    """How a word stands in a name."""

    NONE = 0
    PART = 1
    BEGINNING = 2
    WORD = 3


@value_class
class ListedName:
    """A person (by code) or a profile (by API Key), as lists name them; `beside` is also looked at: an e-mail address."""

    key: str
    name: str
    beside: str = ""
    folded: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", plain(f"{self.name} {self.beside}"))

    def match(self, words: Iterable[str]) -> Likeness:
        """How the least alike of these folded words stands in the name or beside it."""
        own = self.folded.replace(".", " ").replace("@", " ").split()
        return min((self._match_word(word, [*own, plain(self.beside)]) for word in words), default=Likeness.NONE)

    def _match_word(self, word: str, own: Sequence[str]) -> Likeness:
        if word in own:
            return Likeness.WORD
        if len(word) > 1 and any(part.startswith(word) for part in own):
            return Likeness.BEGINNING
        return Likeness.PART if len(word) >= _MIN_PART_CHARACTERS and word in self.folded else Likeness.NONE


@value_class
class NameDirectory:
    """The names of people and profiles; `is_whole` is False when a list was longer than was looked at."""

    people: Sequence[ListedName] = ()
    profiles: Sequence[ListedName] = ()
    is_whole: bool = True


def load_directory(centre: ControlCentre) -> NameDirectory:
    """Gives the names that both lists hold, in two reads. Raises StoreUnavailable."""
    people, all_people = _read_list(centre, row_keys.PERSON_LIST_PARTITION)
    profiles, all_profiles = _read_list(centre, row_keys.PROFILE_LIST_PARTITION)
    return NameDirectory(
        _name_people(centre, people),
        [ListedName(item["key"], str(item.get("name") or item["sk"])) for item in profiles],
        is_whole=all_people and all_profiles,
    )


def find_people(directory: NameDirectory, words: Sequence[str]) -> list[ListedName]:
    """Gives the people in whose name or address each of these words stands, those with whole words first."""
    return _find(directory.people, words)


def find_profiles(directory: NameDirectory, words: Sequence[str]) -> list[ListedName]:
    """Gives the profiles in whose name each of these words stands, those with whole words first."""
    return _find(directory.profiles, words)


def find_nearest(names: Iterable[ListedName], text: str) -> list[ListedName]:
    """Gives at most three of the names, whose words are likest to this text."""
    wanted = plain(text)[:_MAX_COMPARED]
    ranked = sorted(((_likeness(wanted, each), each.name, each) for each in names), key=lambda one: (-one[0], one[1]))
    return [each for likeness, _, each in ranked[:_MAX_NEAREST] if likeness >= _MIN_LIKENESS]


def _find(names: Iterable[ListedName], words: Sequence[str]) -> list[ListedName]:
    found = [(each.match(words), each) for each in names]
    best = max((likeness for likeness, _ in found), default=Likeness.NONE)
    return [each for likeness, each in found if likeness is best and likeness]


def _likeness(wanted: str, name: ListedName) -> float:
    parts = [plain(part)[:_MAX_COMPARED] for part in (name.name, *name.name.split()[:4])]
    return max(SequenceMatcher(None, wanted, part).ratio() for part in parts)


def _read_list(centre: ControlCentre, partition: str) -> tuple[list[Item], bool]:
    page = centre.database.query(Query(centre.settings.gate_table, partition, limit=MAX_LISTED_NAMES))
    return page.items, page.next is None


def _name_people(centre: ControlCentre, listed: Sequence[Item]) -> list[ListedName]:
    nameless = [row_keys.person_key(item["user_code"]) for item in listed if "name" not in item][:MAX_NAMELESS_ROWS]
    loaded = centre.database.get_many(centre.settings.gate_table, nameless) if nameless else {}
    known = {item["user_code"]: item for item in (*loaded.values(), *listed) if "name" in item}
    return [
        ListedName(str(item["user_code"]), known[item["user_code"]]["name"], known[item["user_code"]].get("email", ""))
        for item in listed
        if item["user_code"] in known
    ]
