"""Ports and plain requests on this machine."""

from __future__ import annotations

import socket
import ssl
from typing import Final

import httpx

from affino_mcp.local.places import HOST

PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: nothing on this machine speaks TLS, and reading the world's certificates would cost more than a call."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Whether somebody listens on this port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def answers(url: str) -> bool:
    """Whether anything answers there at all."""
    try:
        with nearby() as http:
            return http.get(url).status_code < 500
    except httpx.HTTPError:
        return False


def client() -> httpx.Client:
    """An HTTP client for services anywhere: no proxies, no surprises from the environment."""
    return httpx.Client(trust_env=False, timeout=30)


def nearby() -> httpx.Client:
    """An HTTP client for services on this machine only: made at next to no cost."""
    return httpx.Client(verify=PLAIN, trust_env=False, timeout=30)
