"""The argument Search of every list says what it looks through."""

from __future__ import annotations

import pytest

from affino_mcp.catalogue.method import CURSOR, Method
from affino_mcp.catalogue.registry import METHODS, RECORDS

SEARCHED = [
    method
    for method in METHODS.values()
    if method.record
    and method.record.search
    and {"Search", "SortBy", CURSOR.name} <= {f.name for f in method.arguments}
]


@pytest.mark.parametrize("method", SEARCHED, ids=[method.name for method in SEARCHED])
def test_the_schema_names_the_fields_that_are_searched(method: Method) -> None:
    assert method.record is not None
    told = method.input_schema()["properties"]["Search"]["description"]
    assert told == f"in {', '.join((*method.record.search, *method.record.found_by.values()))}"


def test_there_are_such_lists() -> None:
    assert len(SEARCHED) >= 10


def test_what_is_searched_is_there() -> None:
    for record in RECORDS.values():
        assert set(record.phones) <= set(record.search) <= record.writable.keys()
        assert record.found_by.keys() <= RECORDS.keys()
        assert all(RECORDS[family].search for family in record.found_by)
