"""`affino-mcp doctor`: what each function says of its own stores."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from affino_mcp.cli.checks import DoctorFinding
from affino_mcp.cli.function_checks import check_functions
from affino_mcp.self_check.handler import SELF_CHECK_EVENT
from affino_mcp.self_check.rights import FUNCTION_RIGHTS
from affino_mcp.store.stacks import Stack
from tests.unit.cli.conftest import Terminal
from tests.unit.cli.test_doctor import Refusing


def own_checks(terminal: Terminal) -> list[DoctorFinding]:
    return list(check_functions(terminal.service))


def test_the_local_process_checks_what_every_function_must_reach(served: Terminal) -> None:
    found = own_checks(served)
    assert all(one.ok for one in found), found
    assert {one.function for one in found} == {"this service"}
    settings = served.world.settings
    names = ("gate_table", "audit_table", "records_table", "words_table", "credentials_table")
    tables = {getattr(settings, name) for name in names}
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
    made = FUNCTION_RIGHTS.keys() - {"OAuthAuthorizer"}  # which a stack has with a domain alone
    assert [(one.ok, one.seen) for one in found] == [(False, "did not check itself: not_in_this_version")] * len(made)
    assert "Deploy" in found[0].fix
    assert functions.asked == []
