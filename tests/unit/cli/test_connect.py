"""`affino-mcp connect`: configurations of every client, and the handshake that tries them."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from affino_mcp.connect.clients import APP_CLIENTS, CLIENT_DOORS, HEADER_CLIENTS, SINGLE_FIELD_CLIENTS, McpClient
from affino_mcp.connect.configurations import INSPECTOR_NODE, INSPECTOR_PACKAGE, claude_line
from affino_mcp.connect.snippets import CLIENT_TITLES, CLIENTS_WITH_REFERENCES
from affino_mcp.gate.gate import Gate
from affino_mcp.local.connection import store_settings
from affino_mcp.settings import Settings
from tests.unit.cli.conftest import PASSWORD, Terminal
from tests.unit.cli.public import BASE
from tests.world import EVERYTHING, World

HERS = ["--profile", "Newsroom", "--person", "jane@orbital.example", "--password", PASSWORD]


@pytest.mark.parametrize("client", HEADER_CLIENTS)
def test_the_snippet_names_the_endpoint_and_holds_no_secret_if_it_can(served: Terminal, client: McpClient) -> None:
    found = served.run_json("connect", client, *HERS)
    secret = served.world.profiles.list_profiles()[0].profile.secret
    assert f"{BASE}/mcp" in found["text"]
    assert (secret in found["text"]) == (client not in CLIENTS_WITH_REFERENCES)
    assert found["variables"] == {} or secret in found["variables"].values()


@pytest.mark.parametrize("client", HEADER_CLIENTS)
def test_inline_holds_all_three(served: Terminal, client: McpClient) -> None:
    found = served.run_json("connect", client, "--inline", *HERS)
    profile = served.world.profiles.list_profiles()[0].profile
    assert all(part in found["text"] for part in (profile.key, profile.secret))
    assert "Bearer " in found["text"] or client in SINGLE_FIELD_CLIENTS
    assert found["variables"] == {}


@pytest.mark.parametrize("inline", [[], ["--inline"]], ids=["by reference", "inline"])
@pytest.mark.parametrize("client", HEADER_CLIENTS)
def test_every_snippet_can_be_read_by_what_reads_it(terminal: Terminal, client: McpClient, inline: list[str]) -> None:
    found = terminal.run_json("connect", client, *inline)
    match found["place"]:
        case "a shell":
            assert shlex.split(found["text"])[0] in ("claude", "npx")
        case place if place.endswith(".toml"):
            assert tomllib.loads(found["text"])["mcp_servers"]["affino"]["url"]
        case _:
            assert json.loads(found["text"])


@pytest.mark.parametrize("client", sorted(SINGLE_FIELD_CLIENTS))
def test_the_one_value_opens_the_door(served: Terminal, client: McpClient) -> None:
    text = served.run_json("connect", client, *HERS)["text"]
    (value,) = re.findall(r"[A-Za-z0-9]+\.[A-Za-z0-9]+\.[0-9a-f-]{36}", text)
    world = served.world
    gate = Gate(world.database, world.secrets, world.settings, world.clock)
    caller = gate.admit([(b"authorization", f"Bearer {value}".encode())], charge=True)
    assert caller.person.email == "jane@orbital.example"


@pytest.mark.parametrize("client", sorted({*HEADER_CLIENTS} - {McpClient.CLAUDE_DESKTOP}))
def test_a_connection_token_stands_alone(served: Terminal, client: McpClient) -> None:
    served.run_json("profile", "set", "Newsroom", "--connect-group", "Publishers")
    served.run_json("person", "set", "jane@orbital.example", "--group", "Publishers")
    text = served.run_json("connect", client, "--one", *HERS)["text"]
    profile = served.world.profiles.list_profiles()[0].profile
    (token,) = re.findall(r"affc_[0-9a-f]{64}", text)
    assert not [part for part in (profile.key, profile.secret, "X-API", "AFFINO_") if part in text]
    world = served.world
    gate = Gate(world.database, world.secrets, world.settings, world.clock)
    caller = gate.admit([(b"authorization", f"Bearer {token}".encode())], charge=True)
    assert caller.person.email == "jane@orbital.example"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["connect", "codex", "--one", *HERS], "--connect-group", id="not opened"),
        pytest.param(["connect", "claude-desktop", "--one", *HERS], "leave --one out", id="a client that cannot"),
        pytest.param(["connect", "codex", "--one"], "--person", id="nobody"),
    ],
)
def test_no_connection_token(served: Terminal, words: list[str], said: str) -> None:
    assert said in served.run_refused(*words)["message"]


def test_the_inspector_is_the_one_that_is_tried_with_the_node_that_it_needs() -> None:
    lock = json.loads(Path("tests/clients/node/package-lock.json").read_text(encoding="utf-8"))
    tried = lock["packages"]["node_modules/@modelcontextprotocol/inspector"]
    assert f"@modelcontextprotocol/inspector@{tried['version']}" == INSPECTOR_PACKAGE
    assert tried["engines"]["node"].startswith(f">={INSPECTOR_NODE}.")


def test_claudes_line_is_read_alike_by_sh_and_powershell() -> None:
    line = claude_line("https://HOST/mcp", {"Authorization": "Bearer x", "X-API-Key": "K"})
    assert not set(line) & set('\\\n`$"&|<>(){}@#')


def test_standard_output_is_the_snippet_alone(served: Terminal) -> None:
    out, err = served.run("connect", "codex", *HERS)
    assert tomllib.loads(out)["mcp_servers"]["affino"]["bearer_token_env_var"] == "AFFINO_TOKEN"
    assert "export AFFINO_SECRET=" in err


def test_verify_makes_both_handshakes(served: Terminal) -> None:
    modern, legacy = served.run_json("connect", "claude-code", *HERS, "--verify")["handshake"]
    assert (modern["era"], legacy["era"]) == ("2026-07-28", "2025-06-18")
    assert modern["ok"]
    assert legacy["ok"]
    assert modern["tools"] == legacy["tools"] > 5
    served.world.clock.move(seconds=1)  # a signature is good for one use
    assert "green  2026-07-28" in served.run("connect", "cursor", *HERS, "--verify")[1]


def test_verify_says_what_the_service_said(served: Terminal) -> None:
    key = served.world.profiles.list_profiles()[0].profile.key
    served.service.connection.headers.update({"Authorization": "Bearer x", "X-API-Key": key, "X-API-Secret": "wrong"})
    out, err = served.run("connect", "gemini", "--verify", code=1)
    assert "Authentication failed" in err
    assert "check the three headers" in err
    assert json.loads(out)


def test_verify_where_nothing_answers(terminal: Terminal) -> None:
    headers = {"Authorization": "Bearer x", "X-API-Key": "K", "X-API-Secret": "S"}
    terminal.service.connection.headers.update(headers)
    assert "Nothing answers there." in terminal.run("connect", "gemini", "--verify", code=1)[1]


def test_verify_needs_somebody(terminal: Terminal) -> None:
    assert "--person" in terminal.run_refused("connect", "codex", "--verify")["message"]


WHOLE = ["--profile", "Whole", *HERS[2:]]


@pytest.mark.parametrize(
    ("client", "cut"),
    [
        (McpClient.CURSOR, "Cursor takes 80 tools and gets "),
        (McpClient.VSCODE, "VS Code takes 128 tools and gets "),
        (McpClient.CLAUDE_CODE, ""),
    ],
)
def test_a_client_that_cuts_the_list_is_told_with_a_list_that_fits(
    served: Terminal, client: McpClient, cut: str
) -> None:
    served.world.create_profile("Whole", EVERYTHING)
    out, err = served.run("connect", client, *WHOLE)
    assert cut in err
    assert (f"A list that fits: {BASE}/mcp/x/accounts,contacts" in err) == bool(cut)
    assert "A list that fits" not in out
    served.world.clock.move(seconds=1)
    assert bool(served.run_json("connect", client, *WHOLE)["cuts"]) == bool(cut)


def test_the_profile_of_ready_headers_is_looked_at_too(served: Terminal) -> None:
    whole = served.world.create_profile("Whole", EVERYTHING)
    headers = {"Authorization": "Bearer x", "X-API-Key": whole.key, "X-API-Secret": whole.secret}
    served.service.connection.headers.update(headers)
    assert "Cursor takes 80 tools" in served.run("connect", "cursor")[1]


def test_every_client_has_a_door_and_a_text_for_the_first_of_them() -> None:
    assert set(CLIENT_DOORS) == set(CLIENT_TITLES) == set(McpClient) == {*HEADER_CLIENTS, *APP_CLIENTS}
    assert all(len(set(doors)) == len(doors) >= 1 for doors in CLIENT_DOORS.values())
    assert {client for client in HEADER_CLIENTS if client in CLIENTS_WITH_REFERENCES}.isdisjoint(SINGLE_FIELD_CLIENTS)


@pytest.fixture
def with_door(terminal: Terminal) -> Terminal:
    """A terminal on a service with an OAuth door, at which nothing listens, and a profile that is opened to Publishers."""
    world = World(settings=Settings(public_url="http://127.0.0.1:1"))
    own = replace(terminal.service.connection, stores=store_settings(world.settings))
    made = Terminal(world, replace(terminal.service, connection=own, stores=world.stores, clock=world.clock))
    world.create_profile("Whole", EVERYTHING)
    return made


DOOR = "http://127.0.0.1:1/oauth/mcp"


@pytest.mark.parametrize("client", sorted(APP_CLIENTS))
def test_a_client_of_oauth_is_told_the_address_and_what_comes_first(with_door: Terminal, client: McpClient) -> None:
    out, err = with_door.run("connect", client)
    found = with_door.run_json("connect", client)
    assert DOOR in out
    assert found["text"] == out.removesuffix("\n")
    assert [step in err for step in found["first"]] == [True] * len(found["first"])
    assert "DomainName" in err
    assert "--connect-group" in err
    assert ("affino-mcp app add" in err) == (client in {McpClient.CHATGPT, McpClient.GEMINI_ENTERPRISE})


def test_gemini_enterprise_is_told_every_address_because_it_discovers_none(with_door: Terminal) -> None:
    typed = json.loads(with_door.run("connect", "gemini-enterprise")[0])
    places = [typed[name].removeprefix("http://127.0.0.1:1") for name in ("Authorization URL", "Token URL")]
    assert places == ["/oauth/authorize", "/oauth/token"]


def test_whether_the_profile_is_opened_and_whether_it_fits(with_door: Terminal) -> None:
    words = ("connect", "gemini-enterprise", "--profile", "Whole")
    closed = with_door.run(*words)[1]
    assert "Whole is opened to nobody" in closed
    assert "Gemini Enterprise takes 100 tools and gets " in closed
    assert "/x/" not in closed, "a toolset by address is below /mcp alone"
    with_door.run("profile", "set", "Whole", "--connect-group", "Publishers")
    assert "Whole is opened for connecting to Publishers." in with_door.run(*words)[1]


@pytest.mark.parametrize(
    "words", [["--person", "1"], ["--inline"], ["--one"], ["--password", "x"]], ids=lambda it: it[0]
)
def test_a_client_of_oauth_takes_no_credentials(with_door: Terminal, words: list[str]) -> None:
    assert "holds no credentials" in with_door.run_refused("connect", "claude-ai", *words)["message"]


def test_where_there_is_no_oauth_door_the_reason_is_said(terminal: Terminal) -> None:
    assert "no OAuth door: the service runs without" in terminal.run_refused("connect", "claude-ai")["message"]
    assert "by OAuth" not in terminal.run("connect", "codex")[1]


def test_verify_looks_at_the_door_itself(with_door: Terminal) -> None:
    out, err = with_door.run("connect", "claude-ai", "--verify", code=1)
    assert out == f"{DOOR}\n"
    assert "RED" in err


@pytest.mark.parametrize(("client", "offered"), [("codex", True), ("messages-api", False), ("librechat", True)])
def test_a_client_of_several_doors_is_told_of_oauth_too(with_door: Terminal, client: str, offered: bool) -> None:
    assert (f"Or by OAuth, without any of these values: {DOOR}" in with_door.run("connect", client)[1]) is offered
