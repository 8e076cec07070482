"""Signed texts: known answers, and what a MAC does not hold for."""

from __future__ import annotations

import pytest

from affino_mcp.signed_text import derive_key, is_signed, json_payload, sign


def test_the_mac_is_hmac_sha_256() -> None:
    """RFC 4231, test case 2."""
    mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign(b"Jefe", b"what do ya want for nothing?") == mac
    assert is_signed(b"Jefe", b"what do ya want for nothing?", mac)


def test_the_key_of_a_use_is_the_digest_of_label_and_secret() -> None:
    """SHA-256 of "abc" (FIPS 180-2)."""
    assert derive_key(b"a", "bc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    "mac", ["", "0" * 64, "é" * 64, sign(b"key", b"payload")[:-1], sign(b"key", b"payload").upper()]
)
def test_another_mac_is_refused(mac: str) -> None:
    assert not is_signed(b"key", b"payload", mac)


def test_another_key_or_payload_is_refused() -> None:
    mac = sign(b"key", b"payload")
    assert not is_signed(b"another key", b"payload", mac)
    assert not is_signed(b"key", b"another payload", mac)


def test_equal_values_are_one_payload() -> None:
    assert (
        json_payload([1, {"b": 2, "a": None}]) == json_payload([1, {"a": None, "b": 2}]) == b'[1, {"a": null, "b": 2}]'
    )
