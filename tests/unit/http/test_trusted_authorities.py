"""Whose certificates a connection to another service takes: over TLS on loopback, against authorities made here."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.http.outgoing import NOT_SENT, OutgoingRequests
from affino_mcp.http.trusted_authorities import CertificatesUnreadable, make_trust, read_certificates
from scripts.deploy_local.authority import Authority

OURS, THEIRS = Authority("Orbital"), Authority("Somebody else")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


def serve_tls(listener: socket.socket, context: ssl.SSLContext, heard: list[bytes]) -> None:
    """Answers each connection's first request, until the listener is closed."""
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(peer, server_side=True) as secured:
                heard.append(secured.recv(65536))
                secured.sendall(ANSWER)
        except OSError:  # the client did not trust us
            peer.close()


class Shop:
    """A service on loopback with a certificate of `OURS`, and the requests that it got."""

    def __init__(self, folder: Path) -> None:
        file = folder / "localhost.pem"
        file.write_text(OURS.issue("localhost"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        self.heard: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        Thread(target=serve_tls, args=(self.listener, context, self.heard), daemon=True).start()

    def ask(self, certificates: str, host: str = "localhost") -> str:
        """The error of a request to it, empty when it was answered."""
        with closing(OutgoingRequests(f"https://{host}:{self.port}", 100, certificates=certificates)) as requests:
            return requests.send("GET", "/v2", b"", {}, 5, lambda: 60).error


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(tmp_path_factory.mktemp("shop"))
    yield made
    made.listener.close()


@pytest.mark.parametrize(
    "certificates",
    [
        pytest.param(OURS.pem, id="the authority's"),
        pytest.param(OURS.parameter, id="on one line"),
        pytest.param(f"{THEIRS.parameter} {OURS.parameter}", id="the second of two"),
        pytest.param(OURS.pem.replace("\n", "\r\n") + THEIRS.pem, id="the first of two"),
    ],
)
def test_a_service_that_a_named_authority_vouches_for_is_asked(shop: Shop, certificates: str) -> None:
    assert shop.ask(certificates) == ""


@pytest.mark.parametrize(
    ("certificates", "host"),
    [
        pytest.param("", "localhost", id="public authorities alone"),
        pytest.param(THEIRS.pem, "localhost", id="another authority"),
        pytest.param(OURS.pem, "127.0.0.1", id="another host's certificate"),
        pytest.param(OURS.pem.replace("MII", "MIA"), "localhost", id="a broken certificate"),
        pytest.param("not a certificate", "localhost", id="no certificate"),
        pytest.param(" ", "localhost", id="a space"),
        pytest.param(OURS.pem + "and more", "localhost", id="more than certificates"),
    ],
)
def test_every_other_service_is_told_nothing(shop: Shop, certificates: str, host: str) -> None:
    before = len(shop.heard)
    error = shop.ask(certificates, host)
    assert (error, error in NOT_SENT, len(shop.heard)) == ("untrusted", True, before)


def test_a_named_authority_stands_alone() -> None:
    """The public ones vouch for everybody else: with one named they vouch for nobody here."""
    assert [each["subject"] for each in make_trust(OURS.pem).get_ca_certs()] == [((("commonName", "Orbital"),),)]
    assert make_trust("not a certificate").get_ca_certs() == []
    assert len(make_trust("").get_ca_certs()) > 50


@given(text=st.text(max_size=200) | st.builds(partial(str.replace, OURS.pem), st.sampled_from(OURS.pem), st.text()))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_trust_that_verifies(text: str) -> None:
    trust = make_trust(text)
    assert (trust.verify_mode, trust.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("text", ["", "x", OURS.pem + "x", "-----BEGIN CERTIFICATE-----A-----END CERTIFICATE-----"])
def test_what_is_not_certificates_alone_cannot_be_read(text: str) -> None:
    with pytest.raises(CertificatesUnreadable):
        read_certificates(text)
