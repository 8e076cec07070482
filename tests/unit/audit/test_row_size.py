"""The bytes of the API Log: a row with its index entries takes at most half of four whole rows, as it once did."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.settings import Settings
from affino_mcp.store.testing.item_size import INDEX_ENTRY_OVERHEAD, count_item_bytes
from tests.template_tables import template_shapes
from tests.unit.audit.rows import row

CLIENT: dict[str, Any] = {
    "person_name": "Jane Doe",
    "profile_name": "Newsroom",
    "person_email": "jane.doe@orbital.example",
    "request_id": "8f0d3f4c-9a6e-4f5b-8f6a-2f4d0a9e7c11",
    "fingerprint": "3a7091cee5b2",
    "client_name": "claude-code",
    "client_version": "2.0.14",
    "source": "203.0.113.7",
    "profile_version": "45fc820a-ea10-4c3d-b73c-e7f70c84cd8c",
    "duration_ms": 17,
    "gate_ms": 4,
    "profile_key": "Ov9owM2hb3k2yIdM",
}
BODY = {"length": 419, "sha256": "b" * 64, "start": "x" * 200}
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("a read", {"result": "account 12 read"}),
    ("a list", {"method": "list_accounts", "arguments": {"PageSize": 20}, "record": "", "result": "20 accounts, more follow"}),
    ("a refusal", {"outcome": Outcome.REFUSED, "status": 403, "error": {"code": -403, "type": "forbidden", "message": "x" * 90}}),
    ("a note", {
        "method": "create_note", "access": "write", "record": "notes#31", "records": ("notes#31",), "result": "note 31 created",
        "arguments": {"Body": BODY, "AccountCode": 1},
        "changes": ({"record": "notes#31", "deed": "created", "fields": {"Body": {"after": "x" * 140}}},),
    }),
]  # fmt: skip


def stored_bytes(item: dict[str, Any]) -> int:
    """The bytes of a row and of its entries in the indexes, with what DynamoDB adds to each."""
    entries = [shape.project(item) for shape in template_shapes()[Settings().audit_table]]
    return sum(count_item_bytes(one) + INDEX_ENTRY_OVERHEAD for one in (item, *entries) if one)


def bytes_of_copies(made: AuditRow) -> int:
    """The bytes of the row with every field, and of a copy of it in each index that holds it."""
    item = {**made.to_document(), **row_item(made)}
    copies = 1 + sum(shape.project(item) is not None for shape in template_shapes()[Settings().audit_table])
    return copies * (count_item_bytes(item) + INDEX_ENTRY_OVERHEAD)


@pytest.mark.parametrize(("name", "given"), ROWS, ids=[name for name, _ in ROWS])
def test_a_row_and_its_entries_take_half_of_its_copies(name: str, given: dict[str, Any]) -> None:
    """A refusal takes a little more: its error, which is searched for words, is in the entries too."""
    made = row(**CLIENT | given)
    assert stored_bytes(row_item(made)) <= bytes_of_copies(made) * (0.56 if name == "a refusal" else 0.47)


def test_ten_rows_of_which_one_is_a_refusal_take_less_than_half() -> None:
    rows = [row(**CLIENT | given) for place in (0, 0, 0, 0, 0, 1, 1, 2, 3, 3) for given in (ROWS[place][1],)]
    assert sum(stored_bytes(row_item(one)) for one in rows) < 0.45 * sum(map(bytes_of_copies, rows))


def test_an_entry_of_an_index_is_one_write_unit() -> None:
    for _, given in ROWS:
        item = row_item(row(**CLIENT | given))
        entries = [shape.project(item) for shape in template_shapes()[Settings().audit_table]]
        assert max(count_item_bytes(entry) for entry in entries if entry) <= 600
