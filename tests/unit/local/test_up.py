"""The whole local service: started, used, stopped, and started again with its state."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from affino_mcp.local.network import is_port_taken, make_local_client, reserved_port
from affino_mcp.local.places import EMULATOR_PROGRAM

COMMAND = Path(sys.executable).with_name("affino-mcp")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


class Folder:
    """A folder with a local service of its own."""

    def __init__(self, path: Path, port: int) -> None:
        self.path, self.port = path, port

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            [COMMAND, *words], cwd=self.path, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def up(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = self.json("local", "up", "--port", str(self.port), *words)
        return found


def call(connection: dict[str, Any], headers: dict[str, str], tool: str, **arguments: Any) -> httpx.Response:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    accept = {"Accept": "application/json, text/event-stream"}
    with make_local_client() as http:
        return http.post(connection["mcp_url"], json=body, headers=headers | accept)


def names(answer: httpx.Response) -> list[str]:
    return [item["Name"] for item in answer.json()["result"]["structuredContent"]["Items"]]


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    with reserved_port() as port:
        found = Folder(tmp_path, port)
        yield found
        found.run("local", "down")


@pytest.mark.timeout(300)
def test_use_stop_start_and_find_everything_again(folder: Folder) -> None:
    first = folder.up()
    file = folder.path / ".local/connection.json"
    assert json.loads(file.read_text()) == first
    assert file.stat().st_mode & 0o077 == 0
    assert folder.json("local", "status")["ready"] is True

    assert "Harbour Lane Media" in names(call(first, first["headers"], "list_accounts"))
    assert call(first, first["headers"], "create_account", Name="Orbital Labs").status_code == 200
    session = folder.json("login", "--person", "sales", "--profile", "crm-read")
    assert call(first, session["headers"], "get_current_user").status_code == 200
    made = folder.json("profile", "create", "--name", "Newsroom", "--family", "accounts=read")
    calls = folder.json("log", "--person", "sales_manager", "--method", "create_account", "--since", "10m")
    assert (calls[0]["person"], calls[0]["profile"]) == ("Mara Lind", "all")
    assert calls[0]["arguments"] == {"Name": "Orbital Labs"}

    folder.run("local", "down")
    assert not is_port_taken(folder.port)
    folder.run("local", "status", code=1)
    folder.run("profile", "list", code=1)

    again = folder.up()
    assert (again["profiles"], again["people"]) == (first["profiles"], first["people"])
    assert again["headers"] != first["headers"]
    assert names(call(again, again["headers"], "list_accounts", Search="Orbital")) == ["Orbital Labs"]
    assert call(again, first["headers"], "list_accounts").status_code == 200
    assert folder.json("profile", "show", "Newsroom", "--secret")["secret"] == made["secret"]
    assert folder.json("log", "--person", "sales_manager", "--method", "create_account")[0]["id"] == calls[0]["id"]

    folder.run("local", "down")
    fresh = folder.up("--fresh")
    assert fresh["profiles"]["all"] != first["profiles"]["all"]
    assert names(call(fresh, fresh["headers"], "list_accounts", Search="Orbital")) == []


@pytest.mark.timeout(300)
def test_whoever_ends_the_whole_ends_with_it(folder: Folder) -> None:
    """Ctrl-C in the foreground ends every process; the next run ends the processes that a killed run left."""
    words = ["local", "up", "--foreground", "--json", "--port", str(folder.port)]
    with subprocess.Popen([COMMAND, *words], cwd=folder.path, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        while run.stdout.readline() not in {"}\n", ""}:
            pass
        folder.json("profile", "create", "--name", "Newsroom")
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 0
    assert not is_port_taken(folder.port)

    folder.up()
    folder.json("profile", "create", "--name", "Second")
    os.kill(folder.json("local", "status")["pid"], signal.SIGKILL)
    folder.up()
    assert {"Newsroom", "Second"} <= {profile["name"] for profile in folder.json("profile", "list")}
