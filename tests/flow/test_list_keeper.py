"""What operators may do to lists: refusals, bounds, one transaction each, and codes that never change."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.families.lists import DEFAULT_ENTRIES, LIST_RECORDS
from affino_mcp.instance.builtin.engine.list_rows import list_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references.entry_rules import MAX_ENTRIES
from affino_mcp.instance.builtin.references.list_keeper import ListKeeper
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.instance.port import NoCallLog
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound, ToolError
from tests.clock import START
from tests.flow.operator_writes import OvertakenDatabase, SealedLog
from tests.world import World

Fields = dict[str, Any]
STATEMENT: Fields = {"Name": "Post", "Statement": "I agree to be written to."}
REFUSED: dict[str, tuple[str, int | None, Fields, type[ToolError]]] = {
    "an empty name": ("topics", None, {"Name": " "}, InvalidArgument),
    "no name": ("topics", None, {}, InvalidArgument),
    "a name too long": ("topics", None, {"Name": "x" * 101}, InvalidArgument),
    "a name that is taken": ("topics", None, {"Name": "RENEWAL"}, Conflict),
    "a rename to one that is taken": ("topics", 1, {"Name": "Rénewal"}, Conflict),
    "a field that it has not": ("topics", 1, {"Colour": "red"}, InvalidArgument),
    "a parent that is not there": ("topics", 1, {"ParentCode": 99}, InvalidArgument),
    "no such entry": ("topics", 99, {"Name": "x"}, NotFound),
    "no statement": ("permissions", None, {"Name": "Post"}, InvalidArgument),
    "no statement any more": ("permissions", 2, {"Statement": None}, InvalidArgument),
    "the permission of mailing lists": ("permissions", 1, {"Active": False}, Conflict),
    "a flag of a stage": ("stages", 2, {"Open": False}, InvalidArgument),
    "won and not closed": ("stages", None, {"Name": "x", "Open": False, "Won": True}, InvalidArgument),
    "open and closed": ("stages", None, {"Name": "x", "Closed": True}, InvalidArgument),
    "a probability over 100": ("stages", 2, {"Probability": 101}, InvalidArgument),
    "a place that is none": ("industries", 2, {"Order": 0}, InvalidArgument),
    "neither on nor off": ("industries", 2, {"Active": None}, InvalidArgument),
}


@pytest.mark.parametrize(("kind", "code", "values", "error"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_changes_nothing(
    world: World, kind: str, code: int | None, values: Fields, error: type[ToolError]
) -> None:
    keeper = ListKeeper(world.records)
    before = keeper.list_items(kind)
    for carry_out in (
        lambda: keeper.plan_save(kind, code, values),
        lambda: keeper.save(kind, code, values, START, NoCallLog()),
    ):
        with pytest.raises(error):
            carry_out()
    assert keeper.list_items(kind) == before
    assert world.database.get(world.settings.records_table, list_key(kind)) is None


def test_a_list_is_bounded_and_keeps_a_stage(world: World) -> None:
    keeper = ListKeeper(world.records)
    for number in range(MAX_ENTRIES - len(DEFAULT_ENTRIES["topics"])):
        keeper.save("topics", None, {"Name": f"Topic {number}"}, START, NoCallLog())
    with pytest.raises(Conflict):
        keeper.save("topics", None, {"Name": "One more"}, START, NoCallLog())
    assert len(keeper.list_items("topics")) == MAX_ENTRIES
    *others, last = DEFAULT_ENTRIES["stages"]
    for code in others:
        keeper.save("stages", code, {"Active": False}, START, NoCallLog())
    with pytest.raises(Conflict):
        keeper.plan_remove("stages", last)


def test_a_change_and_its_rows_are_one_transaction(world: World) -> None:
    """The list, the entry's history and the row of the log, with the values before and after."""
    settings_, log = world.settings, SealedLog("change_topic")
    keeper = ListKeeper(
        Records(world.watched, settings_.records_table, settings_.words_table, FACETS, None, settings_.audit_table)
    )
    keeper.save("topics", 2, {"Name": "Extension"}, START, log)
    assert [call[0] for call in world.watched.calls] == ["get", "transact"]
    (done,) = log.sealed
    (change,) = done.changes
    assert (done.record, change.kind, change.before, change.after) == (
        "topics#2",
        "changed",
        {"Name": "Renewal"},
        {"Name": "Extension"},
    )
    assert [row["method"] for row in world.database.list_rows(settings_.audit_table)] == ["change_topic"]
    history = [row for row in world.database.list_rows(settings_.records_table) if row["pk"] == "topics#2"]
    assert [(row["deed"], row["method"]) for row in history] == [("changed", "change_topic")]
    world.watched.calls.clear()
    keeper.save("topics", 2, {"Name": "Extension"}, START, log)
    assert [call[0] for call in world.watched.calls] == ["get"]


def test_two_operators_lose_nothing(world: World) -> None:
    database = OvertakenDatabase(world.database)
    keeper = ListKeeper(Records(database, world.settings.records_table, world.settings.words_table, FACETS))
    database.meet = lambda: keeper.save("topics", None, {"Name": "Second"}, START, NoCallLog())
    keeper.save("topics", None, {"Name": "First"}, START, NoCallLog())
    names = {item.code: item.values["Name"] for item in keeper.list_items("topics")}
    assert (names[13], names[14]) == ("Second", "First")


NAMES = st.sampled_from(["Alpha", "alpha", "Renewal", "Ünique", "Unique", "Beta " * 30, " ", "Delta", "Other"])
EDITS = st.lists(
    st.tuples(
        st.none() | st.integers(1, 15),
        st.fixed_dictionaries(
            {}, optional={"Name": NAMES, "Order": st.integers(-1, 200), "Active": st.booleans() | st.none()}
        ),
    ),
    max_size=12,
)


@pytest.mark.parametrize("kind", LIST_RECORDS)
@given(edits=EDITS)
@settings(deadline=None, max_examples=40)
def test_codes_never_change_and_no_entry_is_lost(kind: str, edits: list[tuple[int | None, Fields]]) -> None:
    keeper, more = (
        ListKeeper(Records(MemoryDatabase(), "records", "words", FACETS)),
        STATEMENT if kind == "permissions" else {},
    )
    for code, values in edits:
        before = {item.code: item for item in keeper.list_items(kind)}
        asked = values if code else {**{k: v for k, v in more.items() if k != "Name"}, **values}
        try:
            saved = keeper.save(kind, code, asked, START, NoCallLog())
        except ToolError:
            assert {item.code: item for item in keeper.list_items(kind)} == before
            continue
        after = {item.code: item for item in keeper.list_items(kind)}
        assert saved == after[saved.code]
        assert saved.code == (code or max(before) + 1)
        assert {c: item for c, item in after.items() if c != saved.code} == {
            c: item for c, item in before.items() if c != saved.code
        }
        names = [str(item.values["Name"]).casefold() for item in after.values()]
        assert len(names) == len(set(names))
        assert list(after) == sorted(after, key=lambda c: (after[c].values["Order"], c))
