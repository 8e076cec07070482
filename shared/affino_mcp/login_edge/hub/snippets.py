"""What people paste into their clients: the three headers, with everything in place but the profile's own credentials."""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

KEY, SECRET = "YOUR_API_KEY", "YOUR_API_SECRET"
"""Placeholders: the operator hands these out; the Hub never shows them."""
_NAME: Final = "affino"


class Snippet(NamedTuple):
    """One client's configuration; `id` names it within the page."""

    id: str
    client: str
    text: str


class Setup(NamedTuple):
    """The configurations for one profile."""

    profile: str
    chosen: bool
    snippets: list[Snippet]


def setups(names: list[str], url: str, token: str, chosen: str) -> list[Setup]:
    """The configurations for each profile; that of the only one, or the `chosen` one, is shown open."""
    only = len(names) == 1
    return [
        Setup(name, only or name == chosen, _snippets(f"p{place}", name, url, token))
        for place, name in enumerate(names)
    ]


def _snippets(prefix: str, profile: str, url: str, token: str) -> list[Snippet]:
    server = f"{_NAME}-{slug}" if (slug := _slug(profile)) else _NAME
    headers = {"Authorization": f"Bearer {token}", "X-API-Key": KEY, "X-API-Secret": SECRET}
    shell = "".join(f' \\\n  --header "{name}: {value}"' for name, value in headers.items())
    entry = {"type": "http", "url": url, "headers": headers}
    toml = ", ".join(f'"{name}" = "{value}"' for name, value in headers.items())
    return [
        Snippet(f"{prefix}-claude", "Claude Code", f"claude mcp add --transport http {server} {url}{shell}"),
        Snippet(f"{prefix}-json", "JSON configuration", json.dumps({"mcpServers": {server: entry}}, indent=2)),
        Snippet(
            f"{prefix}-codex",
            "Codex (config.toml)",
            f'[mcp_servers.{server}]\nurl = "{url}"\nhttp_headers = {{ {toml} }}',
        ),
    ]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
