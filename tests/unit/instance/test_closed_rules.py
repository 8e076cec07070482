"""A new kind of record is closed until somebody decides about it: no table lets it through because it is missing."""

from __future__ import annotations

import pytest

from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.instance.builtin.history import history_access
from affino_mcp.instance.builtin.history.history_access import HISTORY_RULES
from affino_mcp.instance.builtin.references.references import REFERENCE_FAMILIES
from affino_mcp.tool_errors import NotFound
from tests.unit.instance.deeds import Desk


def test_every_kind_with_a_history_has_a_rule() -> None:
    assert HISTORY_RULES.keys() == HISTORY_FAMILIES.keys()


def test_the_history_of_a_kind_without_a_rule_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    made = desk.call("create_note", Body="Quarterly talk", AccountCode=desk.codes["account"])
    asked = {"Family": "notes", "Code": made["Note"]["NoteCode"]}
    assert desk.call("list_record_history", **asked)["Items"]
    monkeypatch.setattr(
        history_access, "HISTORY_RULES", {kind: rule for kind, rule in HISTORY_RULES.items() if kind != "notes"}
    )
    with pytest.raises(NotFound):
        desk.call("list_record_history", **asked)


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_every_reference_points_to_a_family_or_a_list(record: Record) -> None:
    targets = {field.reference.target for field in record.fields if field.reference}
    assert targets <= REFERENCE_FAMILIES.keys()
