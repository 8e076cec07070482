"""Programs that connect by OAuth as they are: each prints or opens an address, and listens on loopback for the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx

from affino_mcp.local.network import NO_TLS_CONTEXT
from tests.clients.installed import NodeClients
from tests.clients.oauth_door import OAuthDoor
from tests.clients.sandbox import run
from tests.clients.terminal import in_terminal

CODEX_CONFIG = """mcp_oauth_credentials_store = "file"
[mcp_servers.affino]
url = "{url}"
oauth = {{ client_id = "{client_id}" }}
"""
_CODEX_CALLBACK = re.compile(r"redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A\d+(?P<path>[^&\s]+)&")
_ADDRESS = re.compile(r"https?://[^\s\x07\x1b]+/oauth/authorize\?[^\s\x07\x1b]+(?=[\s\x07\x1b])")


def bring_back(address: str) -> None:
    """Brings the answer to the program that listens for it."""
    with httpx.Client(verify=NO_TLS_CONTEXT, trust_env=False, timeout=30) as client:
        assert client.get(address).status_code == 200, address


def connect_claude(programs: NodeClients, home: Path, door: OAuthDoor) -> str:
    """Claude Code adds the server, is let in, and says what `claude mcp list` then prints."""
    made = door.register("Claude Code", "http://localhost/callback")
    claude = str(programs.claude)
    added = ["mcp", "add", "--transport", "http", "affino", door.url, "--client-id", made["client_id"]]
    run([claude, *added], home).check_returncode()
    with in_terminal([claude, "mcp", "login", "affino", "--no-browser"], home) as printed:
        lead_person(printed, door)
    return run([claude, "mcp", "list"], home).stdout


def connect_codex(programs: NodeClients, home: Path, door: OAuthDoor) -> str:
    """Codex logs in, and says what `codex mcp list` then prints.

    The path of its callback depends on the server's URL: it is asked for first, with an app that is not registered.
    """
    (home / ".codex").mkdir()
    _configure_codex(home, door, "app_" + "0" * 24)
    codex = [str(programs.codex), "mcp", "login", "affino"]
    with in_terminal(codex, home) as printed:
        path = next(found["path"] for text in printed if (found := _CODEX_CALLBACK.search(text)))
    made = door.register("Codex", f"http://127.0.0.1{path.replace('%2F', '/')}")
    _configure_codex(home, door, made["client_id"])
    with in_terminal(codex, home) as printed:
        lead_person(printed, door)
    return run([str(programs.codex), "mcp", "list"], home).stdout


def _configure_codex(home: Path, door: OAuthDoor, client_id: str) -> None:
    (home / ".codex/config.toml").write_text(CODEX_CONFIG.format(url=door.url, client_id=client_id))


def lead_person(printed: Iterator[str], door: OAuthDoor) -> None:
    """Takes the address that is printed, consents there, brings the answer back, and reads on to the program's end."""
    address = next(found[0] for text in printed if (found := _ADDRESS.search(text)))
    bring_back(door.person().consent(address, door.profile))
    for _ in printed:
        pass
