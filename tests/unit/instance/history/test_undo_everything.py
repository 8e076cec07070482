"""Undo gives a record its former values or says why not, after any calls; history shows every change."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.tool_errors import ToolError
from tests.unit.instance.deeds import DEEDS, Deed, Desk, plain

NOTED: Final = ("Members",)
"""What history tells beside a record's own values."""


def _refusal(desk: Desk, record: dict[str, Any]) -> str | None:
    try:
        desk.call("undo_change", **{name: record[name] for name in ("Family", "Code", "Version")})
    except ToolError as error:
        return error.type
    return None


def _undone(desk: Desk, before: dict[str, Any], records: list[dict[str, Any]]) -> set[str]:
    """Undoes each part of the latest change; returns the kinds of record that were changed back."""
    found = set()
    for record in records:
        ref, as_is = f"{record['Family']}#{record['Code']}", desk.now()
        refusal = _refusal(desk, record)
        if refusal is not None:
            assert refusal in {"conflict", "not_found", "permission_denied", "invalid_state"}
            assert desk.now() == as_is
            continue
        values, deleted = desk.now()[ref]
        if record["Kind"] in {"created", "restored"}:
            assert deleted
        else:
            assert (values, deleted) == before[ref]
        found.add(record["Kind"])
    return found


def _replayed(desk: Desk, ref: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for row in desk.db.list_rows("t"):
        if row["pk"] == ref and row["sk"].startswith("H#"):
            values |= json.loads(row["entry"])["after"]
    return plain({n: v for n, v in values.items() if n not in NOTED})


def _told(desk: Desk, ref: str) -> list[bool]:
    return [
        row["deed"] == "deleted" for row in desk.db.list_rows("t") if row["pk"] == ref and row["sk"].startswith("H#")
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.booleans()), min_size=1, max_size=8))
def test_undo_gives_what_was_before_or_a_reason_and_history_tells_all(work: list[tuple[Deed, bool]]) -> None:
    desk = Desk()
    for (tool, values), undone in work:
        before, last = desk.now(), desk.latest()
        try:
            desk.call(tool, **desk.filled(values))
        except ToolError:
            continue
        if undone and desk.latest() != last:
            _undone(desk, before, desk.latest())
    for ref, (values, deleted) in desk.now().items():
        assert _replayed(desk, ref) == values, ref
        assert _told(desk, ref)[-1] == deleted


CANNOT: Final = {
    "link_contact_to_account",
    "unlink_contact_from_account",
    "grant_contact_permission",
    "add_opportunity_topics",
    "add_opportunity_contact",
    "add_article_categories",
    "moderate_article_comment",
}
"""What has tools of its own."""


REFUSED: Final = [
    deed
    for deed in DEEDS
    if deed[0] in {"create_contact", "unlink_contact_from_account"}
    or deed[1].get("ExternalID")
    or deed == ("delete_account", {"AccountCode": "$account"})
]
"""What the stock does not allow: e-mail and number are taken, there is no link, there is an open deal."""


@pytest.mark.parametrize("deed", DEEDS, ids=[f"{place}-{tool}" for place, (tool, _) in enumerate(DEEDS)])
def test_each_deed_alone(deed: Deed) -> None:
    """On a fresh stock, every change except changes of relations can be undone."""
    desk, (tool, values) = Desk(), deed
    before, last = desk.now(), desk.latest()
    try:
        desk.call(tool, **desk.filled(values))
    except ToolError:
        assert (tool, values) in REFUSED
        return
    if desk.latest() == last:
        return
    found = _undone(desk, before, desk.latest()[:1])
    others = values.get("OwnerCode") is not None or "PrimaryContactCode" in values
    expected = tool not in CANNOT and not (others and tool.startswith("create_"))
    assert bool(found) == (expected or (tool == "add_opportunity_contact" and values.get("Primary") is True)), (
        desk.latest()
    )
