"""Screens where the records are in an instance elsewhere: those about records name it, and the own store is left alone."""

from __future__ import annotations

import pytest

from affino_mcp.control_edge.app import SCREENS
from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import INSTANCE_URL, REMOTE, World, WorldClient

PLACES = {"kind": "sections", "family": "accounts", "code": "2", "part": "1", "id": "0" * 26, "client": "x"}
RECORDS = ("/structure/{kind}", "/deleted", "/files", "/logs/{profile}/{id}/take-back")


@pytest.fixture
def gateway() -> OperatorBrowser:
    return OperatorBrowser(World(kind=REMOTE)).operator()


@pytest.fixture
def builtin() -> OperatorBrowser:
    return OperatorBrowser(World()).operator()


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


KEY, SECRET, OTHER = "5kJ2mQ8xYb", "demoSecretNotReal0000000000001", "demoSecretNotReal0000000000002"
ENTERED = {"key": KEY, "secret": SECRET, "name": "Newsroom", "rate": "60", "grid": "articles.read"}


def deeds(desk: OperatorBrowser) -> list[str]:
    """The operators' changes of profiles in the API Log, in order. No row has a secret in it."""
    rows = desk.world.audit_rows()
    assert not any(secret in str(rows) for secret in (SECRET, OTHER))
    return [row["method"] for row in rows if "profile" in row["method"]]


def test_a_profile_has_the_key_and_secret_that_were_entered(gateway: OperatorBrowser) -> None:
    form = gateway.get("/profiles/new")
    assert f"Each call is signed for {INSTANCE_URL}" in text_of(form)
    made = gateway.send("/profiles/new", form, **ENTERED)
    assert made.headers["location"].endswith(f"/profiles/{KEY}?done=adopted")
    found = gateway.world.profiles.get(KEY).profile
    assert (found.name, found.secret, found.capability.to_json()) == ("Newsroom", SECRET, {"articles": ["read"]})
    shown = gateway.get(f"/profiles/{KEY}", done="adopted")
    assert ("Taken over" in text_of(shown), SECRET in shown.text) == (True, False)
    again = gateway.send("/profiles/new", form, **ENTERED)
    assert (again.status_code, again.headers["location"]) == (303, made.headers["location"])
    assert gateway.send("/profiles/new", form, **ENTERED | {"secret": OTHER}).status_code == 400
    assert gateway.world.profiles.get(KEY).profile.secret == SECRET
    assert deeds(gateway) == ["create_profile"]


def test_a_secret_that_is_new_at_the_instance_is_taken_over(gateway: OperatorBrowser) -> None:
    gateway.send("/profiles/new", gateway.get("/profiles/new"), **ENTERED)
    place = f"/profiles/{KEY}/regenerate"
    form, seen = gateway.get(place), gateway.world.profiles.get(KEY).profile.version
    for wrong, said in (("short", "16 to 128"), (SECRET, "has this secret already"), ("", "16 to 128")):
        refused = gateway.send(place, form, seen=seen, overlap="1h", secret=wrong)
        assert (refused.status_code, said in text_of(refused)) == (400, True)
    done = gateway.send(place, form, seen=seen, overlap="1h", secret=OTHER)
    assert done.headers["location"].endswith(f"/profiles/{KEY}?done=adopted")
    found = gateway.world.profiles.get(KEY).profile
    assert (found.secret, found.former and found.former.secret) == (OTHER, SECRET)
    assert gateway.send(place, form, seen=seen, overlap="1h", secret=OTHER).status_code == 400
    assert gateway.send(place, form, seen=seen, overlap="1h", secret=SECRET).status_code == 409
    assert gateway.world.profiles.get(KEY).profile.secret == OTHER
    assert deeds(gateway) == ["create_profile", "regenerate_profile", "regenerate_profile"], "the last was refused"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"key": "a-b"}, "1 to 64 letters and digits", id="key"),
        pytest.param({"key": ""}, "1 to 64 letters and digits", id="no key"),
        pytest.param({"secret": "short"}, "16 to 128 letters and digits", id="secret"),
        pytest.param({"secret": "é" * 20}, "16 to 128 letters and digits", id="letters of other kinds"),
        pytest.param({"secret": ""}, "16 to 128 letters and digits", id="no secret"),
        pytest.param({"key": "KnownHere", "name": "Other"}, "is here already", id="a known key"),
        pytest.param({"name": "Known"}, "name", id="a known name"),
    ],
)
def test_what_cannot_be_taken_over_is_marked_and_kept_but_for_the_secret(
    gateway: OperatorBrowser, changed: dict[str, str], said: str
) -> None:
    first = ENTERED | {"key": "KnownHere", "name": "Known", "secret": OTHER}
    gateway.send("/profiles/new", gateway.get("/profiles/new"), **first)
    given = ENTERED | changed
    refused = gateway.send("/profiles/new", gateway.get("/profiles/new"), **given)
    assert (refused.status_code in (400, 409), said in text_of(refused)) == (True, True)
    assert (f'value="{given["key"]}"' in refused.text, SECRET in refused.text, OTHER in refused.text) == (
        True,
        False,
        False,
    )
    assert [one.profile.name for one in gateway.world.profiles.list_profiles()] == ["Known"]
    assert deeds(gateway).count("create_profile") == 1 + (said == "name")


def test_a_service_with_records_of_its_own_asks_for_neither(builtin: OperatorBrowser) -> None:
    form = builtin.get("/profiles/new")
    assert "As at the instance" not in text_of(form)
    made = builtin.send("/profiles/new", form, **ENTERED)
    (profile,) = [one.profile for one in builtin.world.profiles.list_profiles()]
    assert (made.status_code, profile.key != KEY, profile.secret != SECRET) == (200, True, True)


def test_groups_are_this_services_own(gateway: OperatorBrowser) -> None:
    assert gateway.get("/structure").headers["location"].endswith("/structure/security_groups")
    assert "Operators" in text_of(gateway.get("/structure/security_groups"))


@pytest.mark.parametrize("query", [{"q": "Orbital Labs"}, {"record": "Orbital Labs"}], ids=["the line", "the field"])
def test_the_log_says_where_names_of_records_are(gateway: OperatorBrowser, query: dict[str, str]) -> None:
    said = text_of(gateway.get("/logs", **query))
    assert (f"names of records are at {INSTANCE_URL}" in said, "No record has this name" in said) == (True, False)


def test_a_call_is_shown_with_what_it_changed_and_no_way_to_take_it_back(gateway: OperatorBrowser) -> None:
    world, handler = gateway.world, gateway.world.new_handler()
    profile, person = world.create_profile("Newsroom"), gateway.person("Sal", "Seller", "Sales Managers")
    client = WorldClient(world, handler, world.log_in(profile, person))
    client.call_tool("create_account", Name="Orbital Labs")
    client.call_tool("update_account", AccountCode=1, City="Leeds")
    handler.close()
    row = world.audit_rows()[-1]
    world.watched.calls.clear()
    page = gateway.get(f"/logs/{profile.key}/{row['sk']}")
    assert [word for word in ("account 1 changed", "City", "Leeds") if word not in text_of(page)] == []
    assert "take-back" not in page.text
    assert "Leeds" in gateway.get("/logs/export", format="csv").text
    assert records_calls(gateway) == []
