"""The test vectors of docs/login.md are right."""

from __future__ import annotations

import hashlib
from pathlib import Path


def test_the_documented_vectors() -> None:
    """The test vectors of docs/login.md equal those computed here."""
    body = b'{"Email":"ada@orbital.example","Password":"two small cups"}'
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest().upper()
    text = f"POST+/rest/orbital/login+{md5}+vector0secret0not0a0real0one0000000000001+2027-01-15T08:30:00.000Z"
    page = (Path(__file__).parents[2] / "docs/login.md").read_text()
    assert md5 in page
    assert hashlib.sha512(text.encode()).hexdigest().upper() in page
    get = "GET+/rest/orbital/token++vector0secret0not0a0real0one0000000000001+2027-01-15T09:29:30.000Z"
    assert hashlib.sha512(get.encode()).hexdigest().upper() in page
