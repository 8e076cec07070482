"""What is an API Key in one place is one in each other: the headers of both doors, the filters of the log, the description."""

from __future__ import annotations

import re

import pytest

from affino_mcp.errors import BadCredentials
from affino_mcp.gate.credentials import read_credentials
from affino_mcp.http.signing_headers import signing_headers
from affino_mcp.login_edge.openapi import openapi_document

TOKEN = "3f2b8c1e-9d4a-4b6f-8e7d-0a1b2c3d4e5f"
KEYS = {
    "one-character": ("a", True),
    "sixteen": ("Ab3dEf6hIj9lMn2p", True),
    "sixty-four": ("k" * 64, True),
    "too-long": ("k" * 65, False),
    "a-dot": ("ab.cd", False),
    "a-line-break": ("abcd\n", False),
    "a-letter-of-another-script": ("äbcd", False),
}


def is_key_of_calls(key: str) -> bool:
    """True when the gate of MCP reads the key in its headers."""
    headers = {b"x-api-key": key.encode(), b"x-api-secret": b"s" * 32, b"authorization": f"Bearer {TOKEN}".encode()}
    try:
        return read_credentials(list(headers.items())).key == key
    except BadCredentials:
        return False


def is_key_of_signed_requests(key: str) -> bool:
    """True when the REST API reads the key in its headers."""
    given = {"APIKey": key, "Signature": "A" * 128, "TimeStamp": "2026-11-28T00:00:00Z"}
    found = signing_headers([(name.encode(), text.encode()) for name, text in given.items()])
    return found is not None and found.key == key


def is_key_as_described(key: str) -> bool:
    """True when the OpenAPI document allows the key; `$` is the end of the text in ECMA-262."""
    parameters = openapi_document("orbital")["paths"]["/login"]["post"]["parameters"]
    pattern = next(found for found in parameters if found["name"] == "APIKey")["schema"]["pattern"]
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), key) is not None


@pytest.mark.parametrize(("key", "expected"), KEYS.values(), ids=KEYS)
def test_the_form_of_an_api_key_is_the_same_everywhere(key: str, *, expected: bool) -> None:
    """Each place takes what the others take."""
    assert [is_key_of_calls(key), is_key_of_signed_requests(key), is_key_as_described(key)] == [expected] * 3
