"""The parts of `make deploy-local ARGS=--remote` that need no emulator: the way between the stacks, and the gateway's rules."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from scripts.deploy_local.__main__ import Choice, deploy_and_use, read_choice
from scripts.deploy_local.authority import Authority
from scripts.deploy_local.permissions import ROLE_RULES, list_gateway_rules
from scripts.deploy_local.tls_front import TlsFront, run_tls_front
from scripts.deploy_local.two_stacks import deploy_two

AUTHORITY, GATEWAY = Authority(), list_gateway_rules("Key")


class Echo(BaseHTTPRequestHandler):
    """Answers with what it got."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        told = json.dumps([self.command, self.path, self.headers.get("Signature"), body]).encode()
        self.server.heard.append(self.command)  # type: ignore[attr-defined]
        self.send_response(201)
        self.send_header("ActedAs", "1")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 (names of BaseHTTPRequestHandler)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def behind() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        server.heard = []  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def front(behind: HTTPServer) -> Iterator[TlsFront]:
    with run_tls_front(f"http://127.0.0.1:{behind.server_address[1]}/stage", AUTHORITY) as found:
        yield found


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(verify=ssl.create_default_context(cadata=AUTHORITY.pem), trust_env=False) as made:
        yield made


@pytest.mark.parametrize(("verb", "body"), [("GET", ""), ("POST", '{"Name": "é"}'), ("PATCH", "{}"), ("DELETE", "")])
def test_the_way_hands_requests_on_and_answers_back(
    front: TlsFront, client: httpx.Client, verb: str, body: str
) -> None:
    answer = client.request(verb, f"{front.url}/rest/demo/v2?a=%2F", content=body.encode(), headers={"Signature": "s"})
    assert (answer.status_code, answer.headers["ActedAs"]) == (201, "1")
    assert answer.json() == [verb, "/stage/rest/demo/v2?a=%2F", "s", body]


def test_the_way_can_lose_an_answer_to_what_was_carried_out(
    front: TlsFront, client: httpx.Client, behind: HTTPServer
) -> None:
    heard: list[str] = behind.heard  # type: ignore[attr-defined]
    before = len(heard)
    front.loses_answers = True
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(f"{front.url}/rest", content=b"{}")
    front.loses_answers = False
    assert heard[before:] == ["POST"]
    assert client.get(front.url).status_code == 201


def test_the_argument_chooses_two_stacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert (read_choice([]), read_choice(["--remote"])) == (Choice(deploy_and_use, None), Choice(deploy_two, None))
    assert read_choice(["--built", "x"]) == Choice(deploy_and_use, Path("x"))
    with pytest.raises(SystemExit):
        read_choice(["--remoet"])
    assert "--remoet" in capsys.readouterr().err


def test_a_gateways_housekeeping_may_read_profiles_and_change_none() -> None:
    there, here = ({(rule.role, rule.action): rule.is_allowed for rule in rules} for rules in (ROLE_RULES, GATEWAY))
    assert {name for name in there if name not in here} == {
        ("HousekeepingRole", "read a gate row"),
        ("HousekeepingRole", "read a secret"),
    }
    assert {name: here[name] for name in here if name not in there} == {
        ("HousekeepingRole", "read a profile's secret"): True,
        ("HousekeepingRole", "read a profile's row"): True,
        ("HousekeepingRole", "change a profile's secret"): False,
        ("HousekeepingRole", "read another secret"): False,
    }
