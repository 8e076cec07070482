"""`affino-mcp doctor`: each check, passed and failed, with what to do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from affino_mcp.cli.checks import DoctorFinding, run_doctor_checks
from affino_mcp.cli.function_checks import check_functions
from affino_mcp.self_check.handler import SELF_CHECK_EVENT
from affino_mcp.self_check.rights import FUNCTION_RIGHTS
from affino_mcp.store.ops import Item, Key, StoreUnavailable
from affino_mcp.store.stacks import Stack
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


def seen(terminal: Terminal) -> dict[str, tuple[bool, str, str]]:
    return {one.name: (one.ok, one.seen, one.fix) for one in run_doctor_checks(terminal.service)}


def own_checks(terminal: Terminal) -> list[DoctorFinding]:
    return list(check_functions(terminal.service))


def test_the_local_process_checks_what_every_function_must_reach(served: Terminal) -> None:
    found = own_checks(served)
    assert all(one.ok for one in found), found
    assert {one.function for one in found} == {"this service"}
    settings = served.world.settings
    tables = {settings.gate_table, settings.audit_table, settings.records_table, settings.credentials_table}
    secrets, files = f"{settings.secrets_prefix}/profiles", f"{settings.media_bucket}/uploads"
    assert tables | {secrets, files} <= {one.place for one in found}


def test_what_the_local_process_may_not_do_is_red_with_its_cause(served: Terminal) -> None:
    database: Any = Refusing("AccessDeniedException")
    served.service = replace(served.service, stores=replace(served.world.stores, database=database))
    red = [one for one in own_checks(served) if not one.ok]
    assert {one.place for one in red} == {one.place for one in own_checks(served) if one.service == "dynamodb"}
    assert {(one.service, one.error) for one in red} == {("dynamodb", "AccessDeniedException")}
    assert all("AccessDeniedException" in one.seen and one.fix for one in red)


@dataclass
class Functions:
    """AWS Lambda on loopback: gives each function's answer by its name."""

    answers: dict[str, tuple[int, dict[str, str], Any]] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    found = Functions()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name = self.path.split("/")[3]
            found.asked.append((name, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            status, headers, answer = found.answers[name]
            body = json.dumps(answer).encode()
            self.send_response(status)
            for header, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nobody",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }.items():
            monkeypatch.setenv(name, value)
        yield found
        server.shutdown()


def deployed(terminal: Terminal, outputs: dict[str, str] | None = None) -> Terminal:
    given = {f"{name}Function": name for name in FUNCTION_RIGHTS} if outputs is None else outputs
    stack = Stack("s", "eu-west-1", given, "arn:aws:iam::000000000000:user/jane")
    terminal.service = replace(terminal.service, stack=stack)
    return terminal


def checked(function: str, **errors: str) -> tuple[int, dict[str, str], Any]:
    store = {"service": "dynamodb", "place": "orbital-gate", "asked": ["GetItem", "UpdateItem"], "errors": errors}
    return 200, {}, {"function": function, "stores": [store]}


def test_each_function_of_a_stack_is_asked(served: Terminal, functions: Functions) -> None:
    functions.answers = {name: checked(name) for name in FUNCTION_RIGHTS}
    assert [(one.function, one.place, one.ok) for one in own_checks(deployed(served))] == [
        (name, "orbital-gate", True) for name in FUNCTION_RIGHTS
    ]
    assert functions.asked == [(name, SELF_CHECK_EVENT) for name in FUNCTION_RIGHTS]


def test_a_role_that_lacks_a_right_is_red_with_exit_code_1(served: Terminal, functions: Functions) -> None:
    functions.answers = {name: checked(name) for name in FUNCTION_RIGHTS}
    functions.answers["LoginProxy"] = checked("LoginProxy", UpdateItem="AccessDeniedException")
    out, _ = deployed(served).run("doctor", "--json", code=1)
    (red,) = [one for one in json.loads(out) if not one["ok"]]
    assert (
        red
        | {
            "function": "LoginProxy",
            "service": "dynamodb",
            "place": "orbital-gate",
            "error": "AccessDeniedException",
            "seen": "UpdateItem: AccessDeniedException",
        }
        == red
    )
    assert "LoginProxyRole" in red["fix"]


SILENT = [
    (
        "it failed",
        (200, {"X-Amz-Function-Error": "Unhandled"}, {"errorType": "Boom", "errorMessage": "secret"}),
        "Boom",
    ),
    ("not allowed", (403, {"x-amzn-ErrorType": "AccessDeniedException"}, {}), "AccessDeniedException"),
    ("an edge's answer", (200, {}, {"statusCode": 404, "body": ""}), "not_in_this_version"),
    ("nothing", (200, {}, None), "no_answer"),
]


@pytest.mark.parametrize(("answer", "reason"), [one[1:] for one in SILENT], ids=[one[0] for one in SILENT])
def test_a_function_that_does_not_check_itself_is_red(
    served: Terminal, functions: Functions, answer: Any, reason: str
) -> None:
    functions.answers = {name: checked(name) for name in FUNCTION_RIGHTS} | {"ControlCentre": answer}
    (red,) = [one for one in own_checks(deployed(served)) if not one.ok]
    assert (red.function, red.seen) == ("ControlCentre", f"did not check itself: {reason}")
    assert red.fix
    assert "secret" not in repr(red)


def test_a_stack_of_a_version_without_self_checks(served: Terminal, functions: Functions) -> None:
    found = own_checks(deployed(served, {}))
    assert [(one.ok, one.seen) for one in found] == [(False, "did not check itself: not_in_this_version")] * 4
    assert "Deploy" in found[0].fix
    assert functions.asked == []


def answering(status: int, headers: dict[str, str] | None = None) -> Callable[[], httpx.Client]:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers))
    return lambda: httpx.Client(transport=transport)


def test_a_service_that_is_well(served: Terminal) -> None:
    out, _ = served.run("doctor")
    assert "RED" not in out
    assert {"endpoint", "TLS", "clock", "login", "gate", "secrets"} <= set(seen(served))
    assert len([name for name in seen(served) if name.startswith("table")]) == 4


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
    assert red == {"endpoint", "TLS", "clock", "login", "gate"}


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
    assert [(ok, says in text, bool(fix)) for ok, text, fix in tables] == [(False, True, True)] * 4


@pytest.mark.parametrize(("reason", "ok"), [("AccessDeniedException", False), ("ResourceNotFoundException", True)])
def test_iam_of_a_stack(served: Terminal, reason: str, ok: bool) -> None:
    database: Any = Refusing(reason)
    stack = Stack("s", "eu-west-1", {}, "arn:aws:iam::000000000000:user/jane")
    served.service = replace(served.service, stores=Stores(database, served.world.secrets), stack=stack)
    assert seen(served)["IAM"][0] is ok
    assert "user/jane" in seen(served)["IAM"][1]
