"""A process that is put into a snapshot was warmed up: it asks no store for that, says nothing, and keeps nothing of it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from affino_mcp import observability
from affino_mcp.settings import Settings
from affino_mcp.store.warm_up_network import JsonBody, WarmUpNetwork
from affino_mcp.wiring import warm_up
from bench.canned import CannedAnswers, make_handler, seed_stores
from bench.credentials import KEY, SECRET, TOKEN
from bench.messages import messages_for_tool

ROOT = Path(__file__).parents[2]
SNAPSHOT = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
PROCESS = """
import json, sys
connected = []
sys.addaudithook(lambda event, given: connected.append(event) if event in ("socket.connect", "socket.sendto") else None)
import functions.mcp_endpoint.app as app
print(json.dumps({"connected": connected, "warm": "affino_mcp.wiring.warm_up" in sys.modules}))
print(json.dumps(app.handler(json.loads(sys.argv[1]), None)))
"""


class Noted(CannedAnswers):
    """Stores that note what they are asked."""

    def __init__(self) -> None:
        super().__init__(*seed_stores(KEY, SECRET, TOKEN))
        self.asked: list[str] = []

    def answer_operation(self, operation: str, body: JsonBody) -> JsonBody:
        self.asked.append(f"{operation} {body.get('TableName', '')}")
        return super().answer_operation(operation, body)


@pytest.fixture
def stores() -> Noted:
    return Noted()


@pytest.fixture
def address(stores: Noted) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), make_handler(stores)) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def start_and_call(address: str, **environment: str) -> list[dict[str, Any]]:
    """What a process of the function writes: what it did before its first call, the call's log line, and the answer."""
    keys = {"AFFINO_AWS_ENDPOINT": address, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    event = json.dumps(messages_for_tool("get_current_user", {})["tools/call, 2025-06-18"])
    command = [sys.executable, "-c", PROCESS, event]
    done = subprocess.run(command, cwd=ROOT, env=keys | environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_first_call_finds_what_it_finds_after_any_start(stores: Noted, address: str) -> None:
    (start, _, answer), asked = start_and_call(address), list(stores.asked)
    stores.asked.clear()
    warmed, line, same = start_and_call(address, **SNAPSHOT)
    assert (start, warmed) == ({"connected": [], "warm": False}, {"connected": [], "warm": True})
    assert sorted(stores.asked) == sorted(asked)
    assert (line["method"], line["profile_key"]) == ("get_current_user", KEY)
    assert json.loads(same["body"])["result"] == json.loads(answer["body"])["result"]
    assert same["headers"]["ratelimit"] == answer["headers"]["ratelimit"]


class Lines:
    """The log lines of this process."""

    def __init__(self) -> None:
        self.stream = StringIO()

    def read(self) -> list[tuple[str, str]]:
        """The message and the error of each line since the last time."""
        found = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        self.stream.truncate(self.stream.seek(0))
        return [(line["message"], line.get("error", "")) for line in found]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    found = Lines()
    monkeypatch.setattr(observability.process_logger().registered_handler, "stream", found.stream)
    return found


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(Settings(), id="as it comes"),
        pytest.param(Settings(instance_url="https://instance.invalid"), id="an instance elsewhere"),
    ],
)
def test_every_call_is_answered_and_nothing_is_said(settings: Settings, lines: Lines) -> None:
    warm_up.warm_up(settings)
    assert lines.read() == []
    observability.log_line("after it", {})
    assert lines.read() == [("after it", "")]


class Asked(WarmUpNetwork):
    """Counts the operations of a warm-up."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, int] = {}

    def answer_operation(self, operation: str, body: JsonBody) -> JsonBody:
        self.asked[operation] = self.asked.get(operation, 0) + 1
        return super().answer_operation(operation, body)


def test_calls_go_the_whole_way_to_the_stores_and_their_rows(lines: Lines) -> None:
    network, rounds = Asked(), warm_up.ROUNDS
    warm_up.warm_up(Settings(), network)
    assert lines.read() == []
    assert network.asked["GetSecretValue"] == 1
    assert network.asked["PutItem"] >= 2 * rounds  # the rows of two reads
    assert network.asked["TransactWriteItems"] >= rounds  # the records, each with its row
    assert network.asked["UpdateItem"] >= 3 * rounds  # the budget's charges


class Broken(WarmUpNetwork):
    """Fails at this operation."""

    def __init__(self, operation: str, fault: Exception) -> None:
        super().__init__()
        self._operation, self._fault = operation, fault

    def answer_operation(self, operation: str, body: JsonBody) -> JsonBody:
        if operation == self._operation:
            raise self._fault
        return super().answer_operation(operation, body)


class Forgetful(WarmUpNetwork):
    """Finds none of these."""

    def __init__(self, operation: str) -> None:
        super().__init__()
        self._operation = operation

    def answer_operation(self, operation: str, body: JsonBody) -> JsonBody:
        return {} if operation == self._operation else super().answer_operation(operation, body)


@pytest.mark.parametrize(
    ("network", "error"),
    [
        pytest.param(Broken("TransactWriteItems", RuntimeError()), "RuntimeError", id="nobody can be made"),
        pytest.param(Broken("UpdateItem", RuntimeError()), "WarmUpRefused", id="a call breaks off"),
        pytest.param(Broken("PutItem", MemoryError()), "WarmUpRefused", id="no memory"),
        pytest.param(Broken("GetItem", RecursionError()), "RecursionError", id="endless"),
        pytest.param(Forgetful("GetSecretValue"), "WarmUpRefused", id="no secret"),
        pytest.param(Forgetful("BatchGetItem"), "WarmUpRefused", id="no session"),
        pytest.param(Forgetful("GetItem"), "PersonInactive", id="no profile and nobody"),
    ],
)
def test_a_fault_keeps_no_function_from_starting(network: WarmUpNetwork, error: str, lines: Lines) -> None:
    warm_up.warm_up(Settings(), network)
    assert lines.read() == [("warm-up failed", error)]


LEFTOVERS = """
import gc, json
from affino_mcp.settings import Settings
from affino_mcp.store.warm_up_network import WarmUpNetwork
from affino_mcp.wiring.warm_up import warm_up

class Remembered(WarmUpNetwork):
    key = ""  # the profile's, backwards, as all that is looked for: the question itself is not found then

    def answer_operation(self, operation, body):
        self.key = body["SecretId"].rpartition("/")[2][::-1] if "SecretId" in body else self.key
        return super().answer_operation(operation, body)

def count_texts(backwards):
    gc.collect()
    wanted, found, left, seen = backwards[::-1], 0, gc.get_objects(), set()
    while left:
        for each in gc.get_referents(left.pop()):
            found += isinstance(each, str) and wanted in each
            if isinstance(each, (dict, tuple)) and not gc.is_tracked(each) and id(each) not in seen:
                seen.add(id(each))
                left.append(each)  # of texts and numbers alone, which the collector does not list
    return found

def count_address():
    return count_texts("gro.elpmaxe@pu-mraw")

warm_up(Settings())
before, network = count_address(), Remembered()
warm_up(Settings(), network)
during, key = count_texts(network.key), network.key
del network
print(json.dumps([during > 0, count_texts(key), count_address() - before]))
"""


def test_nothing_of_it_stays_in_the_process() -> None:
    """Neither the profile's key nor the person's address is in any object afterwards, but for the texts of the module itself."""
    done = subprocess.run(
        [sys.executable, "-c", LEFTOVERS], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [True, 0, 0]
