"""Names in the filters of the API Logs: whose they are, in the rows read with the session and in the lists of names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from affino_mcp.audit.queries import is_record_ref
from affino_mcp.control_edge.log_search import directory as names
from affino_mcp.control_edge.log_search.directory import NameDirectory
from affino_mcp.control_edge.log_search.findings import Findings
from affino_mcp.control_edge.log_search.line_reader import NameSources
from affino_mcp.control_edge.log_search.line_words import split_line
from affino_mcp.control_edge.log_search.name_reader import describe_elsewhere
from affino_mcp.control_edge.log_search.plain_words import find_kind, take_numbered
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.emails import fold_email, is_plausible_email
from affino_mcp.gate.identity.permissions import LOGS_READ
from affino_mcp.gate.identity.person import is_user_code
from affino_mcp.gate.profiles.profile_form import fold_profile_name, is_possible_name
from affino_mcp.instance.record_finder import NamedRecord
from affino_mcp.plain_text import plain
from affino_mcp.store.ops import Key


def profile_name_places(name: str) -> Sequence[Key]:
    """The keys of the rows that tell the key of the profile of this name, and of the last deleted one of this name."""
    if not is_possible_name(name):
        return ()
    folded = fold_profile_name(name)
    return row_keys.profile_name_key(folded), row_keys.deleted_profile_name_key(folded)


class FilterNames:
    """Looks up the names of one request; the lists of names are read once, and only for who may read the log."""

    def __init__(self, ask: ScreenRequest) -> None:
        self._ask = ask

    def load(self) -> NameDirectory:
        """The names of all people and profiles."""
        return self._directory

    @cached_property
    def _directory(self) -> NameDirectory:
        return names.load_directory(self._ask.centre) if self._ask.has_right(LOGS_READ) else NameDirectory()

    def sources(self) -> NameSources | None:
        """Where the names of a search line are looked up; None for who may not read the log."""
        found = NameSources(self.load, self.find_records, self._ask.centre.settings.instance_url)
        return found if self._ask.has_right(LOGS_READ) else None

    def find_records(self, words: str, family: str) -> Sequence[NamedRecord]:
        """The records of this name, for who may read the log."""
        return self._ask.centre.record_finder.find_records(words, family) if self._ask.has_right(LOGS_READ) else ()

    def find_profile_keys(self, text: str) -> list[str]:
        """The keys of the profile of exactly this name or key, else of those with these words in the name."""
        rows = self._ask.gate_rows
        for place in profile_name_places(text):
            if place in rows:
                return [str(rows[place]["key"])]
        if {row_keys.profile_key(text), row_keys.deleted_profile_key(text)} & rows.keys():
            return [text]
        found = names.find_profiles(self._directory, plain(text).split())
        return [each.key for each in found[: names.MAX_TAKEN]]

    def find_user_codes(self, text: str) -> list[int]:
        """The code itself, the person of this e-mail address, or those with these words in name or address."""
        if is_user_code(text):
            return [int(text)]
        named = self._ask.gate_rows.get(row_keys.email_key(fold_email(text))) if is_plausible_email(text) else None
        if named:
            return [int(named["user_code"])]
        found = names.find_people(self._directory, plain(text).split())
        return [int(each.key) for each in found[: names.MAX_TAKEN]]

    def find_record_refs(self, text: str) -> list[str]:
        """The record of this reference or kind and code, else those of this name."""
        if is_record_ref(text):
            return [text]
        words, found = split_line(text), Findings()
        length, kind = find_kind(words, 0)
        if kind and len(words) == length + 1 and take_numbered(found, "", kind, words[length]):
            return found.records
        rest = " ".join(word.text for word in words[length:]) if kind else text
        return [each.ref for each in self.find_records(rest, kind.family if kind else "")]

    def describe_unknown_person(self, text: str) -> str:
        """What is said of a person filter that names nobody."""
        if is_user_code(text) or is_plausible_email(text):
            return "Nobody has this e-mail address or code."
        among = "" if self._directory.is_whole else f"Among the first {len(self._directory.people):,}: "
        return f"{among}No person has '{text}' in the name."

    def describe_unknown_record(self) -> str:
        """What is said of a record filter that finds no record."""
        elsewhere = describe_elsewhere(self._ask.centre.settings.instance_url).strip()
        return elsewhere or "No record has this name. Say accounts#12, account 12, or words of the name."

    def nearest_people(self, text: str) -> list[tuple[str, str]]:
        """The people whose names are likest to the text: what is shown, and the value of the filter."""
        if is_user_code(text):
            return []
        return [(f"{each.name} ({each.key})", each.key) for each in names.find_nearest(self._directory.people, text)]

    def nearest_profiles(self, text: str) -> list[tuple[str, str]]:
        """The profiles whose names are likest to the text: what is shown, and the value of the filter."""
        return [(each.name, each.key) for each in names.find_nearest(self._directory.profiles, text)]
