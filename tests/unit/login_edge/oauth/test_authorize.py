"""The authorization endpoint: whom it leads to the consent page, what it says on a page, and what it tells the app."""

from __future__ import annotations

import json

import pytest

from affino_mcp.login_edge.oauth.new_clients import MAX_NEW_CLIENTS_PER_SOURCE
from tests.unit.gate.world import GATE
from tests.unit.login_edge.oauth.consent_desk import (
    ASKED,
    CALLBACK,
    CLIENT,
    DOCUMENT,
    ISSUER,
    LOOPBACK,
    AppBrowser,
    ConsentDesk,
    answer_of,
    shown_text,
)


def test_a_request_waits_in_the_browser(office: ConsentDesk, visitor: AppBrowser) -> None:
    answer = visitor.authorize()
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/oauth/consent?txn=afft_")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-affino-consent=")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=600"))
    assert answer.headers["cross-origin-opener-policy"] == "unsafe-none"
    name, line = office.lines[-1]
    assert (name, line["result"], line["client_id"]) == ("oauth_authorize", "asked", CLIENT)


def test_what_it_costs(office: ConsentDesk, visitor: AppBrowser) -> None:
    office.world.asked()
    visitor.authorize()
    visitor.authorize(client_id="https://client.example/other")
    office.world.asked()
    visitor.authorize(client_id="https://client.example/another")
    assert [call for call, _ in office.world.asked()] == ["get", "update", "update", "put"]
    visitor.authorize()
    assert [call for call, _ in office.world.asked()] == ["get", "put"]
    assert len(office.host.requests) == 3
    for changed in ({"client_id": "x"}, {"client_id": None}, {"scope": "x" * 10_000}):
        assert visitor.authorize(**changed).status_code == 400
    assert office.world.asked() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "https://127.0.0.1/oauth/client"},
        {"client_id": "https://client.example:8443/oauth/client"},
        {"client_id": "app_" + "a" * 24},
        {"client_id": "reg_" + "a" * 24},
        {"client_id": "https://client.example/no-such-document"},
        {"redirect_uri": None},
        {"redirect_uri": CALLBACK + ".evil"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:33418/other"},
        {"redirect_uri": "cursor://x/callback"},
    ],
)
def test_a_wrong_client_or_address_gets_a_page(
    office: ConsentDesk, visitor: AppBrowser, changed: dict[str, str]
) -> None:
    answer = visitor.authorize(**changed, response_type="token")
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "start again" in shown_text(answer)
    assert "evil" not in answer.text


def test_parameters_that_are_there_twice_get_a_page(visitor: AppBrowser) -> None:
    twice = visitor.get(f"/oauth/authorize?client_id={CLIENT}&redirect_uri={CALLBACK}&state=a&state=b")
    assert (twice.status_code, "location" in twice.headers) == (400, False)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "c" * 42}, "invalid_request"),
        ({"code_challenge": "c" * 129}, "invalid_request"),
        ({"code_challenge": "c" * 42 + "="}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"resource": "https://mcp.orbital.example/mcp"}, "invalid_target"),
        ({"resource": "https://evil.example/oauth/mcp"}, "invalid_target"),
    ],
)
def test_what_else_is_wrong_is_told_to_the_app(
    office: ConsentDesk, visitor: AppBrowser, changed: dict[str, str | None], error: str
) -> None:
    told = answer_of(visitor.authorize(**changed))
    assert told == {"error": error, "state": ASKED["state"], "iss": ISSUER}
    assert office.lines[-1][1]["result"] == error


def test_a_state_of_any_signs_comes_back_as_sent_and_one_too_long_does_not(visitor: AppBrowser) -> None:
    state = "ä&?#%0A\n" * 128
    assert answer_of(visitor.authorize(state=state, response_type="token"))["state"] == state
    told = answer_of(visitor.authorize(state="x" * 1025))
    assert told == {"error": "invalid_request", "iss": ISSUER}
    assert answer_of(visitor.authorize(state=None, response_type="x")) == {
        "error": "unsupported_response_type",
        "iss": ISSUER,
    }


@pytest.mark.parametrize(
    "resource", ["https://MCP.orbital.example:443/oauth/mcp/", "HTTPS://mcp.orbital.example/oauth/mcp", "", None]
)
def test_other_spellings_of_the_resource(office: ConsentDesk, visitor: AppBrowser, resource: str | None) -> None:
    assert visitor.authorize(resource=resource).headers["location"].startswith("/oauth/consent")
    assert office.lines[-1][1]["result"] == ("asked" if resource else "asked_no_resource")


@pytest.mark.parametrize("uri", [CALLBACK, LOOPBACK, "http://127.0.0.1:59656/"])
def test_addresses_of_the_app(visitor: AppBrowser, uri: str) -> None:
    assert visitor.authorize(redirect_uri=uri).headers["location"].startswith("/oauth/consent")


def test_a_registered_app(office: ConsentDesk, visitor: AppBrowser) -> None:
    made = office.clients.add("Gemini", ["https://gemini.example/cb", "cursor://x/cb"])
    for uri in ("https://gemini.example/cb", "cursor://x/cb"):
        asked = visitor.authorize(client_id=made.client.client_id, redirect_uri=uri)
        assert asked.headers["location"].startswith("/oauth/consent")
    assert office.host.requests == []
    office.clients.remove(made.client.client_id)
    assert visitor.authorize(client_id=made.client.client_id).status_code == 400


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.8"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.8"], ["64:ff9b::7f00:1"], ["2002:a00:8::"],
     ["93.184.216.34", "192.168.0.1"]],
)  # fmt: skip
def test_no_document_inside_is_fetched(office: ConsentDesk, visitor: AppBrowser, addresses: list[str]) -> None:
    office.host.addresses = addresses
    assert visitor.authorize().status_code == 400
    assert (office.host.dialled, office.lines[-1][1]["result"]) == ([], "address_not_public")


def test_a_document_is_kept_as_its_host_says_and_a_refused_one_for_a_minute(
    office: ConsentDesk, visitor: AppBrowser
) -> None:
    office.host.serve("/oauth/client", json.dumps({**DOCUMENT, "client_id": "https://evil.example/c"}).encode())
    assert [visitor.authorize().status_code for _ in range(3)] == [400, 400, 400]
    assert len(office.host.requests) == 1
    office.host.serve("/oauth/client", json.dumps(DOCUMENT).encode(), "Cache-Control: max-age=3600")
    office.world.clock.move(61)
    assert visitor.authorize().status_code == 303
    office.world.clock.move(3599)
    assert visitor.authorize().status_code == 303
    assert len(office.host.requests) == 2
    office.world.clock.move(2)
    assert visitor.authorize().status_code == 303
    assert len(office.host.requests) == 3


def test_we_are_no_machine_that_knocks_at_the_doors_of_others(office: ConsentDesk, visitor: AppBrowser) -> None:
    for number in range(MAX_NEW_CLIENTS_PER_SOURCE):
        assert visitor.authorize(client_id=f"https://client.example/{number}").status_code == 400
    refused = visitor.authorize()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert len(office.host.requests) == MAX_NEW_CLIENTS_PER_SOURCE
    office.world.clock.move(60)
    assert visitor.authorize().status_code == 303
    assert visitor.authorize(client_id="https://client.example/0").status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_other_methods(visitor: AppBrowser, method: str) -> None:
    assert visitor.client.request(method, "/oauth/authorize").status_code == 405


def test_two_requests_wait_in_one_browser(visitor: AppBrowser) -> None:
    first, second = visitor.authorize().headers["location"], visitor.authorize(state="2").headers["location"]
    assert first != second
    assert [visitor.get(place).status_code for place in (first, second)] == [200, 200]


def test_no_row_holds_what_the_browser_holds(office: ConsentDesk, visitor: AppBrowser) -> None:
    place = visitor.authorize().headers["location"]
    kept = json.dumps(office.world.rows(GATE), default=str)
    assert place.partition("txn=")[2] not in kept
    assert all(value not in kept for value in visitor.client.cookies.values())
