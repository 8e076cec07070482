"""Documents of clients: which ids name one, what they may say, and how long they are kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from affino_mcp.login_edge.oauth.cimd import DocumentRefused, find_document_place, kept_seconds, read_document

CLIENT = "https://claude.ai/oauth/mcp-oauth-client-metadata"
DOCUMENT: dict[str, Any] = {
    "client_id": CLIENT,
    "client_name": "Claude",
    "redirect_uris": ["https://claude.ai/api/mcp/auth_callback", "http://127.0.0.1/callback"],
}
AT = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("client_id", "place"),
    [
        (CLIENT, ("claude.ai", "/oauth/mcp-oauth-client-metadata")),
        ("https://a-b.example:443/c", ("a-b.example", "/c")),
        ("https://xn--exmple-cua.example/%7Ec/d.json", ("xn--exmple-cua.example", "/%7Ec/d.json")),
    ],
)
def test_ids_that_name_a_document(client_id: str, place: tuple[str, str]) -> None:
    assert find_document_place(client_id) == place


@pytest.mark.parametrize(
    "client_id",
    [
        "", "app_x", "http://claude.ai/c", "https://claude.ai", "https://claude.ai/", "https://claude.ai/c?x=1",
        "https://claude.ai/c#x", "https://u@claude.ai/c", "https://u:p@claude.ai/c", "https://claude.ai:8443/c",
        "https://claude.ai:0443/c", "https://127.0.0.1/c", "https://[::1]/c", "https://[::ffff:127.0.0.1]/c",
        "https://2130706433/c", "https://0x7f000001/c", "https://127.1/c", "https://0177.0.0.1/c", "https://1.2.3.4/c",
        "https://localhost/c", "https://intranet/c", "https://claude.ai./c", "https://claude.ai/./c", "https://claude.ai/a/../c",
        "https://claude.ai/%2e%2E/c", "https://claude.ai/.%2e", "https://claude.ai\\c", "https://claude.ai/c\\d",
        "https://claude.ai/a b", "https://claude.ai/c\r\nx:y", "https://claude.ai/c\n", "https://CLAUDE.ai/c", "HTTPS://claude.ai/c",
        "https://clàude.ai/c", "https://claude.ai/ç", "https://claude.ai/%zz", "https://-a.example/c", "https://a_b.example/c",
        "https://" + "a" * 64 + ".example/c", "https://" + "a." * 130 + "example/c", "https://claude.ai/" + "c" * 2000,
        "https://claude.ai@evil.example/c", "https:/claude.ai/c", "//claude.ai/c",
    ],
)  # fmt: skip
def test_ids_that_name_none(client_id: str) -> None:
    assert find_document_place(client_id) is None


def read(**changed: Any) -> Any:
    return read_document(CLIENT, json.dumps({**DOCUMENT, **changed}).encode())


def test_a_document() -> None:
    assert read() == ("Claude", tuple(DOCUMENT["redirect_uris"]))
    assert read(token_endpoint_auth_method="none", grant_types=["refresh_token", "authorization_code"]) == read()
    assert read(redirect_uris=["cursor://x/cb", "https://a.example/cb"]).redirect_uris == ("https://a.example/cb",)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"client_id": CLIENT + "/"}, "other_client"),
        ({"client_id": "https://evil.example/c"}, "other_client"),
        ({"client_id": None}, "other_client"),
        ({"client_name": ""}, "no_name"),
        ({"client_name": " \u202e\u200b "}, "no_name"),
        ({"client_name": 7}, "no_name"),
        ({"redirect_uris": []}, "no_redirect"),
        ({"redirect_uris": "https://claude.ai/cb"}, "no_redirect"),
        ({"redirect_uris": ["https://a.example/"] * 21}, "no_redirect"),
        ({"redirect_uris": ["cursor://x/cb", 7, "http://evil.example/"]}, "no_redirect"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "method_not_supported"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "method_not_supported"),
        ({"token_endpoint_auth_method": None}, "method_not_supported"),
        ({"grant_types": ["client_credentials"]}, "grant_not_supported"),
        ({"grant_types": "authorization_code"}, "grant_not_supported"),
    ],
)
def test_documents_of_no_client_here(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read(**changed)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b'"x"', b"{", b"\xff{}", b"[" * 5000, b'{"client_id": NaN}'[:-1],
     json.dumps(DOCUMENT).encode()[:-1] + b', "client_id": "https://evil.example/c"}'],
)  # fmt: skip
def test_what_is_no_document(content: bytes) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read_document(CLIENT, content)
    assert refused.value.reason == "not_json"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<b>Claude</b>", "<b>Claude</b>"),
        ("A\u202eevil\u2066\n\tB\u200b \x00 C", "A evil B C"),
        ("x" * 10_000, "x" * 100),
        ("a" * 99 + " b", "a" * 99),
    ],
)
def test_names_are_shown_on_one_line(given: str, shown: str) -> None:
    document = json.dumps({**DOCUMENT, "client_name": given}).encode()
    assert read_document(CLIENT, document).name == shown


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 300),
        ({"cache-control": "max-age=10"}, 300),
        ({"cache-control": "public, max-age=3600"}, 3600),
        ({"cache-control": 'Max-Age="3600"', "age": "600"}, 3000),
        ({"cache-control": "max-age=999999999"}, 86_400),
        ({"cache-control": "max-age=" + "9" * 5000}, 300),
        ({"cache-control": "no-store, max-age=3600"}, 300),
        ({"cache-control": "no-cache"}, 300),
        ({"cache-control": "max-age=3600", "age": "9" * 5000}, 3600),
        ({"expires": "Fri, 27 Nov 2026 14:00:00 GMT"}, 7200),
        ({"expires": "Fri, 27 Nov 2026 14:00:00 -0000"}, 300),
        ({"expires": "0"}, 300),
    ],
)
def test_how_long_a_document_is_kept(headers: dict[str, str], seconds: int) -> None:
    assert kept_seconds(headers, AT) == seconds
