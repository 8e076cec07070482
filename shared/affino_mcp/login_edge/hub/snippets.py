"""What people paste into their clients: the three headers, with everything in place but the profile's own credentials.

The operator hands those out; the Hub never shows them.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import NamedTuple

from affino_mcp.connect import clients
from affino_mcp.connect.clients import REFERRING, SERVER, Client
from affino_mcp.connect.credentials import PLACEHOLDERS


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


class Referring(NamedTuple):
    """The configurations that hold no secret, and the variables that they read."""

    exports: str
    snippets: list[Snippet]


def referring(url: str, token: str) -> Referring:
    """For the clients that can: the same for every profile, with the secrets kept outside of the file."""
    kept = replace(PLACEHOLDERS, token=token).environment
    found = [clients.snippet(client, url) for client in Client if client in REFERRING]
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in kept.items())
    return Referring(exports, [Snippet(f"r-{one.client}", f"{one.title} ({one.place})", one.text) for one in found])


def _snippets(prefix: str, profile: str, url: str, token: str) -> list[Snippet]:
    server = f"{SERVER}-{slug}" if (slug := _slug(profile)) else SERVER
    values = replace(PLACEHOLDERS, token=token)
    found = [clients.snippet(client, url, values, server) for client in Client]
    return [Snippet(f"{prefix}-{one.client}", f"{one.title} ({one.place})", one.text) for one in found]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
