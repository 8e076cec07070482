"""The filters of the API Logs: from the search line and the fields of the form to a question of the log."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Final, TypeVar

from affino_mcp.admin.operator_audit import NO_PROFILE
from affino_mcp.audit.channels import CHANNELS
from affino_mcp.audit.queries import LogQuery
from affino_mcp.audit.row import Outcome
from affino_mcp.catalogue.capability import Family
from affino_mcp.control_edge.log_names import FilterNames, profile_name_places
from affino_mcp.control_edge.log_search.findings import Findings
from affino_mcp.control_edge.log_search.line_reader import read_line
from affino_mcp.control_edge.log_search.vocabulary import METHOD_NAMES, find_methods, read_status
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.emails import fold_email, is_plausible_email
from affino_mcp.gate.identity.permissions import LOGS_READ
from affino_mcp.gate.identity.person import is_user_code
from affino_mcp.http.credential_forms import API_KEY_FORM
from affino_mcp.spoken_times.reading import parse_span
from affino_mcp.store.ops import Key
from affino_mcp.text import find_alike
from affino_mcp.value_class import value_class

T = TypeVar("T")
SEARCH_LINE: Final = "q"
FILTER_FIELDS: Final = (
    SEARCH_LINE,
    "profile",
    "person",
    "method",
    "family",
    "status",
    "outcome",
    "record",
    "since",
    "until",
    "words",
    "request",
    "client",
    "channel",
)
FOLDED_FIELDS: Final = tuple(name for name in FILTER_FIELDS if name not in {SEARCH_LINE, "since", "until"})
"""The fields that stand under *Filters* and are no time."""
TIME_FORMS: Final = "Say yesterday, last hour, 2h, 26 Nov, 26/11/2026 or 2026-11-26 09:00."
NOBODY: Final = 0
_NO_PROFILE_KEY: Final = "-"
_NO_RECORD: Final = "-#0"


@value_class
class LogFilters:
    """The fields of the form, the question made of them, and by field what is `wrong` and what is `unknown`.

    An unknown name belongs to no profile, person, method or record. `line` is what the search line says.
    """

    given: Mapping[str, str]
    query: LogQuery
    faults: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    nearest: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    line: Findings = field(default_factory=Findings)

    @property
    def finds_nothing(self) -> bool:
        """True when a search line was given, and nothing of it narrows the log."""
        return bool(self.given[SEARCH_LINE]) and self.line.is_empty


def select_filter_rows(given: Mapping[str, str]) -> Sequence[Key]:
    """The keys of the rows that a profile's name or key and a person's address or code name."""
    profile, person = given.get("profile", "").strip(), given.get("person", "").strip()
    found = list(profile_name_places(profile))
    is_key = re.fullmatch(API_KEY_FORM, profile)
    found += [row_keys.profile_key(profile), row_keys.deleted_profile_key(profile)] if is_key else []
    found += [row_keys.person_key(int(person))] if is_user_code(person) else []
    return found + ([row_keys.email_key(fold_email(person))] if is_plausible_email(person) else [])


def read_log_filters(ask: ScreenRequest, limit: int) -> LogFilters:
    """The filters of this request, for a page of `limit` rows; without logs.read only the person's own calls."""
    given = {name: ask.query_values.get(name, "").strip() for name in FILTER_FIELDS}
    names = FilterNames(ask)
    line = read_line(given[SEARCH_LINE], ask.local_clock, names.sources()) if given[SEARCH_LINE] else Findings()
    fields = _FieldReader(ask, given, names)
    question = _narrow(_question_of_line(line), fields.read())
    question = replace(question, limit=limit, cursor=ask.query_values.get("cursor") or None)
    if question.since and question.until and question.since > question.until:
        fields.wrong["until"] = "This is before the time in Since."
    return LogFilters(given, question, fields.wrong, fields.unknown, fields.nearest, line)


def _question_of_line(line: Findings) -> LogQuery:
    """The question of a search line alone; a single profile or person is asked for as such."""
    one_profile, one_person = len(line.profiles) == 1, len(line.people) == 1
    return LogQuery(
        profile=line.profiles[0] if one_profile else None,
        person=line.people[0] if one_person else None,
        profiles=() if one_profile else tuple(line.profiles),
        people=() if one_person else tuple(line.people),
        records=tuple(dict.fromkeys(line.records)),
        record_names=tuple(line.record_names),
        methods=tuple(line.methods),
        family=line.family or None,
        statuses=line.statuses,
        outcome=line.outcome,
        request_id=line.request or None,
        words=tuple(line.words),
        since=line.span.since if line.span else None,
        until=line.span.until if line.span else None,
    )


def _narrow(line: LogQuery, fields: LogQuery) -> LogQuery:
    """The question that both make: a field narrows what the line says of the same, and replaces its time."""
    people = _both(line.all_people, fields.all_people, NOBODY)
    profiles = _both(line.all_profiles, fields.all_profiles, _NO_PROFILE_KEY)
    records = _both(line.all_records, fields.all_records, _NO_RECORD)
    if fields.since or fields.until:
        line = replace(line, since=None, until=None)
    given = {name: value for name, value in vars(fields).items() if value not in (None, ()) and name not in _KEYED}
    return replace(
        line,
        **given,
        words=(*line.words, *fields.words),
        methods=_both(line.methods, fields.methods, _NO_PROFILE_KEY),
        person=people[0] if len(people) == 1 else None,
        people=people if len(people) > 1 else (),
        profile=profiles[0] if len(profiles) == 1 else None,
        profiles=profiles if len(profiles) > 1 else (),
        record=fields.record,
        records=() if fields.record else records,
    )


_KEYED: Final = frozenset({"person", "people", "profile", "profiles", "record", "records", "words", "methods", "limit"})


def _both(one: Sequence[T], other: Sequence[T], nothing: T) -> tuple[T, ...]:
    """What both name; all of one where the other names nothing, and `nothing` where they have none in common."""
    if not one or not other:
        return (*one, *other)
    return tuple(each for each in other if each in one) or (nothing,)


class _FieldReader:
    """Reads the fields of the form one by one; `wrong` and `unknown` fill meanwhile."""

    def __init__(self, ask: ScreenRequest, given: Mapping[str, str], names: FilterNames) -> None:
        self._ask, self._given, self._names = ask, given, names
        self.wrong: dict[str, str] = {}
        self.unknown: dict[str, str] = {}
        self.nearest: dict[str, Sequence[tuple[str, str]]] = {}

    def read(self) -> LogQuery:
        """The question of the fields alone."""
        given = self._given
        for name, known in (("family", list(Family)), ("outcome", list(Outcome)), ("channel", CHANNELS)):
            self._check_choice(name, known)
        records = self._records()
        return LogQuery(
            profiles=self._profiles(),
            people=self._people(),
            record=records[0] if len(records) == 1 else None,
            records=records if len(records) > 1 else (),
            methods=self._methods(),
            family=given["family"] or None,
            request_id=given["request"] or None,
            client_id=given["client"] or None,
            channel=given["channel"] or None,
            statuses=self._statuses(),
            outcome=Outcome(given["outcome"]) if given["outcome"] and "outcome" not in self.wrong else None,
            words=tuple(given["words"].casefold().split()),
            since=self._moment("since"),
            until=self._moment("until"),
        )

    def _check_choice(self, name: str, known: Sequence[str]) -> None:
        if self._given[name] and self._given[name] not in known:
            self.wrong[name] = f"There is no such {name}."

    def _profiles(self) -> tuple[str, ...]:
        text = self._given["profile"]
        if not text or text == NO_PROFILE:
            return (text,) if text else ()
        found = self._names.find_profile_keys(text)
        if not found and self._ask.has_right(LOGS_READ):
            self.unknown["profile"] = f"No API Profile has '{text}' in its name, nor this key."
            self.nearest["profile"] = self._names.nearest_profiles(text)
        return tuple(found) or (text if re.fullmatch(API_KEY_FORM, text) else _NO_PROFILE_KEY,)

    def _people(self) -> tuple[int, ...]:
        """The user codes asked for; always the person's own for a person who may not read the log."""
        if not self._ask.has_right(LOGS_READ):
            return (self._ask.web_session.person.user_code,)
        text = self._given["person"]
        if not text:
            return ()
        found = self._names.find_user_codes(text)
        if not found or (is_user_code(text) and row_keys.person_key(int(text)) not in self._ask.gate_rows):
            self.unknown["person"] = self._names.describe_unknown_person(text)
            self.nearest["person"] = self._names.nearest_people(text)
        return tuple(found) or (NOBODY,)

    def _records(self) -> tuple[str, ...]:
        text = self._given["record"]
        if not text:
            return ()
        found = self._names.find_record_refs(text) if len(text) <= _MAX_RECORD_CHARACTERS else []
        if not found:
            self.wrong["record"] = self._names.describe_unknown_record()
        return tuple(found)

    def _methods(self) -> tuple[str, ...]:
        text = self._given["method"]
        found = find_methods(text.casefold()) if text else ()
        if text and not found:
            near = find_alike(text.casefold(), METHOD_NAMES, 3)
            self.unknown["method"] = f"There is no method named '{text}'."
            self.nearest["method"] = [(name, name) for name in near]
        return found or ((text,) if text else ())

    def _statuses(self) -> tuple[int, int] | None:
        text = self._given["status"]
        found = read_status(text.casefold()) if text else None
        if text and found is None:
            self.wrong["status"] = "A status is a number like 403, 4xx, or refused, failed, ok."
        return found

    def _moment(self, name: str) -> datetime | None:
        text = self._given[name]
        if not text:
            return None
        try:
            span = parse_span(text, self._ask.local_clock)
        except ValueError:
            self.wrong[name] = TIME_FORMS
            return None
        is_length = span.until == self._ask.centre.clock()
        return span.since if name == "since" or is_length else span.until


_MAX_RECORD_CHARACTERS: Final = 120
