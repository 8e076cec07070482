"""A host of client documents: HTTPS on loopback under any name, and a fetcher that takes a public address for it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from affino_mcp.login_edge.oauth.fetch import DocumentFetcher

PUBLIC_ADDRESS = "93.184.216.34"
HOST = "client.example"


@cache
def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    return key, _certificate("Test authority", key, key, None)


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, issuer: x509.Name | None
) -> x509.Certificate:
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or subject).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    if issuer is not None:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return made.sign(signer, hashes.SHA256())


def _server_context(host: str) -> ssl.SSLContext:
    signer, authority = _authority()
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(host, key, signer, authority.subject)
    encoding, none = serialization.Encoding.PEM, serialization.NoEncryption()
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, none)
        chain.write_bytes(private + certificate.public_bytes(encoding))
        made.load_cert_chain(chain)
    return made


@cache
def trusted() -> ssl.SSLContext:
    """What a client trusts that knows the test authority alone."""
    _, authority = _authority()
    return ssl.create_default_context(cadata=authority.public_bytes(serialization.Encoding.PEM).decode())


@dataclass
class DocumentHost:
    """What the host was asked, which addresses were dialled, and what it answers: bytes by path, or one answer for all."""

    port: int
    answers: dict[str, bytes] = field(default_factory=dict)
    addresses: Sequence[str] = (PUBLIC_ADDRESS,)
    requests: list[str] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)

    def serve(self, path: str, content: bytes, *headers: str, status: str = "200 OK") -> None:
        """Answers this path with this content from now on."""
        kind = (
            []
            if any(line.lower().startswith("content-type") for line in headers)
            else ["Content-Type: application/json"]
        )
        head = [f"HTTP/1.1 {status}", *kind, f"Content-Length: {len(content)}", *headers, "", ""]
        self.answers[path] = "\r\n".join(head).encode() + content

    def forget(self) -> None:
        """Is as new, for another test."""
        for seen in (self.requests, self.dialled, self.resolved):
            seen.clear()
        self.addresses, self.answers = (PUBLIC_ADDRESS,), {}

    def resolve(self, host: str) -> Sequence[str]:
        self.resolved.append(host)
        return self.addresses

    def dial(self, address: str, seconds: float) -> socket.socket:
        """Connects to the host wherever it is, under whatever address it has."""
        self.dialled.append(address)
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    @property
    def fetcher(self) -> DocumentFetcher:
        """A fetcher that is as strict as in a deployment, for which this host stands at its addresses."""
        return DocumentFetcher(self.resolve, self.dial, trusted())


@contextmanager
def document_host(name: str = HOST) -> Iterator[DocumentHost]:
    """Runs a host with a certificate of this name."""
    context = _server_context(name)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host = DocumentHost(listening.getsockname()[1])
        serving = threading.Thread(target=_accept, args=(listening, context, host), daemon=True)
        serving.start()
        yield host
        listening.shutdown(socket.SHUT_RDWR)
    serving.join(timeout=5)


def _accept(listening: socket.socket, context: ssl.SSLContext, host: DocumentHost) -> None:
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:
            return
        with plain, suppress(OSError):
            _answer(context.wrap_socket(plain, server_side=True), host)


def _answer(connection: ssl.SSLSocket, host: DocumentHost) -> None:
    with connection:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        host.requests.append(head.decode())
        connection.sendall(host.answers.get(head.split(b" ")[1].decode(), b"HTTP/1.1 404 Not Found\r\n\r\n"))
