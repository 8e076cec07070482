"""At a million rows of the API Log each screen makes a few reads of the stores, and none looks at more than a page.

Three reads; where an index is asked, one more for each hundred rows shown or charted; where the calls of everybody are
asked, a read of each of their partitions for one; where reports are counted, one for each of their kinds.

The screens are taken from the Control Centre's own table, so that a new screen is tested without being named here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from affino_mcp.audit.log_pages import MAX_LOG_ROWS_PER_READ
from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.audit.row import ALL_CALLS_PARTITIONS, row_item
from affino_mcp.catalogue.families.always import ReportKind
from affino_mcp.cli.service import Service
from affino_mcp.clock import format_iso, parse_time
from affino_mcp.control_edge import log_filters
from affino_mcp.control_edge.app import SCREENS
from affino_mcp.control_edge.log_search.name_reader import MAX_RECORD_SEARCHES
from affino_mcp.control_edge.screens import log_export
from affino_mcp.control_edge.screens.logs import LOG_ROWS_FOR_CHART
from affino_mcp.gate.grants.registered_clients import RegisteredClients
from affino_mcp.local.connection import Connection, store_settings
from affino_mcp.settings import Settings
from affino_mcp.store.ops import MAX_BATCH_KEYS, Database, Put
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.clock import START
from tests.million import MILLION, RECORDS, STEP, Million
from tests.unit.cli.conftest import Terminal
from tests.unit.control_edge.desk import OperatorBrowser
from tests.world import World

TABLE = Settings().audit_table
READABLE, OPEN_ROW, SPREAD = 3, 1, len(ALL_CALLS_PARTITIONS)
WHOLE_ROWS = LOG_ROWS_FOR_CHART // MAX_BATCH_KEYS
LISTS_OF_NAMES, NAMES_AMONG_RECORDS = 2, 11 * MAX_RECORD_SEARCHES
OF_EVERYBODY = 1 + 2 * SPREAD + WHOLE_ROWS
PARTS = log_export.MAX_FILE_ROWS // 500 + 1
FILES = {"/logs/export": 3 + PARTS * (SPREAD + 500 // MAX_BATCH_KEYS)}
"""Store calls of an export: the visit, the row that it is begun and its closing row, and for each 500 rows a read of each
partition and five of whole rows."""
GETS = [path for path, method, _, _ in SCREENS if method == "GET"]
VALUES = {
    "q": ["accounts#12", "olivia refused", "Newsroom list_accounts", "nobody knows", "account 12 4xx"],
    "profile": ["Newsroom", "{key}", "none"],
    "person": ["1", "nobody@affino.example"],
    "method": ["list_accounts", "none"],
    "family": ["accounts", "tasks"],
    "status": ["200", "500", "429"],
    "outcome": ["ok", "begun", "unknown"],
    "record": ["accounts#12", "tasks#1"],
    "since": ["10m", "30d", "400d"],
    "until": ["1h", "300d"],
    "words": ["unavailable", "nothing like it"],
    "request": ["request-77", "none"],
    "client": ["https://app.example/c"],
    "channel": ["mcp", "rest"],
}


@cache
def desk() -> OperatorBrowser:
    """An operator before a million rows of five profiles, of which one exists and is named Newsroom."""
    database = Million(TABLE, 5)
    world = World(database=database)
    found = OperatorBrowser(world).operator()
    database.profiles[3] = world.create_profile("Newsroom").key
    return found


@cache
def app_id() -> str:
    """A registered app of this service."""
    world = desk().world
    clients = RegisteredClients(world.database, world.settings, world.clock)
    return clients.add("Gemini", ["https://gemini.example/callback"]).client.client_id


def log(found: OperatorBrowser) -> Million:
    assert isinstance(found.world.database, Million)
    return found.world.database


def address(found: OperatorBrowser, path: str) -> str:
    newest = log(found).call(MILLION - 2)
    key = log(found).profiles[3]
    return path.format(key=key, code=1, profile=newest.profile_key, id=newest.id, kind="topics", client=app_id())


def calls(found: OperatorBrowser, path: str, **query: str) -> int:
    found.world.watched.calls.clear()
    log(found).looked_at = 0
    answer = found.get(path, **query)
    assert answer.status_code == (303 if path in {"", "/", "/structure"} else 200), (path, answer.text)
    return len(found.world.watched.calls)


def is_about_records(path: str) -> bool:
    """Whether a screen reads records; how much is in tests/flow/test_restore_in_browser.py. Steps of files end with the time."""
    return path.startswith(("/deleted", "/files/")) or path.endswith("/take-back")


SCREENS_OF_ROWS = [path for path in GETS if path not in FILES and not is_about_records(path)]


@pytest.mark.parametrize("path", SCREENS_OF_ROWS, ids=lambda path: path or "(none)")
def test_a_screen_is_so_many_reads_at_most(path: str) -> None:
    at = address(desk(), path)
    more = (OPEN_ROW if "{id}" in path else 0) + (len(ReportKind) if path == "/reports" else 0)
    assert calls(desk(), at) <= (OF_EVERYBODY if path == "/logs" else READABLE + more)
    assert log(desk()).looked_at <= 2 * MAX_LOG_ROWS_PER_READ


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_a_read_for_each_part(path: str) -> None:
    assert calls(desk(), path, format="csv") <= FILES[path]
    assert log(desk()).looked_at <= PARTS * (SPREAD + 1) * 501


def test_every_filter_is_asked_below() -> None:
    assert set(VALUES) == set(log_filters.FILTER_FIELDS)


@settings(max_examples=60)
@given(st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}))
def test_the_log_is_as_few_reads_whatever_is_asked(filters: dict[str, str]) -> None:
    assume(parse_time(filters.get("since", "999d"), START) <= parse_time(filters.get("until", "0s"), START))
    key = log(desk()).profiles[3]
    most = READABLE + WHOLE_ROWS if filters.keys() & {"profile", "person", "record"} else OF_EVERYBODY
    most += LISTS_OF_NAMES + (NAMES_AMONG_RECORDS if "q" in filters else 0)
    assert calls(desk(), "/logs", **{name: value.format(key=key) for name, value in filters.items()}) <= most
    assert log(desk()).looked_at <= 2 * SPREAD * MAX_LOG_ROWS_PER_READ + LOG_ROWS_FOR_CHART


@pytest.mark.parametrize(
    "filters",
    [{}, {"profile": "Newsroom"}, {"person": "1"}, {"record": "accounts#12"}, {"since": "300d"}, {"until": "300d"}],
    ids=str,
)
def test_a_search_by_keys_looks_at_what_it_shows(filters: dict[str, str]) -> None:
    found = desk()
    most = READABLE + WHOLE_ROWS if filters.keys() & {"profile", "person", "record"} else OF_EVERYBODY
    assert calls(found, "/logs", **filters) <= most
    assert log(found).looked_at <= 2 * LOG_ROWS_FOR_CHART + 1


def test_the_next_page_costs_the_same() -> None:
    page = desk().get("/logs", profile="Newsroom").text
    (link,) = [part.split('"')[0] for part in page.split('href="/control')[1:] if "cursor=" in part.split('"')[0]]
    assert calls(desk(), link.replace("&amp;", "&")) <= READABLE
    assert log(desk()).looked_at <= 51


def test_the_chart_is_of_all_calls() -> None:
    assert "2,880 calls" in desk().get("/logs", since="30d").text
    assert "576 calls" in desk().get("/logs", since="30d", profile="Newsroom").text


def test_there_is_no_scan_to_ask_for() -> None:
    assert not [name for name in dir(Database) if "scan" in name.casefold()]


@pytest.mark.parametrize(
    ("words", "reads", "whole"),
    [
        (["log", "--limit", "50"], SPREAD, 1),
        (["log", "--since", "300d", "--until", "299d", "--record", f"accounts#{RECORDS - 1}"], 1, 1),
        (["log", "chart", "--since", "400d"], 1, 0),
        (["log", "show", "{id}"], SPREAD, 1),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else str(words),
)
def test_a_command_makes_as_few(words: list[str], reads: int, whole: int) -> None:
    world = World(database=Million(TABLE, 5))
    urls = ("http://127.0.0.1:1/mcp", "http://127.0.0.1:1/rest/demo/login")
    terminal = Terminal(
        world, Service(Connection(*urls, "demo", stores=store_settings(world.settings)), world.stores, world.clock)
    )
    assert isinstance(world.database, Million)
    world.watched.calls.clear()
    terminal.run_json(*(word.format(id=world.database.call(77).id) for word in words))
    assert world.watched.calls == [("query", TABLE)] * reads + [("get_many", TABLE)] * whole


def test_a_search_for_what_is_not_there_ends_and_says_how_far_it_came() -> None:
    found = desk()
    found.world.watched.calls.clear()
    answer = search_log(found.world.watched, TABLE, LogQuery(status=418), START, reads=3)
    assert found.world.watched.calls == [("query", TABLE)] * 3 * SPREAD
    assert answer.rows == []
    assert (
        format_iso(START - 3 * SPREAD * MAX_LOG_ROWS_PER_READ * STEP)
        <= answer.back
        < format_iso(START - 2 * SPREAD * MAX_LOG_ROWS_PER_READ * STEP)
    )


questions = st.fixed_dictionaries(
    {"limit": st.integers(20, 90)},
    optional={
        "profile": st.sampled_from(["K0", "K4", "K5"]),
        "person": st.sampled_from([1, 100, 101]),
        "record": st.sampled_from(["accounts#12", "accounts#200", "tasks#1"]),
        "status": st.sampled_from([200, 500]),
        "method": st.just("list_accounts"),
        "since": st.integers(0, 320).map(lambda steps: START - steps * STEP),
        "until": st.integers(0, 320).map(lambda steps: START - steps * STEP),
    },
)


@cache
def both() -> tuple[Million, MemoryDatabase]:
    """A small computed log, and the same log stored."""
    computed, stored = Million(TABLE, 5, size=300), MemoryDatabase()
    for n in range(computed.size):
        stored.put(Put(TABLE, row_item(computed.call(n))))
    return computed, stored


@settings(max_examples=40)
@given(questions)
def test_rows_that_are_computed_are_those_that_would_be_stored(asked: dict[str, Any]) -> None:
    computed, stored = both()
    question = LogQuery(**asked)
    while True:
        found = search_log(computed, TABLE, question, START)
        assert found == search_log(stored, TABLE, question, START)
        if found.next is None:
            return
        question = replace(question, cursor=found.next)
