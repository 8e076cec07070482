"""Kinds of value: what each takes, what it makes of it, and what it says when it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue import kinds, time_kinds
from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.country_kinds import country_kind
from affino_mcp.catalogue.kinds import Kind
from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Field
from affino_mcp.tool_errors import InvalidArgument


def method_with(kind: Kind) -> Method:
    return Method("try_it", Family.ALWAYS, Effect.READ, "", "", "", {}, (Field("Value", kind),))


def take(kind: Kind, value: Any) -> Any:
    """What a method with one argument of this kind makes of the value."""
    return match_arguments(method_with(kind), {"Value": value}).values["Value"]


def refused(kind: Kind, value: Any) -> str:
    """What is said when the value is not taken."""
    with pytest.raises(InvalidArgument) as error:
        take(kind, value)
    assert error.value.details["argument"] == "Value"
    return error.value.message.removeprefix("Value").lstrip(", ")


TEN = kinds.integer_kind(1, 10)
CHOICE = kinds.choice_kind("pending", "in_progress")
TAKEN: list[tuple[str, Kind, Any, Any]] = [
    ("text", kinds.line_kind(5), "Jane", "Jane"),
    ("as long as may be", kinds.line_kind(5), "12345", "12345"),
    ("five characters of four bytes each", kinds.line_kind(5), "🙂" * 5, "🙂" * 5),
    ("blanks around", kinds.line_kind(9), "  Jane\t\n", "Jane"),
    ("one form of an accent", kinds.line_kind(9), "Zoe\u0308", "Zoë"),
    ("several lines", kinds.text_kind(20), "one\r\ntwo\n\tthree", "one\r\ntwo\n\tthree"),
    ("e-mail", kinds.email_kind(50), "Jane.O'Neil+x@orbital.example", "Jane.O'Neil+x@orbital.example"),
    ("e-mail of other letters", kinds.email_kind(50), "jäne@örbital.example", "jäne@örbital.example"),
    ("address", kinds.url_kind(50), "https://orbital.example/a?b=c#d", "https://orbital.example/a?b=c#d"),
    ("address without scheme", kinds.url_kind(50), "orbital.example", "orbital.example"),
    ("country", country_kind(), "gb", "GB"),
    ("country of three letters", country_kind(), "Gbr", "GB"),
    ("code", kinds.code_kind(), 7, 7),
    ("code in text", kinds.code_kind(), "0007", 7),
    ("largest code", kinds.code_kind(), 2**53 - 1, 2**53 - 1),
    ("codes", kinds.codes_kind(3), [3, "2", 3], [3, 2]),
    ("no codes", kinds.codes_kind(3), [], []),
    ("lookup by code", kinds.lookup_kind(), 3, 3),
    ("lookup by code in text", kinds.lookup_kind(), "3", 3),
    ("lookup by name", kinds.lookup_kind(), " Technology ", "Technology"),
    ("lowest", TEN, 1, 1),
    ("highest", TEN, 10, 10),
    ("money", kinds.money_kind(), 40000.25, 40000.25),
    ("whole money", kinds.money_kind(), 40000, 40000),
    ("no money", kinds.money_kind(), 0, 0),
    ("yes", kinds.boolean_kind(), True, True),
    ("choice", CHOICE, "pending", "pending"),
    ("choice in capitals", CHOICE, "In_Progress", "in_progress"),
    ("day", time_kinds.date_kind(), "2026-12-24", "2026-12-24"),
    ("moment", time_kinds.datetime_kind(), "2026-12-24T09:30:00Z", "2026-12-24T09:30:00Z"),
    ("moment elsewhere", time_kinds.datetime_kind(), "2026-12-24T09:30:00+02:00", "2026-12-24T07:30:00Z"),
    ("moment without zone", time_kinds.datetime_kind(), "2026-12-24T09:30", "2026-12-24T09:30:00Z"),
    (
        "moment with parts of a second",
        time_kinds.datetime_kind(),
        "2026-12-24T09:30:00.25Z",
        "2026-12-24T09:30:00.250000Z",
    ),
    ("a day as a moment", time_kinds.datetime_kind(), "2026-12-24", "2026-12-24T00:00:00Z"),
    ("early moment", time_kinds.datetime_kind(), "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ("last moment", time_kinds.datetime_kind(), "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
]


@pytest.mark.parametrize(("kind", "value", "expected"), [t[1:] for t in TAKEN], ids=[t[0] for t in TAKEN])
def test_taken(kind: Kind, value: Any, expected: Any) -> None:
    assert take(kind, value) == expected
    assert type(take(kind, value)) is type(expected)


WHOLE, NUMBER, EMAIL = "must be a whole number.", "must be a number, like 40000", "must be one e-mail address"
CONTROL = "must not contain control characters or broken Unicode."
REFUSED: list[tuple[str, Kind, Any, str]] = [
    ("number for text", kinds.line_kind(5), 7, "must be text."),
    ("list for text", kinds.line_kind(5), ["a"], "must be text."),
    ("truth for text", kinds.line_kind(5), True, "must be text."),
    ("object for text", kinds.line_kind(5), {"a": "b"}, "must be text."),
    ("too long", kinds.line_kind(5), "123456", "must be at most 5 characters long."),
    ("two lines", kinds.line_kind(9), "a\nb", "must be one line."),
    ("a line separator", kinds.line_kind(9), "a\u2028b", "must be one line."),
    ("NUL", kinds.text_kind(9), "a\x00b", CONTROL),
    ("escape", kinds.text_kind(9), "a\x1bb", CONTROL),
    ("delete", kinds.line_kind(9), "a\x7f", CONTROL),
    ("half a pair", kinds.text_kind(9), "a\ud800b", "must not contain broken Unicode."),
    ("other half of a pair", kinds.email_kind(50), "a\udc00@orbital.example", "must not contain broken Unicode."),
    ("two e-mails", kinds.email_kind(50), "a@b.example, c@d.example", EMAIL),
    ("named e-mail", kinds.email_kind(50), "Jane <jane@orbital.example>", EMAIL),
    ("no host", kinds.email_kind(50), "jane@orbital", EMAIL),
    ("no name", kinds.email_kind(50), "@orbital.example", EMAIL),
    ("script", kinds.url_kind(90), "javascript:alert(1)", "must be a web address"),
    ("file", kinds.url_kind(90), "file:///etc/passwd", "must be a web address"),
    ("data", kinds.url_kind(90), "data:text/html,x.y", "must be a web address"),
    ("credentials in an address", kinds.url_kind(90), "https://a:b@orbital.example", "must be a web address"),
    ("a word", kinds.url_kind(90), "orbital", "must be a web address"),
    ("a long country", country_kind(), "G" * 61, "must be at most 60 characters long."),
    ("country of one letter", country_kind(), "G", "must be a country of ISO 3166"),
    ("country of other letters", country_kind(), "ÄÖ", "must be a country of ISO 3166"),
    ("country of digits", country_kind(), "44", "must be a country of ISO 3166"),
    ("nought", kinds.code_kind(), 0, "must be at least 1."),
    ("minus one", kinds.code_kind(), -1, "must be at least 1."),
    ("2^53", kinds.code_kind(), 2**53, "must be at most 9007199254740991."),
    ("10^40", kinds.code_kind(), 10**40, "must be at most 9007199254740991."),
    ("truth for code", kinds.code_kind(), True, WHOLE),
    ("half", kinds.code_kind(), 1.5, WHOLE),
    ("one and a half in text", kinds.code_kind(), "1.5", WHOLE),
    ("not a number", kinds.code_kind(), float("nan"), WHOLE),
    ("endless", kinds.code_kind(), float("inf"), WHOLE),
    ("a name for a code", kinds.code_kind(), "Orbital", WHOLE),
    ("a sign", kinds.code_kind(), "+1", WHOLE),
    ("other digits", kinds.code_kind(), "１", WHOLE),
    ("a code of 17 digits", kinds.code_kind(), "1" * 17, "must be at most 9007199254740991."),
    ("truth for many", kinds.codes_kind(3), True, "must be a list."),
    ("half a list", kinds.codes_kind(3), "[1, 2", "must be a list."),
    ("a list in a list", kinds.codes_kind(3), "[[1]]", "entry 1, must be a whole number."),
    ("an abyss", kinds.codes_kind(3), "[" * 40_000, "must be a list."),
    ("a flood", kinds.codes_kind(3), f"[{'1,' * 30_000}1]", "must be a list."),
    ("too many", kinds.codes_kind(3), [1, 2, 3, 4], "must hold at most 3 entries."),
    ("a wrong one", kinds.codes_kind(3), [1, "x"], "entry 2, must be a whole number."),
    ("lookup of truth", kinds.lookup_kind(), True, "must be a code or an exact name."),
    ("lookup of a list", kinds.lookup_kind(), [1], "must be a code or an exact name."),
    ("lookup of 10^40", kinds.lookup_kind(), 10**40, "must be a code or an exact name."),
    ("lookup of a novel", kinds.lookup_kind(), "x" * 201, "must be a code or an exact name."),
    ("lookup of half a pair", kinds.lookup_kind(), "\ud800", CONTROL),
    ("below", TEN, 0, "must be at least 1."),
    ("above", TEN, 11, "must be at most 10."),
    ("words", TEN, "one", WHOLE),
    ("half in text", TEN, "1.5", WHOLE),
    ("too much in text", TEN, "11", "must be at most 10."),
    ("1e999", TEN, float("inf"), WHOLE),
    ("truth for money", kinds.money_kind(), True, NUMBER),
    ("debt", kinds.money_kind(), -0.01, "must be a finite number"),
    ("too rich", kinds.money_kind(), 10**40, "must be a finite number"),
    ("no amount", kinds.money_kind(), float("nan"), "must be a finite number"),
    ("endless money", kinds.money_kind(), float("inf"), "must be a finite number"),
    ("half a penny", kinds.money_kind(), 1.005, "must have at most two decimals."),
    ("yes in words", kinds.boolean_kind(), "yes", "must be true or false."),
    ("one for yes", kinds.boolean_kind(), 1, "must be true or false."),
    ("no choice", CHOICE, "done", "must be one of pending or in_progress."),
    ("a number for a choice", CHOICE, 1, "must be one of pending or in_progress."),
    ("a list for a choice", CHOICE, ["pending"], "must be one of pending or in_progress."),
    ("no such day", time_kinds.date_kind(), "2026-02-30", "must be a date, like 2026-12-24."),
    ("next Tuesday", time_kinds.date_kind(), "next Tuesday", "must be a date, like 2026-12-24."),
    ("number for a day", time_kinds.date_kind(), 20261224, "must be text."),
    ("no such time", time_kinds.datetime_kind(), "2026-12-24T25:00Z", "must be a date and time"),
    ("before time", time_kinds.datetime_kind(), "0001-01-01T00:00:00+14:00", "must be a date and time"),
    ("after time", time_kinds.datetime_kind(), "9999-12-31T23:59:59-01:00", "must be a date and time"),
    (
        "no such zone",
        time_kinds.datetime_kind(),
        "2026-07-24T09:30 Europe/Londn",
        "must name its time zone as IANA does",
    ),
    (
        "a town for a zone",
        time_kinds.datetime_kind(),
        "2026-07-24T09:30 London",
        "must name its time zone as IANA does",
    ),
    (
        "an offset that the zone has not",
        time_kinds.datetime_kind(),
        "2026-07-24T09:30+05:00[Europe/London]",
        "must not have an offset",
    ),
    ("a file for a zone", time_kinds.datetime_kind(), "2026-07-24T09:30 ../../etc/passwd", "must be a date and time"),
    ("an hour twice", time_kinds.datetime_kind(), "2026-10-25T01:30 Europe/London", "is a time that clocks show twice"),
    ("an hour never", time_kinds.datetime_kind(), "2026-03-29T01:30 Europe/London", "is a time that clocks skip"),
    ("a novel for a moment", time_kinds.datetime_kind(), "2026-12-24 " + "x" * 100_000, "must be a date and time"),
    ("seconds", time_kinds.datetime_kind(), 1795426200, "must be text."),
]


@pytest.mark.parametrize(("kind", "value", "says"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_refused(kind: Kind, value: Any, says: str) -> None:
    assert refused(kind, value).startswith(says)


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda m: 1 < m.year < 9999), st.integers(-14, 14))
def test_moments_are_kept_to_the_microsecond_whatever_the_zone(moment: datetime, zone: int) -> None:
    there = moment.astimezone(timezone(timedelta(hours=zone)))
    kept = take(time_kinds.datetime_kind(), there.isoformat())
    assert datetime.fromisoformat(kept) == moment
    assert kept.endswith("Z")
    assert len(kept) in (20, 27)


@given(st.dates(date(2, 1, 1)))
def test_days_are_kept(day: date) -> None:
    assert take(time_kinds.date_kind(), day.isoformat()) == day.isoformat()


@given(st.integers(0, 10**15))
def test_every_amount_of_pence_is_money(pence: int) -> None:
    if pence / 100 == round(pence / 100, 2):
        assert take(kinds.money_kind(), pence / 100) == pence / 100


@given(st.text(max_size=60))
def test_what_a_line_keeps_it_takes_again(text: str) -> None:
    try:
        kept = match_arguments(method_with(kinds.line_kind(50)), {"Value": text}).values.get("Value", "")
    except InvalidArgument:
        return
    assert kept == kept.strip()
    assert not set(kept) & set("\r\n\t\x00")
    assert len(kept.encode()) <= 4 * 3 * 50
