"""`affino-mcp doctor`: each check, passed and failed, with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from affino_mcp.cli.checks import run_doctor_checks
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Item, Key
from affino_mcp.store.stacks import STACK_OUTPUTS, Stack
from affino_mcp.wiring import Stores
from tests.unit.cli.conftest import PASSWORD, Terminal


class Refusing:
    """A database that refuses every read for one reason, in AWS's name for it."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __getattr__(self, _: str) -> Any:
        def refuse(*_: Any) -> Any:
            raise StoreUnavailable(self._reason)

        return refuse


TABLES = len([output for output in STACK_OUTPUTS.values() if output.endswith("Table")])


def seen(terminal: Terminal) -> dict[str, tuple[bool, str, str]]:
    return {one.name: (one.ok, one.seen, one.fix) for one in run_doctor_checks(terminal.service)}


def answering(status: int, headers: dict[str, str] | None = None) -> Callable[[], httpx.Client]:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers))
    return lambda: httpx.Client(transport=transport)


def test_a_service_that_is_well(served: Terminal) -> None:
    out, _ = served.run("doctor")
    assert "RED" not in out
    assert {"endpoint", "TLS", "clock", "login", "gate", "secrets"} <= set(seen(served))
    assert len([name for name in seen(served) if name.startswith("table")]) == TABLES


def test_many_doctors_from_one_place_are_no_illness(served: Terminal) -> None:
    out = ""
    for _ in range(25):
        served.world.clock.move(seconds=1)
        out, _ = served.run("doctor")
    assert "RED" not in out


@pytest.mark.parametrize("status", [200, 404, 500])
def test_an_address_that_does_not_refuse_strangers(served: Terminal, status: int) -> None:
    served.service = replace(served.service, make_client=answering(status))
    found = seen(served)
    assert [found[name][:2] for name in ("login", "gate")] == [(False, f"answers {status} instead of 401")] * 2


def test_a_real_login(served: Terminal) -> None:
    words = ["--profile", "Newsroom", "--person", "jane@orbital.example", "--password"]
    assert "green  real login: Jane Doe through Newsroom" in served.run("doctor", *words, PASSWORD)[0]
    assert served.run_json("session", "list", "jane@orbital.example") == []
    assert "RED    real login" in served.run("doctor", *words, "wrong horse", code=1)[0]


class Hanging:
    """A database that does not answer until the operator presses Ctrl-C."""

    def get(self, table: str, key: Key) -> Item | None:
        raise KeyboardInterrupt


def test_what_was_seen_stays_when_the_rest_takes_too_long(served: Terminal) -> None:
    hanging = Stores(Hanging(), served.service.stores.secrets)  # type: ignore[arg-type]
    served.service = replace(served.service, stores=hanging)
    out, _ = served.run("doctor", code=130)
    assert "green  gate" in out
    assert "table" not in out


def test_nothing_answers(terminal: Terminal) -> None:
    out, _ = terminal.run("doctor", "--json", code=1)
    red = {one["name"] for one in json.loads(out) if not one["ok"]}
    assert red == {"endpoint", "TLS", "clock", "login", "gate", "OAuth door"}


def test_a_function_that_reaches_no_store(served: Terminal) -> None:
    served.service = replace(served.service, make_client=answering(503))
    found = seen(served)
    assert [found[name][0] for name in ("endpoint", "login", "gate")] == [False] * 3
    assert "role" in found["gate"][2]


def test_a_service_that_has_lost_its_stores(served: Terminal) -> None:
    gate_table = served.world.settings.gate_table
    served.world.watched.broken = {(deed, gate_table) for deed in ("get", "get_many", "query", "update", "put")}
    found = seen(served)
    for name in ("login", "gate"):
        assert found[name][:2] == (False, "its function does not reach its stores (503)")


@pytest.mark.parametrize(("seconds", "ok"), [(0, True), (110, True), (200, False), (-200, False)])
def test_the_clock(served: Terminal, seconds: int, ok: bool) -> None:
    said = format_datetime(served.world.clock(), usegmt=True)
    served.world.clock.move(seconds=seconds)
    served.service = replace(served.service, make_client=answering(200, {"date": said}))
    assert seen(served)["clock"][0] is ok


@pytest.mark.parametrize(
    ("url", "ok"),
    [
        pytest.param("https://mcp.orbital.example/mcp", True, id="https"),
        pytest.param("http://127.0.0.1:8642/mcp", True, id="this machine"),
        pytest.param("http://mcp.orbital.example/mcp", False, id="plain http elsewhere"),
    ],
)
def test_tls(served: Terminal, url: str, ok: bool) -> None:
    connection = replace(served.service.connection, mcp_url=url)
    served.service = replace(served.service, connection=connection, make_client=answering(200))
    assert seen(served)["TLS"][0] is ok


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("AccessDeniedException", "may not read"),
        ("ResourceNotFoundException", "does not exist"),
        ("", "nothing answers"),
    ],
    ids=["denied", "not there", "silent"],
)
def test_stores(served: Terminal, reason: str, says: str) -> None:
    database: Any = Refusing(reason)
    served.service = replace(served.service, stores=Stores(database, served.world.secrets))
    tables = [one for name, one in seen(served).items() if name.startswith("table")]
    assert [(ok, says in text, bool(fix)) for ok, text, fix in tables] == [(False, True, True)] * TABLES


@pytest.mark.parametrize(("reason", "ok"), [("AccessDeniedException", False), ("ResourceNotFoundException", True)])
def test_iam_of_a_stack(served: Terminal, reason: str, ok: bool) -> None:
    database: Any = Refusing(reason)
    stack = Stack("s", "eu-west-1", {}, "arn:aws:iam::000000000000:user/jane")
    served.service = replace(served.service, stores=Stores(database, served.world.secrets), stack=stack)
    assert seen(served)["IAM"][0] is ok
    assert "user/jane" in seen(served)["IAM"][1]


@pytest.mark.parametrize(
    ("name", "told"),
    [("Newsroom", "every known client takes its "), ("Whole", "Cursor takes 80 tools and gets ")],
)
def test_the_clients_that_cut_the_list_of_a_profile_are_named(served: Terminal, name: str, told: str) -> None:
    served.world.create_profile("Whole")
    words = ["--profile", name, "--person", "jane@orbital.example", "--password", PASSWORD]
    [line] = [line for line in served.run("doctor", *words)[0].splitlines() if line.startswith("green  clients: ")]
    assert told in line
