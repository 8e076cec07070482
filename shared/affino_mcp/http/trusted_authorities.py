"""Whom connections to another service trust: the public authorities, or those alone that an operator names."""

from __future__ import annotations

import base64
import re
import ssl
from typing import Final

import httpx

_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
"""RFC 7468, section 5; what breaks the lines may be any white space, so that a certificate stands on one line too."""


class CertificatesUnreadable(Exception):
    """A text is not made of certificates in PEM alone."""


def make_trust(certificates: str) -> ssl.SSLContext:
    """Gives what verifies the certificate and the host name of the other end.

    With `certificates` (PEM) these authorities alone vouch for it, without them the public ones. A text that cannot be read
    trusts nobody: each connection is refused before anything is sent on it.
    """
    if not certificates:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cadata=b"".join(read_certificates(certificates)))
    except (CertificatesUnreadable, ssl.SSLError):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # it verifies, and knows no authority


def read_certificates(text: str) -> list[bytes]:
    """Gives the certificates in a PEM text in DER, at least one. Raises CertificatesUnreadable when it holds anything else."""
    found = _CERTIFICATE.findall(text)
    if not found or _CERTIFICATE.sub("", text).strip():
        raise CertificatesUnreadable
    try:
        return [base64.b64decode("".join(each.split()), validate=True) for each in found]
    except ValueError as error:
        raise CertificatesUnreadable from error
