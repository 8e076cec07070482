"""Merges of records on which much hangs: in steps, which can be repeated where they stopped, and are undone as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest

from affino_mcp.deadline import deadline
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.instance.builtin.engine.index import facet_partition, sortable_code
from affino_mcp.instance.builtin.merging.merge_plan import MAX_HANGING
from affino_mcp.store.ops import Put, WriteOp
from affino_mcp.store.testing.faulty_database import StoreFault
from tests.flow import crm
from tests.flow.merge_stage import Stage, account_state, fill_account, make_stage
from tests.flow.merged_stock import every_about, listed, make_list, undo
from tests.stored_tables import copy_tables
from tests.unit.control_edge.desk import PASSWORD, OperatorBrowser, text_of
from tests.world import Response

MOVED: Final = {"accounts": 7, "contact_lists": 9, "notes": 31, "opportunities": 1, "permissions": 2, "tasks": 31}
STEPS: Final = 13


@pytest.fixture(scope="module")
def made() -> Iterator[Stage]:
    found = make_stage()
    yield found
    found.manager.handler.close()


@pytest.fixture
def stage(made: Stage) -> Iterator[Stage]:
    tables = copy_tables(made.world.database._tables)
    made.steps.arm({})
    made.world.clock.move(minutes=2)  # so that no budget is used up, and the session goes on
    yield made
    made.world.database._tables = tables


def answer_of(response: Response) -> dict[str, Any]:
    return {name: value for name, value in response.result.items() if name not in ("DryRun", "Warnings")}


def last_warning(response: Response) -> tuple[str, str]:
    found = response.result["Warnings"]
    return (found[-1]["Code"], found[-1]["Message"]) if found else ("", "")


@pytest.fixture
def browser(stage: Stage) -> OperatorBrowser:
    found = OperatorBrowser(stage.world)
    Passwords(stage.world.database, stage.world.settings).set_password(stage.person, PASSWORD)
    assert found.sign_in("sam.manager@affino.example").status_code == 303
    return found


def test_much_moves_in_steps_and_comes_back_as_one(stage: Stage) -> None:
    rehearsed = stage.merge(DryRun=True)
    assert stage.read_state() == stage.state
    stage.steps.arm({})
    stage.world.watched.calls.clear()
    done = stage.merge(IdempotencyKey="m")
    assert len(stage.world.watched.calls) < 8 * STEPS
    assert (answer_of(done), done.result["Moved"]) == (answer_of(rehearsed), MOVED)
    assert len(stage.steps.calls) == STEPS
    rows = stage.rows_of("merge_contacts")
    assert [row["share"] for row in rows] == [f"{number} of {STEPS}" for number in range(1, STEPS + 1)]
    assert {(row["outcome"], row["record"]) for row in rows} == {("ok", f"R#contacts#{stage.kept}")}
    assert answer_of(stage.merge(IdempotencyKey="m")) == answer_of(done)
    assert (stage.hanging(stage.other), stage.hanging(stage.kept)) == (0, 63)
    assert [len(some) for some in every_about(stage.manager, UserCode=stage.kept)] == [31, 31]
    jane = stage.manager.call_tool("get_contact", UserCode=stage.kept).result["Contact"]
    assert (len(jane["Accounts"]), sum(row["Primary"] for row in jane["Accounts"])) == (7, 5)
    assert stage.merge().error["details"]["MergedInto"] == stage.kept

    stage.steps.arm({})
    assert undo(stage.manager, "contacts", stage.kept).result["Undone"]["Code"] == stage.kept
    assert len(stage.steps.calls) == STEPS
    assert stage.read_state() == stage.state


@pytest.mark.parametrize(
    ("step", "fault"),
    [(1, StoreFault.BEFORE), (4, StoreFault.VANISHED), (STEPS - 1, StoreFault.BEFORE)],
    ids=["the second", "the fifth", "the last"],
)
def test_a_merge_that_stops_says_so_and_goes_on_when_repeated(stage: Stage, step: int, fault: StoreFault) -> None:
    first = stage.stop_at(step, fault)
    code, told = last_warning(first)
    assert (code, f"Contact {stage.other} is still there" in told) == ("INCOMPLETE", True)
    assert (first.result["Filled"], first.result["Different"]) == ([], {})
    assert [row["outcome"] for row in stage.rows_of("merge_contacts")].count("ok") == step
    assert stage.hanging(stage.other) + stage.hanging(stage.kept) == 63
    assert stage.merge(DryRun=True).result["Moved"] == MOVED
    assert stage.merge(IdempotencyKey="m").result["Moved"] == MOVED
    assert stage.hanging(stage.other) == 0
    assert undo(stage.manager, "contacts", stage.kept).result["Undone"]
    assert stage.read_state() == stage.state


@pytest.mark.parametrize(
    ("step", "fault"),
    [(0, StoreFault.CONDITION), (1, StoreFault.LOST), (2, StoreFault.CONDITION), (STEPS - 1, StoreFault.LOST)],
    ids=["the first", "the second", "the third", "the last"],
)
def test_what_was_done_all_the_same_or_anew_is_no_stop(stage: Stage, step: int, fault: StoreFault) -> None:
    assert stage.stop_at(step, fault).result["Moved"] == MOVED
    assert stage.hanging(stage.other) == 0


def test_a_first_step_that_fails_changes_nothing(stage: Stage) -> None:
    assert stage.stop_at(0).status == 503
    assert stage.read_state() == stage.state


def test_what_moved_comes_back_when_the_merge_stopped(stage: Stage) -> None:
    told = last_warning(stage.stop_at(6))[1]
    version = int(told.rpartition("Version ")[2].rstrip("."))
    assert stage.hanging(stage.kept) > 0
    asked = {"Family": "contacts", "Code": stage.kept, "Version": version}
    assert stage.manager.call_tool("undo_change", **asked, DryRun=True).result["DryRun"]
    assert stage.manager.call_tool("undo_change", **asked).result["Undone"]["Version"] == version
    assert stage.read_state() == stage.state
    assert stage.manager.call_tool("undo_change", **asked).error["type"] == "conflict"


@pytest.mark.parametrize("step", [1, STEPS - 1], ids=["the second", "the last"])
def test_an_undo_that_stops_goes_on_when_repeated(stage: Stage, step: int) -> None:
    assert stage.merge().result["Moved"] == MOVED
    history = stage.manager.call_tool("list_record_history", Family="contacts", Code=stage.kept).result["Items"]
    asked = {"Family": "contacts", "Code": stage.kept, "Version": history[0]["Version"], "IdempotencyKey": "u"}
    stage.steps.arm({step: StoreFault.BEFORE}, lasting=True)
    code, told = last_warning(stage.manager.call_tool("undo_change", **asked))
    stage.steps.arm({})
    assert (code, f"{step} of its {STEPS} steps" in told) == ("INCOMPLETE", True)
    assert stage.manager.call_tool("undo_change", **asked).result["Undone"]["Code"] == stage.kept
    assert stage.read_state() == stage.state


def test_the_persons_last_change_is_the_whole_merge(stage: Stage) -> None:
    stage.world.clock.move(minutes=1)
    stage.manager.call_tool("update_contact", UserCode=stage.kept, Mobile="07700 900999").result  # noqa: B018
    assert stage.merge().result["Moved"] == MOVED
    (one,) = stage.manager.call_tool("undo_changes", Last=1).result["Items"]
    assert (one["Outcome"], stage.hanging(stage.kept)) == ("done", 0)
    (next_one,) = stage.manager.call_tool("undo_changes", Last=1).result["Items"]
    assert next_one["Outcome"] == "done"
    assert stage.read_state() == stage.state


def test_what_others_do_between_the_steps_is_kept(stage: Stage) -> None:
    edited, gone = every_about(stage.manager, UserCode=stage.other)[0][-2:]
    inner, begun = stage.world.database.transact, list[str]()

    def overtaken(ops: Sequence[WriteOp], token: str) -> None:
        inner(ops, token)
        if not begun:
            begun.append("merge")
            stage.manager.call_tool("update_note", NoteCode=edited, Body="Called twice").result  # noqa: B018
            stage.manager.call_tool("delete_note", NoteCode=gone).result  # noqa: B018
            stage.manager.call_tool("create_note", Body="Called again", UserCode=stage.other).result  # noqa: B018

    stage.world.database.transact = overtaken  # type: ignore[method-assign]
    moved = stage.merge().result["Moved"]
    stage.world.database.transact = inner  # type: ignore[method-assign]
    assert moved == MOVED
    assert stage.manager.call_tool("get_note", NoteCode=edited).result["Note"]["Body"] == "Called twice"
    assert stage.manager.call_tool("get_note", NoteCode=gone).error["type"] == "not_found"
    assert (stage.hanging(stage.other), stage.hanging(stage.kept)) == (0, 63)


def test_nothing_comes_back_when_one_record_has_changed_since(stage: Stage) -> None:
    assert stage.merge().result["Moved"] == MOVED
    note = every_about(stage.manager, UserCode=stage.kept)[0][0]
    elsewhere = crm.contact(stage.manager, "Max")
    stage.manager.call_tool("update_note", NoteCode=note, Scope={"UserCode": elsewhere}).result  # noqa: B018
    error = undo(stage.manager, "contacts", stage.kept).error
    assert (error["type"], f"notes#{note}" in error["message"]) == ("conflict", True)
    assert stage.hanging(stage.kept) == 62


def test_more_than_a_merge_moves_is_refused_with_the_bound(stage: Stage) -> None:
    world = stage.world
    for code in range(MAX_HANGING):
        row = {"pk": facet_partition("notes", f"scope=contacts#{stage.other}"), "sk": sortable_code(10**6 + code)}
        world.database.put(Put(world.settings.records_table, {**row, "code": 10**6 + code}))
    for more in ({"DryRun": True}, {}):
        error = stage.merge(**more).error
        assert (error["type"], f"{MAX_HANGING:,}" in error["message"]) == ("conflict", True)
    assert stage.hanging(stage.other) == MAX_HANGING + 63


def test_a_merge_begins_no_step_that_cannot_end_in_time(stage: Stage) -> None:
    left = iter([20.0] * 2000)
    with deadline(lambda: next(left, 1.0) if len(stage.steps.calls) < 3 else 1.0):
        answer = stage.merge()
    assert last_warning(answer)[0] == "INCOMPLETE"
    assert stage.merge().result["Moved"] == MOVED


def test_a_row_of_the_log_takes_the_whole_merge_back(stage: Stage, browser: OperatorBrowser) -> None:
    assert stage.merge().result["Moved"] == MOVED
    row = stage.rows_of("merge_contacts")[4]
    path = f"/logs/{row['profile_key']}/{row['id']}/take-back"
    asked = browser.get(path)
    stage.steps.arm({4: StoreFault.BEFORE}, lasting=True)
    stopped = browser.send(path, asked)
    stage.steps.arm({})
    assert (stopped.status_code, "not undone as a whole yet" in text_of(stopped)) == (409, True)
    assert "The change is taken back." in text_of(browser.send(path, asked))
    assert stage.read_state() == stage.state
    ends = [(told["outcome"], told["share"].partition(" ")[0]) for told in browser.operator_rows()]
    assert ends[:5] == [("ok", "1"), ("ok", "2"), ("ok", "3"), ("ok", "4"), ("incomplete", "5")]
    assert {outcome for outcome, _ in ends[5:]} == {"ok"}


def test_an_account_with_much_on_it_moves_in_steps(stage: Stage, browser: OperatorBrowser) -> None:
    client = stage.manager
    kept, other = fill_account(client)
    partners = make_list(client, "accounts", "Partners", [other])
    before = account_state(client, kept, other)
    done = client.call_tool("merge_accounts", AccountCode=kept, MergeAccountCode=other).result
    moved = {"account_lists": 1, "child_accounts": 8, "contacts": 25, "notes": 10, "opportunities": 8, "tasks": 10}
    assert (done["Moved"], listed(client, "accounts", partners)) == (moved, ([kept], 1))
    found = client.call_tool("get_account", AccountCode=kept).result["Account"]
    assert found["ContactCount"] == 25
    assert [row["Primary"] for row in found["Contacts"]].count(True) == 1
    row = stage.rows_of("merge_accounts")[-1]
    taken_back = browser.send(f"/logs/{row['profile_key']}/{row['id']}/take-back")
    assert "The change is taken back." in text_of(taken_back)
    assert (account_state(client, kept, other), listed(client, "accounts", partners)) == (before, ([other], 1))
