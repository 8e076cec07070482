"""The Control Centre leads nobody elsewhere, and a form that its own page did not make changes nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from affino_mcp.control_edge.app import SCREENS
from tests.security.figures import Figures
from tests.unit.control_edge.desk import PASSWORD, OperatorBrowser, hidden_fields

OLIVIA = "olivia.park@affino.example"
ELSEWHERE = [
    "https://evil.example/",
    "HTTPS://evil.example",
    "http:evil.example",
    "//evil.example/",
    "///evil.example",
    "////evil.example/..",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "/%2f/evil.example",
    "/..//evil.example",
    "@evil.example",
    ".evil.example",
    ":443@evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/profiles\r\nSet-Cookie: a=b",
    "/profiles\r\nLocation: https://evil.example",
    "?next=//evil.example",
    "#//evil.example",
]


@pytest.fixture(scope="module")
def desk() -> OperatorBrowser:
    """A Control Centre with an operator and a profile; nobody is signed in."""
    made = OperatorBrowser()
    made.person("Olivia", "Park", "Operators")
    made.world.create_profile("Newsroom")
    return made


def is_own(location: str) -> bool:
    """Whether a browser stays with the service, however it reads backslashes and control characters."""
    plain = "".join(letter for letter in location.replace("\\", "/") if letter > " ")
    parts = urlsplit(plain)
    return not parts.netloc and not parts.scheme and plain.startswith("/control/") and location.isprintable()


@pytest.mark.parametrize("place", ELSEWHERE)
def test_nobody_is_led_elsewhere(desk: OperatorBrowser, figures: Figures, place: str) -> None:
    for sent in ({}, {"next": place}):
        page = desk.get(f"/sign-in?next={quote(place)}")
        answer = desk.send("/sign-in", page, email=OLIVIA, password=PASSWORD, **sent)
        assert answer.status_code == 303
        assert is_own(answer.headers["location"]), answer.headers["location"]
        assert "a=b" not in str(answer.headers)
    figures.record("addresses elsewhere", tried=2, of=2 * len(ELSEWHERE))


APP = "app_" + "A" * 24
POSTS = [path for path, method, _, _ in SCREENS if method == "POST" and path != "/sign-out"]
FORGERIES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "no key": ({}, {}),
    "an empty key": ({"csrf": ""}, {}),
    "a key of zeros": ({"csrf": "0" * 64}, {}),
    "the key of another visit": ({"csrf": "OTHER"}, {}),
    "half a key": ({"csrf": "HALF"}, {}),
    "the key in capitals": ({"csrf": "UPPER"}, {}),
    "the key from another site": ({"csrf": "OWN"}, {"sec-fetch-site": "cross-site"}),
    "the key from a neighbour's site": ({"csrf": "OWN"}, {"sec-fetch-site": "same-site"}),
}


@pytest.fixture(scope="module")
def operator() -> tuple[OperatorBrowser, dict[str, str]]:
    """A signed-in operator with the keys of forms: the own one, and spoilt ones."""
    desk = OperatorBrowser().operator()
    other = OperatorBrowser().operator()
    desk.world.create_profile("Newsroom")
    own = hidden_fields(desk.get("/profiles/new").text)["csrf"]
    foreign = hidden_fields(other.get("/profiles/new").text)["csrf"]
    return desk, {"OWN": own, "OTHER": foreign, "HALF": own[: len(own) // 2], "UPPER": own.swapcase()}


def state(desk: OperatorBrowser) -> list[Any]:
    world = desk.world
    rows = world.database.list_rows(world.settings.gate_table)
    return [
        row for row in rows if row["pk"].startswith(("PROFILE#", "PERSON#", "SESSION", "CLIENTS", "APPS#", "OAUTH#"))
    ]


@pytest.mark.parametrize(("fields", "headers"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_form_changes_nothing(
    operator: tuple[OperatorBrowser, dict[str, str]],
    figures: Figures,
    fields: dict[str, str],
    headers: dict[str, str],
) -> None:
    desk, keys = operator
    before, key = state(desk), desk.world.profiles.list_profiles()[0].profile.key
    given = {name: keys.get(value, value) for name, value in fields.items()} | {"name": "Made", "rate": "60"}
    for path in POSTS:
        known = {"key": key, "profile": key, "code": 1, "kind": "sections", "family": "accounts", "client": APP}
        there = "/control" + path.format(**known, id="01M83T4CM060710PCYHWFH0XZP")
        sent = {"content-type": "application/x-www-form-urlencoded", **headers}
        body = "&".join(f"{name}={value}" for name, value in given.items())
        answer = desk.browser.post(there, content=body, headers=sent)
        assert answer.status_code in {400, 403, 415}, (path, answer.status_code)
    assert state(desk) == before
    assert desk.operator_rows() == []
    figures.record("forged forms", tried=len(POSTS), of=len(POSTS) * len(FORGERIES))
