"""Configurations for clients: the three headers, complete except for the profile's key and secret.

Operators give key and secret to people; the Hub does not show them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from affino_mcp.connect import clients
from affino_mcp.connect.clients import CLIENTS_WITH_REFERENCES, SERVER_NAME, McpClient
from affino_mcp.connect.credentials import PLACEHOLDER_CREDENTIALS, Shell


class ClientSnippet(NamedTuple):
    """One client's configuration; `id` names it within the page."""

    id: str
    client: str
    text: str


class ProfileSetup(NamedTuple):
    """The configurations for one profile."""

    profile: str
    chosen: bool
    snippets: list[ClientSnippet]


def profile_setups(names: list[str], url: str, token: str, chosen: str) -> list[ProfileSetup]:
    """Gives the configurations for each profile; that of the only or the `chosen` one is marked as chosen."""
    only = len(names) == 1
    return [
        ProfileSetup(name, only or name == chosen, _profile_snippets(f"p{place}", name, url, token))
        for place, name in enumerate(names)
    ]


class SecretFreeSetup(NamedTuple):
    """The configurations that contain no secret, and the environment variables that they read."""

    exports: str
    powershell: str
    snippets: list[ClientSnippet]


def secret_free_setup(url: str, token: str) -> SecretFreeSetup:
    """Gives the configurations of clients that can read secrets from environment variables.

    The same for every profile.
    """
    kept = replace(PLACEHOLDER_CREDENTIALS, token=token)
    found = [clients.make_snippet(client, url) for client in McpClient if client in CLIENTS_WITH_REFERENCES]
    snippets = [ClientSnippet(f"r-{one.client}", f"{one.title} ({one.place})", one.text) for one in found]
    return SecretFreeSetup(kept.write_assignments(), kept.write_assignments(Shell.POWERSHELL), snippets)


def _profile_snippets(prefix: str, profile: str, url: str, token: str) -> list[ClientSnippet]:
    server = f"{SERVER_NAME}-{slug}" if (slug := _slug(profile)) else SERVER_NAME
    values = replace(PLACEHOLDER_CREDENTIALS, token=token)
    found = [clients.make_snippet(client, url, values, server) for client in McpClient]
    return [ClientSnippet(f"{prefix}-{one.client}", f"{one.title} ({one.place})", one.text) for one in found]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
