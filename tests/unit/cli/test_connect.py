"""`affino-mcp connect`: configurations of every client, and the handshake that tries them."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from affino_mcp.connect.clients import CLIENTS_WITH_REFERENCES, SINGLE_FIELD_CLIENTS, McpClient
from affino_mcp.connect.configurations import INSPECTOR_NODE, INSPECTOR_PACKAGE, claude_line
from affino_mcp.gate.gate import Gate
from tests.unit.cli.conftest import PASSWORD, Terminal
from tests.unit.cli.public import BASE
from tests.world import EVERYTHING

HERS = ["--profile", "Newsroom", "--person", "jane@orbital.example", "--password", PASSWORD]


@pytest.mark.parametrize("client", McpClient)
def test_the_snippet_names_the_endpoint_and_holds_no_secret_if_it_can(served: Terminal, client: McpClient) -> None:
    found = served.run_json("connect", client, *HERS)
    secret = served.world.profiles.list_profiles()[0].profile.secret
    assert f"{BASE}/mcp" in found["text"]
    assert (secret in found["text"]) == (client not in CLIENTS_WITH_REFERENCES)
    assert found["variables"] == {} or secret in found["variables"].values()


@pytest.mark.parametrize("client", McpClient)
def test_inline_holds_all_three(served: Terminal, client: McpClient) -> None:
    found = served.run_json("connect", client, "--inline", *HERS)
    profile = served.world.profiles.list_profiles()[0].profile
    assert all(part in found["text"] for part in (profile.key, profile.secret))
    assert "Bearer " in found["text"] or client in SINGLE_FIELD_CLIENTS
    assert found["variables"] == {}


@pytest.mark.parametrize("inline", [[], ["--inline"]], ids=["by reference", "inline"])
@pytest.mark.parametrize("client", McpClient)
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


@pytest.mark.parametrize("client", sorted(set(McpClient) - {McpClient.CLAUDE_DESKTOP}))
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
