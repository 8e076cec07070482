"""The filters of the API Logs: from the fields of the form to a question, and the Gate table's rows needed for that."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from affino_mcp.admin.operator_audit import NO_PROFILE
from affino_mcp.audit.queries import LogQuery, is_record_ref
from affino_mcp.audit.row import Outcome
from affino_mcp.catalogue.capability import Family
from affino_mcp.clock import parse_time
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.emails import fold_email, is_plausible_email
from affino_mcp.gate.identity.permissions import LOGS_READ
from affino_mcp.gate.identity.person import is_user_code
from affino_mcp.gate.profiles.profile_form import fold_profile_name, is_possible_name
from affino_mcp.store.ops import Key

FILTER_FIELDS: Final = (
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
)
UNKNOWN_USER_CODE: Final = 0
_PROFILE_KEY_PATTERN: Final = re.compile(r"[A-Za-z0-9]{1,64}")


@dataclass(frozen=True)
class LogFilters:
    """The fields of the form, the question made of them, and by field what is `wrong` and what is `unknown`.

    An unknown name belongs to no profile, or no person.
    """

    given: Mapping[str, str]
    query: LogQuery
    faults: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)


def select_filter_rows(given: Mapping[str, str]) -> Sequence[Key]:
    """The keys of the rows that a profile's name or key and a person's address or code name."""
    profile, person = given.get("profile", "").strip(), given.get("person", "").strip()
    found = list(_profile_name_places(profile))
    is_key = _PROFILE_KEY_PATTERN.fullmatch(profile)
    found += [row_keys.profile_key(profile), row_keys.deleted_profile_key(profile)] if is_key else []
    found += [row_keys.person_key(int(person))] if is_user_code(person) else []
    return found + ([row_keys.email_key(fold_email(person))] if is_plausible_email(person) else [])


def _profile_name_places(name: str) -> Sequence[Key]:
    """The keys of the rows that tell the key of the profile of this name, and of the last deleted one of this name."""
    if not is_possible_name(name):
        return ()
    folded = fold_profile_name(name)
    return row_keys.profile_name_key(folded), row_keys.deleted_profile_name_key(folded)


def read_log_filters(ask: ScreenRequest, limit: int) -> LogFilters:
    """The filters of this request, for a page of `limit` rows; without logs.read only the person's own calls."""
    given = {name: ask.query_values.get(name, "").strip() for name in FILTER_FIELDS}
    wrong: dict[str, str] = {}
    now = ask.centre.clock()
    since, until = _parse_moment(given, "since", now, wrong), _parse_moment(given, "until", now, wrong)
    if since and until and since > until:
        wrong["until"] = "This is before the time in Since."
    if given["record"] and not is_record_ref(given["record"]):
        wrong["record"] = "A record is named like accounts#12."
    if given["family"] and given["family"] not in list(Family):
        wrong["family"] = "There is no such family."
    if given["outcome"] and given["outcome"] not in list(Outcome):
        wrong["outcome"] = "There is no such outcome."
    question = LogQuery(
        profile=_find_profile_key(ask, given["profile"]),
        person=_find_user_code(ask, given["person"]),
        record=given["record"] or None,
        method=given["method"] or None,
        family=given["family"] or None,
        request_id=given["request"] or None,
        status=_parse_status(given, wrong),
        outcome=Outcome(given["outcome"]) if given["outcome"] and "outcome" not in wrong else None,
        words=tuple(given["words"].casefold().split()),
        since=since,
        until=until,
        limit=limit,
        cursor=ask.query_values.get("cursor") or None,
    )
    return LogFilters(given, question, wrong, _find_unknown_names(ask, given))


def _find_unknown_names(ask: ScreenRequest, given: Mapping[str, str]) -> dict[str, str]:
    """Names of the filters that nothing has, by field; {} for a person who may not read the log, so that it reveals none."""
    if not ask.has_right(LOGS_READ):
        return {}
    profile, found = given["profile"], dict[str, str]()
    known = profile == NO_PROFILE or any(key in ask.gate_rows for key in select_filter_rows({"profile": profile}))
    if profile and not known:
        found["profile"] = "There is no API Profile of this name or key now."
    if given["person"] and not any(key in ask.gate_rows for key in select_filter_rows({"person": given["person"]})):
        found["person"] = "Nobody has this e-mail address or code."
    return found


def _parse_moment(given: Mapping[str, str], name: str, now: datetime, wrong: dict[str, str]) -> datetime | None:
    try:
        return parse_time(given[name], now) if given[name] else None
    except ValueError:
        wrong[name] = "Say 30m, 2h, 3d or a time like 2026-11-22 09:00."
        return None


def _parse_status(given: Mapping[str, str], wrong: dict[str, str]) -> int | None:
    text = given["status"]
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) == 3:
        return int(text)
    wrong["status"] = "A status is a number like 403."
    return None


def _find_profile_key(ask: ScreenRequest, text: str) -> str | None:
    if not text:
        return None
    for place in _profile_name_places(text):
        if place in ask.gate_rows:
            return str(ask.gate_rows[place]["key"])
    return text if _PROFILE_KEY_PATTERN.fullmatch(text) else "-"


def _find_user_code(ask: ScreenRequest, text: str) -> int | None:
    """The user code asked for; always the person's own for a person who may not read the log."""
    if not ask.has_right(LOGS_READ):
        return ask.web_session.person.user_code
    if not text:
        return None
    if is_user_code(text):
        return int(text)
    named = ask.gate_rows.get(row_keys.email_key(fold_email(text))) if is_plausible_email(text) else None
    return int(named["user_code"]) if named else UNKNOWN_USER_CODE
