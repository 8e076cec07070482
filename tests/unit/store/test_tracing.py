"""Subsegments of store calls, received by a real UDP socket in the daemon's place."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.settings import TraceEnvironment
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable
from affino_mcp.store.ops import Database, Key, Put, absent
from affino_mcp.store.tracing import find_sampled_trace
from tests.unit.store.endpoint import ROW, Endpoint, error

ROOT, PARENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
SAMPLED = f"Root={ROOT};Parent={PARENT};Sampled=1;Lineage=a87bd80c:0"


class Daemon:
    """What X-Ray's daemon gets."""

    def __init__(self, receiver: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
        self._receiver, self._monkeypatch = receiver, monkeypatch

    def trace(self, header: str) -> None:
        """Sets what Lambda sets for an invocation."""
        self._monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
        self._monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{self._receiver.getsockname()[1]}")

    def packets(self) -> list[bytes]:
        found = []
        with suppress(BlockingIOError):
            while True:
                found.append(self._receiver.recv(65_536))
        return found

    def documents(self) -> list[dict[str, Any]]:
        parts = [packet.split(b"\n") for packet in self.packets()]
        assert {json.dumps(json.loads(header)) for header, _ in parts} <= {'{"format": "json", "version": 1}'}
        return [json.loads(document) for _, document in parts]


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        yield Daemon(receiver, monkeypatch)


def test_a_call_is_one_subsegment_of_the_invocation(daemon: Daemon, endpoint: Endpoint, dynamo: Database) -> None:
    daemon.trace(SAMPLED)
    endpoint.answers = [(200, {"Item": ROW})]
    dynamo.get("Gate", Key("SESSION#hidden", "hidden"))
    dynamo.put(Put("Gate", {"pk": "SESSION#hidden", "sk": "A", "note": "hidden"}))
    read, written = daemon.documents()
    assert read["start_time"] <= read["end_time"] <= written["end_time"]
    assert read["id"] != written["id"]
    assert len(read.pop("id")) == 16
    assert {name: value for name, value in read.items() if not name.endswith("_time")} == {
        "name": "DynamoDB",
        "trace_id": ROOT,
        "parent_id": PARENT,
        "type": "subsegment",
        "namespace": "aws",
        "aws": {"operation": "GetItem", "table_name": "Gate"},
        "http": {"response": {"status": 200}},
    }
    assert written["aws"]["operation"] == "PutItem"
    assert "hidden" not in str([read, written])


@pytest.mark.parametrize(
    ("answer", "word", "status"),
    [
        (error("ConditionalCheckFailedException"), "error", 400),
        (error("AccessDeniedException"), "error", 400),
        (error("InternalServerError", 500), "fault", 500),
        ((200, b"<html>"), "fault", 200),
    ],
)
def test_a_call_that_fails_says_so(
    daemon: Daemon, endpoint: Endpoint, dynamo: Database, answer: Any, word: str, status: int
) -> None:
    daemon.trace(SAMPLED)
    endpoint.answers = [answer]
    with pytest.raises((StoreUnavailable, ConditionFailed)):
        dynamo.put(Put("Gate", {"pk": "p", "sk": "s"}, absent()))
    (found,) = daemon.documents()
    assert (found[word], found["http"]["response"]["status"]) == (True, status)


@pytest.mark.parametrize(
    "header", ["", SAMPLED.replace("Sampled=1", "Sampled=0"), f"Root={ROOT};Parent={PARENT}", "Sampled=1"]
)
def test_nothing_is_sent_of_what_is_not_sampled(
    daemon: Daemon, endpoint: Endpoint, dynamo: Database, header: str
) -> None:
    daemon.trace(header)
    endpoint.answers = [(200, {})]
    dynamo.get("Gate", Key("p", "s"))
    assert daemon.packets() == []


def test_a_daemon_that_is_gone_changes_no_answer(
    monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, dynamo: Database
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", SAMPLED)
    endpoint.answers = [(200, {"Item": ROW})]
    for address in ("127.0.0.1:9", "127.0.0.1:99999", "", "somewhere:2000"):
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", address)
        assert dynamo.get("Gate", Key("p", "s")) == {"pk": "p", "sk": "s", "n": 1}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("169.254.79.129:2000", ("169.254.79.129", 2000)),
        ("tcp:127.0.0.1:2000 udp:127.0.0.2:2001", ("127.0.0.2", 2001)),
        ("udp:127.0.0.2:2001 tcp:127.0.0.1:2000", ("127.0.0.2", 2001)),
        ("tcp:127.0.0.1:2000", None),
    ],
)
def test_every_form_of_the_daemons_address(address: str, expected: tuple[str, int] | None) -> None:
    found = find_sampled_trace(TraceEnvironment(SAMPLED, address))
    assert (found and found.daemon) == expected


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=120), st.text(max_size=40))
def test_no_header_breaks_a_call(header: str, address: str) -> None:
    assert find_sampled_trace(TraceEnvironment(f"Sampled=1;{header}", address)) is None
