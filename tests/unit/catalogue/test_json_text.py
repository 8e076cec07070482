"""JSON as text, and other forms in which agents write the values of arguments: they mean what was meant."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue import kinds, time_kinds
from affino_mcp.catalogue.kinds import Kind
from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.tool_errors import InvalidArgument
from tests.unit.catalogue.test_kinds import CHOICE, TEN, method_with, take

MEANT: list[tuple[str, Kind, Any, Any]] = [
    ("choice with a blank", CHOICE, "in progress", "in_progress"),
    ("a word for a choice", CHOICE, "Started", "in_progress"),
    ("yes in JSON text", kinds.boolean_kind(), "true", True),
    ("no as Python prints it", kinds.boolean_kind(), " False ", False),
    ("number in text", TEN, "7", 7),
    ("a whole number with a point", TEN, 7.0, 7),
    ("the same in text", TEN, "7.00", 7),
    ("code with a point", kinds.code_kind(), 1.0, 1),
    ("codes in JSON text", kinds.codes_kind(3), '[8, "9", 8.0]', [8, 9]),
    ("codes in a row", kinds.codes_kind(3), "8, 9", [8, 9]),
    ("one code for many", kinds.codes_kind(3), 7, [7]),
    ("one code for many in text", kinds.codes_kind(3), "7", [7]),
    ("no codes in JSON text", kinds.codes_kind(3), "[]", []),
    ("names in JSON text", kinds.names_kind(3), '["Events", "R&D, Labs"]', ["Events", "R&D, Labs"]),
    ("one name", kinds.names_kind(3), "R&D, Labs", ["R&D, Labs"]),
    ("lookup by a code with a point", kinds.lookup_kind(), 3.0, 3),
    ("small z and t", time_kinds.datetime_kind(), "2026-12-24t09:30:00z", "2026-12-24T09:30:00Z"),
    ("a zone by name", time_kinds.datetime_kind(), "2026-07-24T09:30 Europe/London", "2026-07-24T08:30:00Z"),
    ("a zone in brackets", time_kinds.datetime_kind(), "2026-07-24T09:30[Europe/Paris]", "2026-07-24T07:30:00Z"),
    (
        "zone and offset that agree",
        time_kinds.datetime_kind(),
        "2026-07-24T09:30+01:00[Europe/London]",
        "2026-07-24T08:30:00Z",
    ),
    ("a day elsewhere", time_kinds.datetime_kind(), "2026-07-24 Asia/Tokyo", "2026-07-23T15:00:00Z"),
    ("a moment for a day", time_kinds.date_kind(), "2026-12-24T09:30:00Z", "2026-12-24"),
    ("due on a day", time_kinds.due_kind(), "2026-12-24", "2026-12-24"),
    ("due at a moment", time_kinds.due_kind(), "2026-12-24T09:30+01:00", "2026-12-24T08:30:00Z"),
]


@pytest.mark.parametrize(("kind", "value", "expected"), [m[1:] for m in MEANT], ids=[m[0] for m in MEANT])
def test_meant(kind: Kind, value: Any, expected: Any) -> None:
    assert take(kind, value) == expected
    assert type(take(kind, value)) is type(expected)


PLAIN: list[tuple[Kind, st.SearchStrategy[Any]]] = [
    (kinds.integer_kind(0, 10**9), st.integers(-5, 10**10)),
    (kinds.code_kind(), st.integers(-5, 2**54)),
    (kinds.codes_kind(5), st.lists(st.integers(-1, 2**54), max_size=6)),
    (kinds.boolean_kind(), st.booleans()),
    (kinds.money_kind(), st.integers(0, 10**16).map(lambda pence: pence / 100)),
    (kinds.lookup_kind(), st.integers(1, 2**54)),
    (kinds.names_kind(5), st.lists(st.text("abc,[]\"' ", min_size=1), max_size=6)),
]


def _outcome(kind: Kind, value: Any) -> Any:
    try:
        return match_arguments(method_with(kind), {"Value": value}).values
    except InvalidArgument as error:
        return error.message


@pytest.mark.parametrize(("kind", "values"), PLAIN, ids=[kind.display_name for kind, _ in PLAIN])
@given(data=st.data())
def test_a_typed_value_printed_as_json_text_means_the_same(
    kind: Kind, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value = data.draw(values)
    assert _outcome(kind, json.dumps(value)) == _outcome(kind, value)


def test_a_conversion_costs_little_whatever_is_sent() -> None:
    method, begun = method_with(kinds.codes_kind(3)), time.process_time()
    for text in ("[" * 10**6, "9" * 10**6, '["' + "a" * 10**6, " " * 10**6, "1," * 10**6):
        for kind in (
            method,
            method_with(kinds.money_kind()),
            method_with(time_kinds.datetime_kind()),
            method_with(CHOICE),
        ):
            with pytest.raises(InvalidArgument):
                match_arguments(kind, {"Value": text})
    assert time.process_time() - begun < 5
