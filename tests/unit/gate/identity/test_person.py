"""A person's row: what it says comes back, and what it does not say is closed."""

from __future__ import annotations

import pytest

from affino_mcp.gate.identity.person import Person
from tests.clock import START

SAM = Person(7, "Sam Manager", "sam@affino.example", ("Sales",), {"logs.read": None})


def test_a_person_comes_back_as_they_were() -> None:
    assert Person.from_json(SAM.to_json()) == SAM


@pytest.mark.parametrize("missing", ["groups", "rights", "active"])
def test_what_an_older_row_does_not_have_is_closed(missing: str) -> None:
    found = Person.from_json({name: value for name, value in SAM.to_json().items() if name != missing})
    assert found.name == SAM.name
    if missing == "active":
        assert not found.active
    else:
        assert not found.has_right("logs.read" if missing == "rights" else "accounts.read", START)
