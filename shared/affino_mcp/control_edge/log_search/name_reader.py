"""Finds whom and what the names of a line mean: people, API Profiles and records, the longest name first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from affino_mcp.audit.log import describe_record
from affino_mcp.control_edge.log_search import directory as names
from affino_mcp.control_edge.log_search.directory import Likeness, ListedName, NameDirectory
from affino_mcp.control_edge.log_search.findings import Findings, NotUnderstood, Suggestion
from affino_mcp.control_edge.log_search.line_words import SearchWord
from affino_mcp.instance.record_finder import NamedRecord
from affino_mcp.plain_text import plain
from affino_mcp.value_class import value_class

MAX_RECORD_SEARCHES: Final = 2
"""Names of one line that are looked for among the records: eleven reads each."""
_MAX_TOLD: Final = 4


def describe_elsewhere(instance: str) -> str:
    """Says where the names of records are, behind another sentence; nothing where they are here."""
    return f" The names of records are at {instance}: look there for the code, and say accounts#12." if instance else ""


FindRecords = Callable[[str, str], Sequence[NamedRecord]]


@value_class
class _NamedHere:
    """The people or profiles that the first `length` words of a run name, and how well."""

    length: int
    likeness: Likeness
    people: Sequence[ListedName] = ()
    profiles: Sequence[ListedName] = ()


@dataclass
class NameReader:
    """Reads the names of one line; `find_records` searches the records by words and kind.

    `elsewhere` is the instance that has the names of the records; empty where they are looked up here.
    """

    line: str
    directory: NameDirectory
    find_records: FindRecords
    found: Findings
    elsewhere: str = ""
    searches: int = field(default=0, init=False)

    def read_record(self, run: Sequence[SearchWord], family: str) -> bool:
        """Takes the words as the name of a record of this kind; False when none has it."""
        is_person = self._name_at(run).likeness is Likeness.WORD
        return self._take_records(run, self._search_records(run, family, only_exact=is_person))

    def read_run(self, run: Sequence[SearchWord]) -> None:
        """Takes the names of some words in a row: people and profiles from the left, or all of the rest as a record."""
        place = 0
        while place < len(run):
            rest = run[place:]
            here = self._name_at(rest)
            is_word = here.likeness is Likeness.WORD
            if is_word and here.length == len(rest):
                return self._take_named(rest, here)
            if self._take_records(rest, self._search_records(rest, "", only_exact=is_word)):
                return None
            if here.length:
                self._take_named(rest[: here.length], here)
            else:
                self._give_up(rest[:1])
            place += here.length or 1
        return None

    def _name_at(self, run: Sequence[SearchWord]) -> _NamedHere:
        for length in range(len(run), 0, -1):
            words = [part for word in run[:length] for part in word.folded.split()]
            people = names.find_people(self.directory, words)
            profiles = names.find_profiles(self.directory, words)
            best = max((each.match(words) for each in [*people[:1], *profiles[:1]]), default=Likeness.NONE)
            if best:
                return _NamedHere(
                    length,
                    best,
                    [each for each in people if each.match(words) is best],
                    [each for each in profiles if each.match(words) is best],
                )
        return _NamedHere(0, Likeness.NONE)

    def _search_records(self, run: Sequence[SearchWord], family: str, *, only_exact: bool) -> list[NamedRecord]:
        """The records that have this name; none when enough names of the line were looked for."""
        if self.searches == MAX_RECORD_SEARCHES:
            return []
        self.searches += 1
        found = self.find_records(" ".join(word.text for word in run), family)
        return [each for each in found if each.is_exact or not only_exact]

    def _take_records(self, run: Sequence[SearchWord], records: Sequence[NamedRecord]) -> bool:
        if not records:
            return False
        self.found.records += [each.ref for each in records]
        self.found.record_names.append(plain(" ".join(word.text for word in run)))
        told = [f"{describe_record(each.ref)} ({each.name})" for each in records[:_MAX_TOLD]]
        more = [f"{len(records) - _MAX_TOLD} more"] if len(records) > _MAX_TOLD else []
        self.found.say("Record", ", ".join([*told, *more]))
        return True

    def _take_named(self, words: Sequence[SearchWord], here: _NamedHere) -> None:
        """Takes the people of the name, or the profiles when nobody has it."""
        taken = (here.people or here.profiles)[: names.MAX_TAKEN]
        if here.people:
            self.found.people += [int(each.key) for each in taken]
        else:
            self.found.profiles += [each.key for each in taken]
        self.found.say("Person" if here.people else "Profile", " or ".join(each.name for each in taken))
        if (number := len(here.people or here.profiles)) > names.MAX_TAKEN:
            text = " ".join(word.text for word in words)
            reason = f"'{text}' is in {number:,} names, of which {names.MAX_TAKEN} are shown. Type more of the name."
            self.found.unknown.append(NotUnderstood(text, reason))

    def _give_up(self, words: Sequence[SearchWord]) -> None:
        text = " ".join(word.text for word in words)
        near = names.find_nearest([*self.directory.people, *self.directory.profiles], text)
        among = "" if self.directory.is_whole else f"Among the first {names.MAX_LISTED_NAMES:,} names: "
        kinds = "person, profile or method" if self.elsewhere else "person, profile, method or record"
        reason = f"{among}no {kinds} has '{text}' in the name." + describe_elsewhere(self.elsewhere)
        suggestions = [Suggestion(each.name, self.line.replace(text, each.name, 1)) for each in near]
        self.found.unknown.append(NotUnderstood(text, reason[:1].upper() + reason[1:], suggestions))
