"""Ports of this machine."""

from __future__ import annotations

import socket
import sys

import pytest

from affino_mcp.local.network import is_port_taken, reserved_port


def test_at_a_reserved_port_a_program_may_listen() -> None:
    with reserved_port() as port:
        assert not is_port_taken(port)
        with socket.create_server(("127.0.0.1", port)):
            assert is_port_taken(port)
        assert not is_port_taken(port)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a server listen at a port that another holds")
def test_a_reserved_port_is_given_to_nobody_else() -> None:
    with reserved_port() as port, socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
