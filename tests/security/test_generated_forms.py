"""Generated requests at the pages of the login function: below 500, and without credentials nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.security.figures import Figures, storm_size
from tests.security.login_stage import Event, LoginStage, make_event

EXAMPLES = storm_size(150, 1_000)
PATHS = [
    "/hub",
    "/hub/",
    "/hub/connect",
    "/hub/link",
    "/hub/link/password",
    "/hub/login",
    "/hub/password",
    "/hub/logout",
    "/hub/sessions",
    "/hub/sessions/end",
    "/hub/sessions/end-all",
    "/hub/static/x",
    "/hub/nowhere",
    "/control/sign-in",
    "/control/static/x",
    "/rest/demo/openapi.json",
    "/rest/demo/login",
    "/rest/demo/nowhere",
    "/rest",
]
FIELDS = ["FormKey", "csrf", "Email", "Password", "Link", "Profile", "Session", "email", "password", "next", "link"]
HEADERS = ["content-type", "accept", "origin", "referer", "sec-fetch-site", "user-agent", "host", "accept-language"]
COOKIES = ["__Host-affino-hub", "__Host-affino-form", "__Host-affino-control", "__Host-affino-control-form"]
TEXTS = st.text(max_size=30) | st.sampled_from(["x" * 3000, "\ufdfa" * 300, "\x00", "%", "../..", "//evil.example"])
PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
TYPES = st.sampled_from(
    ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", ""]
)
FILLED = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), TEXTS, max_size=6)


@pytest.fixture(scope="module")
def stage() -> Iterator[LoginStage]:
    stage = LoginStage()
    yield stage
    stage.close()


def body_of(data: st.DataObject) -> str:
    """A form, or any text."""
    filled = data.draw(FILLED.map(lambda fields: urlencode(fields, errors="replace")) | st.text(max_size=200))
    return str(filled)


def request_of(data: st.DataObject, cookies: dict[str, str]) -> Event:
    """Any request at a page."""
    jar = (
        data.draw(st.dictionaries(st.sampled_from(COOKIES) | st.text("abc", max_size=5), PRINTABLE, max_size=4))
        | cookies
    )
    headers: dict[str, str] = data.draw(st.dictionaries(st.sampled_from(HEADERS), PRINTABLE, max_size=4))
    headers |= {"content-type": data.draw(TYPES), "cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    method = data.draw(st.sampled_from(["GET", "POST", "POST", "PUT", "HEAD", "OPTIONS"]))
    path = data.draw(st.sampled_from(PATHS) | TEXTS.map(lambda text: "/hub/" + quote(text, errors="replace")))
    event = make_event(method, path, headers, body_of(data))
    query: dict[str, Any] | None = data.draw(st.none() | FILLED)
    return event | {
        "queryStringParameters": query,
        "multiValueQueryStringParameters": query and {k: [v] for k, v in query.items()},
    }


@pytest.mark.parametrize("who", ["stranger", "person"])
def test_any_request_is_answered(stage: LoginStage, figures: Figures, who: str) -> None:
    cookies = stage.browser() if who == "person" else {}
    before, tried = stage.state(), 0

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(data=st.data())
    def send(data: st.DataObject) -> None:
        nonlocal tried
        answer = stage.send(request_of(data, cookies))
        tried += 1
        assert answer.status < 500, answer.text
        assert "Traceback" not in answer.text
        assert "evil.example" not in str(answer.headers.get("location", "")).partition("?")[0]

    send()
    assert stage.state() == before, "no form without the key of its page does anything"
    figures.record("generated requests at the pages of the login function", tried=tried, of=2 * tried)
