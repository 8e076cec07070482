"""Queries of the API Log: every combination of filters, paging with cursors, and the reads that a page costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.log_pages import MAX_LOG_ROWS_PER_READ
from affino_mcp.audit.profile_users import list_profile_users
from affino_mcp.audit.queries import LogQuery, read_one_row, search_log
from affino_mcp.audit.row import ALL_CALLS_PARTITIONS, AuditRow, Outcome, row_item
from affino_mcp.clock import format_iso
from affino_mcp.store.ops import Put
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.unit.audit.rows import NOON, TABLE, row, row_of_one_partition

STEP = timedelta(hours=7)


def filled() -> tuple[MemoryDatabase, list[AuditRow]]:
    """A log with 64 calls over 19 days: two profiles, two people, records, methods and outcomes."""
    database = MemoryDatabase()
    log = AuditLog(database, TABLE)
    found = []
    turns = product(
        ("K1", "K2"), (7, None), ("accounts#12", "accounts#120"), ("get_account", "update_account"), (200, 404), (0, 1)
    )
    for number, (profile, person, record, method, status, _) in enumerate(turns):
        outcome = Outcome.OK if status == 200 else Outcome.ERROR
        moment = NOON - number * STEP
        found.append(
            row(
                moment,
                profile_key=profile,
                person_code=person,
                record=record,
                method=method,
                status=status,
                outcome=outcome,
            )
        )
        log.write_row(found[-1])
    return database, found


DATABASE, CALLS = filled()
TESTS = {
    "profile": lambda row, wanted: row.profile_key == wanted,
    "person": lambda row, wanted: row.person_code == wanted,
    "record": lambda row, wanted: row.record == wanted,
    "method": lambda row, wanted: row.method == wanted,
    "status": lambda row, wanted: row.status == wanted,
    "outcome": lambda row, wanted: row.outcome == wanted,
}
questions = st.fixed_dictionaries(
    {},
    optional={
        "since": st.integers(0, 500).map(lambda hours: NOON - timedelta(hours=hours)),
        "profile": st.sampled_from(["K1", "K2", "K"]),
        "person": st.sampled_from([7, 70]),
        "record": st.sampled_from(["accounts#12", "accounts#1"]),
        "method": st.just("get_account"),
        "status": st.sampled_from([200, 404]),
        "outcome": st.just(Outcome.ERROR),
        "until": st.integers(0, 500).map(lambda hours: NOON - timedelta(hours=hours)),
        "limit": st.integers(1, 20),
    },
)


def expected(asked: dict[str, Any]) -> list[AuditRow]:
    """Gives the rows that a plain filter over all calls finds."""
    since, until = asked.get("since", NOON - timedelta(days=400)), asked.get("until", NOON)
    return [
        call
        for number, call in enumerate(CALLS)
        if since <= NOON - number * STEP <= until
        and all(TESTS[name](call, wanted) for name, wanted in asked.items() if name in TESTS)
    ]


@given(questions)
def test_a_question_finds_all_and_only_what_it_asks_for(asked: dict[str, Any]) -> None:
    found: list[AuditRow] = []
    cursor: str | None = None
    while True:
        rows, cursor = search_log(DATABASE, TABLE, LogQuery(**asked, cursor=cursor), NOON)
        assert len(rows) <= asked.get("limit", 50)
        found += rows
        if cursor is None:
            break
    assert found == expected(asked)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"profile": "K1"}, None),
        ({"profile": "K1", "person": 7}, "ByPerson"),
        ({"person": 7, "record": "accounts#12"}, "ByRecord"),
        ({}, "ByTime"),
        ({"method": "get_account", "status": 404}, "ByTime"),
        ({"since": NOON - timedelta(days=399)}, "ByTime"),
    ],
    ids=str,
)
def test_a_page_is_one_read_of_each_partition_of_the_narrowest_index(asked: dict[str, Any], index: str | None) -> None:
    asked_of: list[str | None] = []

    class Noting(RecordingDatabase):
        def query(self, op: Any) -> Any:
            asked_of.append(op.index)
            return super().query(op)

    search_log(Noting(DATABASE), TABLE, LogQuery(**asked), NOON)
    assert asked_of == [index] * (len(ALL_CALLS_PARTITIONS) if index == "ByTime" else 1)


def test_a_question_without_since_looks_back_to_the_first_call() -> None:
    assert search_log(DATABASE, TABLE, LogQuery(limit=100), NOON) == (CALLS, None)


def test_a_search_for_something_rare_says_how_far_it_came_and_goes_on() -> None:
    database, wanted = MemoryDatabase(), row_of_one_partition(NOON - timedelta(hours=1), status=500)
    for age in range(MAX_LOG_ROWS_PER_READ + 5):
        database.put(Put(TABLE, row_item(row_of_one_partition(NOON - timedelta(seconds=age)))))
    database.put(Put(TABLE, row_item(wanted)))
    question = LogQuery(status=500)
    first = search_log(database, TABLE, question, NOON, reads=1)
    assert (first.rows, first.back) == ([], format_iso(NOON - timedelta(seconds=MAX_LOG_ROWS_PER_READ - 1)))
    then = search_log(database, TABLE, replace(question, cursor=first.next), NOON, reads=1)
    assert (then.rows, then.next, then.back) == ([wanted], None, "")


@pytest.mark.parametrize(("profile", "found"), [("K1", CALLS[0]), ("K2", None), ("K", None)])
def test_one_row_by_profile_and_id(profile: str, found: AuditRow | None) -> None:
    assert read_one_row(DATABASE, TABLE, profile, CALLS[0].id) == found


@pytest.mark.parametrize("cursor", ["", "x", "0" * 26, "Z" * 26, "'; drop", "01ARZ3NDEKTSV4RRFFQ69G5FA!"])
def test_a_foreign_cursor_does_no_harm(cursor: str) -> None:
    try:
        search_log(DATABASE, TABLE, LogQuery(profile="K1", cursor=cursor), NOON)
    except ValueError:
        return


def test_who_used_a_profile() -> None:
    found = list_profile_users(DATABASE, TABLE, "K1", NOON)
    assert {user.code: user.last for user in found.users} == {7: CALLS[0].at}


def test_an_operators_deed_is_no_use_of_the_profile() -> None:
    database = MemoryDatabase()
    for channel, code in (("mcp", 7), ("control", 8)):
        AuditLog(database, TABLE).store(row(NOON, profile_key="K1", person_code=code, channel=channel))
    found = list_profile_users(database, TABLE, "K1", NOON)
    assert ([(user.code, user.calls) for user in found.users], found.looked_at) == ([(7, 1)], 2)


def test_a_read_at_a_time_gets_to_the_end() -> None:
    found: list[AuditRow] = []
    question = LogQuery(method="get_account", limit=3)
    while True:
        answer = search_log(DATABASE, TABLE, question, NOON, reads=1)
        found += answer.rows
        if answer.next is None:
            break
        question = replace(question, cursor=answer.next)
    assert found == expected({"method": "get_account"})


@pytest.mark.parametrize("asked", [{"family": "accounts"}, {"family": "tasks"}, {"request_id": "nobody's"}], ids=str)
def test_a_family_or_a_request_is_found(asked: dict[str, Any]) -> None:
    since = NOON - timedelta(hours=100)
    everything = search_log(DATABASE, TABLE, LogQuery(since=since, limit=500), NOON).rows
    ((name, wanted),) = asked.items()
    found = search_log(DATABASE, TABLE, LogQuery(since=since, limit=500, **asked), NOON).rows
    assert found == [one for one in everything if getattr(one, name) == wanted]


QUESTIONS: list[dict[str, Any]] = [{}, {"profile": "K1"}, {"person": 7}, {"record": "accounts#12"}]


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
@pytest.mark.parametrize("partition", [None, "X"])
def test_a_row_that_no_digest_can_list_is_not_shown(asked: dict[str, Any], partition: str | None) -> None:
    """The log's digests list index ByTime; what stands in the table alone was put there by somebody else."""
    database, real, forged = MemoryDatabase(), row(NOON), row(NOON + timedelta(seconds=1))
    item = row_item(forged)
    item.pop("everybody")
    database.put(Put(TABLE, row_item(real)))
    database.put(Put(TABLE, item | ({"everybody": partition} if partition else {})))
    found = search_log(database, TABLE, LogQuery(**asked), NOON + timedelta(minutes=1))
    assert [each.id for each in found.rows] == [real.id]
    assert read_one_row(database, TABLE, "K1", forged.id) is None
