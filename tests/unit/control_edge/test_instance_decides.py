"""Screens where the records are in an instance elsewhere: those about records name it, and the own store is left alone."""

from __future__ import annotations

import pytest

from affino_mcp.control_edge.app import SCREENS
from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import INSTANCE_URL, REMOTE, World

PLACES = {"kind": "sections", "family": "accounts", "code": "2", "part": "1", "id": "0" * 26, "client": "x"}
RECORDS = ("/structure/{kind}", "/deleted", "/files", "/logs/{profile}/{id}/take-back")


@pytest.fixture
def gateway() -> OperatorBrowser:
    return OperatorBrowser(World(kind=REMOTE)).operator()


def records_calls(desk: OperatorBrowser) -> list[tuple[str, str]]:
    settings = desk.world.settings
    own = {settings.records_table, settings.words_table}
    return [call for call in desk.world.watched.calls if own & set(call[1].split("+"))]


def filled(path: str, profile: Profile) -> str:
    """A screen's path with codes in its places; a kind of file where it is about files."""
    given = PLACES | {"key": profile.key, "profile": profile.key}
    return path.format(**given | ({"kind": "accounts"} if path.startswith("/files") else {}))


def test_no_screen_asks_the_own_store(gateway: OperatorBrowser) -> None:
    gateway.person("Sal", "Seller", "Sales")
    profile, first = gateway.world.create_profile("Newsroom"), gateway.get("/people")
    for path, verb, _, _ in SCREENS:
        if path in ("/sign-out", "/people/{code}/disable"):
            continue
        place = filled(path, profile)
        page = gateway.get(place) if verb == "GET" else gateway.send(place, first, version="1", name="News")
        about_records = path.startswith(RECORDS)
        assert records_calls(gateway) == [], (verb, path)
        assert (f"those of {INSTANCE_URL}: that instance decides" in text_of(page)) == about_records, (
            verb,
            path,
            text_of(page),
        )


def test_groups_are_this_services_own(gateway: OperatorBrowser) -> None:
    assert gateway.get("/structure").headers["location"].endswith("/structure/security_groups")
    assert "Operators" in text_of(gateway.get("/structure/security_groups"))


@pytest.mark.parametrize("query", [{"q": "Orbital Labs"}, {"record": "Orbital Labs"}], ids=["the line", "the field"])
def test_the_log_says_where_names_of_records_are(gateway: OperatorBrowser, query: dict[str, str]) -> None:
    said = text_of(gateway.get("/logs", **query))
    assert (f"names of records are at {INSTANCE_URL}" in said, "No record has this name" in said) == (True, False)
