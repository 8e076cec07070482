"""Handshakes and lists have a limit of their own: 60 of a kind a minute and client, 20 at once, which costs no store write."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from affino_mcp.gate.profiles.handshake_budget import CLIENT_LIMIT, SESSION_LIMIT
from tests.world import World, WorldClient


class Lister:
    """A profile of six calls a minute, one at once, and two people's clients on one process."""

    def __init__(self) -> None:
        self.world = World()
        self.profile = self.world.create_profile("lists", rate=6)
        self.person = self.world.create_person("Sam", "Manager", "Sales Managers")
        self.handler = self.world.new_handler()
        self.client, self.other = self.connect(), self.connect()

    def connect(self) -> WorldClient:
        """A client with a session of its own."""
        return WorldClient(self.world, self.handler, self.world.log_in(self.profile, self.person))

    def spend(self, method: str = "tools/list") -> None:
        """Sends as many messages as fit at once."""
        assert {self.send(method) for _ in range(CLIENT_LIMIT.burst)} == {200}

    def send(self, method: str, client: WorldClient | None = None) -> int:
        """The status of the answer to one message."""
        return (client or self.client).send_rpc(method).status


@pytest.fixture
def lister() -> Iterator[Lister]:
    made = Lister()
    yield made
    made.handler.close()


def test_the_limit_is_told_with_its_wait_and_leaves_a_row(lister: Lister) -> None:
    lister.spend()
    lister.world.watched.calls.clear()
    refused = lister.client.send_rpc("tools/list")
    data = refused.document["error"]["data"]
    assert (refused.status, data["type"], data["denied_by"]) == (429, "rate_limited", "handshake_limit")
    assert (data["retry_after"], refused.headers["retry-after"]) == (1, "1")
    assert "ratelimit" not in refused.headers
    assert {verb for verb, table in lister.world.watched.calls if table == lister.world.settings.gate_table} == {
        "get",
        "get_many",
    }
    (row,) = lister.world.audit_rows()
    assert (row["status"], row["person_code"], row["method"]) == (429, lister.person, "tools/list")


def test_a_storm_of_lists_is_counted_in_rows_of_a_minute(lister: Lister) -> None:
    lister.spend()
    assert {lister.send("tools/list") for _ in range(200)} == {429}
    assert len(lister.world.audit_rows()) < 70


def test_others_go_on(lister: Lister) -> None:
    lister.spend()
    assert lister.send("tools/list") == 429
    assert lister.send("tools/list", lister.other) == 200
    assert lister.send("server/discover") == 200
    assert lister.client.call_tool("list_topics").status == 200


def test_the_budget_fills_again(lister: Lister) -> None:
    lister.spend()
    lister.world.clock.move(seconds=1)
    assert [lister.send("tools/list") for _ in range(2)] == [200, 429]


def test_methods_that_nobody_knows_share_one_budget(lister: Lister) -> None:
    for number in range(CLIENT_LIMIT.burst):
        assert lister.send(f"unknown{number}/method") == 200
    assert lister.send("other/method") == 429


def test_a_broken_tool_call_takes_from_it_too(lister: Lister) -> None:
    broken = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": []}}
    assert {lister.client.send(broken).status for _ in range(CLIENT_LIMIT.burst)} == {400}
    assert lister.client.send(broken).status == 429


def test_each_client_of_a_session_has_its_own_until_the_session_has_none(lister: Lister) -> None:
    crowd = [lister.client.with_headers(User_Agent=f"agent{number}/1.0") for number in range(6)]
    seen = [lister.send("tools/list", client) for client in crowd for _ in range(CLIENT_LIMIT.burst)]
    assert seen == [200] * SESSION_LIMIT.burst + [429] * (len(seen) - SESSION_LIMIT.burst)
