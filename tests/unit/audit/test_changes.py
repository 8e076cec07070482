"""The changes in a row: within the size limit, without secrets, without failures; what is left out is counted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from affino_mcp.audit.changes import operator_changes, redact_changes, truncate_changes
from affino_mcp.audit.redact import WITHHELD_TEXT, json_bytes
from affino_mcp.audit.row import MAX_ROW_BYTES, AuditRow, row_item
from affino_mcp.instance.port import RecordChange
from affino_mcp.store.render import item_from_wire, item_to_wire
from tests.unit.audit.rows import row
from tests.unit.audit.test_redact import CANARY, hiding, leaves, texts, trees

names = st.builds(lambda length, end: "n" * length + end, st.sampled_from([0, 58, 60, 120]), st.text(max_size=3))
values = leaves | st.dictionaries(names, leaves, max_size=4) | st.lists(leaves, max_size=4) | trees
sides = st.dictionaries(names, values, max_size=6)
records = st.builds(RecordChange, st.sampled_from(["accounts#12", "contacts#3"]), st.just("changed"), sides, sides)
many = st.lists(records, max_size=5)


def change(before: dict[str, Any], after: dict[str, Any], *known: str) -> dict[str, Any]:
    (found,) = redact_changes([RecordChange("accounts#12", "changed", before, after)], known)
    return found


@given(many, st.integers(2, 1500))
def test_whatever_changed_fits_any_room_and_can_be_stored(changed: list[RecordChange], room: int) -> None:
    kept = redact_changes(changed)
    assert json_bytes(truncate_changes(kept, room)) <= room
    item_to_wire({"changes": truncate_changes(kept, room)})


@given(many, st.lists(st.text(max_size=300), max_size=300), texts)
def test_a_row_with_changes_stays_in_its_room_and_comes_back(
    changed: list[RecordChange], refs: list[str], name: str
) -> None:
    warnings = [{"Code": name, "Message": name}] * 20
    stored = row_item(
        row(changes=redact_changes(changed), records=refs, warnings=warnings, arguments={"Name": name}, result=name)
    )
    assert json_bytes(stored) < 8192
    assert (
        json_bytes(row(changes=redact_changes(changed), records=refs, warnings=warnings).to_document()) <= MAX_ROW_BYTES
    )
    back = AuditRow.from_document(item_from_wire(item_to_wire(stored)))
    assert list(back.changes) == stored.get("changes", [])


@given(hiding, hiding)
def test_no_secret_survives_in_a_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert CANARY not in json.dumps(change(before, after))


@given(st.text(max_size=1500), st.integers(1, 300))
def test_a_known_secret_survives_nowhere(text: str, times: int) -> None:
    kept = change({}, {"Notes": text + CANARY * times, CANARY: 1, "Link": {"Notes": CANARY}, "Names": [CANARY]}, CANARY)
    assert CANARY[:7] not in json.dumps(kept)


ALIKE = {"0" * 60: {"": True, "0": True}}


@given(st.lists(records, min_size=1, max_size=5), st.integers(60, 1500))
@example([RecordChange("accounts#12", "changed", {}, ALIKE)], 200)
def test_every_field_is_shown_or_counted(changed: list[RecordChange], room: int) -> None:
    whole = redact_changes(changed)
    for full, cut in zip(whole, truncate_changes(whole, room), strict=False):
        if cut["record"] == full["record"]:
            had = len(full["fields"]) + full.get("left_out", 0)
            assert len(cut["fields"]) + cut.get("left_out", 0) == had


def test_two_fields_whose_names_are_cut_to_the_same_are_shown_once_and_counted() -> None:
    (cut,) = truncate_changes([change({}, ALIKE)], 150)
    assert (len(cut["fields"]), cut["left_out"]) == (1, 1)


LONG = "word " * 400


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        pytest.param({"City": "Leeds"}, {"City": "York"}, {"City": {"before": "Leeds", "after": "York"}}, id="a text"),
        pytest.param({"City": None}, {"City": "York"}, {"City": {"after": "York"}}, id="nothing before"),
        pytest.param({"Active": True}, {"Active": False}, {"Active": {"before": True, "after": False}}, id="a flag"),
        pytest.param({"Codes": [1]}, {"Codes": [1, 2]}, {"Codes": {"before": "1", "after": "1, 2"}}, id="codes"),
        pytest.param({"Value": 1.5}, {"Value": None}, {"Value": {"before": "1.5"}}, id="a number with decimals"),
        pytest.param(
            {"accounts#1": None},
            {"accounts#1": {"JobTitle": "CTO", "Primary": False}},
            {"accounts#1 JobTitle": {"after": "CTO"}, "accounts#1 Primary": {"after": False}},
            id="a link, part by part",
        ),
        pytest.param(
            {"accounts#1": {"Primary": False, "JobTitle": "CTO"}},
            {"accounts#1": {"Primary": True, "JobTitle": "CTO"}},
            {"accounts#1 Primary": {"before": False, "after": True}},
            id="only the parts that differ",
        ),
        pytest.param({"accounts#1": None}, {"accounts#1": {}}, {"accounts#1": {"after": "{}"}}, id="an empty link"),
        pytest.param(
            {"Body": None},
            {"Body": LONG},
            {"Body": {"after": f"{LONG[:120]}… (2,000 characters)"}},
            id="a long text by its beginning and length",
        ),
        pytest.param(
            {"ApiToken": "a"},
            {"ApiToken": "b"},
            {"ApiToken": {"before": WITHHELD_TEXT, "after": WITHHELD_TEXT}},
            id="a secret: withheld on both sides",
        ),
        pytest.param(
            {"Body": LONG + "a"},
            {"Body": LONG + "b"},
            {"Body": dict.fromkeys(("before", "after"), f"{LONG[:120]}… (2,001 characters)")},
            id="long texts that differ at the end",
        ),
        pytest.param({"City": "York"}, {"City": "York"}, {}, id="what stayed"),
        pytest.param({}, {"ApiToken": "b"}, {"ApiToken": {"after": WITHHELD_TEXT}}, id="a new secret"),
    ],
)
def test_forms(before: dict[str, Any], after: dict[str, Any], fields: dict[str, Any]) -> None:
    assert change(before, after) == {"record": "accounts#12", "deed": "changed", "fields": fields}


def test_too_many_records_are_counted() -> None:
    kept = truncate_changes(
        redact_changes([RecordChange(f"contacts#{n}", "changed", {}, {"City": "York"}) for n in range(90)]), 500
    )
    assert kept[-2] == {"record": f"contacts#{len(kept) - 2}", "deed": "changed", "fields": {}, "left_out": 1}
    assert kept[-1]["record"] == f"(and {91 - len(kept)} more)"


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        pytest.param(
            {"before": {"enabled": True}, "after": {"enabled": False}},
            {"enabled": {"before": True, "after": False}},
            id="a switch",
        ),
        pytest.param(
            {"before": {"families": {"notes": ["read"]}}, "after": {"families": {"notes": ["read", "write"]}}},
            {"families notes": {"before": "read", "after": "read, write"}},
            id="the switches of a family",
        ),
    ],
)
def test_an_operators_action_reads_the_same(arguments: dict[str, Any], fields: dict[str, Any]) -> None:
    assert operator_changes("api_profiles#K1", arguments) == (
        {"record": "api_profiles#K1", "deed": "", "fields": fields},
    )


@pytest.mark.parametrize("arguments", [{}, {"before": {}, "after": {}}, {"(left out)": {"length": 1}}])
def test_an_operators_action_that_changed_no_value(arguments: dict[str, Any]) -> None:
    assert operator_changes("api_profiles#K1", arguments) == ()


def test_the_arguments_of_an_agent_are_no_operators_action() -> None:
    told_so = {"before": {"City": "Leeds"}, "after": {"City": "York"}}
    assert AuditRow.from_document(row_item(row(arguments=told_so))).changes == ()
    assert AuditRow.from_document(row_item(row(arguments=told_so, channel="control"))).changes != ()
