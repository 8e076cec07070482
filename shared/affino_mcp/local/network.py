"""Ports and plain requests on this machine."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from affino_mcp.local.places import LOOPBACK

NO_TLS_CONTEXT: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""A TLS context without certificates, because services on this machine use no TLS and loading them is slow."""


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port of this machine on which no process listens, and which the system gives to nobody else during the body.

    A program that is told the number can listen on it: Linux lets a server, which sets SO_REUSEADDR too, listen beside a
    socket that only holds the port. Elsewhere the port is free when the body begins, and not held.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((LOOPBACK, 0))
        port: int = holder.getsockname()[1]
        if sys.platform != "linux":
            holder.close()
        yield port


def is_port_taken(port: int) -> bool:
    """Whether a process listens on this port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def is_answering(url: str) -> bool:
    """Whether the URL answers with a status below 500."""
    try:
        with make_plain_http_client() as http:
            return http.get(url).status_code < 500
    except httpx.HTTPError:
        return False


def make_local_client() -> httpx.Client:
    """An HTTP client for services on this machine, which ignores proxies and other settings of the environment."""
    return httpx.Client(trust_env=False, timeout=30)


def make_plain_http_client() -> httpx.Client:
    """An HTTP client for plain HTTP on this machine, made without loading certificates."""
    return httpx.Client(verify=NO_TLS_CONTEXT, trust_env=False, timeout=30)
