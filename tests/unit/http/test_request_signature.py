"""The signature scheme: its rules, and test vectors that were computed with hashlib alone."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.http.request_signature import body_md5, format_timestamp, sign_request, signed_headers

BODY = b'{"Email":"jane@orbital.example","Password":"correct horse"}'
SECRET = "demo-secret-not-real-0001"


@pytest.mark.parametrize(
    ("method", "uri", "body", "timestamp", "md5", "signature"),
    [
        pytest.param(
            "POST",
            "/rest/demo/login",
            BODY,
            "2026-11-22T09:00:00.000Z",
            "9FEF0BD44BB6D6F8DDBFA4E756CF9417",
            "23ED5BFC46ACC989D34F7828CF8FE37424CC73927528C19FF94A41E314CE1F47"
            "F7AA0097C6EDA45571DF2AB3842D2D36EA9DD5DC969BB00E53ABF50AA4459CFD",
            id="login",
        ),
        pytest.param(
            "GET",
            "/rest/demo/token",
            b"",
            "2026-11-22T09:00:01.000Z",
            "",
            "14B2C5882126F8F18B757054594DFB4210145F07C8D67A276553CE42ECE22F75"
            "4CD1F8AA37F7F556E9F27339D6C242C2ABC83FFCB3D5CBD611E603241F004F98",
            id="token",
        ),
    ],
)
def test_vectors(method: str, uri: str, body: bytes, timestamp: str, md5: str, signature: str) -> None:
    assert body_md5(body) == md5
    assert sign_request(method, uri, body, SECRET, timestamp) == signature


def test_every_part_counts() -> None:
    parts: list[Any] = ["POST", "/rest/demo/login", BODY, SECRET, "2026-11-22T09:00:00.000Z"]
    changed = ["PUT", "/rest/demo/token", BODY + b"x", SECRET + "x", "2026-11-22T09:00:01.000Z"]
    signatures = {sign_request(*parts)}
    for i, part in enumerate(changed):
        signatures.add(sign_request(*[*parts[:i], part, *parts[i + 1 :]]))
    assert len(signatures) == 6


def test_blanks_around_the_body_do_not_count() -> None:
    assert body_md5(b"\r\n " + BODY + b"\n") == body_md5(BODY)
    assert body_md5(b" \n") == ""


@given(st.binary(max_size=100), st.text(max_size=50))
def test_always_upper_case_hex(body: bytes, secret: str) -> None:
    secret = secret.encode("utf-8", "ignore").decode()
    signature = sign_request("POST", "/rest/demo/login", body, secret, "")
    assert len(signature) == 128
    assert signature == signature.upper()
    assert int(signature, 16) < 2 ** (8 * hashlib.sha512().digest_size)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1))),
    ],
    ids=["UTC", "elsewhere"],
)
def test_the_time_stamp_is_utc_with_milliseconds(moment: datetime) -> None:
    assert format_timestamp(moment) == "2026-11-22T09:00:00.123Z"


def test_the_headers_of_a_signed_request() -> None:
    moment = datetime(2026, 11, 22, 9, tzinfo=UTC)
    signed = signed_headers("POST", "/rest/demo/login", BODY, "Key", SECRET, moment)
    assert set(signed) == {"APIKey", "TimeStamp", "MD5", "Signature"}
    assert "MD5" not in signed_headers("GET", "/rest/demo/token", b"", "Key", SECRET, moment)
    assert SECRET not in repr(signed)
