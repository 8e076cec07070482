"""Signatures that others can check with a public key: ECDSA on P-256 with SHA-256 (FIPS 186-5).

A signer's private key never leaves it: it is in AWS KMS, or in a file of the local run's state folder.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from affino_mcp.store.faults import AccessRefused, StoreUnavailable
from affino_mcp.store.given_up import ACCESS_ERRORS
from affino_mcp.store.wire import AwsError, AwsJsonEndpoint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

KMS_TARGET: Final = "TrentService"
"""The prefix of KMS's operations in the header field X-Amz-Target."""

_ALGORITHM: Final = "ECDSA_SHA_256"
_KEY_ERRORS: Final = frozenset({"NotFoundException", "DisabledException", "KMSInvalidStateException"})


class Signer(Protocol):
    """Signs with one private key. Both methods may raise StoreUnavailable."""

    def sign(self, message: bytes) -> bytes:
        """Gives the signature of a message, in DER (RFC 3279, section 2.2.3)."""

    def public_key(self) -> str:
        """Gives the public key, as PEM (RFC 7468, section 13)."""


class KmsSigner:
    """Signs with an asymmetric key of AWS KMS."""

    def __init__(self, endpoint: AwsJsonEndpoint, key: str) -> None:
        self._endpoint, self._key = endpoint, key

    def sign(self, message: bytes) -> bytes:
        """See Signer. KMS gets the message's SHA-256, because it takes no message above 4 KB."""
        digest = base64.b64encode(hashlib.sha256(message).digest()).decode()
        asked = {"Message": digest, "MessageType": "DIGEST", "SigningAlgorithm": _ALGORITHM}
        return base64.b64decode(self._call("Sign", asked)["Signature"])

    def public_key(self) -> str:
        """See Signer."""
        key = self._call("GetPublicKey", {})["PublicKey"]
        lines = [key[start : start + 64] for start in range(0, len(key), 64)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])

    def _call(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        body = {"KeyId": self._key, **asked}
        try:
            return self._endpoint.call_operation(operation, body)
        except AwsError as error:
            self._endpoint.report_given_up(operation, body, error.fault)
            refused = error.name in ACCESS_ERRORS | _KEY_ERRORS
            raise AccessRefused(error.name) if refused else StoreUnavailable(error.name) from error


class KeyFileSigner:
    """Signs with the private key in a file, which is read when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sign(self, message: bytes) -> bytes:
        """See Signer. Raises StoreUnavailable when the file cannot be read."""
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 (slow to import; few commands sign)
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415

        return self._private_key().sign(message, ECDSA(hashes.SHA256()))

    def public_key(self) -> str:
        """See Signer. Raises StoreUnavailable when the file cannot be read."""
        from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415

        found = self._private_key().public_key()
        return found.public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo).decode()

    def _private_key(self) -> EllipticCurvePrivateKey:
        from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey  # noqa: PLC0415

        try:
            key = forms.load_pem_private_key(self._path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise StoreUnavailable("the key file cannot be read") from error
        if not isinstance(key, EllipticCurvePrivateKey):
            raise StoreUnavailable("the key file holds another kind of key")
        return key


def open_signer(key: str, open_kms: Callable[[], AwsJsonEndpoint]) -> Signer | None:
    """Gives what signs with a key: one of KMS by its ARN, or a key file by its path; None for an empty text."""
    if key.startswith("arn:"):
        return KmsSigner(open_kms(), key)
    return KeyFileSigner(Path(key)) if key else None


def make_key_file(path: Path) -> None:
    """Makes a private key in a file that its owner alone may read (mode 0600), unless the file exists.

    Its public key is beside it, in a file whose name ends in `.pub.pem`.
    """
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    if path.exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    path.with_suffix(".pub.pem").write_text(KeyFileSigner(path).public_key(), encoding="utf-8")


class NoPublicKey(ValueError):
    """The text is not a public key of this algorithm."""


class SignatureCheck:
    """Checks signatures with one public key; needs neither KMS nor the private key."""

    def __init__(self, pem: str) -> None:
        """Takes the key as PEM; raises NoPublicKey."""
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 (as above)
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

        try:
            key = load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise NoPublicKey from error
        if not isinstance(key, EllipticCurvePublicKey):
            raise NoPublicKey
        self._key = key

    def is_valid(self, message: bytes, signature: bytes) -> bool:
        """True when the holder of the private key has made this signature of this message."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (as above)
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415

        try:
            self._key.verify(signature, message, ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True
