"""A certificate authority of a run, as a company has one of its own: it is made anew each time, and its key is kept nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from affino_mcp import clock

_LIFETIME: Final = timedelta(days=1)
_SIGNS: Final = ("key_cert_sign", "crl_sign")
_USES: Final = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")


class Authority:
    """Issues certificates for hosts, in the profile of RFC 5280, which Python 3.13 insists on."""

    def __init__(self, name: str = "Affino MCP trial authority") -> None:
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), _common_name(name)
        limits = x509.BasicConstraints(ca=True, path_length=0)
        self._certificate = self._sign(self._name, self._key.public_key(), limits, _SIGNS)

    @property
    def pem(self) -> str:
        """The authority's own certificate in PEM."""
        return self._certificate.public_bytes(Encoding.PEM).decode()

    @property
    def parameter(self) -> str:
        """The same on one line: what the template's parameter `InstanceCertificates` takes."""
        return " ".join(self.pem.split("\n")).strip()

    def issue(self, host: str) -> str:
        """Gives a key and its certificate for a host name in PEM."""
        key, limits = ec.generate_private_key(ec.SECP256R1()), x509.BasicConstraints(ca=False, path_length=None)
        issued = self._sign(_common_name(host), key.public_key(), limits, ("digital_signature",), host)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return (secret + issued.public_bytes(Encoding.PEM)).decode()

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePublicKey,
        limits: x509.BasicConstraints,
        uses: tuple[str, ...],
        host: str = "",
    ) -> x509.Certificate:
        now = clock.utc_now()
        builder = x509.CertificateBuilder(self._name, name, key, x509.random_serial_number(), now, now + _LIFETIME)
        builder = builder.add_extension(limits, critical=True).add_extension(_key_usage(uses), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(own, critical=False)
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(self._key, SHA256())


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _key_usage(uses: tuple[str, ...]) -> x509.KeyUsage:
    wanted = {name: name in uses for name in (*_USES, *_SIGNS)}
    return x509.KeyUsage(**wanted, encipher_only=False, decipher_only=False)
