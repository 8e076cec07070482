"""Reads a search line of the API Logs, word by word: times, then what means the same everywhere, then names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from affino_mcp.control_edge.log_search.directory import NameDirectory
from affino_mcp.control_edge.log_search.findings import Findings, NotUnderstood
from affino_mcp.control_edge.log_search.line_words import SearchWord, split_line
from affino_mcp.control_edge.log_search.name_reader import FindRecords, NameReader
from affino_mcp.control_edge.log_search.plain_words import find_kind, take_numbered, take_plain_word
from affino_mcp.control_edge.log_search.vocabulary import STOP_WORDS, RecordKind, read_status
from affino_mcp.spoken_times.reading import find_times
from affino_mcp.spoken_times.spans import LocalClock
from affino_mcp.value_class import value_class


@value_class
class NameSources:
    """Where names are looked up; `load_directory` is called when a line has words that can be names.

    `elsewhere` is the instance that has the names of the records; empty where they are looked up here.
    """

    load_directory: Callable[[], NameDirectory]
    find_records: FindRecords
    elsewhere: str = ""


@dataclass
class NameRun:
    """Words in a row that can be a name, and the kind of record that was said before them."""

    kind: RecordKind | None = None
    words: list[SearchWord] = field(default_factory=list)


def read_line(line: str, clock: LocalClock, sources: NameSources | None) -> Findings:
    """Gives what the line says. Without `sources` names are not looked up. Raises StoreUnavailable."""
    found, words = Findings(), split_line(line)
    times = find_times(["" if word.is_quoted else word.folded for word in words], clock)
    if times.span is not None:
        found.span = times.span
        found.say("Time", " ".join(words[place].text for place in sorted(times.places)))
    runs = _RunCollector(found, words, times.places).collect()
    if runs and sources is None:
        _leave_out(found, runs)
    elif runs and sources is not None:
        _read_names(found, line, runs, sources)
    return found


def _leave_out(found: Findings, runs: Sequence[NameRun]) -> None:
    text = " ".join(word.text for run in runs for word in run.words)
    reason = f"'{text}' was left out: names are looked up for those who may read the whole log."
    found.unknown.append(NotUnderstood(text, reason))


def _read_names(found: Findings, line: str, runs: Sequence[NameRun], sources: NameSources) -> None:
    reader = NameReader(line, sources.load_directory(), sources.find_records, found, sources.elsewhere)
    for run in runs:
        if run.kind is None:
            reader.read_run(run.words)
        elif not reader.read_record(run.words, run.kind.family):
            found.take_family(run.kind.switched)
            reader.read_run(run.words)


@dataclass
class _RunCollector:
    """Takes every word of a line that needs no names, and collects the others in runs."""

    found: Findings
    words: Sequence[SearchWord]
    taken: frozenset[int]
    runs: list[NameRun] = field(default_factory=lambda: [NameRun()])

    def collect(self) -> list[NameRun]:
        """Gives the runs that have words."""
        place = 0
        while place < len(self.words):
            place += self._take_at(place)
        self._break_run()
        return [run for run in self.runs if run.words]

    def _take_at(self, place: int) -> int:
        """Takes what stands at this place; gives the number of its words."""
        if place in self.taken:
            self._break_run()
            return 1
        length, kind = find_kind(self.words, place)
        if kind is not None:
            self._break_run()
            self.runs[-1].kind = kind
            return length
        self._take_word(self.words[place], self.words[place - 1].folded if place else "")
        return 1

    def _take_word(self, word: SearchWord, before: str) -> None:
        run = self.runs[-1]
        kind = None if run.words else run.kind
        if self._is_number(word, kind) and take_numbered(self.found, before, kind, word):
            run.kind = None
            self._break_run()
        elif not word.is_quoted and (word.folded in STOP_WORDS or take_plain_word(self.found, word)):
            self._break_run()
        else:
            run.words.append(word)
            if word.ends_run:
                self._break_run()

    def _is_number(self, word: SearchWord, kind: RecordKind | None) -> bool:
        """Whether digits are a code: after a kind always, else when they are no status and no part of a name."""
        if word.is_quoted:
            return False
        return kind is not None or (not self.runs[-1].words and read_status(word.folded) is None)

    def _break_run(self) -> None:
        """Begins another run; a kind without a name is its family."""
        run = self.runs[-1]
        if run.kind is not None and not run.words:
            self.found.take_family(run.kind.switched)
            run.kind = None
        if run.words:
            self.runs.append(NameRun())
