"""Whatever a message's parameters are: a call that is charged leaves exactly one row, and every answer is below 500."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.clock import epoch_microseconds
from affino_mcp.gate.identity.row_keys import profile_key
from affino_mcp.gate.profiles.profile import day_counter
from tests.security.figures import Figures
from tests.world import World, WorldClient

LIGATURE = "\ufdfa"
"""One character of three bytes that is eighteen characters in normal form NFKC."""


class Desk:
    """One client on one process, which counts charges and rows."""

    def __init__(self) -> None:
        self.world = World()
        self.profile = self.world.create_profile(rate=6_000)
        person = self.world.create_person("Sam", "Manager", "Sales Managers")
        self.client = WorldClient(self.world, self.world.new_handler(), self.world.log_in(self.profile, person))
        self.client.call_tool("list_topics")

    def send(self, body: str) -> tuple[int, int, list[dict[str, Any]]]:
        """Sends a body; gives the status, the number of charges and the new rows."""
        self.world.clock.move(seconds=1)
        before, charged = len(self.world.audit_rows()), self.count_charges()
        answer = self.client.handler(self.world.make_event(body, self.client.headers), None)
        return answer["statusCode"], self.count_charges() - charged, self.world.audit_rows()[before:]

    def count_charges(self) -> int:
        """The calls that the profile's row counts today."""
        row = self.world.database.get(self.world.settings.gate_table, profile_key(self.profile.key))
        assert row is not None
        charges: int = row.get(day_counter(epoch_microseconds(self.world.clock())), 0)
        return charges


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.client.handler.close()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
call_params = st.fixed_dictionaries(
    {},
    optional={
        "name": json_values | st.sampled_from(["list_accounts", "create_note", "call_tool", "no_such_tool"]),
        "arguments": json_values | st.dictionaries(st.sampled_from(["Body", "Search", "PageSize"]), json_values),
        "_meta": json_values | st.fixed_dictionaries({}, optional={"progressToken": json_values, "x": json_values}),
        "task": json_values,
    },
)
messages = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0"), "method": st.just("tools/call")},
    optional={"id": st.integers(0, 9) | st.text(max_size=5), "params": call_params | json_values},
)


@settings(deadline=None, max_examples=400)
@given(message=messages)
def test_what_is_charged_has_one_row(desk: Desk, message: dict[str, Any]) -> None:
    status, charges, rows = desk.send(json.dumps(message))
    assert status < 500
    assert charges <= 1
    assert len(rows) == 1, message
    if rows[0]["outcome"] != "ok" and rows[0]["status"] == 400 and charges:
        assert rows[0]["error"]["type"] in {"validation_error", "bad_request"}
    assert rows[0]["profile_version"]


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("arguments are a list", {"name": "list_accounts", "arguments": []}),
    ("name is a list", {"name": ["list_accounts"], "arguments": {}}),
    ("no name", {"arguments": {}}),
    ("progress token is a list", {"name": "list_accounts", "_meta": {"progressToken": [1]}}),
    ("progress token is a flag", {"name": "list_accounts", "_meta": {"progressToken": True}}),
    ("meta is a text", {"name": "list_accounts", "_meta": "x"}),
]


@pytest.mark.parametrize("params", [w[1] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_shape_is_told_and_costs_nothing(desk: Desk, params: dict[str, Any], figures: Figures) -> None:
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
    status, charges, rows = desk.send(json.dumps(body))
    answer = desk.client.send(body).document
    assert (status, charges) == (400, 0)
    assert (answer["id"], answer["error"]["code"], answer["error"]["data"]["type"]) == (7, -32602, "bad_request")
    assert [(row["outcome"], row["status"]) for row in rows] == [("error", 400)]
    name = params.get("name")
    assert rows[0]["method"] == (name if isinstance(name, str) else "tools/call")
    figures.record("wrong shapes of a call", tried=1, of=len(WRONG))


@pytest.mark.parametrize("params", [{"name": "create_account", "arguments": {"Name": "New"}}, {}, None, [1]])
def test_a_call_without_an_id_is_not_carried_out(desk: Desk, params: Any) -> None:
    accounts = desk.client.call_tool("list_accounts").result["TotalRecords"]
    body = {"jsonrpc": "2.0", "method": "tools/call", "params": params}
    status, charges, rows = desk.send(json.dumps(body))
    assert (status, charges, len(rows)) == (400, 0, 1)
    assert desk.client.call_tool("list_accounts").result["TotalRecords"] == accounts


def nested(depth: int, width: int) -> Any:
    return [nested(depth - 1, width) for _ in range(width)] if depth else 1


HUGE: list[tuple[str, Any, bool]] = [
    ("one long name", {LIGATURE * 1_300_000: 1}, False),
    ("a long name one level down", {"a": {LIGATURE * 1_300_000: 1}}, False),
    ("sixty long names", {f"{n}" + LIGATURE * 22_000: 1 for n in range(60)}, False),
    ("a name of 129 bytes", {"a" * 129: 1}, False),
    ("a name of 43 ligatures", {LIGATURE * 43: 1}, False),
    ("a name of 128 bytes", {"a" * 128: 1}, True),
    ("a million empty lists", [[]] * 1_000_000, False),
    ("lists of lists", nested(4, 20), False),
    ("9,000 names", {f"n{n}": n for n in range(9_000)}, True),
    ("11,000 names", {f"n{n}": n for n in range(11_000)}, False),
    ("9,000 numbers", list(range(9_000)), True),
    ("a text of 4 MB", "x" * 4_000_000, True),
    ("a text of ligatures", LIGATURE * 1_300_000, True),
    ("digits", "9" * 4_000_000, True),
    ("brackets in a text", "((((" * 1_000_000, True),
]
MAX_CPU_SECONDS = 1.0


@pytest.mark.parametrize("place", ["arguments", "inside an argument"])
@pytest.mark.parametrize(("value", "good"), [h[1:] for h in HUGE], ids=[h[0] for h in HUGE])
def test_no_message_holds_the_service_up(desk: Desk, place: str, value: Any, good: bool, figures: Figures) -> None:
    arguments = value if place == "arguments" and isinstance(value, dict) else {"Search": value}
    body = json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 7,
            "method": "tools/call",
            "params": {"name": "list_accounts", "arguments": arguments},
        },
        ensure_ascii=False,
    )
    start = time.process_time()
    status, charges, rows = desk.send(body)
    took = time.process_time() - start
    assert (status, charges) == ((200, 1) if good else (400, 0))
    assert len(rows) == 1
    assert took < MAX_CPU_SECONDS
    figures.record("huge messages", tried=1, of=2 * len(HUGE))


@pytest.mark.parametrize("value", [h[1] for h in HUGE], ids=[h[0] for h in HUGE])
def test_no_refused_message_holds_the_service_up(desk: Desk, value: Any) -> None:
    """A right key and secret with an unknown token: its arguments are logged too."""
    arguments = value if isinstance(value, dict) else {"Search": value}
    params = {"name": "list_accounts", "arguments": arguments}
    wrong = desk.client.with_headers(Authorization="Bearer 00000000-0000-0000-0000-000000000000")
    body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}, ensure_ascii=False)
    start = time.process_time()
    answer = wrong.send(body)
    assert time.process_time() - start < MAX_CPU_SECONDS
    assert answer.status in (401, 429)
