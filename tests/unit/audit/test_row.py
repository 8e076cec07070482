"""Rows of the API Log: their size limit, their keys, and that they are read as they were written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.audit.redact import json_bytes, redact_arguments
from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.store.render import item_from_wire, item_to_wire
from tests.unit.audit.rows import row

long = st.text(max_size=3000)
strange = st.builds(
    lambda names, warnings, records, arguments: row(
        profile_name=names, person_name=names, person_email=names, method=names, client_name=names, client_version=names,
        source=names, request_id=names, fingerprint=names, record=names, records=records, warnings=warnings,
        error={"code": -10, "type": names, "message": names}, arguments=redact_arguments(arguments),
    ),
    long | st.just("\0" * 3000) | st.just("😀" * 3000),
    st.lists(st.fixed_dictionaries({"Code": long, "Argument": long, "Message": long}), max_size=30),
    st.lists(long, max_size=300),
    st.dictionaries(long, long, max_size=30),
)  # fmt: skip


@given(strange)
def test_every_row_is_below_8_kb_and_can_be_stored(strange_row: AuditRow) -> None:
    stored = row_item(strange_row)
    assert json_bytes(stored) < 8192
    item_to_wire(stored)


@pytest.mark.parametrize(
    "given_values",
    [
        pytest.param({}, id="a read"),
        pytest.param(
            {"person_code": None, "person_name": "", "person_email": "", "record": ""}, id="nobody, no record"
        ),
        pytest.param(
            {"outcome": Outcome.ERROR, "status": 404, "error": {"code": -120, "type": "not_found", "message": "m"}},
            id="error",
        ),
        pytest.param(
            {"warnings": ({"Code": "READ_ONLY", "Argument": "CreatedBy", "Message": "m"},), "dry_run": True},
            id="warning",
        ),
        pytest.param({"records": ("accounts#12", "contacts#3")}, id="two records"),
    ],
)
def test_a_row_comes_back_as_it_was_stored(given_values: dict[str, Any]) -> None:
    original = row(**given_values)
    assert AuditRow.from_document(item_from_wire(item_to_wire(row_item(original)))) == original


def test_the_keys_of_the_table_and_of_its_indexes() -> None:
    stored = row_item(row(id="01KAQ3W5Z0M1T7R2H8C4X9B6N2"))
    assert {name: stored[name] for name in ("pk", "sk", "person", "record", "everybody", "ttl")} == {
        "pk": "P#K1",
        "sk": "01KAQ3W5Z0M1T7R2H8C4X9B6N2",
        "person": "U#7",
        "record": "R#accounts#12",
        "everybody": "E2",
        "ttl": 1794312000 + 400 * 86400,
    }
    assert not {"id", "profile_key", "person_code"} & set(stored)


def test_a_row_without_person_or_record_is_in_no_index_of_those() -> None:
    assert not {"person", "record"} & set(row_item(row(person_code=None, record="")))
