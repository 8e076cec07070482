"""The independent version 1: its signature, and what the guard lets in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.clock import TestClock
from tests.version1.client import Answer
from tests.version1.in_memory import start_instance
from tests.version1.instance import KEY, SECRET, Version1Instance
from tests.version1.replies import Request
from tests.version1.signature import hash_body, make_signature, sign

LOGIN = '{"Email":"ana@harbour.example","Password":"two  words"}'
AT = datetime(2026, 11, 23, 9, 0, 0, 250_000, tzinfo=UTC)
ACCOUNTS = "/rest/demo/crm/v1/accounts"


@pytest.mark.parametrize(
    ("method", "path", "body", "stamp", "digest", "signature"),
    [
        pytest.param(
            "POST",
            "/rest/demo/login",
            '{"Email":"jane@orbital.example","Password":"correct horse"}',
            "2026-11-22T09:00:00.000Z",
            "9FEF0BD44BB6D6F8DDBFA4E756CF9417",
            "23ED5BFC46ACC989D34F7828CF8FE37424CC73927528C19FF94A41E314CE1F47"
            "F7AA0097C6EDA45571DF2AB3842D2D36EA9DD5DC969BB00E53ABF50AA4459CFD",
            id="login",
        ),
        pytest.param(
            "GET",
            "/rest/demo/token",
            "",
            "2026-11-22T09:00:01.000Z",
            "",
            "14B2C5882126F8F18B757054594DFB4210145F07C8D67A276553CE42ECE22F75"
            "4CD1F8AA37F7F556E9F27339D6C242C2ABC83FFCB3D5CBD611E603241F004F98",
            id="token",
        ),
    ],
)
def test_vectors_come_out(method: str, path: str, body: str, stamp: str, digest: str, signature: str) -> None:
    assert hash_body(body) == digest
    assert make_signature(method, path, body, "demo-secret-not-real-0001", stamp) == signature


def test_headers_of_a_signed_request() -> None:
    headers = sign("POST", "/rest/demo/login", LOGIN, "KEY", "secret", AT)
    assert headers["TimeStamp"] == "2026-11-23T09:00:00.250Z"
    assert headers["MD5"] == hash_body(f"  {LOGIN}\n")
    assert "MD5" not in sign("GET", "/rest/demo/token", " \n", "KEY", "secret", AT)


def send(instance: Version1Instance, headers: dict[str, str], query: str = "", path: str = ACCOUNTS) -> Answer:
    named = {name.lower(): value for name, value in headers.items() if value}
    reply = instance.answer(Request("GET", path, query, named))
    return Answer(reply.status, reply.body.decode())


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        pytest.param({"APIKey": ""}, 401, "-101", id="no key"),
        pytest.param({"APIKey": "OTHERKEY01"}, 401, "-102", id="another key"),
        pytest.param({"User-Agent": " "}, 400, -1, id="no user agent"),
        pytest.param({"TimeStamp": "yesterday"}, 401, "-103", id="no time"),
        pytest.param({"TimeStamp": "2026-11-23T08:44:59Z"}, 401, "-103", id="too old"),
        pytest.param({"TimeStamp": "2026-11-23T09:00:01Z"}, 401, "-105", id="another time"),
        pytest.param({"MD5": "0" * 32}, 401, "-104", id="hash of no body"),
        pytest.param({"Signature": "é"}, 401, "-105", id="not hexadecimal"),
    ],
)
def test_unsigned_is_refused(changed: dict[str, str], status: int, code: Any) -> None:
    instance, _ = start_instance()
    signed = sign("GET", ACCOUNTS, "", KEY, SECRET, AT)
    refused = send(instance, signed | changed)
    assert (refused.status, refused.document["error"]["code"]) == (status, code)
    assert send(instance, signed | {"Signature": signed["Signature"].lower()}).status == 200


def test_no_signature_is_taken_twice_in_half_an_hour() -> None:
    instance, _ = start_instance()
    signed = sign("GET", ACCOUNTS, "", KEY, SECRET, AT)
    assert [send(instance, signed).status for _ in range(2)] == [200, 401]
    instance.clock = instance.guard.clock = TestClock(AT + timedelta(minutes=14))
    assert send(instance, signed).document["error"]["code"] == "-106"


@pytest.mark.parametrize(
    ("path", "query", "bare", "whole"),
    [
        pytest.param(ACCOUNTS, "StartCode=70", 200, 401, id="list"),
        pytest.param("/rest/demo/crm/v1/users/10500", "subscriptions", 200, 200, id="other"),
    ],
)
def test_signed_with_or_without_the_query(path: str, query: str, bare: int, whole: int) -> None:
    instance, _ = start_instance()
    signed = [sign("GET", form, "", KEY, SECRET, AT) for form in (path, f"{path}?{query}")]
    assert [send(instance, headers, query, path).status for headers in signed] == [bare, whole]


def test_consent_is_signed_with_its_query() -> None:
    instance, client = start_instance()
    path, query = "/rest/demo/crm/v1/users/10500", "permissions=12"
    bare = {name.lower(): value for name, value in sign("POST", path, "", KEY, SECRET, AT).items()}
    assert instance.answer(Request("POST", path, query, bare)).status == 401
    assert client.call("POST", "/crm/v1/users/10500", query).status == 200
